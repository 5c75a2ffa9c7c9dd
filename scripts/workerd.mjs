// Workers in workerd, Cloudflare's runtime, as miniflare runs it on this machine: fetched with npm into
// build/edge, since it is too big for every clone.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { install } from '../tests/support/install.mjs';
import { root } from './setup.mjs';

/** The newest that Node 20 runs. */
const MINIFLARE = { miniflare: '4.20260426.0' };
export const HOME = join(root, 'build/edge');

/** undefined, or why it cannot be had. */
export function installMiniflare() {
  return install(HOME, MINIFLARE);
}

export function hasMiniflare() {
  return existsSync(join(HOME, 'installed.json'));
}

/** A Worker whose Durable Objects are of class `name`, bound as INDEX, with their storage in `state`. */
export async function start(modules, name, state, port = 0) {
  const { Miniflare } = await import(
    pathToFileURL(join(HOME, 'node_modules/miniflare/dist/src/index.js'))
  );
  return new Miniflare({
    modules,
    host: '127.0.0.1',
    port,
    compatibilityDate: '2026-04-01',
    durableObjects: { INDEX: { className: name, useSQLite: true } },
    durableObjectsPersist: state,
    cf: false,
    telemetry: { enabled: false },
  });
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
