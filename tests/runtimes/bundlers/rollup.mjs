// Rollup, which emits no files that code only names: they are copied, and the worker is an input.
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { emitted, weighEntries, writeEntries } from './support/entries.mjs';
import { copyWasm, importFrom, PAGE, project } from './support/project.mjs';
import { BOTH, outcome, visitFolder } from './support/visit.mjs';

const VERSION = '4.68.8';
const RESOLVER = '@rollup/plugin-node-resolve';

/** Without it the inline copy is loaded, and `worker: true` rejects. */
const CONFIGURATION =
  "'worker/entry': '@ruvector/wasm/worker' among the inputs, and dist/*.wasm copied beside the output";

async function run({ tarball }) {
  const packages = { rollup: VERSION, [RESOLVER]: '16.0.3' };
  const folder = project({ name: 'rollup-4', packages, tarball });
  const { rollup } = await importFrom(folder, 'rollup');
  const { nodeResolve } = await importFrom(folder, RESOLVER);
  const build = async (input, dir) => {
    const plugins = [nodeResolve({ browser: true, rootDir: folder })];
    const bundle = await rollup({ input, plugins, onwarn: () => {} });
    await bundle.write({ dir, format: 'es' });
    await bundle.close();
  };
  const out = join(folder, 'out');
  await build(
    { main: join(folder, PAGE, 'main.js'), 'worker/entry': '@ruvector/wasm/worker' },
    out,
  );
  copyFileSync(join(folder, PAGE, 'index.html'), join(out, 'index.html'));
  copyWasm(folder, out);
  const weighed = join(folder, 'weighed');
  await build(writeEntries(folder), weighed);
  return outcome({
    version: VERSION,
    said: await visitFolder(out, { browsers: BOTH }),
    line: CONFIGURATION,
    weights: { emitted: emitted(out), entries: weighEntries(weighed) },
  });
}

export const rows = [{ name: 'rollup-4', group: 'bundler', bounded: false, run }];
