// What each entry weighs in a bundle of its own: programs that import one name or two.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

const ENTRIES = {
  'create-index': "import { createIndex as it } from '@ruvector/wasm';",
  open: "import { open as it } from '@ruvector/wasm';",
  react: "import * as it from '@ruvector/wasm/react';",
  compat: "import * as it from '@ruvector/wasm/compat';",
  inline: "import { wasmBytes as it } from '@ruvector/wasm/inline';",
};

/** Writes the programs; gives their files by name. */
export function writeEntries(folder) {
  mkdirSync(join(folder, 'entries'), { recursive: true });
  return Object.fromEntries(
    Object.entries(ENTRIES).map(([name, code]) => {
      const file = join(folder, 'entries', `${name}.js`);
      writeFileSync(file, `${code}\nglobalThis.kept = it;\n`);
      return [name, file];
    }),
  );
}

/** Of each program the JavaScript that loads with it, not what it loads later; gzip, as a line of text. */
export function weighEntries(out) {
  const sizes = Object.keys(ENTRIES).map((name) => {
    const files = new Set();
    reach(join(out, `${name}.js`), files);
    const sizes = [...files].map((file) => gzipSync(readFileSync(file), { level: 9 }).length);
    return `${name} ${sizes.reduce((sum, size) => sum + size, 0)}`;
  });
  return `entries, bytes as gzip: ${sizes.join(', ')}`;
}

function reach(file, files) {
  if (files.has(file)) return;
  files.add(file);
  const code = readFileSync(file, 'utf8');
  for (const [, path] of code.matchAll(/(?:\bfrom|\bimport)\s*["'](\.[^"']+)["']/g))
    reach(join(dirname(file), path), files);
}

/** All that a build put out, by kind: what a deployment holds. */
export function emitted(out) {
  const files = readdirSync(out, { recursive: true, withFileTypes: true }).filter((it) =>
    it.isFile(),
  );
  const of = (ending) =>
    files
      .filter(({ name }) => name.endsWith(ending))
      .reduce((sum, { name, parentPath, path }) => {
        return sum + gzipSync(readFileSync(join(parentPath ?? path, name)), { level: 9 }).length;
      }, 0);
  return `emitted, bytes as gzip: JavaScript ${of('js')}, wasm ${of('.wasm')} (two builds, one is fetched)`;
}
