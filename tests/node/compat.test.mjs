// The names of 0.1.x do what they say. Saving and loading in IndexedDB: tests/browser/suite.js.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { F32_METRICS } from '../support/distances.mjs';
import { ownWasm, refused, rejected } from '../support/indexes.mjs';
import { assertNearest } from '../support/oracle.mjs';
import { capabilities, DimensionMismatchError, packageFile } from '../support/package.mjs';
import { random, seededVectors } from '../support/random.mjs';

const compat = await import(pathToFileURL(packageFile('./compat')));
const { init, VectorDB } = compat;

describe('before init()', () => {
  it('the class says to call it', async () => {
    refused(() => new VectorDB(3), 'WASM_LOAD_FAILED', 'call init() first');
    refused(() => compat.benchmark('b', 1, 3), 'WASM_LOAD_FAILED', 'call init() first');
    await rejected(VectorDB.loadFromIndexedDB('x'), 'WASM_LOAD_FAILED', 'call init() first');
  });

  it('a module that is none is refused, and it can be called again', async () => {
    const html = new TextEncoder().encode('<!doctype html>');
    await rejected(init(html), 'WASM_LOAD_FAILED', 'HTML');
    await rejected(init({ module_or_path: 5 }), 'INVALID_ARGUMENT', 'wasm');
    refused(() => new VectorDB(3), 'WASM_LOAD_FAILED', 'call init() first');
    assert.equal(compat.default, init);
    await init({ module_or_path: Promise.resolve(ownWasm()) });
    assert.equal((await capabilities()).loadedFrom, 'given');
    await init();
    assert.equal((await capabilities()).loadedFrom, 'url');
  });
});

const dbOf = (t, ...args) => {
  const db = new VectorDB(...args);
  t.after(() => db.free());
  return db;
};

