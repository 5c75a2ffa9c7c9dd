// How unlike the records a vector is said to be: against the definition, where it can be said at all,
// and when what is usual is found out anew. Whether it tells new kinds is in benefits.test.mjs.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nearest } from '../support/distances.mjs';
import { comparable, newIndex, refused } from '../support/indexes.mjs';
import { mean } from '../support/ndcg.mjs';
import { itemsOf, seededFor, seededVectors } from '../support/random.mjs';
import { clustered } from '../support/sets.mjs';

const DIMENSIONS = 16;
const noveltyOf = (index, query, options) =>
  index.query(query, { ...options, novelty: true }).novelty;

/** Surpluses by brute force: of all `records` and of `query`. */
function surpluses(metric, records, query) {
  const power = metric === 'euclidean' ? 2 : 1;
  const near = (vector, among) =>
    nearest(metric, among, vector, 5).map((it) => ({ ...it, distance: it.distance ** power }));
  const drive = (found) => mean(found.map(({ distance }) => distance));
  const threshold = new Map(
    records.map((it) => [
      it.id,
      drive(
        near(
          it.vector,
          records.filter((other) => other !== it),
        ),
      ),
    ]),
  );
  const surplus = (vector, among) => {
    const found = near(vector, among);
    return drive(found) - 0.8 * mean(found.map(({ id }) => threshold.get(id)));
  };
  return {
    own: surplus(query, records),
    all: records.map((it) =>
      surplus(
        it.vector,
        records.filter((other) => other !== it),
      ),
    ),
  };
}

