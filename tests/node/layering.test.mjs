// The arrows of ARCHITECTURE.md: who may include or import whom, and what nobody may.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, it } from 'node:test';
import { root } from '../support/package.mjs';

/** Which rooms each room of src/ and bindings/ may include, beside itself. */
const CPP = {
  'src/base': [],
  'src/kernels': ['src/base'],
  'src/store': ['src/kernels', 'src/base'],
  'src/snapshot': ['src/base'],
  'src/quant': ['src/store', 'src/kernels', 'src/base'],
  'src/index/flat': ['src/store', 'src/kernels', 'src/base'],
  'src/index/hnsw': ['src/quant', 'src/store', 'src/base'],
  'src/mincut': ['src/base'],
  'src/dag': ['src/mincut', 'src/base'],
  'src/snn': ['src/base'],
  'src/engine': [
    'src/dag',
    'src/snn',
    'src/index/flat',
    'src/index/hnsw',
    'src/quant',
    'src/store',
    'src/snapshot',
    'src/kernels',
    'src/base',
  ],
  'bindings/embind': [
    'src/engine',
    'src/dag',
    'src/mincut',
    'src/snn',
    'src/snapshot',
    'src/kernels',
    'src/base',
  ],
  'bindings/c': ['src/engine', 'src/snapshot', 'src/base'],
};

/** The same for js/; an entry is a room of its own. */
const JS = {
  'js/types': [],
  'js/types.ts': ['js/types'],
  'js/base64.d.ts': [],
  'js/inline.ts': ['js/base64.d.ts'],
  'js/wasm-url.ts': [],
  'js/core': ['js/types.ts', 'js/inline.ts', 'js/wasm-url.ts', 'types/raw.d.ts', 'wasm'],
  'js/filter': ['js/core', 'js/types.ts'],
  'js/planner': ['js/core', 'types/raw.d.ts'],
  'js/context': [],
  'js/index': ['js/core', 'js/context', 'js/filter', 'js/planner', 'js/types.ts', 'types/raw.d.ts'],
  'js/database': ['js/core', 'js/index', 'js/worker', 'js/types.ts'],
  'js/storage': ['js/core', 'js/database', 'js/types.ts'],
  'js/worker': ['js/core', 'js/database', 'js/platform-node.ts', 'js/storage', 'js/types.ts'],
  'js/platform-browser.ts': ['js/core', 'js/database', 'js/storage', 'js/wasm-url.ts'],
  'js/platform-node.ts': ['js/core', 'js/database', 'js/storage'],
  'js/open-browser.ts': ['js/core', 'js/database', 'js/platform-browser.ts', 'js/types.ts'],
  'js/open-node.ts': ['js/database', 'js/platform-node.ts', 'js/types.ts'],
  'js/platform-edge.ts': ['js/core', 'js/database', 'js/storage'],
  'js/edge.ts': ['js/core', 'js/database', 'js/index', 'js/platform-edge.ts', 'js/types.ts'],
  'js/workerd.ts': ['js/core', 'js/edge.ts', 'js/public.ts'],
  'js/edge-light.ts': ['js/core', 'js/edge.ts', 'js/public.ts'],
  'js/public.ts': ['js/core', 'js/database', 'js/types.ts'],
  'js/index.ts': [
    'js/core',
    'js/index',
    'js/open-browser.ts',
    'js/public.ts',
    'js/storage',
    'js/types.ts',
  ],
  'js/node.ts': ['js/core', 'js/index', 'js/open-node.ts', 'js/public.ts', 'js/types.ts'],
  'js/react': [
    'js/database',
    'js/index.ts',
    'js/node.ts',
    'js/workerd.ts',
    'js/edge-light.ts',
    'js/types.ts',
  ],
  'js/compat': [
    'js/core',
    'js/database',
    'js/index',
    'js/open-browser.ts',
    'js/open-node.ts',
    'js/workerd.ts',
    'js/edge-light.ts',
    'js/types.ts',
  ],
  'js/dag': ['js/core', 'js/filter', 'js/index', 'js/planner', 'js/types.ts', 'types/raw.d.ts'],
  'js/mincut': ['js/core', 'js/types.ts', 'types/raw.d.ts'],
  'js/snn': ['js/adapter', 'js/core', 'js/database', 'js/types.ts', 'types/raw.d.ts'],
  'js/adapter': ['js/core', 'js/database', 'js/types.ts'],
  'js/vectorize': ['js/adapter', 'js/core', 'js/database', 'js/filter', 'js/types.ts'],
  'js/langchain': ['js/adapter', 'js/core', 'js/database', 'js/types.ts'],
  'js/llamaindex': ['js/adapter', 'js/core', 'js/database', 'js/filter', 'js/types.ts'],
  'js/cli': ['js/node.ts'],
};

