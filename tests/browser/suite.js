/**
 * What must hold in every browser and in its workers: named assertions, and no test driver. The
 * drivers' server (drive.mjs) puts the package at /package/, at /lost/ without its .wasm file, and
 * at /rewritten/ with a page in the .wasm file's place.
 */
import { close, same, thrown } from '../support/claims.mjs';
import { codedSet, trace } from '../support/codes.mjs';
import { bruteForce, METRICS, records, snapshot, vectors } from './data.js';

const PACKAGE = '/package/dist/index.js';

/** Sets of assertions by name; `suite.html?set=...` chooses one. */
export const SETS = {
  all: {
    ...Object.fromEntries(
      METRICS.map((metric) => [`${metric} finds what brute force finds`, () => finds(metric)]),
    ),
    'a replaced record is found by its new vector only': async () => {
      const index = await filled(2, [vector(1, 0), vector(0, 1)]);
      const result = index.upsert({ id: 'id-0', vector: vector(0.1, 1) });
      same([result.inserted, result.updated], [0, 1]);
      same(ids(index.query(vector(1, 0))), ['id-0', 'id-1']);
      same(index.count(), 2);
    },
    'steps tell how far they are and end with all records in': async () => {
      const { createIndex } = await import(PACKAGE);
      const index = await createIndex({ dimensions: 256 });
      const items = records(vectors(5, 500, 256));
      const seen = [];
      for (const { done, total } of index.upsertSteps(items)) seen.push([done, total]);
      same(seen.length > 1, true);
      same(seen.at(-1), [500, 500]);
      same(index.count(), 500);
    },
    'metadata comes back as it was put in': async () => {
      const { createIndex } = await import(PACKAGE);
      const index = await createIndex({ dimensions: 2 });
      const metadata = { text: 'grüße 🦀', nested: { list: [1, null, 'a'] } };
      index.upsert({ id: 'ключ', vector: [1, 2], metadata });
      same(index.get('ключ'), { id: 'ключ', vector: [1, 2], metadata });
      same(index.query([1, 2]).matches[0].metadata, metadata);
    },
    'an exported index is the same index when imported': async () => {
      const { createIndex } = await import(PACKAGE);
      const list = vectors(3, 200, 24);
      const index = await filled(24, list);
      const copy = await createIndex({ dimensions: 24 });
      same(copy.import(index.export()).inserted, 200);
      const [query] = vectors(4, 1, 24);
      same(copy.query(query).matches, index.query(query).matches);
      same(copy.export(), index.export());
    },
    ...Object.fromEntries(
      [
        ['in IndexedDB', {}],
        ['in IndexedDB, from a worker', { worker: true }],
        // In a worker the shards open in place, as every database does there.
        ['in IndexedDB over shards, each in a worker', { worker: true, shards: 3 }],
        ['in IndexedDB, encrypted', { encrypted: true }],
        ['in the private file system', { storage: 'opfs:' }],
        ['in the private file system over shards', { storage: 'opfs:', shards: 2 }],
        ['in memory', { storage: 'memory:' }],
      ].map(([where, options]) => [`a database ${where} is there again`, () => kept(options)]),
    ),
    'a database over shards closes itself where somebody deletes it': async () => {
      const { deleteDatabase, listDatabases, open } = await import(PACKAGE);
      const name = `suite-${typeof document}-deleted`;
      const db = await open(name, { dimensions: 16, shards: 2, worker: true });
      await db.upsert(records(vectors(8, 50, 16)));
      let times = 0;
      db.on('blocked', () => ++times);
      await deleteDatabase(name);
      await thrown(() => db.count(), 'CLOSED');
      same(times, 1);
      await db.close();
      same((await listDatabases()).filter((it) => it.name === name).length, 0);
    },
    'a worker that was made long before takes a database': async () => {
      if ('WorkerGlobalScope' in globalThis) return; // see platform-browser.ts
      const worker = new Worker('/package/dist/worker/entry.js', { type: 'module' });
      await new Promise((resolve) => setTimeout(resolve, 1000));
      const { open } = await import(PACKAGE);
      const db = await open('early', { dimensions: 2, storage: 'memory:', worker });
      same((await db.upsert({ id: 'a', vector: [1, 2] })).inserted, 1);
      await db.close();
    },
    'what the names of 0.1.x save in IndexedDB, they load again': savedAndLoaded,
    'the same calls give the same snapshot as in Node': async () => {
      const { createIndex } = await import(PACKAGE);
      const response = await fetch('/snapshot.rv');
      same(response.ok, true);
      same(await snapshot(createIndex), new Uint8Array(await response.arrayBuffer()));
    },
    'graphs and codes are the same bytes from the build without relaxed SIMD': async () => {
      const { createIndex } = await import(PACKAGE);
      const items = records(vectors(9, 1200, 40));
      for (const quantization of ['int8', { type: 'rabitq', bits: 4, keep: false }]) {
        const options = { dimensions: 40, index: 'hnsw', quantization };
        const [index, plain] = await Promise.all([
          createIndex(options),
          createIndex({ ...options, wasm: '/package/dist/ruvector.wasm' }),
        ]);
        for (const it of [index, plain]) {
          it.upsert(items);
          it.delete(['id-3', 'id-500']);
        }
        const queries = vectors(10, 20, 40);
        const found = (it) => it.queryMany(queries).map(({ matches }) => matches);
        same(found(index), found(plain));
        same(index.export(), plain.export());
        above(index.measureRecall().recall, 0.9);
        same(
          [index, plain].map((it) => it.stats().linked),
          [1198, 1198],
        );
        index.dispose();
        plain.dispose();
      }
    },
    'T7: codes of every width give the same to the last bit without relaxed SIMD': async () => {
      const { createIndex } = await import(PACKAGE);
      for (let bits = 1; bits <= 8; ++bits)
        for (const index of ['flat', { type: 'hnsw', M: 4, efConstruction: 8 }]) {
          const dimensions = 16 * bits + 9; // each number of sixteens is another remainder
          const quantization = { type: 'rabitq', bits, keep: false };
          const options = { dimensions, index, quantization };
          const { ids, flat, queries } = codedSet(dimensions, { forGraph: index !== 'flat' });
          const seen = [];
          for (const wasm of [undefined, '/package/dist/ruvector.wasm']) {
            const it = await createIndex({ ...options, wasm });
            it.upsertFlat(ids, flat);
            seen.push({ trace: trace(it, queries), bytes: it.export() });
            it.dispose();
          }
          const [own, plain] = seen;
          same(own.trace, plain.trace);
          same(own.bytes, plain.bytes);
        }
    },
    'memory grows while records come in, and nothing is lost': async () => {
      const { createIndex } = await import(PACKAGE);
      const [count, dimensions] = [24_000, 512]; // 49 MB
      const index = await createIndex({ dimensions });
      const before = index.stats().wasmBytes;
      const [first, last] = vectors(6, 2, dimensions);
      const flat = new Float32Array(1000 * dimensions);
      for (let from = 0; from < count; from += 1000) {
        for (let i = 0; i < flat.length; ++i) flat[i] = ((i * 31 + from) % 1009) - 504;
        if (from === 0) flat.set(first, 0);
        if (from === count - 1000) flat.set(last, 999 * dimensions);
        index.upsertFlat(
          Array.from({ length: 1000 }, (_, i) => `id-${from + i}`),
          flat,
        );
      }
      above(index.stats().wasmBytes, Math.max(before, count * dimensions * 4));
      same(ids(index.query(first, { topK: 1 })), ['id-0']);
      same(ids(index.query(last, { topK: 1 })), [`id-${count - 1}`]);
      same(index.get('id-0').vector, Array.from(first));
      index.dispose();
    },
    'errors have a class, a code, and say what came': async () => {
      const { createIndex, DimensionMismatchError, RuVectorError } = await import(PACKAGE);
      const index = await filled(2, [vector(1, 0)]);
      const error = await thrown(() => index.query([1, 2, 3]), 'DIMENSION_MISMATCH');
      same(error instanceof DimensionMismatchError && error instanceof RuVectorError, true);
      same([error.expected, error.actual], [2, 3]);
      await thrown(() => index.query([1, Number.NaN]), 'INVALID_VECTOR', 'component 1');
      await thrown(() => index.query([0, 0]), 'INVALID_VECTOR', 'zero vector');
      await thrown(() => index.query([1, 2], { topk: 3 }), 'INVALID_ARGUMENT', "'topK'");
      await thrown(() => index.query([1, 2], { topK: 10_001 }), 'LIMIT_EXCEEDED', '10000');
      await thrown(() => index.queryById('absent'), 'NOT_FOUND', 'absent');
      await thrown(() => index.insert({ id: 'id-0', vector: [1, 2] }), 'DUPLICATE_ID', 'id-0');
      const bytes = index.export();
      bytes[bytes.length - 1] ^= 1;
      await thrown(() => index.import(bytes), 'FORMAT_CHECKSUM');
      await thrown(() => index.import(new Uint8Array(9)), 'INVALID_ARGUMENT');
      await thrown(() => createIndex({ dimensions: 0 }), 'INVALID_ARGUMENT', 'dimensions');
      same(index.count(), 1);
      index.dispose();
      await thrown(() => index.count(), 'CLOSED');
    },
    'more than the memory that was allowed is OUT_OF_MEMORY, and changes nothing': async () => {
      const { createIndex } = await import(PACKAGE);
      const index = await createIndex({ dimensions: 1024, maxMemoryBytes: 4_000_000 });
      index.upsert({ id: 'kept', vector: new Float32Array(1024).fill(1) });
      const many = records(vectors(8, 2000, 1024));
      await thrown(() => index.upsert(many), 'OUT_OF_MEMORY');
      same([index.count(), index.has(['kept', 'id-0'])], [1, [true, false]]);
    },
    'the wasm is loaded from its own file': async () => {
      const { capabilities } = await import(PACKAGE);
      const { loadedFrom, simd } = await capabilities();
      same([loadedFrom, simd], ['url', true]);
    },
    'without the wasm file the inline copy is loaded': () => fallsBack('/lost/dist/index.js'),
    'with a page in place of the wasm file the inline copy is loaded': () =>
      fallsBack('/rewritten/dist/index.js'),
    'a given URL that answers with a page is WASM_LOAD_FAILED, and says so': async () => {
      const { createIndex } = await import(PACKAGE);
      const wasm = '/rewritten/dist/ruvector.wasm';
      await thrown(() => createIndex({ dimensions: 2, wasm }), 'WASM_LOAD_FAILED', 'HTML', wasm);
    },
    'a given URL that is not found is WASM_LOAD_FAILED with the status': async () => {
      const { createIndex } = await import(PACKAGE);
      const wasm = '/lost/dist/ruvector.wasm';
      await thrown(() => createIndex({ dimensions: 2, wasm }), 'WASM_LOAD_FAILED', '404', wasm);
    },
    'the wasm can be given as a URL, a Response, bytes or a module': async () => {
      const { createIndex } = await import(PACKAGE);
      const url = new URL('/package/dist/ruvector.wasm', location.href);
      const bytes = await (await fetch(url)).arrayBuffer();
      const module = await WebAssembly.compile(bytes);
      for (const wasm of [url, url.href, await fetch(url), bytes, new Uint8Array(bytes), module]) {
        const index = await createIndex({ dimensions: 2, wasm });
        index.upsert({ id: 'a', vector: [1, 2] });
        same(ids(index.query([1, 2])), ['a']);
      }
    },
  },
  /** For a page whose policy lacks 'wasm-unsafe-eval'. */
  'without-eval': {
    "without 'wasm-unsafe-eval' the error says what to add to the policy": async () => {
      const { createIndex } = await import(PACKAGE);
      await thrown(() => createIndex({ dimensions: 2 }), 'WASM_LOAD_FAILED', "'wasm-unsafe-eval'");
    },
  },
  /** Shows that a driver reports what fails. */
  failing: {
    'an assertion that holds': async () => same(1 + 1, 2),
    'an assertion that does not hold': async () => same(1 + 1, 3),
  },
};

