// The lite module, which is built and weighed but does not ship: what it has does what the full one
// does, to the last bit, and what it is without is refused. Wants `npm run build`.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { comparable, newIndex, refusedUnchanged, rejected } from '../support/indexes.mjs';
import { root } from '../support/package.mjs';
import { lastCost, PLANS, reach } from '../support/plans.mjs';
import { itemsOf, seededVectors } from '../support/random.mjs';

const wasm = new Uint8Array(readFileSync(join(root, 'build/wasm/ruvector_lite.wasm')));

await reach(wasm);

const DIMENSIONS = 192;
const COUNT = 3000;
const GRAPH = { type: 'hnsw', M: 8, efConstruction: 40, ef: 32 };
const vectors = (seed, count) => seededVectors({ seed, count, dimensions: DIMENSIONS });
const items = itemsOf(vectors(1, COUNT)).map((item, i) => ({
  ...item,
  metadata: { rare: i % 100, half: i % 2 },
}));
const queries = [...vectors(2, 20), items[7].vector];
const options = (metric, rest) => ({ metric, dimensions: DIMENSIONS, ...rest });

/** Answers with all their digits, and how they were found. */
const answers = (index, query) =>
  queries.map((vector) => {
    const result = index.query(vector, { topK: 10, ...query });
    return { how: lastCost(), result: comparable(result) };
  });

/** What both modules answer in the same way: where a filter matches few, both scan. */
const QUERIES = [{}, { ef: 300 }, { exact: true }, { filter: { rare: 3 } }];

/** Updates, removals and new records, and what they leave. */
function change(index) {
  index.upsert(itemsOf(vectors(3, 200)));
  index.delete(items.slice(500, 900).map(({ id }) => id));
  index.upsert(itemsOf(vectors(4, 300), 'new'));
}

describe('the lite module', () => {
  for (const metric of ['cosine', 'dot', 'euclidean'])
    it(`${metric}: takes a snapshot with codes and a graph, answers the same, writes the same`, async (t) => {
      const form = options(metric, { index: GRAPH, quantization: 'int8' });
      const full = await newIndex(t, form, items);
      const bytes = full.export();
      const lite = await newIndex(t, { ...form, wasm });
      lite.import(bytes);
      assert.ok(answers(lite).every(({ how }) => how.plan === PLANS.graph));
      for (const query of QUERIES) assert.deepEqual(answers(lite, query), answers(full, query));
      assert.deepEqual(lite.export(), bytes);
      for (const index of [full, lite]) change(index);
      for (const query of QUERIES) assert.deepEqual(answers(lite, query), answers(full, query));
      assert.deepEqual(lite.export(), full.export());
    });

  for (const [what, metric, rest] of [
    ['vectors alone', 'cosine', { index: 'flat' }],
    ['vectors alone', 'manhattan', { index: 'flat' }],
    ['int8 codes', 'euclidean', { index: 'flat', quantization: 'int8' }],
    ['a graph of vectors', 'manhattan', { index: GRAPH }],
    ['a graph of int8 codes', 'dot', { index: GRAPH, quantization: 'int8' }],
  ])
    it(`${metric}: makes ${what} as the full one does`, async (t) => {
      const full = await newIndex(t, options(metric, rest), items);
      const lite = await newIndex(t, options(metric, { ...rest, wasm }), items);
      for (const query of QUERIES) assert.deepEqual(answers(lite, query), answers(full, query));
      assert.deepEqual(lite.export(), full.export());
    });

  it('scans for what a filter lets through, however many', async (t) => {
    const form = options('cosine', { index: GRAPH, quantization: 'int8', wasm });
    const index = await newIndex(t, form, items);
    for (const filter of [{ half: 1 }, { rare: 3 }, { rare: { $gte: 0 } }, { rare: -1 }]) {
      const exact = answers(index, { filter, exact: true });
      for (const [i, { how, result }] of answers(index, { filter }).entries()) {
        assert.ok(how.plan === PLANS.flat || how.plan === PLANS.codes);
        assert.equal(how.hops, 0);
        assert.deepEqual(result, exact[i].result);
      }
    }
  });

  it('keeps int8 codes where the full one keeps bits, in a snapshot that both read', async (t) => {
    const form = options('cosine', { index: GRAPH });
    const lite = await newIndex(t, { ...form, wasm }, items);
    const full = await newIndex(t, form);
    full.import(lite.export());
    const results = (index) => answers(index).map(({ result }) => result);
    assert.deepEqual(results(lite), results(full));
  });

  it('refuses what it is without', async (t) => {
    for (const quantization of [
      'rabitq',
      { type: 'rabitq', bits: 4 },
      { type: 'int8', keep: false },
    ])
      await rejected(newIndex(t, options('dot', { quantization, wasm })), 'INVALID_ARGUMENT');
  });

  it('refuses snapshots of that, and stays as it is', async (t) => {
    const lite = await newIndex(t, options('dot', { wasm }), items.slice(0, 5));
    for (const [index, quantization] of [
      ['flat', 'rabitq'],
      ['flat', { type: 'rabitq', bits: 4, keep: false }],
      ['flat', { type: 'int8', keep: false }],
      [GRAPH, 'none'],
    ]) {
      const full = await newIndex(t, options('dot', { index, quantization }), items);
      refusedUnchanged(lite, () => lite.import(full.export()), 'FORMAT_VERSION');
    }
  });
});
