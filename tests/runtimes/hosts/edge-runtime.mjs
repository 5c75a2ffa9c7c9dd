// Vercel's Edge Runtime, in its sandbox on this Node: bundled as Vercel does, by the export condition
// `edge-light` and with `.wasm?module` compiled beforehand.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { installed } from '../installed.mjs';
import { atTheEdge, outcome, stage } from '../stage.mjs';

const VERSION = '5.0.0';

/** The import of `x.wasm?module` is a compiled module, which the runtime puts under this name. */
const COMPILED = {
  name: 'compiled wasm',
  setup(it) {
    it.onResolve({ filter: /\.wasm\?module$/ }, ({ path }) => ({ path, namespace: 'compiled' }));
    it.onLoad({ filter: /./, namespace: 'compiled' }, () => ({
      contents: 'export default globalThis.compiledWasm;',
    }));
  },
};

async function run(row) {
  const folder = installed('edge-runtime', { '@edge-runtime/vm': VERSION });
  const home = await stage(row);
  const { outputFiles } = await build({
    stdin: { contents: "import { run } from './run.mjs'; globalThis.run = run;", resolveDir: home },
    bundle: true,
    format: 'iife',
    conditions: ['edge-light'],
    plugins: [COMPILED],
    write: false,
    logLevel: 'error',
  });
  const program = outputFiles[0].text;
  writeFileSync(join(home, 'bundle.js'), program);
  const { resolve } = createRequire(join(folder, 'package.json'));
  const { EdgeVM } = (await import(pathToFileURL(resolve('@edge-runtime/vm')))).default;
  const wasm = readFileSync(join(home, 'node_modules/@ruvector/wasm/dist/ruvector.wasm'));
  const compiledWasm = await WebAssembly.compile(wasm);
  const relaxed = Number(process.versions.node.split('.')[0]) >= 22;
  return outcome(VERSION, atTheEdge(relaxed), (options) => {
    // Stricter than the default, as it is where it is deployed.
    const vm = new EdgeVM({ codeGeneration: { strings: false, wasm: false } });
    vm.context.compiledWasm = compiledWasm;
    vm.evaluate(program);
    return vm.evaluate(`run(${JSON.stringify(options)})`);
  });
}

export const rows = [{ name: 'edge-runtime', group: 'host', bounded: false, run }];
