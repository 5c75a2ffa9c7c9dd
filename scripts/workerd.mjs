// workerd, Cloudflare's runtime, as miniflare runs it on this machine: fetched with npm into build/workerd,
// since it is too big for every clone.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { install } from '../tests/support/install.mjs';
import { root } from './setup.mjs';

/** The newest that Node 20 runs, and the wrangler that has it. */
const MINIFLARE = '4.20260426.0';
export const WRANGLER = '4.86.0';
/** Of the runtime's behaviour. */
export const COMPATIBILITY_DATE = '2026-04-01';

const HOME = join(root, 'build/workerd');

/** undefined, or why it cannot be had. */
export function installMiniflare() {
  return install(HOME, { miniflare: MINIFLARE });
}

/** The version of workerd itself. */
export function workerdVersion() {
  const { resolve } = createRequire(join(HOME, 'package.json'));
  return createRequire(resolve('miniflare'))('workerd/package.json').version;
}

/** A runtime on loopback, with what else `options` of miniflare say. */
export async function start(options) {
  const { Miniflare } = await import(
    pathToFileURL(join(HOME, 'node_modules/miniflare/dist/src/index.js'))
  );
  return new Miniflare({
    host: '127.0.0.1',
    compatibilityDate: COMPATIBILITY_DATE,
    cf: false,
    telemetry: { enabled: false },
    ...options,
  });
}

/** Durable Objects of class `name`, bound as INDEX, which keep what they store in the folder `state`. */
export function durableObjects(name, state) {
  return {
    durableObjects: { INDEX: { className: name, useSQLite: true } },
    durableObjectsPersist: state,
  };
}

/** The modules of the Worker in `file`, as wrangler bundles it: one script, and each .wasm beside it. */
export async function bundle(file) {
  const { build } = await import('esbuild'); // on a fresh machine it is there only now
  const wasm = new Map();
  function take({ path }) {
    const name = path.split('/').at(-1);
    wasm.set(name, readFileSync(join(root, 'dist', name)));
    return { path: `./${name}`, external: true };
  }
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['cloudflare:*'],
    plugins: [{ name: 'wasm', setup: ({ onResolve }) => onResolve({ filter: /\.wasm$/ }, take) }],
  });
  return [
    { type: 'ESModule', path: 'worker.js', contents: outputFiles[0].text },
    ...Array.from(wasm, ([path, contents]) => ({ type: 'CompiledWasm', path, contents })),
  ];
}
