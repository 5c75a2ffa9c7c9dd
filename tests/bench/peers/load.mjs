// Where the adapters of peers have them from: a folder a peer, which tests/bench/peers.mjs fills.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A module in a peer's folder that imports as from there. */
export const LOADER = 'load.mjs';

export function folderOf({ name }) {
  return resolve('build/bench/peers', name.replace(/\W+/g, '-'));
}

/** A package of the peer; `file` where its package.json does not lead Node to its code. */
export async function load(peer, name, file) {
  const folder = folderOf(peer);
  if (file !== undefined)
    return import(pathToFileURL(join(folder, 'node_modules', name, file)).href);
  const { importHere } = await import(pathToFileURL(join(folder, LOADER)).href);
  return importHere(name);
}

export function wasmOf(peer, name, file) {
  return readFileSync(join(folderOf(peer), 'node_modules', name, file));
}
