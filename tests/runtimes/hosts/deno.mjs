import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installed } from '../installed.mjs';
import { likeNode, outcome, reportOf, stage } from '../stage.mjs';
import { PROGRAM } from './node.mjs';

const VERSION = '2.9.6';

async function run(row) {
  const deno = join(installed('deno', { deno: VERSION }), 'node_modules/.bin/deno');
  const cwd = await stage(row);
  writeFileSync(join(cwd, 'main.mjs'), PROGRAM);
  // To read its files, and no more.
  const flags = ['run', '--no-prompt', '--allow-read=.', '--no-lock', '--node-modules-dir=manual'];
  const env = { ...row.env, DENO_NO_UPDATE_CHECK: '1', DENO_DIR: join(cwd, '.deno') };
  return outcome(VERSION, likeNode(true), (options) =>
    reportOf(deno, [...flags, 'main.mjs', JSON.stringify(options)], { cwd, env }),
  );
}

export const rows = [{ name: 'deno', group: 'host', bounded: false, run }];