/** Runs a set, one assertion after another, each told to `begins`; never rejects. */
export async function run(set, begins) {
  const results = [];
  for (const [name, assertion] of Object.entries(SETS[set] ?? {})) {
    begins(name);
    try {
      await assertion();
      results.push({ name, ok: true });
    } catch (error) {
      results.push({ name, ok: false, error: `${error.message}\n${error.stack}` });
    }
  }
  return results;
}

async function finds(metric) {
  const { createIndex } = await import(PACKAGE);
  const dimensions = metric === 'hamming' ? 1024 : 61; // 61: a remainder in every SIMD loop
  const list = vectors(1, 400, dimensions, metric);
  const queries = vectors(2, 5, dimensions, metric);
  const index = await createIndex({ dimensions, metric });
  same(index.upsert(records(list)).inserted, 400);
  const batch = index.queryMany(queries, { topK: 20 });
  for (const [i, query] of queries.entries()) {
    const expected = bruteForce(list, query, metric, dimensions).slice(0, 20);
    const { matches, count, complete } = index.query(query, { topK: 20 });
    same([count, complete], [20, true]);
    same(
      matches.map(({ id }) => id),
      expected.map(({ id }) => id),
    );
    for (const [k, { distance, score }] of matches.entries()) {
      close(distance, expected[k].distance);
      close(score, expected[k].score);
    }
    same(batch[i].matches, matches);
  }
  index.dispose();
}

