// The tarball that `npm pack` makes, and what is in it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { root } from './package.mjs';

/** The tarball under test: the one that was installed, or one packed into `folder` now. */
export function tarball(folder) {
  const home = process.env.RV_PACKAGE_HOME;
  if (!home) {
    const args = ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder];
    const { status, stderr } = spawnSync('npm', args, { cwd: root, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  }
  const packed = readdirSync(home || folder).filter((name) => name.endsWith('.tgz'));
  assert.equal(packed.length, 1);
  return join(home || folder, packed[0]);
}

/** The files of a tarball by name, without the folder `package/`; `modes` has their permissions. */
export function filesOf(file) {
  const bytes = gunzipSync(readFileSync(file));
  const text = (from, length) => bytes.toString('utf8', from, from + length).replace(/\0.*$/s, '');
  const files = Object.assign(new Map(), { modes: new Map() });
  for (let at = 0; at < bytes.length && bytes[at] !== 0; ) {
    const [name, prefix] = [text(at, 100), text(at + 345, 155)];
    const size = Number.parseInt(text(at + 124, 12), 8);
    const path = (prefix === '' ? name : `${prefix}/${name}`).replace(/^package\//, '');
    files.set(path, bytes.subarray(at + 512, at + 512 + size));
    files.modes.set(path, Number.parseInt(text(at + 100, 8), 8));
    at += 512 + 512 * Math.ceil(size / 512);
  }
  return files;
}

/** Puts the files of a tarball where an import from `folder` finds them. */
export function install(files, folder) {
  for (const [path, bytes] of files) {
    const file = join(folder, 'node_modules/@ruvector/wasm', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  }
}
