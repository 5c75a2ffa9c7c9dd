// esbuild, which emits no files that code only names: they are entry points too. Then without files, as it
// is when nothing is configured, which the launcher must not call a pass.
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, version } from 'esbuild';
import { emitted, weighEntries, writeEntries } from './support/entries.mjs';
import { fill, PAGE } from './support/project.mjs';
import { outcome, visitFolder } from './support/visit.mjs';

const BESIDE = {
  'worker/entry': '@ruvector/wasm/worker',
  ruvector: '@ruvector/wasm/ruvector.wasm',
  'ruvector.relaxed': '@ruvector/wasm/ruvector.relaxed.wasm',
};
const CONFIGURATION =
  `entryPoints ${JSON.stringify(BESIDE)} and loader { '.wasm': 'copy' }`.replaceAll('"', "'");

const isWasm = (path) => path.endsWith('.wasm');
const isInline = (path) => /(^|\/)inline-\w+\.js$/.test(path);

async function run({ tarball, home: folder }) {
  fill(folder, tarball);
  const bundle = (entryPoints, outdir) =>
    build({
      entryPoints,
      outdir,
      absWorkingDir: folder,
      bundle: true,
      splitting: true,
      minify: true,
      format: 'esm',
      loader: { '.wasm': 'copy' },
      logLevel: 'silent',
    });
  const out = join(folder, 'out');
  await bundle({ main: `./${PAGE}/main.js`, ...BESIDE }, out);
  copyFileSync(join(folder, PAGE, 'index.html'), join(out, 'index.html'));
  const weighed = join(folder, 'weighed');
  await bundle(writeEntries(folder), weighed);

  const whole = outcome({
    version,
    said: await visitFolder(out),
    line: CONFIGURATION,
    weights: { emitted: emitted(out), entries: weighEntries(weighed) },
  });
  if (whole.outcome === 'fail') return whole;
  const lost = {
    "WebAssembly is 'inline', not the file": isWasm,
    'WORKER_FAILED: ': (path) => isWasm(path) || path.startsWith('worker/'),
    'WASM_LOAD_FAILED: ': (path) => isWasm(path) || isInline(path),
  };
  const missed = [];
  for (const [text, isGone] of Object.entries(lost)) {
    const said = await visitFolder(out, { has: (path) => !isGone(path) });
    const row = outcome({ version, said });
    if (row.outcome !== 'fail' || !row.detail.includes(text))
      missed.push(`expected a failure with "${text}", got ${row.outcome}: ${row.detail}`);
  }
  return missed.length > 0 ? { version, outcome: 'fail', detail: missed.join('\n') } : whole;
}

export const rows = [{ name: 'esbuild', group: 'bundler', bounded: true, run }];
