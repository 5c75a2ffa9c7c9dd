import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installed } from '../installed.mjs';
import { likeNode, outcome, reportOf, stage } from '../stage.mjs';
import { PROGRAM } from './node.mjs';

const VERSION = '1.4.5';

async function run(row) {
  const bun = join(installed('bun', { bun: VERSION }), 'node_modules/.bin/bun');
  const cwd = await stage(row);
  writeFileSync(join(cwd, 'main.mjs'), PROGRAM);
  return outcome(VERSION, likeNode(true), (options) =>
    reportOf(bun, ['main.mjs', JSON.stringify(options)], { cwd, env: row.env }),
  );
}

export const rows = [{ name: 'bun', group: 'host', bounded: false, run }];
