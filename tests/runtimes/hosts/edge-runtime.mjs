// Vercel's Edge Runtime, in its sandbox on this Node.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { hasRelaxedSimd, scriptFor } from '../edge.mjs';
import { installed } from '../installed.mjs';
import { atTheEdge, outcome, stage } from '../stage.mjs';

const VERSION = '5.0.0';

async function run(row) {
  const folder = installed('edge-runtime', { '@edge-runtime/vm': VERSION });
  const { script, compiled } = await scriptFor('edge-light', await stage(row));
  const { resolve } = createRequire(join(folder, 'package.json'));
  const { EdgeVM } = (await import(pathToFileURL(resolve('@edge-runtime/vm')))).default;
  return outcome(VERSION, atTheEdge(hasRelaxedSimd), (options) => {
    // Stricter than the default, as it is where it is deployed.
    const vm = new EdgeVM({ codeGeneration: { strings: false, wasm: false } });
    vm.context.compiled = compiled;
    vm.evaluate(script);
    return vm.evaluate(`run(${JSON.stringify(options)})`);
  });
}

export const rows = [{ name: 'edge-runtime', group: 'host', bounded: false, run }];
