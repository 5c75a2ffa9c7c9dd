// `npm test`: provisions, builds, and runs the tier-one suite. `npm run soak` runs the same suite with
// full counts. Stops at the first step that fails.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, cmake } from './build.mjs';
import { commit, provision, root, run } from './setup.mjs';

const soak = process.argv.includes('--soak');
const started = performance.now();
const env = { ...provision('all'), ...(soak && { RV_SOAK: '1' }) };
const summary = [];

step('build', () => build(env));
step('lint', () => node('node_modules/@biomejs/biome/bin/biome', 'check', '.'));
step('native tests under ASan and UBSan', () => {
  cmake('asan', env);
  console.log('A test asks for 1.3 TB, of which AddressSanitizer warns:');
  tool('build/asan/core_tests');
  for (const language of ['c', 'cpp'])
    tool(`build/asan/device_tests_${language}`, 'tests/golden/v1-cosine.rv');
});
step('fuzz the snapshot reader', () => {
  cmake('fuzz', env);
  const found = mkdtempSync(join(tmpdir(), 'rv-fuzz-')); // libFuzzer writes what it learns here
  const runs = soak ? 20_000_000 : 100_000;
  tool(
    'build/fuzz/fuzz_snapshot',
    ...[
      `-runs=${runs}`,
      '-seed=1',
      '-max_len=8192',
      '-verbosity=0',
      '-print_funcs=0',
      '-print_final_stats=1',
    ],
    `-artifact_prefix=${found}/`,
    ...[found, 'tests/fuzz/corpus'],
  );
  rmSync(found, { recursive: true });
});
step('native build for the comparison of snapshots', () => cmake('native', env, 'snapshot_tool'));
step('pack and install the tarball', installTarball);
step('node tests on the installed tarball', () => nodeTests('tests/node', 2));
step('browser tests on the installed tarball', () => nodeTests('tests/browser'));
step('hosts on the installed tarball; the others are in `npm run matrix`', () =>
  nodeTests('tests/runtimes'),
);
step('sizes', () => node('tests/size/size.mjs'));

console.log(`\n${soak ? 'soak' : 'test'} of commit ${commit()}, fuzz seed 1:`);
console.table(summary);
console.log(`${seconds(started)} in all`);
console.log(`steps: ${summary.length} passed, 0 failed`);

function step(name, work) {
  console.log(`\n== ${name}`);
  const start = performance.now();
  work();
  summary.push({ step: name, took: seconds(start) });
}

function seconds(since) {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}

function tool(command, ...args) {
  run(command, args, { env });
}

function node(...args) {
  tool(process.execPath, ...args);
}

/** What users install: `npm pack`, then `npm install` of the tarball in an empty folder, offline. */
function installTarball() {
  const home = join(root, 'build/packed');
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  tool('npm', 'pack', '--silent', '--pack-destination', home);
  const [tarball] = readdirSync(home);
  writeFileSync(join(home, 'package.json'), '{ "private": true, "type": "module" }\n');
  const install = ['install', '--offline', '--no-audit', '--no-fund', '--silent', `./${tarball}`];
  run('npm', install, { env, cwd: home });
  env.RV_PACKAGE_HOME = home;
}

/** Files side by side: those of browsers share too much for that. */
function nodeTests(folder, concurrency = 1) {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.test.mjs'))
    .map((name) => join(folder, name));
  node('--test', `--test-concurrency=${concurrency}`, '--test-reporter=spec', ...files);
}
