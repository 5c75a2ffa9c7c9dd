// A user's project: the bundler and the packed package in node_modules, and the fixture.
import { cpSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../../../support/package.mjs';
import { filesOf, install } from '../../../support/tarball.mjs';
import { installed } from '../../installed.mjs';

const SOURCES = ['tests/runtimes/assertions.mjs', 'tests/support', 'tests/runtimes/bundlers/page'];

/** Where the page is in a project. */
export const PAGE = 'tests/runtimes/bundlers/page';

/**
 * A fresh project in the folder of its packages, where bundlers look for them.
 * @param {{ name: string, packages: Record<string, string>, fixture?: string, tarball: string }} options
 *   `fixture`: a folder here that becomes part of its top
 */
export function project({ name, packages, fixture, tarball }) {
  const folder = installed(name, packages);
  clean(folder);
  fill(folder, tarball);
  if (fixture !== undefined)
    cpSync(join(root, 'tests/runtimes/bundlers', fixture), folder, { recursive: true });
  return folder;
}

/** What a row before left. */
function clean(folder) {
  for (const file of readdirSync(folder))
    if (!/^(node_modules|package(-lock)?\.json|installed\.json)$/.test(file))
      rmSync(join(folder, file), { recursive: true });
  for (const made of ['.vite', '.cache', '@ruvector'])
    rmSync(join(folder, 'node_modules', made), { recursive: true, force: true });
}

/** The packed package and the page into a folder, which is a project of its own: not a part of this one. */
export function fill(folder, tarball) {
  const manifest = join(folder, 'package.json');
  if (!existsSync(manifest)) writeFileSync(manifest, '{ "private": true, "type": "module" }\n');
  install(filesOf(tarball), folder);
  for (const source of SOURCES)
    cpSync(join(root, source), join(folder, source), { recursive: true });
}

/** A package of the project. */
export async function importFrom(folder, name) {
  const loader = join(folder, 'import-here.mjs');
  writeFileSync(loader, 'export const importHere = (name) => import(name);\n');
  const { importHere } = await import(pathToFileURL(loader));
  return importHere(name);
}

/** Runs `work` in the NODE_ENV that bundlers look at, and set. */
export async function withNodeEnv(value, work) {
  const { NODE_ENV } = process.env;
  process.env.NODE_ENV = value;
  try {
    return await work();
  } finally {
    if (NODE_ENV === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = NODE_ENV;
  }
}

/** Copies the package's WebAssembly beside a bundle, for bundlers that leave its URLs as they are. */
export function copyWasm(folder, out) {
  for (const file of ['ruvector.wasm', 'ruvector.relaxed.wasm'])
    cpSync(join(folder, 'node_modules/@ruvector/wasm/dist', file), join(out, file));
}
