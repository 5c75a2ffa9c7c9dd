// The assertions as one script for a sandbox at the edge: bundled by an export condition, with the wasm
// files compiled beforehand, as the bundlers of such hosts do.
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

/** An import of a wasm file is the module that the host puts under the file's name. */
const COMPILED = {
  name: 'compiled wasm',
  setup(it) {
    it.onResolve({ filter: /\.wasm(\?module)?$/ }, ({ path }) => ({ path, namespace: 'compiled' }));
    it.onLoad({ filter: /./, namespace: 'compiled' }, ({ path }) => ({
      contents: `export default compiled['${basename(path).replace('?module', '')}'];`,
    }));
  },
};

/**
 * The script, which defines `run`, and the modules that it wants as `compiled`, of the package in `home`
 * as `condition` exports it.
 */
export async function scriptFor(condition, home) {
  const { outputFiles } = await build({
    stdin: { contents: "import { run } from './run.mjs'; globalThis.run = run;", resolveDir: home },
    bundle: true,
    format: 'iife',
    conditions: [condition],
    plugins: [COMPILED],
    write: false,
    logLevel: 'error',
  });
  const compiled = {};
  for (const file of ['ruvector.wasm', 'ruvector.relaxed.wasm']) {
    const bytes = readFileSync(join(home, 'node_modules/@ruvector/wasm/dist', file));
    if (WebAssembly.validate(bytes)) compiled[file] = await WebAssembly.compile(bytes);
  }
  return { script: outputFiles[0].text, compiled };
}

/** Whether this Node, in which the sandboxes are, has relaxed SIMD. */
export const hasRelaxedSimd = Number(process.versions.node.split('.')[0]) >= 22;
