// Published and precomputed neighbours of real vectors; see tests/support/data.mjs for where they
// come from. The precomputed ones are f64 brute force with ties to the lower row.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { realSet } from '../support/data.mjs';
import { nearest } from '../support/distances.mjs';
import { newIndex } from '../support/indexes.mjs';
import { itemsOf } from '../support/random.mjs';

/** Row numbers of the topK nearest of every query, asked for one by one. */
function found(index, queries, topK) {
  return queries.map((query) =>
    index.query(query, { topK }).matches.map(({ id }) => Number(id.slice(1))),
  );
}

describe('real data', () => {
  for (const topK of [10, 100])
    it(`siftsmall: recall@${topK} is 1.000 of the published neighbours`, async (t) => {
      const set = realSet(t, 'siftsmall');
      if (set === undefined) return;
      const index = await newIndex(
        t,
        { dimensions: 128, metric: 'euclidean', index: 'flat' },
        itemsOf(set.base),
      );
      const published = set.ids('groundtruth.given.ivecs');
      let hits = 0;
      for (const [i, rows] of found(index, set.queries, topK).entries()) {
        const wanted = new Set(published[i].subarray(0, topK));
        hits += rows.filter((row) => wanted.has(row)).length;
      }
      assert.equal(hits, topK * set.queries.length);
    });

  for (const [name, metric, dimensions] of [
    ['wiki-minilm-384', 'cosine', 384],
    ['bible-bge-large-1024', 'cosine', 1024],
    ['movies-cf-16', 'dot', 16],
  ])
    it(`${name}: the 10 nearest are the precomputed ones, in their order`, async (t) => {
      const set = realSet(t, name);
      if (set === undefined) return;
      const index = await newIndex(t, { dimensions, metric, index: 'flat' }, itemsOf(set.base));
      const wanted = set.ids('groundtruth.ivecs').map((rows) => Array.from(rows.subarray(0, 10)));
      assert.deepEqual(found(index, set.queries, 10), wanted);
      const many = index.queryMany(set.queries).map(({ matches }) => matches.map(({ id }) => id));
      assert.deepEqual(
        many,
        wanted.map((rows) => rows.map((row) => `r${row}`)),
      );
    });

  it('sign bits of wiki-minilm-384: the 100 nearest by hamming are the oracle’s', async (t) => {
    const set = realSet(t, 'wiki-minilm-384');
    if (set === undefined) return;
    const signs = (vector) =>
      Uint8Array.from({ length: vector.length / 8 }, (_, byte) =>
        vector
          .subarray(8 * byte, 8 * byte + 8)
          .reduce((bits, value, bit) => bits | (value > 0 ? 1 << bit : 0), 0),
      );
    const records = itemsOf(set.base.map(signs));
    const index = await newIndex(t, { dimensions: 384, metric: 'hamming' }, records);
    for (const query of set.queries.map(signs).slice(0, 20)) {
      const matches = index.query(query, { topK: 100 }).matches;
      assert.deepEqual(
        matches.map(({ id, distance }) => ({ id, distance })),
        nearest('hamming', records, query, 100),
      );
    }
  });

  it('a truncated wiki-minilm-384 finds the neighbours of its first 128 components', async (t) => {
    const set = realSet(t, 'wiki-minilm-384');
    if (set === undefined) return;
    const cut = (vector) => vector.subarray(0, 128);
    const [truncated, plain] = await Promise.all([
      newIndex(t, { dimensions: 384, truncateDim: 128, index: 'flat' }, itemsOf(set.base)),
      newIndex(t, { dimensions: 128, index: 'flat' }, itemsOf(set.base.map(cut))),
    ]);
    assert.deepEqual(found(truncated, set.queries, 10), found(plain, set.queries.map(cut), 10));
  });
});
