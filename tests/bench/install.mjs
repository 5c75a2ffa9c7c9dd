// What the bench fetches with npm at run time into build/bench: nothing of it is a dependency of the
// project, so nothing of it is in its lock file.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { folderOf, LOADER } from './peers/load.mjs';

/** Node 24, for the relaxed build. */
const NODE = { node: '24.21.0' };

/** Installs into `folder` unless that is done; undefined, or why it failed. */
export function install(folder, dependencies, overrides = {}) {
  const wanted = JSON.stringify(
    { private: true, type: 'module', dependencies, overrides },
    undefined,
    2,
  );
  const stamp = join(folder, 'installed.json');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return undefined;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), wanted);
  const args = ['install', '--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline'];
  // Without a network npm would try for a minute and more.
  args.push('--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=5000');
  const { status, stderr, error } = spawnSync('npm', args, {
    cwd: folder,
    encoding: 'utf8',
    timeout: 300_000,
  });
  if (status !== 0) {
    const lines = (stderr ?? '').split('\n').filter((line) => /npm (?:error|ERR!)/.test(line));
    const said = lines.slice(0, 3).map((line) => line.replace(/^npm (?:error|ERR!)\s*/, ''));
    return `npm install failed: ${error?.message ?? said.join(' ').slice(0, 200)}`;
  }
  writeFileSync(stamp, wanted);
  return undefined;
}

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