/** Opens, writes, closes, opens again; the name is this thread's own. */
async function kept({ encrypted = false, ...given }) {
  const { deleteDatabase, listDatabases, open } = await import(PACKAGE);
  const name = `suite-${typeof document}-${JSON.stringify(given)}-${encrypted}`;
  const place = given.storage === 'opfs:' ? `opfs:${name}` : name;
  const options = { ...given, ...(given.storage === 'opfs:' && { storage: place }) };
  if (encrypted) {
    const algorithm = { name: 'AES-GCM', length: 256 };
    const key = await crypto.subtle.generateKey(algorithm, false, ['encrypt', 'decrypt']);
    options.encryption = { key };
  }
  await deleteDatabase(place);
  const list = records(vectors(8, 300, 16));
  const db = await open(name, { dimensions: 16, index: 'hnsw', ...options });
  same((await db.upsert(list)).inserted, 300);
  const [query] = vectors(9, 1, 16);
  const { matches } = await db.query(query);
  const stats = await db.stats();
  same(stats.worker, given.worker === true && !('WorkerGlobalScope' in globalThis)); // off the page already
  same(stats.shards, given.shards ?? 1);
  const { backend, encrypted: sealed, evictionRisk } = await db.storage();
  same(sealed, encrypted);
  const mismatch = await db.query([1]).catch((error) => error);
  same([mismatch.name, mismatch.expected], ['DimensionMismatchError', 16]);
  await db.close();
  if (given.storage === 'memory:') return same([backend, evictionRisk], ['memory', 'high']);
  same(backend, given.storage ? 'opfs' : 'indexeddb');
  const listed = (await listDatabases()).filter((it) => it.name.includes(name));
  same(listed.length, given.storage ? 0 : 1);
  const again = await open(name, options);
  same([await again.count(), again.version], [300, db.version]);
  same((await again.query(query)).matches, matches);
  if (encrypted)
    same(await open(name, { tabs: 'readonly' }).catch(({ code }) => code), 'DECRYPT_FAILED');
  await again.close();
  await deleteDatabase(place);
  const gone = await open(name, { ...options, tabs: 'readonly' }).catch(({ code }) => code);
  same(gone, 'NOT_FOUND');
  await deleteDatabase(place);
}