/** What a file may import from outside: of Node, the user's React, LangChain or LlamaIndex, or a library that becomes part of it. */
const LIBRARIES = [
  ['js/core/host-node.ts', /^node:/],
  ['js/platform-node.ts', /^node:/],
  ['js/storage/files.ts', /^node:/],
  ['js/worker/entry-node.ts', /^node:/],
  ['js/storage/indexeddb.ts', /^idb$/],
  ['js/cli/files.ts', /^node:/],
  ['js/cli/formats/formats.ts', /^node:/],
  ['js/cli/program.ts', /^node:/],
  ['js/react/stable.ts', /^react$/],
  ['js/react/use-database.ts', /^react$/],
  ['js/react/use-query.ts', /^react$/],
  ['js/langchain/store.ts', /^@langchain\/core\//],
  ['js/langchain/core.d.ts', /^@langchain\/core\//],
  ['js/llamaindex/store.ts', /^@llamaindex\/core\//],
  ['js/llamaindex/filters.ts', /^@llamaindex\/core\//],
  ['js/llamaindex/core.d.ts', /^@llamaindex\/core\//],
];

/** Headers that portable, exception-free code without clocks, threads or streams has no use for. */
const BANNED_HEADERS =
  /^<(iostream|ostream|istream|sstream|fstream|format|locale|regex|string|chrono|ctime|time\.h|thread|mutex|atomic|future|condition_variable|stdexcept|exception|random|filesystem|functional|map|unordered_map|set|unordered_set|list|deque|vector)>$/;
const HOST_HEADERS = /^<(emscripten|unistd|sys\/|pthread)/;
const BANNED_WORDS =
  /\b(throw|try|catch|dynamic_cast|typeid|printf|fprintf|getenv|rand|time|clock|clock_gettime|gettimeofday)\s*[({"]|std::(chrono|thread|mutex|cout|cerr|string)\b/;

const roomOf = (rooms, path) =>
  Object.keys(rooms).find((room) => path === room || path.startsWith(`${room}/`));

const withoutComments = (text) => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');

function arrow(rooms, from, to) {
  const [source, target] = [roomOf(rooms, from), roomOf(rooms, to) ?? to];
  if (source === undefined) return [`${from}: in no room that ARCHITECTURE.md names`];
  const allowed = source === target || rooms[source].includes(target);
  return allowed ? [] : [`${from} -> ${to}: ${source} may not use ${target}`];
}

/** What is wrong with the C++ file `path` (from the root of the repository). */
export function cppViolations(path, text) {
  const found = [...text.matchAll(/^\s*#\s*include\s+(<[^>]+>|"[^"]+")/gm)].flatMap(([, name]) => {
    if (name.startsWith('"bindings/')) return arrow(CPP, path, name.slice(1, -1));
    if (name.startsWith('"')) return arrow(CPP, path, `src/${name.slice(1, -1)}`);
    const bound = path.startsWith('src/');
    if (BANNED_HEADERS.test(name) || (bound && HOST_HEADERS.test(name)))
      return [`${path}: includes ${name}`];
    return [];
  });
  const word = withoutComments(text)
    .replace(/"(\\.|[^"\\])*"/g, '""')
    .match(BANNED_WORDS);
  if (word !== null) found.push(`${path}: uses ${word[0]}`);
  if (roomOf(CPP, path) === undefined) found.push(`${path}: in no room`);
  return found;
}

/** What is wrong with the TypeScript file `path`. */
export function jsViolations(path, text) {
  const code = withoutComments(text);
  const names = [
    ...code.matchAll(/\b(?:import|export)\b[^;'"]*?\bfrom\s*['"]([^'"]+)['"]/g),
    ...code.matchAll(/\bimport\s*\(\s*['"]([^'"]+)['"]\s*\)/g),
    ...code.matchAll(/^\s*import\s*['"]([^'"]+)['"]/gm),
  ].map(([, name]) => name);
  const found = names.flatMap((name) => {
    if (!name.startsWith('.')) {
      const allowed = LIBRARIES.some(([where, library]) => where === path && library.test(name));
      return allowed ? [] : [`${path}: imports ${name}`];
    }
    if (/\.wasm(\?module)?$/.test(name)) return arrow(JS, path, 'wasm');
    const target = join(dirname(path), name).replace(/\.js$/, '');
    const declared = ['types/raw', 'js/base64'].includes(target);
    return arrow(JS, path, `${target}${declared ? '.d.ts' : '.ts'}`);
  });
  if (path !== 'js/core/heap.ts' && /\bwasmMemory\b|\bHEAP[UF]?\d+\b/.test(code))
    found.push(`${path}: touches wasm memory, which only js/core/heap.ts may`);
  if (roomOf(JS, path) === undefined) found.push(`${path}: in no room`);
  return found;
}

/** All files below `folder` with one of the endings, from the root of the repository. */
function files(folder, ...endings) {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
    .map((entry) => relative(root, join(entry.parentPath ?? entry.path, entry.name)));
}

const read = (path) => readFileSync(join(root, path), 'utf8');

describe('the arrows of ARCHITECTURE.md', () => {
  it('hold for every #include of src/ and bindings/', () => {
    const paths = [...files('src', '.h', '.cpp'), ...files('bindings', '.h', '.cpp')];
    assert.ok(paths.length > 20);
    assert.deepEqual(
      paths.flatMap((path) => cppViolations(path, read(path))),
      [],
    );
  });

  it('hold for every import of js/', () => {
    const paths = files('js', '.ts');
    assert.ok(paths.length > 20);
    assert.deepEqual(
      paths.flatMap((path) => jsViolations(path, read(path))),
      [],
    );
  });

  it('name every room that has files', () => {
    const text = read('ARCHITECTURE.md');
    for (const room of Object.keys(CPP)) {
      const name = room.replace(/^(src|bindings)\//, '');
      assert.ok(text.includes(`${name}/`), `${room} is not on the map`);
    }
    for (const room of [
      ...Object.keys(CPP),
      ...Object.keys(JS).filter((name) => !name.includes('.')),
    ])
      assert.ok(files(room, '.h', '.cpp', '.ts').length > 0, `${room} is empty`);
  });
});

describe('the checker', () => {
  for (const [what, path, text, report] of [
    ['an arrow up', 'src/base/status.h', '#include "engine/collection.h"', 'src/engine'],
    ['a sideways arrow', 'src/snapshot/reader.h', '#include "store/vector_store.h"', 'src/store'],
    ['an arrow from kernels to the store', 'src/kernels/a.cpp', '  # include "store/x.h"', 'store'],
    [
      'bindings that reach past the engine',
      'bindings/embind/a.cpp',
      '#include "store/x.h"',
      'store',
    ],
    ['codes that know a graph', 'src/quant/a.cpp', '#include "index/hnsw/hnsw.h"', 'hnsw'],
    ['one index in the other', 'src/index/flat/a.cpp', '#include "index/hnsw/hnsw.h"', 'hnsw'],
    ['an unknown room', 'src/engine/a.cpp', '#include "extra/a.h"', 'extra'],
    ['a file in an unknown room', 'src/extra/a.cpp', '', 'no room'],
    ['streams', 'src/engine/a.cpp', '#include <iostream>', '<iostream>'],
    ['strings', 'src/base/a.h', '#include <string>', '<string>'],
    ['a clock', 'src/engine/a.cpp', '#include <chrono>', '<chrono>'],
    ['threads', 'src/engine/a.cpp', '#include <thread>', '<thread>'],
    ['the host in the core', 'src/engine/a.cpp', '#include <emscripten.h>', 'emscripten'],
    ['an exception', 'src/engine/a.cpp', 'void f() { throw ("x"); }', 'throw'],
    ['a handler', 'src/engine/a.cpp', 'void f() { try { g(); } catch (...) {} }', 'try'],
  ])
    it(`reports ${what} in C++`, () => {
      const found = cppViolations(path, text);
      assert.ok(
        found.some((line) => line.includes(report)),
        `found ${found}`,
      );
    });

  for (const [what, path, text, report] of [
    ['core -> index', 'js/core/load.ts', "import { x } from '../index/write.js';", 'js/index'],
    ['core -> an entry', 'js/core/a.ts', "export * from '../node.js';", 'js/node.ts'],
    ['a dynamic import', 'js/core/a.ts', "const it = await import('../index/a.js');", 'js/index'],
    ['a type import', 'js/core/a.ts', "import type {\n  A,\n} from '../index/a.js';", 'js/index'],
    ['filter -> index', 'js/filter/a.ts', "import { x } from '../index/a.js';", 'js/index'],
    ['index -> an entry', 'js/index/a.ts', "import { x } from '../public.js';", 'js/public.ts'],
    ['react -> storage', 'js/react/a.ts', "import { x } from '../storage/a.js';", 'js/storage'],
    ['the command line -> core', 'js/cli/a.ts', "import { x } from '../core/a.js';", 'js/core'],
    ['index -> compat', 'js/index/a.ts', "import { x } from '../compat/a.js';", 'js/compat'],
    ['Node in the browser', 'js/core/host-browser.ts', "import fs from 'node:fs';", 'node:fs'],
    ['a package', 'js/index/a.ts', "import x from 'idb';", 'idb'],
    ['an import for its effects', 'js/index/a.ts', "import '../index.js';", 'js/index.ts'],
    ['wasm as a module', 'js/index/a.ts', "import it from '../ruvector.wasm';", 'may not use wasm'],
    ['wasm memory outside heap.ts', 'js/index/a.ts', 'raw.wasmMemory.buffer', 'heap.ts'],
    ['a file in an unknown room', 'js/extra/a.ts', '', 'no room'],
  ])
    it(`reports ${what} in TypeScript`, () => {
      const found = jsViolations(path, text);
      assert.ok(
        found.some((line) => line.includes(report)),
        `found ${found}`,
      );
    });

  it('is silent about what is allowed, and about comments', () => {
    assert.deepEqual(cppViolations('src/engine/a.cpp', '#include "store/x.h"\n// throw ("x")'), []);
    assert.deepEqual(jsViolations('js/index/a.ts', "import { x } from '../core/heap.js';"), []);
    assert.deepEqual(jsViolations('js/core/a.ts', "// import { x } from '../index/a.js';"), []);
  });
});