describe('VectorDB', () => {
  for (const metric of F32_METRICS)
    for (const useHnsw of [undefined, null, false, true])
      it(`finds the nearest, and scores by distance: ${metric}, useHnsw ${useHnsw}`, (t) => {
        const [query, ...vectors] = seededVectors({ seed: 3, count: 301, dimensions: 37 });
        const db = dbOf(t, 37, metric === 'dot' ? 'dotproduct' : metric, useHnsw);
        const ids = db.insertBatch(vectors.map((vector) => ({ vector })));
        assert.equal(new Set(ids).size, 300);
        const records = vectors.map((vector, i) => ({ id: ids[i], vector }));
        const found = db.search(query, 300);
        const matches = found.map(({ id, score }) => ({ id, distance: score }));
        assertNearest(matches, metric, records, query, 300);
        for (const { id, vector } of found) assert.deepEqual(vector, vectors[ids.indexOf(id)]);
      });

  it('is, after random calls, what a Map is', (t) => {
    const db = dbOf(t, 8);
    const twin = new Map();
    const next = random(11);
    const vectors = seededVectors({ seed: 12, count: 1000, dimensions: 8 });
    for (const [i, vector] of vectors.entries()) {
      const id = `id-${Math.floor(next() * 200)}`;
      const metadata = { group: i % 3 };
      if (next() < 0.3) assert.equal(db.delete(id), twin.delete(id));
      else {
        // Replacing keeps the place in the order, which ties go by; there are none here.
        assert.equal(db.insert(vector, id, metadata), id);
        twin.set(id, { id, vector, metadata });
      }
      assert.equal(db.len(), twin.size);
      assert.deepEqual(db.get(id), twin.get(id));
    }
    const records = [...twin.values()].filter(({ metadata }) => metadata.group === 1);
    for (const query of vectors.slice(0, 20)) {
      const matches = db.search(query, 10, { group: 1 });
      const named = matches.map(({ id, score }) => ({ id, distance: score }));
      assertNearest(named, 'cosine', records, query, 10);
    }
  });

  it('is empty at first, and makes an id where none is given', (t) => {
    const db = dbOf(t, 2, null);
    assert.deepEqual([db.dimensions, db.len(), db.isEmpty()], [2, 0, true]);
    const ids = [
      db.insert([1, 0]),
      db.insert(Float32Array.of(1, 0), null, null),
      ...db.insertBatch([{ vector: [0, 1] }, { vector: [0, 1], id: 'own' }]),
    ];
    assert.equal(new Set(ids).size, 4);
    assert.equal(ids[3], 'own');
    assert.deepEqual([db.len(), db.isEmpty()], [4, false]);
    for (const id of ids) assert.equal(db.get(id).id, id);
    assert.equal(db.get('none'), undefined);
    assert.equal(db.delete('none'), false);
  });

  it('gives metadata back as plain JSON, and vectors as Float32Array', (t) => {
    const db = dbOf(t, 2);
    const metadata = { a: 1, b: { c: [null, 'grüße'] } };
    db.insert([3, 4], 'a', metadata);
    db.insert([-3, 4], 'b');
    const [first, second] = db.search([3, 4], 2, null);
    assert.deepEqual(first, { id: 'a', score: 0, vector: Float32Array.of(3, 4), metadata });
    assert.deepEqual(JSON.parse(JSON.stringify(first)).metadata, metadata);
    assert.equal('metadata' in second, false);
    assert.deepEqual(db.get('b'), { id: 'b', vector: Float32Array.of(-3, 4) });
    assert.deepEqual(
      db.search([0, 1], 5, { 'b.c': 'grüße' }).map(({ id }) => id),
      ['a'],
    );
  });

  it('throws typed errors, and changes nothing', (t) => {
    const db = dbOf(t, 2);
    db.insert([1, 2], 'kept');
    const error = refused(() => db.insert([1, 2, 3]), 'DIMENSION_MISMATCH');
    assert.ok(error instanceof DimensionMismatchError);
    assert.deepEqual([error.expected, error.actual], [2, 3]);
    refused(() => db.search([1], 3), 'DIMENSION_MISMATCH');
    refused(() => db.search([1], 0), 'DIMENSION_MISMATCH');
    refused(() => db.search([Number.NaN, 1], 3), 'INVALID_VECTOR');
    refused(() => db.search([1, 2], -1), 'INVALID_ARGUMENT', 'k:');
    refused(() => db.search([1, 2], 10_001), 'LIMIT_EXCEEDED', 'k:');
    refused(() => db.search([1, 2], 3, { $near: 1 }), 'INVALID_FILTER');
    refused(() => db.search([1, 2], 3, 0), 'INVALID_FILTER');
    refused(() => db.insert([1, 2], 5), 'INVALID_ARGUMENT', 'id');
    refused(() => db.insert([1, 2], 'a', 'text'), 'INVALID_ARGUMENT', 'metadata');
    refused(() => db.insertBatch({}), 'INVALID_ARGUMENT', 'entries');
    refused(() => db.insertBatch([{ vector: [1, 2], ID: 'a' }]), 'INVALID_ARGUMENT', "'id'");
    const bad = [{ vector: [1, 2], id: 'a' }, { vector: [1] }];
    refused(() => db.insertBatch(bad), 'DIMENSION_MISMATCH');
    assert.deepEqual(db.search([1, 2], 0), []);
    assert.deepEqual([db.len(), db.get('a')], [1, undefined]);
    for (const metric of ['dot', 'hamming', 'toString', 5])
      refused(() => new VectorDB(2, metric), 'INVALID_ARGUMENT', 'dotproduct');
    refused(() => new VectorDB(0), 'INVALID_ARGUMENT', 'dimensions');
  });

  it('has no IndexedDB in Node, and says so', async (t) => {
    const db = dbOf(t, 2);
    db.insert([1, 2], 'a');
    await rejected(db.saveToIndexedDB(), 'STORAGE_UNAVAILABLE', 'idb:ruvector_db');
    await rejected(VectorDB.loadFromIndexedDB('x'), 'STORAGE_UNAVAILABLE', 'idb:x');
    assert.equal(db.search([1, 2], 1)[0].id, 'a');
  });

  it('answers no more once it is freed, twice or not', () => {
    const db = new VectorDB(2);
    db.free();
    db.free();
    refused(() => db.len(), 'CLOSED');
    refused(() => db.insert([1, 2]), 'CLOSED');
  });
});

describe('the functions', () => {
  it('detectSIMD() tells what the host has', (t) => {
    assert.equal(compat.detectSIMD(), true);
    t.mock.method(WebAssembly, 'validate', () => false);
    assert.equal(compat.detectSIMD(), false);
  });

  it('version() is that of the package', () => {
    const { version } = JSON.parse(readFileSync(packageFile('./package.json'), 'utf8'));
    assert.equal(compat.version(), version);
  });

  it('benchmark() measures insertions a second, even where few take no time', () => {
    for (const [iterations, dimensions] of [
      [1, 2],
      [2000, 64],
    ]) {
      const start = performance.now();
      const rate = compat.benchmark(`b${iterations}`, iterations, dimensions);
      const elapsed = performance.now() - start;
      assert.ok(Number.isFinite(rate) && rate > 0);
      assert.ok(rate >= (1000 * iterations) / elapsed, `${rate} of ${iterations} in ${elapsed} ms`);
      const [{ duration }] = performance.getEntriesByName(`b${iterations}`);
      assert.ok(duration > 0 && duration <= elapsed);
    }
    refused(() => compat.benchmark('b', 0, 2), 'INVALID_ARGUMENT', 'iterations');
  });

  it('arrayToFloat32Array() makes one', () => {
    assert.deepEqual(compat.arrayToFloat32Array([1, 2.5]), Float32Array.of(1, 2.5));
  });
});
