// What graphs and codes cost in memory: as documented, bounded by maxMemoryBytes, and small where one
// copy is kept.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { comparable, newIndex, ownWasm, refused } from '../support/indexes.mjs';
import { itemsOf, random, seededVectors } from '../support/random.mjs';
import { soak } from '../support/soak.mjs';

const QUANTIZATIONS = [
  'none',
  'int8',
  'rabitq',
  { type: 'int8', keep: false },
  { type: 'rabitq', keep: false },
  { type: 'rabitq', bits: 5 },
  { type: 'rabitq', bits: 4, keep: false },
];
const nameOf = (it) =>
  typeof it === 'string' ? it : `${it.type} ${it.bits ?? ''}${it.keep === false ? ' alone' : ''}`;

/** Cheap to build: how good a graph is makes no difference to its size. */
const GRAPH = { type: 'hnsw', efConstruction: 8, ef: 32 };

describe('bytesPerVector is what a record takes', () => {
  const dimensions = 64;
  // Powers of two, so that blocks of rows are full.
  const [first, second] = [4096, 16_384];
  const items = itemsOf(seededVectors({ seed: 91, count: second, dimensions }));
  for (const index of ['flat', GRAPH])
    for (const quantization of QUANTIZATIONS)
      it(`${index.type ?? index}, ${nameOf(quantization)}`, async (t) => {
        const it = await newIndex(t, { dimensions, index, quantization }, items.slice(0, first));
        const before = it.stats().memoryBytes;
        it.upsert(items.slice(first));
        const { memoryBytes, bytesPerVector, linked } = it.stats();
        assert.equal(linked, index === 'flat' ? 0 : second);
        const measured = (memoryBytes - before) / (second - first);
        t.diagnostic(`documented ${bytesPerVector.toFixed(1)}, measured ${measured.toFixed(1)}`);
        assert.ok(Math.abs(measured / bytesPerVector - 1) <= 0.1, `${measured / bytesPerVector}`);
        // And all of it is what all records take.
        assert.ok(memoryBytes <= 1.15 * bytesPerVector * second + 500_000, `${memoryBytes} bytes`);
      });
});

describe('maxMemoryBytes', () => {
  const dimensions = 32;
  const items = itemsOf(seededVectors({ seed: 92, count: 12_000, dimensions }));
  const queries = seededVectors({ seed: 93, count: 20, dimensions });
  for (const quantization of QUANTIZATIONS)
    it(`hnsw, ${nameOf(quantization)}: refuses what has no room and goes on as before`, async (t) => {
      const maxMemoryBytes = 1_600_000;
      const options = { dimensions, index: GRAPH, quantization, maxMemoryBytes };
      const index = await newIndex(t, options);
      let count = 0;
      const fill = (step) => {
        for (;;) {
          index.upsert(items.slice(count, count + step));
          count += step;
        }
      };
      const answers = () =>
        index
          .queryMany(queries, { topK: 20 })
          .map((result) => ({ ...comparable(result), version: 0 }));
      for (const step of [500, 7]) {
        refused(() => fill(step), 'OUT_OF_MEMORY', 'maxMemoryBytes');
        assert.equal(index.count(), count);
        const before = [answers(), index.stats()];
        refused(() => index.upsert(items.slice(0, 9000)), 'OUT_OF_MEMORY');
        assert.deepEqual([answers(), index.stats()], before);
      }
      const { memoryBytes, linked, bytesPerVector } = index.stats();
      assert.equal(linked, count);
      t.diagnostic(`${count} records of ${bytesPerVector.toFixed(0)} bytes in ${memoryBytes}`);
      // Not much room is left over, and deleting makes room again.
      assert.ok(count * bytesPerVector >= 0.5 * maxMemoryBytes, `${count} records`);
      index.delete(items.slice(0, 1000).map(({ id }) => id));
      assert.equal(index.upsert(items.slice(0, 500)).inserted, 500);
      const bytes = index.export();
      const copy = await newIndex(t, { ...options, maxMemoryBytes: 8_000_000 });
      copy.import(bytes);
      assert.deepEqual(copy.export(), bytes);
      const small = await newIndex(t, { ...options, maxMemoryBytes: 200_000 }, items.slice(0, 5));
      refused(() => small.import(bytes), 'OUT_OF_MEMORY');
      assert.equal(small.count(), 5);
    });

  it('auto: where a graph has no room there is none, and nothing is pending', async (t) => {
    const many = itemsOf(seededVectors({ seed: 94, count: 20_500, dimensions: 8 }));
    const options = { dimensions: 8, metric: 'euclidean', maxMemoryBytes: 1_800_000 };
    const index = await newIndex(t, options, many);
    assert.equal(index.stats().pending, 20_500);
    const { memoryBytes } = index.stats();
    const before = index.queryMany(
      queries.map((query) => query.slice(0, 8)),
      { topK: 5 },
    );
    assert.equal(index.maintain({ budgetMs: 1000 }).pending, 0);
    assert.deepEqual([index.stats().linked, index.stats().pending], [0, 0]);
    assert.equal(index.maintain({ budgetMs: 0 }).pending, 0);
    assert.ok(index.stats().memoryBytes < 1.01 * memoryBytes); // nor codes to walk by
    const after = index.queryMany(
      queries.map((query) => query.slice(0, 8)),
      { topK: 5 },
    );
    assert.deepEqual(
      after.map(({ matches }) => matches),
      before.map(({ matches }) => matches),
    );
    // With other records it is to be seen anew, and where there is room by then there is a graph.
    index.delete(many[0].id);
    assert.equal(index.stats().pending, 20_499);
    assert.equal(index.maintain({ budgetMs: 1000 }).pending, 0);
    assert.equal(index.stats().pending, 0);
  });
});

describe('100,000 x 384 as int8 alone with a graph', () => {
  const dimensions = 384;
  const options = { dimensions, index: GRAPH, quantization: { type: 'int8', keep: false } };

  it('takes less than 80 MB by what is documented', async (t) => {
    const items = itemsOf(seededVectors({ seed: 95, count: 1500, dimensions }));
    const index = await newIndex(t, options, items);
    const { bytesPerVector } = index.stats();
    const megabytes = (bytesPerVector * 100_000) / 1e6;
    t.diagnostic(`${bytesPerVector.toFixed(1)} bytes a record: ${megabytes.toFixed(1)} MB`);
    assert.ok(megabytes < 80);
  });

  it('takes less than 80 MB of wasm memory', { skip: !soak && 'soak only' }, async (t) => {
    const index = await newIndex(t, { ...options, wasm: ownWasm() });
    const next = random(96);
    for (let from = 0; from < 100_000; from += 1000)
      index.upsertFlat(
        Array.from({ length: 1000 }, (_, i) => `r${from + i}`),
        Float32Array.from({ length: 1000 * dimensions }, () => 2 * next() - 1),
      );
    const { wasmBytes, memoryBytes, linked } = index.stats();
    assert.equal(linked, 100_000);
    t.diagnostic(
      `wasm ${(wasmBytes / 1e6).toFixed(1)} MB, of that ${(memoryBytes / 1e6).toFixed(1)}`,
    );
    assert.ok(wasmBytes < 80e6, `${wasmBytes} bytes`);
  });
});
