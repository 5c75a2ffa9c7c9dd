// Programs beside the package under test: what uses it together with a package of somebody else, which
// is fetched with npm into build/ at the version that the test names, since it is too big to be
// everybody's dependency; and TypeScript's word on a program that uses both.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { install } from '../bench/install.mjs';
import { packageFile, root } from './package.mjs';

/**
 * A folder with `packages` (name: version) and the package under test: `{ home, load }`, where `load`
 * imports as a program there does. Or `{ missing }`, why there is none.
 */
export async function beside(name, packages) {
  const home = join(root, 'build/third-party', name);
  const missing = install(home, packages);
  if (missing) return { missing };
  const ours = join(home, 'node_modules/@ruvector/wasm');
  rmSync(ours, { recursive: true, force: true });
  const from = dirname(packageFile('./package.json'));
  for (const part of ['package.json', 'dist', 'types'])
    cpSync(join(from, part), join(ours, part), { recursive: true });
  const loader = join(home, 'load.mjs');
  writeFileSync(loader, 'export const load = (name) => import(name);\n');
  const { load } = await import(pathToFileURL(loader));
  return { home, load };
}

/** That the program `file` compiles in `home`, strictly, and so do the types that it imports from us. */
export function assertCompiles(home, file) {
  copyFileSync(file, join(home, basename(file)));
  const compilerOptions = {
    target: 'es2022',
    module: 'nodenext',
    lib: ['esnext', 'dom'],
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noEmit: true,
  };
  const config = join(home, `${basename(file)}.json`);
  writeFileSync(config, JSON.stringify({ compilerOptions, files: [basename(file)] }));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { stdout } = spawnSync(process.execPath, [tsc, '--project', config, '--pretty', 'false'], {
    cwd: home,
    encoding: 'utf8',
  });
  // What others' declarations do among themselves is not ours.
  const lines = stdout.split('\n').filter((line) => line !== '');
  const others = /^(\.\.\/)*node_modules\/(?!@ruvector\/wasm\/)/;
  assert.deepEqual(
    lines.filter((line) => !others.test(line) && !line.startsWith(' ')),
    [],
  );
}
