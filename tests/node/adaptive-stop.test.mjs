// `gamma`: walks that end once what is left is too far off. What that saves at equal recall, and what
// it costs where it should not be used, beside the same graph walked to the end. Counted, not timed.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { realSet } from '../support/data.mjs';
import { newIndex } from '../support/indexes.mjs';
import { withPlan } from '../support/plans.mjs';
import { itemsOf, shuffled } from '../support/random.mjs';
import { clustered, evaluationsAt, isotropic, near, recallOf, truthOf } from '../support/sets.mjs';
import { soak } from '../support/soak.mjs';

const TOP_K = 10;
const GAMMA = 0.07;
const RECALLS = [0.95, 0.98, 0.99];

/** An index of the vectors, and the recall and work of searches in it by the graph. */
async function graphOf(t, metric, vectors, queries) {
  const records = itemsOf(vectors);
  const options = { dimensions: vectors[0].length, metric, index: 'hnsw' };
  const index = await newIndex(t, options, records);
  const truths = truthOf(metric, records, queries, TOP_K);
  return {
    evaluationsAt: (recall, options) =>
      withPlan('graph', () => evaluationsAt(recall, index, truths, queries, options)),
    recall: (options) =>
      withPlan('graph', () => recallOf(truths, queries, (query) => index.query(query, options))),
    evaluations: (options) =>
      withPlan('graph', () =>
        queries.map((query) => index.explain(query, options).distanceEvaluations),
      ),
  };
}

/** Evaluations with gamma / without at each recall that both find; printed. */
function ratios(t, graph) {
  return RECALLS.flatMap((recall) => {
    const [ending, whole] = [{ gamma: GAMMA }, {}].map((it) => graph.evaluationsAt(recall, it));
    t.diagnostic(
      `recall ${recall}: ${ending?.toFixed(0)} evaluations with gamma, ${whole?.toFixed(0)} without`,
    );
    return ending === undefined || whole === undefined ? [] : [ending / whole];
  });
}

describe('gamma', () => {
  const count = soak ? 50_000 : 4000;
  const vectors = isotropic({ seed: 35, count, dimensions: 12 });
  const queries = isotropic({ seed: 36, count: 100, dimensions: 12 });

  it('ends walks sooner the smaller it is, and none where it is large', async (t) => {
    const graph = await graphOf(t, 'euclidean', vectors, queries);
    const ladder = [0, 0.05, 0.1, 0.2, 10, undefined];
    const costs = ladder.map((gamma) => graph.evaluations({ ef: 80, gamma }));
    for (let i = 1; i < costs.length; ++i)
      assert.ok(costs[i].every((cost, query) => cost >= costs[i - 1][query]));
    assert.deepEqual(costs[4], costs[5]);
    assert.ok(costs[0].every((cost, query) => cost < costs[5][query]));
    const recalls = ladder.map((gamma) => graph.recall({ ef: 80, gamma }));
    t.diagnostic(`recall at ef 80, gamma ${ladder}: ${recalls.map((it) => it.toFixed(4))}`);
    assert.ok(recalls[0] < recalls[5]);
  });

  it('saves evaluations at equal recall where distances differ', async (t) => {
    const all = ratios(t, await graphOf(t, 'euclidean', vectors, queries));
    assert.ok(all.length >= 2 && Math.max(...all) <= 1.01 && Math.min(...all) <= 0.97, `${all}`);
  });

  it('is off by default, because tight clusters among loose ones trap it', async (t) => {
    const tight = clustered({ seed: 31, count: count / 2, dimensions: 24, clusters: 20 });
    const loose = isotropic({ seed: 32, count: count / 2, dimensions: 24 });
    const all = shuffled([...tight.vectors, ...loose], 33);
    const graph = await graphOf(t, 'euclidean', all, near(all, { seed: 34, count: 400 }));
    const [ending, whole] = [0.1, undefined].map((gamma) => graph.recall({ ef: 200, gamma }));
    t.diagnostic(
      `recall at ef 200: ${ending.toFixed(4)} with gamma .1, ${whole.toFixed(4)} without`,
    );
    assert.ok(ending < whole);
  });

  it('changes nothing under dot, which has no zero', async (t) => {
    const graph = await graphOf(t, 'dot', vectors.slice(0, 2000), queries.slice(0, 20));
    const cost = (gamma) => graph.evaluations({ ef: 80, gamma });
    assert.deepEqual(cost(0), cost(undefined));
  });

  it('finds k of a crowd of equal vectors', async (t) => {
    const crowd = Array.from({ length: 2000 }, (_, i) => Float32Array.of(i % 8, (i % 8) ** 2, 1));
    const graph = await graphOf(t, 'euclidean', crowd, crowd.slice(0, 8));
    assert.equal(graph.recall({ gamma: 0 }), 1);
  });

  it('must be a number from 0 to 10', async (t) => {
    const index = await newIndex(t, { dimensions: 2 });
    for (const gamma of [-0.1, 11, Number.NaN, '0.1', null])
      assert.throws(() => index.query([1, 0], { gamma }), { code: 'INVALID_ARGUMENT' });
  });

  for (const [name, metric] of [
    ['wiki-minilm-384', 'cosine'],
    ['glove-50d-5k', 'cosine'],
    ['siftsmall', 'euclidean'],
  ])
    it(`saves evaluations on ${name}`, async (t) => {
      const set = realSet(t, name);
      if (set === undefined) return;
      const some = set.base.slice(0, soak ? set.base.length : 4000);
      const all = ratios(t, await graphOf(t, metric, some, set.queries));
      assert.ok(all.length >= 2 && Math.max(...all) <= 1.01, `${all}`);
    });
});
