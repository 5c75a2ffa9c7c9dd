// Node: the one that runs this, the same without code from strings, and the others that are supported.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installed } from '../installed.mjs';
import { likeNode, outcome, reportOf, stage } from '../stage.mjs';

/** The newest of each major that npm has. */
const VERSIONS = ['20.20.2', '22.23.3', '24.21.0', '26.10.0'];

const majorOf = (version) => Number(version.split('.')[0]);
const own = process.versions.node;

/** Prints the report; also for Deno and Bun. */
export const PROGRAM = `import process from 'node:process';
import { run } from './run.mjs';
console.log(JSON.stringify(await run(JSON.parse(process.argv[2]))));
`;

async function runIn(path, version, row, flags = []) {
  await stage(row);
  const { home: cwd, env } = row;
  writeFileSync(join(cwd, 'main.mjs'), PROGRAM);
  return outcome(version, likeNode(majorOf(version) >= 22), (options) =>
    reportOf(path, [...flags, 'main.mjs', JSON.stringify(options)], { cwd, env }),
  );
}

export const rows = [
  {
    name: `node-${majorOf(own)}`,
    group: 'host',
    bounded: true,
    run: (row) => runIn(process.execPath, own, row),
  },
  {
    name: 'node-without-eval',
    group: 'host',
    bounded: true,
    run: (row) => runIn(process.execPath, own, row, ['--disallow-code-generation-from-strings']),
  },
  ...VERSIONS.filter((version) => majorOf(version) !== majorOf(own)).map((version) => ({
    name: `node-${majorOf(version)}`,
    group: 'host',
    bounded: false,
    run: (row) => {
      const folder = installed(`node-${version}`, { node: version });
      return runIn(join(folder, 'node_modules/node/bin/node'), version, row);
    },
  })),
];
