// `npm run matrix`: the packed package on every host and in every bundler, as tables in Markdown, which are
// in build/matrix/matrix.md too, and as JSON in build/matrix/results.json. `-- --only=chromium,node-24`
// runs some rows. Ends with 1 when a row fails; a host that cannot be had is reported, and fails nothing.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
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
const { documentOf } = await import('../tests/runtimes/document.mjs');

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

const about = { commit: commit(), tarball: basename(file) };
const results = [];
for (const row of every.filter(({ name }) => only?.includes(name) ?? true)) {
  const result = await runRow(row, { tarball: file, env });
  results.push(result);
  console.log(`${result.name}: ${result.outcome}`);
  const said = [result.line && `with ${result.line}`, ...(result.detail ?? '').split('\n')];
  for (const line of said.filter(Boolean)) console.log(`  ${line}`);
  // After each row: one that is interrupted has what it had.
  const json = JSON.stringify({ ...about, node: process.version, results }, undefined, 2);
  writeFileSync('build/matrix/results.json', `${json}\n`);
  writeFileSync('build/matrix/matrix.md', documentOf(results, about));
}
console.log(`\n${documentOf(results, about)}`);
process.exitCode = results.some(({ outcome }) => outcome === 'fail') ? 1 : 0;
