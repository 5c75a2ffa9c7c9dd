// What the bench fetches with npm at run time into build/bench: nothing of it is a dependency of the
// project, so nothing of it is in its lock file.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { install } from '../support/install.mjs';
import { folderOf, LOADER } from './peers/load.mjs';

/** Node 24, for the relaxed build. */
const NODE = { node: '24.21.0' };

/** `{ path }` of a Node 24, or `{ missing }`, why there is none. */
export function node24() {
  if (Number(process.versions.node.split('.')[0]) >= 24) return { path: process.execPath };
  const folder = resolve('build/bench/node24');
  const failed = install(folder, NODE);
  const path = join(folder, 'node_modules/node/bin/node');
  if (failed || !existsSync(path)) return { missing: `no Node 24: ${failed ?? path}` };
  return { path };
}

/** undefined, or why the peer cannot be had. */
export function installPeer(peer) {
  const folder = folderOf(peer);
  const overrides = {};
  for (const [name, code] of Object.entries(peer.stubs ?? {})) {
    const stub = `stub-${name.replace(/\W+/g, '-')}`;
    mkdirSync(join(folder, stub), { recursive: true });
    writeFileSync(
      join(folder, stub, 'package.json'),
      JSON.stringify({ name, version: '2.0.0', type: 'module', main: 'index.js' }),
    );
    writeFileSync(join(folder, stub, 'index.js'), code);
    overrides[name] = `file:./${stub}`;
  }
  const failed = install(folder, peer.packages, overrides);
  if (!failed)
    writeFileSync(join(folder, LOADER), 'export const importHere = (name) => import(name);\n');
  return failed;
}
