// What each entry weighs in a bundle of its own: programs that import one name, or all of a subpath.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

const named = (name, from) => `import { ${name} as it } from '${from}';\nglobalThis.kept = it;\n`;
const all = (from) => `import * as it from '${from}';\nglobalThis.kept = it;\n`;

const PROGRAMS = {
  createIndex: named('createIndex', '@ruvector/wasm'),
  open: named('open', '@ruvector/wasm'),
  worker: "import '@ruvector/wasm/worker';\n",
  vectorize: all('@ruvector/wasm/vectorize'),
  langchain: all('@ruvector/wasm/langchain'),
  llamaindex: all('@ruvector/wasm/llamaindex'),
  compat: all('@ruvector/wasm/compat'),
  dag: all('@ruvector/wasm/dag'),
  mincut: all('@ruvector/wasm/mincut'),
  snn: all('@ruvector/wasm/snn'),
  react: all('@ruvector/wasm/react'),
  inline: named('wasmBytes', '@ruvector/wasm/inline'),
};

export const ENTRIES = Object.keys(PROGRAMS);

/** Of other packages what the entries take from them, and nothing behind it: it is not ours to weigh. */
const PEERS = {
  react: { 'index.js': 'export const useEffect = () => {}, useState = () => [];' },
  '@langchain/core': {
    'documents.js': 'export class Document {}',
    'vectorstores.js': 'export class VectorStore {}',
    'utils/math.js': 'export const maximalMarginalRelevance = () => [];',
  },
  '@llamaindex/core': {
    'embeddings.js': 'export const getTopKMMREmbeddings = () => [];',
    'vector-store.js':
      'export class BaseVectorStore {}\nexport const metadataDictToNode = () => {}, nodeToMetadata = () => {};',
  },
};

/** Writes the programs, and the packages beside this one where there are none; gives files by name. */
export function writeEntries(folder) {
  for (const [name, files] of Object.entries(PEERS)) {
    const home = join(folder, 'node_modules', name);
    if (existsSync(home)) continue;
    const exports = { '.': './index.js', './*': './*.js' };
    write(join(home, 'package.json'), JSON.stringify({ name, type: 'module', exports }));
    for (const [file, code] of Object.entries(files)) write(join(home, file), code);
  }
  return Object.fromEntries(
    Object.entries(PROGRAMS).map(([name, code]) => {
      const file = join(folder, 'entries', `${name}.js`);
      write(file, code);
      return [name, file];
    }),
  );
}

function write(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** Bytes as gzip of the JavaScript that loads with each program, not of what it loads later. */
export function weighEntries(out) {
  return Object.fromEntries(
    ENTRIES.map((name) => {
      const files = new Set();
      reach(join(out, `${name}.js`), files);
      return [name, Array.from(files, (file) => gzipped(readFileSync(file))).reduce(sum, 0)];
    }),
  );
}

function reach(file, files) {
  if (files.has(file)) return;
  files.add(file);
  const code = readFileSync(file, 'utf8');
  for (const [, path] of code.matchAll(/(?:\bfrom|\bimport)\s*["'](\.[^"']+)["']/g))
    reach(join(dirname(file), path), files);
}

/** All that a build put out, by kind, as gzip: what a deployment holds. */
export function emitted(out) {
  const files = readdirSync(out, { recursive: true, withFileTypes: true });
  const of = (ending) =>
    files
      .filter((it) => it.isFile() && it.name.endsWith(ending))
      .map(({ name, parentPath, path }) => gzipped(readFileSync(join(parentPath ?? path, name))))
      .reduce(sum, 0);
  return { JavaScript: of('js'), wasm: of('.wasm') };
}

export const gzipped = (bytes) => gzipSync(bytes, { level: 9 }).length;
export const sum = (a, b) => a + b;
