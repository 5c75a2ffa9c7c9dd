// Matches that inhibit those that are like them: against a plain re-computation. Whether it is worth it
// is in benefits.test.mjs.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { distance } from '../support/distances.mjs';
import { comparable, dist, newIndex, refused } from '../support/indexes.mjs';
import { itemsOf, random, seededFor, seededVectors } from '../support/random.mjs';

const { winners } = await import(pathToFileURL(join(dist, 'context/winners.js')));

const DIMENSIONS = 16;

/** One winner after the other, each time from the beginning. */
function oracle(metric, items, query, beta, topK) {
  const apart = (a, b) => distance(metric, a, b) ** (metric === 'euclidean' ? 2 : 1);
  const near = items
    .map((it) => ({ ...it, apart: apart(query, it.vector) }))
    .sort((a, b) => a.apart - b.apart)
    .slice(0, Math.max(50, 5 * topK));
  const reach = 2 * near.at(-1).apart;
  const like = (far) => Math.max(0, 1 - far / reach);
  const won = [];
  const drive = (it) => {
    const unlike = won.reduce(
      (rest, other) => rest * (1 - like(apart(it.vector, other.vector))),
      1,
    );
    return like(it.apart) * (1 - beta * (1 - unlike));
  };
  while (won.length < Math.min(topK, near.length)) {
    const left = near.filter((it) => !won.includes(it));
    const most = Math.max(...left.map(drive));
    won.push(left.find((it) => drive(it) === most));
  }
  return won.map(({ id }) => id);
}

describe('diversify', () => {
  for (const metric of ['cosine', 'euclidean', 'manhattan', 'hamming'])
    it(`is the soft winner-take-all, under ${metric}`, async (t) => {
      // Under hamming more bits, so that few drives are equal.
      const dimensions = metric === 'hamming' ? 512 : DIMENSIONS;
      const items = itemsOf(seededFor(metric, { seed: 1, count: 300, dimensions }));
      const index = await newIndex(t, { dimensions, metric, index: 'flat' }, items);
      const queries = seededFor(metric, { seed: 2, count: 8, dimensions });
      let changed = 0;
      for (const query of queries)
        for (const [beta, topK] of [
          [0.1, 10],
          [0.5, 25],
          [1, 5],
        ]) {
          const found = index.query(query, { diversify: beta, topK }).matches.map(({ id }) => id);
          assert.deepEqual(found, oracle(metric, items, query, beta, topK));
          const plain = index.query(query, { topK }).matches.map(({ id }) => id);
          assert.equal(found[0], plain[0]);
          changed += Number(found.join() !== plain.join());
        }
      assert.ok(changed > 12, `only ${changed} of 24 are other than without`);
    });

  it('0 is what is found without, to the last bit', async (t) => {
    const items = itemsOf(seededVectors({ seed: 3, count: 500, dimensions: DIMENSIONS }));
    const index = await newIndex(t, { dimensions: DIMENSIONS, quantization: 'int8' }, items);
    for (const query of seededVectors({ seed: 4, count: 20, dimensions: DIMENSIONS }))
      for (const options of [{}, { topK: 300 }, { minScore: 0.1, includeVector: true }])
        assert.deepEqual(
          comparable(index.query(query, { ...options, diversify: 0 })),
          comparable(index.query(query, options)),
        );
  });

  it('queryMany() is query() of each, and scores stay those of the query', async (t) => {
    const items = itemsOf(seededVectors({ seed: 5, count: 300, dimensions: DIMENSIONS }));
    const index = await newIndex(t, { dimensions: DIMENSIONS, metric: 'euclidean' }, items);
    const queries = seededVectors({ seed: 6, count: 100, dimensions: DIMENSIONS });
    const options = { diversify: 0.4, topK: 8, includeVector: true };
    const many = index.queryMany(queries, options);
    assert.equal(many.length, 100);
    for (const [i, query] of queries.entries()) {
      assert.deepEqual(comparable(many[i]), comparable(index.query(query, options)));
      const all = new Map(
        index.query(query, { topK: 300, includeVector: true }).matches.map((it) => [it.id, it]),
      );
      for (const match of many[i].matches) assert.deepEqual(match, all.get(match.id));
    }
    const wrong = [queries[0], new Float32Array(DIMENSIONS).fill(Number.NaN)];
    refused(() => index.queryMany(wrong, options), 'INVALID_VECTOR', 'vectors[1]');
  });

  it('keeps to filter and least score, and gives what there is', async (t) => {
    const items = itemsOf(seededVectors({ seed: 7, count: 300, dimensions: DIMENSIONS })).map(
      (item, i) => ({ ...item, metadata: { rare: i % 50 === 0 } }),
    );
    const index = await newIndex(t, { dimensions: DIMENSIONS }, items);
    const [query] = seededVectors({ seed: 8, count: 1, dimensions: DIMENSIONS });
    const sorted = (options) =>
      index
        .query(query, options)
        .matches.map(({ id }) => id)
        .sort();
    const filter = { rare: true };
    assert.deepEqual(sorted({ diversify: 0.5, filter }), sorted({ filter }));
    const minScore = index.query(query, { topK: 7 }).matches.at(-1).score;
    assert.deepEqual(sorted({ diversify: 0.9, minScore }), sorted({ minScore }));
    assert.deepEqual(index.query(query, { diversify: 1, filter: { none: 1 } }).matches, []);
    // Copies of one vector: all of them inhibit each other whole, and all are there.
    const copies = await newIndex(t, { dimensions: 2 }, itemsOf(Array(20).fill([1, 2])));
    assert.equal(
      new Set(copies.query([1, 2], { diversify: 1 }).matches.map(({ id }) => id)).size,
      10,
    );
  });

  it('refuses what is no strength', async (t) => {
    const index = await newIndex(t, { dimensions: 2 });
    for (const diversify of [-0.1, 1.1, Number.NaN, '0.5', null])
      refused(() => index.query([1, 2], { diversify }), 'INVALID_ARGUMENT', 'diversify', '0 to 1');
    refused(() => index.query([1, 2], { diversify: 0.1, topK: 101 }), 'LIMIT_EXCEEDED', '100');
    const dot = await newIndex(t, { dimensions: 2, metric: 'dot' });
    refused(() => dot.query([1, 2], { diversify: 0.1 }), 'INVALID_ARGUMENT', 'diversify', 'dot');
    assert.equal(dot.query([1, 2], { diversify: 0 }).count, 0);
  });
});

it('winners: beta 0 is the order of relevance, and the first of equals wins', () => {
  const next = random(9);
  const none = () => assert.fail('nothing inhibits at 0');
  for (let round = 0; round < 50; ++round) {
    const relevance = Array.from({ length: 30 }, () => Math.floor(6 * next()) - 1);
    const order = [...relevance.keys()].sort((a, b) => relevance[b] - relevance[a] || a - b);
    assert.deepEqual(winners(relevance, 12, 0, none), order.slice(0, 12));
    // What is like nothing else inhibits nothing.
    const alone = (winner) => relevance.map((_, i) => Number(i === winner));
    assert.deepEqual(winners(relevance, 12, 1, alone), order.slice(0, 12));
  }
});
