// `npm run matrix`: the packed package on every host and in every bundler, as a table, and as JSON in
// build/matrix/results.json. `-- --only=chromium,node-24` runs some rows. Ends with 1 when a row fails;
// a host that cannot be had is reported, and fails nothing.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.mjs';
import { commit, provision, root } from './setup.mjs';

const only = process.argv
  .find((argument) => argument.startsWith('--only='))
  ?.slice(7)
  .split(',');
const env = provision('all');
Object.assign(process.env, env); // where the browsers are
if (!process.argv.includes('--no-build')) build(env);
const { tarball } = await import('../tests/support/tarball.mjs');
const { everyRow, runRow } = await import('../tests/runtimes/rows.mjs');

const packed = join(root, 'build/matrix/packed');
rmSync(packed, { recursive: true, force: true });
mkdirSync(packed, { recursive: true });
const file = tarball(packed);

const every = await everyRow();
const unknown = only?.filter((name) => !every.some((row) => row.name === name)) ?? [];
if (unknown.length > 0) {
  console.error(`expected rows among ${every.map(({ name }) => name)}, got ${unknown}`);
  process.exit(1);
}

const results = [];
for (const row of every.filter(({ name }) => only?.includes(name) ?? true)) {
  const result = await runRow(row, { tarball: file, env });
  results.push(result);
  console.log(`${result.name}: ${result.outcome}`);
  for (const line of (result.detail ?? '').split('\n').filter(Boolean)) console.log(`  ${line}`);
}
writeFileSync(
  'build/matrix/results.json',
  `${JSON.stringify({ commit: commit(), node: process.version, results }, undefined, 2)}\n`,
);

const SAID = {
  pass: 'pass',
  configured: 'pass with configuration',
  fail: 'FAIL',
  missing: 'not run',
};
console.log(`\nmatrix of commit ${commit()}, ${readdirSync(packed)[0]}:`);
console.table(
  Object.fromEntries(
    results.map(({ name, group, version, outcome, coldStartMs, bytes }) => [
      name,
      {
        group,
        version,
        outcome: SAID[outcome],
        'cold start, ms': coldStartMs === undefined ? '-' : Math.round(coldStartMs),
        bytes: bytes ?? '-',
      },
    ]),
  ),
);
console.log(
  'cold start: import to the first answer over 1,000 vectors x 384; bytes: fetched, as gzip',
);
for (const { name, outcome, detail } of results)
  if (outcome !== 'pass' && detail) console.log(`${name}: ${SAID[outcome]}: ${detail}`);
for (const { name, version, texts } of results.filter((it) => it.texts)) {
  console.log(`\nwhat a user reads in ${name} ${version}:`);
  for (const [what, text] of Object.entries(texts)) console.log(`  ${what}\n    ${text}`);
}
process.exitCode = results.some(({ outcome }) => outcome === 'fail') ? 1 : 0;
