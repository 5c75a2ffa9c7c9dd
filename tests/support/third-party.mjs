// Programs beside the package under test: what uses it together with a package of somebody else, which
// is fetched with npm into build/ at the version that the test names, since it is too big to be
// everybody's dependency; and TypeScript's word on a program that uses both.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { register } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { install } from './install.mjs';
import { packageFile, root } from './package.mjs';

/** The newest releases of the frameworks whose classes are extended. */
export const FRAMEWORKS = {
  langchain: { '@langchain/core': '1.4.0' },
  llamaindex: { '@llamaindex/core': '0.6.23' },
};

/** Without a network npm would try for a minute and more. */
const NPM = 'prefer-offline=true\nfetch-retry-mintimeout=1000\nfetch-retry-maxtimeout=5000\n';

/**
 * Fetches `packages` (name: version) into a folder, where the package under test and this process find
 * them from now on: `{ home }`. Or `{ missing }`, why they cannot be had.
 */
export function beside(name, packages) {
  const home = join(root, 'build/third-party', name);
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, '.npmrc'), NPM);
  const missing = install(home, packages);
  if (missing) return { missing };
  link(home, '@ruvector/wasm', dirname(packageFile('./package.json')));
  const scopes = Object.keys(packages).map((it) => `${it}/`);
  const hooks = `export async function resolve(specifier, context, next) {
    const theirs = ${JSON.stringify(scopes)}.some((scope) => specifier.startsWith(scope));
    const parentURL = ${JSON.stringify(pathToFileURL(join(home, 'any.mjs')))};
    return next(specifier, theirs ? { ...context, parentURL } : context);
  }`;
  register(`data:text/javascript,${encodeURIComponent(hooks)}`);
  return { home };
}

/** Makes the package in `folder` one that programs in `home` can import. */
export function link(home, name, folder) {
  const at = join(home, 'node_modules', name);
  mkdirSync(dirname(at), { recursive: true });
  rmSync(at, { recursive: true, force: true });
  symlinkSync(folder, at);
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
    preserveSymlinks: true, // our types find what is beside the link
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
  assert.deepEqual(ours(stdout), []);
}

/** What TypeScript says of ours: what others' declarations do among themselves is theirs. */
export function ours(said) {
  const others = /^(\.\.\/)*node_modules\/(?!@ruvector\/wasm\/)/;
  return said
    .split('\n')
    .filter((line) => line !== '' && !others.test(line) && !line.startsWith(' '));
}