async function savedAndLoaded() {
  const { deleteDatabase, listDatabases, open } = await import(PACKAGE);
  const { default: init, VectorDB } = await import('/package/dist/compat/entry.js');
  await init();
  const name = `compat-${typeof document}`;
  await deleteDatabase(name);
  await thrown(() => VectorDB.loadFromIndexedDB(name), 'NOT_FOUND', name);
  const entries = records(vectors(8, 1100, 16));
  const [query] = vectors(9, 1, 16);
  for (const [metric, useHnsw] of [
    ['cosine', true],
    ['cosine', false],
    ['dotproduct', null],
  ]) {
    const db = new VectorDB(16, metric, useHnsw);
    db.insertBatch(entries);
    if (metric === 'dotproduct') {
      await thrown(() => db.saveToIndexedDB(name), 'METRIC_MISMATCH');
      await deleteDatabase(name);
    }
    const saving = db.saveToIndexedDB(name);
    db.delete('id-7'); // not of what is saved
    same(await saving, true);
    same(
      (await listDatabases()).some((it) => it.name === name),
      true,
    );
    const copy = await VectorDB.loadFromIndexedDB(name);
    same([copy.dimensions, copy.len(), db.len()], [16, 1100, 1099]);
    same(copy.get('id-7').vector, entries[7].vector);
    copy.delete('id-7');
    same(
      copy.search(query, 20, { place: { $gte: 10 } }),
      db.search(query, 20, { place: { $gte: 10 } }),
    );
    // By the name that it was loaded by.
    await copy.saveToIndexedDB();
    const stored = await open(name);
    const { count, index, linked } = await stored.stats();
    await stored.close();
    same([count, index], [1099, useHnsw ? 'hnsw' : 'auto']);
    same(linked, useHnsw ? 1099 : 0);
    db.free();
    copy.free();
  }
  await deleteDatabase(name);
}

/** The package at `url` has lost its file: it must work from the inline copy, and say so. */
async function fallsBack(url) {
  const { capabilities, createIndex } = await import(url);
  const index = await createIndex({ dimensions: 2 });
  index.upsert({ id: 'a', vector: [1, 2] });
  same(ids(index.query([1, 2])), ['a']);
  same((await capabilities()).loadedFrom, 'inline');
}

async function filled(dimensions, list) {
  const { createIndex } = await import(PACKAGE);
  const index = await createIndex({ dimensions });
  index.upsert(records(list));
  return index;
}

function vector(...components) {
  return Float32Array.from(components);
}

function ids({ matches }) {
  return matches.map(({ id }) => id);
}

function above(actual, least) {
  if (!(actual > least)) throw new Error(`expected more than ${least}, got ${actual}`);
}