describe('novelty', () => {
  for (const metric of ['cosine', 'euclidean', 'manhattan', 'hamming'])
    it(`is the share of records that are less unlike the others, under ${metric}`, async (t) => {
      const dimensions = metric === 'hamming' ? 256 : DIMENSIONS;
      // All of 100 records are sampled.
      const records = itemsOf(seededFor(metric, { seed: 1, count: 100, dimensions }));
      const index = await newIndex(t, { dimensions, metric }, records);
      for (const query of seededFor(metric, { seed: 2, count: 10, dimensions })) {
        const { own, all } = surpluses(metric, records, query);
        // f32 may order otherwise what is this close.
        const margin = 1e-5 * Math.max(...all.map(Math.abs));
        const least = all.filter((it) => it < own - margin).length / 100;
        const most = all.filter((it) => it < own + margin).length / 100;
        const novelty = noveltyOf(index, query);
        assert.ok(novelty >= least && novelty <= most, `${novelty}, not ${least} to ${most}`);
      }
    });

  it('is low for more of the same, high for what lies apart, and lower still for records', async (t) => {
    const set = { seed: 3, count: 1200, dimensions: DIMENSIONS, clusters: 6 };
    const { vectors, clusterOf } = clustered(set);
    const known = vectors.filter((_, i) => clusterOf[i] < 4 && i % 10 > 0);
    const more = vectors.filter((_, i) => clusterOf[i] < 4 && i % 10 === 0);
    const apart = vectors.filter((_, i) => clusterOf[i] >= 4).slice(0, 40);
    const index = await newIndex(
      t,
      { dimensions: DIMENSIONS, metric: 'euclidean' },
      itemsOf(known),
    );
    const all = (list) => list.map((query) => noveltyOf(index, query));
    // A hundred samples say what is usual to about 0.05.
    assert.ok(Math.abs(mean(all(more)) - 0.5) < 0.12, `${mean(all(more))}`);
    assert.ok(Math.min(...all(apart)) >= 0.99);
    assert.ok(mean(all(known.slice(0, 50))) < mean(all(more)) - 0.1);
  });

  it('is of the namespace, whatever the filter and the matches wanted', async (t) => {
    const [a, b] = [4, 5].map((seed) =>
      itemsOf(seededVectors({ seed, count: 60, dimensions: DIMENSIONS }), `s${seed}-`).map(
        ({ id, vector }) => ({ id, vector: vector.map((x) => x + 10 * (seed - 4)) }),
      ),
    );
    const index = await newIndex(t, { dimensions: DIMENSIONS, metric: 'euclidean' });
    const [first, second] = ['a', 'b'].map((name) => index.namespace(name));
    first.upsert(a);
    second.upsert(b);
    const alone = await newIndex(t, { dimensions: DIMENSIONS, metric: 'euclidean' }, a);
    const [query] = seededVectors({ seed: 6, count: 1, dimensions: DIMENSIONS });
    assert.equal(noveltyOf(first, query), noveltyOf(alone, query));
    assert.equal(noveltyOf(first, query, { filter: { x: 1 }, topK: 1 }), noveltyOf(alone, query));
    assert.equal(noveltyOf(second, query), 1);
    assert.equal(noveltyOf(index.namespace('none'), query), 1);
  });

  it('leaves the matches alone, and is not there where nobody asks', async (t) => {
    const items = itemsOf(seededVectors({ seed: 7, count: 300, dimensions: DIMENSIONS }));
    const index = await newIndex(t, { dimensions: DIMENSIONS }, items);
    const queries = seededVectors({ seed: 8, count: 30, dimensions: DIMENSIONS });
    const many = index.queryMany(queries, { novelty: true, includeVector: true });
    for (const [i, query] of queries.entries()) {
      const { novelty, ...rest } = comparable(many[i]);
      assert.deepEqual(rest, comparable(index.query(query, { includeVector: true })));
      assert.equal(novelty, noveltyOf(index, query));
    }
    assert.ok(!('novelty' in index.query(queries[0], { novelty: false })));
  });

  it('is found out anew when the records have doubled, or were written anew', async (t) => {
    const vectors = seededVectors({ seed: 9, count: 200, dimensions: DIMENSIONS });
    const far = vectors.map((vector) => vector.map((x) => x + 50));
    const options = { dimensions: DIMENSIONS, metric: 'euclidean' };
    const index = await newIndex(t, options, itemsOf(vectors.slice(0, 100)));
    const query = far[150];
    assert.equal(noveltyOf(index, query), 1);
    // A few like it, and it is near to something, which is near to something: what is usual is not.
    index.upsert(itemsOf(far.slice(0, 100), 'f'));
    const doubled = noveltyOf(index, query);
    assert.ok(doubled > 0.02 && doubled < 0.98, `${doubled}`);
    const anew = await newIndex(t, options, [
      ...itemsOf(vectors.slice(0, 100)),
      ...itemsOf(far.slice(0, 100), 'f'),
    ]);
    assert.equal(doubled, noveltyOf(anew, query));
    for (let i = 0; i < 200; ++i) index.upsert({ id: `r${i % 100}`, vector: far[i] });
    const other = await newIndex(
      t,
      options,
      index.list({ limit: 1000 }).ids.map((id) => index.get(id)),
    );
    assert.equal(noveltyOf(index, query), noveltyOf(other, query));
    index.clear();
    assert.equal(noveltyOf(index, query), 1);
    index.upsert([
      { id: 'a', vector: query },
      { id: 'b', vector: query },
    ]);
    assert.equal(noveltyOf(index, query), 0.5);
  });

  it('refuses dot, and what is no boolean', async (t) => {
    const dot = await newIndex(t, { dimensions: 2, metric: 'dot' });
    refused(() => dot.query([1, 2], { novelty: true }), 'INVALID_ARGUMENT', 'novelty', 'dot');
    const index = await newIndex(t, { dimensions: 2 });
    refused(() => index.query([1, 2], { novelty: 1 }), 'INVALID_ARGUMENT', 'novelty', 'boolean');
  });
});

it('novelty is found out anew where the records were written anew in one call, or by a namespace', async (t) => {
  const items = itemsOf(seededVectors({ seed: 41, count: 200, dimensions: 12 }));
  const small = items.map(({ id, vector }) => ({ id, vector: vector.map((x) => x / 10) }));
  const odd = items[0].vector.map(() => 0.4);
  for (const namespace of ['', 't']) {
    const index = await newIndex(t, { dimensions: 12, metric: 'euclidean' });
    const records = namespace === '' ? index : index.namespace(namespace);
    records.upsert(items);
    records.query(odd, { novelty: true });
    if (namespace !== '') records.clear();
    records.upsert(small);
    const fresh = await newIndex(t, { dimensions: 12, metric: 'euclidean' }, small);
    const { novelty } = records.query(odd, { novelty: true });
    assert.equal(novelty, fresh.query(odd, { novelty: true }).novelty);
    assert.equal(novelty, 1);
  }
});
