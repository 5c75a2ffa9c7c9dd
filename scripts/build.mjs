// Builds dist/ and what is generated in types/. Fast when nothing has changed.
import { chmodSync, copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeApiTypes } from './api-types.mjs';
import { provision, root, run } from './setup.mjs';

/** The modules that ship; the others show something about them. */
export const SHIPPED = [
  'ruvector',
  'ruvector_relaxed',
  'ruvector_device_simd',
  'ruvector_device_scalar',
];

/** `targets`: modules, by default all of them. */
export function build(env, ...targets) {
  cmake('wasm', env, ...targets);
  console.log('Compiling the TypeScript.');
  rmSync('dist', { recursive: true, force: true });
  run(process.execPath, ['node_modules/typescript/bin/tsc', '--project', '.']);
  takeIn('idb', 'dist/storage/indexeddb.js', '../core/errors.js', './browser.js');
  copyFileSync('build/wasm/ruvector.wasm', 'dist/ruvector.wasm');
  copyFileSync('build/wasm/ruvector_relaxed.wasm', 'dist/ruvector.relaxed.wasm');
  copyFileSync('build/wasm/ruvector_device_simd.wasm', 'dist/ruvector.simd.wasm');
  copyFileSync('build/wasm/ruvector_device_scalar.wasm', 'dist/ruvector.scalar.wasm');
  writeFileSync('dist/core/glue.js', glue('build/wasm/ruvector.mjs'));
  writeFileSync('dist/base64.js', base64Module('build/wasm/ruvector.wasm'));
  chmodSync('dist/cli/main.js', 0o755);
  writeApiTypes();
}

/** Configures and builds a preset of CMakePresets.json, or some of its targets. */
export function cmake(preset, env, ...targets) {
  const wasm = preset === 'wasm';
  const native = env.RV_CLANGXX ? { ...env, CC: env.RV_CLANG, CXX: env.RV_CLANGXX } : env;
  const own = wasm ? env : native;
  if (!isConfigured(preset)) {
    console.log(`Configuring build/${preset}.`);
    rmSync(`build/${preset}`, { recursive: true, force: true });
    watched('configuring', [...(wasm ? ['emcmake'] : []), 'cmake', '--preset', preset], own);
  }
  console.log(`Building build/${preset}: minutes where it is new.`);
  const only = targets.flatMap((target) => ['--target', target]);
  watched(preset, ['cmake', '--build', '--preset', preset, ...only], own);
}

/** Whether the folder is configured with a compiler or toolchain that is still there. */
function isConfigured(preset) {
  if (!existsSync(`build/${preset}/build.ninja`)) return false;
  const cache = readFileSync(`build/${preset}/CMakeCache.txt`, 'utf8');
  return existsSync(/^CMAKE_(?:CXX_COMPILER|TOOLCHAIN_FILE):\w+=(.*)$/m.exec(cache)?.[1] ?? '');
}

/** Says how far the command is, and what it said only if it fails. */
function watched(name, command, env) {
  run(process.execPath, [join(root, 'scripts/watch.mjs'), name, ...command], { env, cwd: root });
}

/** Emscripten's glue, which names the wasm file but never looks for it: the facade passes it in. */
export function glue(file) {
  return readFileSync(file, 'utf8').replace(/"\w+\.wasm"/g, '""');
}

/** The library that a file imports becomes part of it, with its licence: users install one package. */
function takeIn(library, file, ...ours) {
  const licence = readFileSync(`node_modules/${library}/LICENSE`, 'utf8');
  run('node_modules/.bin/esbuild', [
    file,
    `--outfile=${file}`,
    '--allow-overwrite',
    '--bundle',
    '--format=esm',
    '--target=es2022',
    '--log-level=warning',
    `--banner:js=/*! with ${library}\n${licence}*/`,
    ...ours.map((path) => `--external:${path}`),
  ]);
}

function base64Module(file) {
  return `export const base64 =\n  '${readFileSync(file).toString('base64')}';\n`;
}

if (process.argv[1] === new URL(import.meta.url).pathname) build(provision('wasm'));
