// The plan that explain() draws: it is the one that ran, its numbers add up, and what it says of
// flow and bottlenecks is what an independent reading of the same network says.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { newIndex } from '../support/indexes.mjs';
import { withPlan } from '../support/plans.mjs';
import { itemsOf, seededVectors } from '../support/random.mjs';
import { clustered, near } from '../support/sets.mjs';

const COUNT = 6000;
const { vectors } = clustered({ seed: 51, count: COUNT, dimensions: 16, clusters: 30 });
const RECORDS = vectors.map((vector, i) => ({
  id: `r${i}`,
  vector,
  metadata: { i, mixed: (i * 7919) % COUNT },
}));
const QUERIES = near(vectors, { seed: 52, count: 20 });

/** The most that flows through a plan whose steps are a line, or lines that meet: by hand. */
function flowOf(dag, limits, passing) {
  const out = new Map(dag.steps.map(({ id }) => [id, []]));
  for (const [from, to] of dag.edges) out.get(from).push(to);
  const share = (id) =>
    out.get(id).reduce((least, to) => Math.min(least, (passing[to] ?? 1) * share(to)), 1);
  const incoming = new Map();
  let last = 0;
  for (const { id } of dag.steps) {
    const limit = limits[id] === undefined ? Number.POSITIVE_INFINITY : limits[id] * share(id);
    last = Math.min(limit, incoming.get(id) ?? Number.POSITIVE_INFINITY);
    for (const to of out.get(id)) incoming.set(to, (incoming.get(to) ?? 0) + last);
  }
  return last;
}

/** What holds for every plan. */
function check(explained) {
  const { dag, returned, requested } = explained;
  const places = new Map(dag.steps.map(({ id }, i) => [id, i]));
  assert.equal(places.size, dag.steps.length, 'ids are different');
  for (const [from, to] of dag.edges)
    assert.ok(places.get(from) < places.get(to), `${from}, ${to}`);
  const last = dag.steps.at(-1);
  assert.deepEqual([last.id, last.budget, last.rows], ['limit', requested, returned]);
  const attention = dag.steps.map((step) => step.attention);
  assert.ok(Math.abs(attention.reduce((a, b) => a + b) - 1) < 1e-12);
  assert.ok(attention.every((share) => share >= 0));
  const work = dag.steps.reduce((sum, step) => sum + step.work, 0);
  const { distanceEvaluations, codesScanned } = explained;
  const wasted = dag.asked?.work.comparisons ?? 0;
  assert.ok(wasted >= 0);
  assert.equal(work + wasted, distanceEvaluations + codesScanned, 'nothing else was compared');
  const tension = Math.min(1, Math.max(0, (3 - dag.flow / requested) / 2));
  assert.ok(Math.abs(dag.tension - tension) < 1e-12);
  for (const id of dag.bottlenecks) assert.ok(places.has(id));
  assert.deepEqual(JSON.parse(JSON.stringify(explained)), explained, 'plain JSON');
}

describe('the plan of a query', () => {
  it('is a scan and what it was limited by', async (t) => {
    const index = await newIndex(
      t,
      { dimensions: 16, index: 'flat', metric: 'euclidean' },
      RECORDS,
    );
    const all = index.explain(QUERIES[0], { topK: 5 });
    check(all);
    assert.deepEqual(
      all.dag.steps.map(({ id, kind, rows }) => [id, kind, rows]),
      [
        ['scan', 'flat-scan', COUNT],
        ['limit', 'limit', 5],
      ],
    );
    assert.deepEqual([all.dag.flow, all.dag.tension, all.dag.asked], [COUNT, 0, undefined]);
    const few = index.explain(QUERIES[0], { topK: 5, filter: { i: { $lt: 4 } } });
    check(few);
    assert.deepEqual(
      few.dag.steps.map(({ kind, rows }) => [kind, rows]),
      [
        ['filter', 4],
        ['flat-scan', 4],
        ['limit', 4],
      ],
    );
    assert.deepEqual([few.dag.flow, few.dag.tension], [4, 1]);
    assert.equal(few.dag.mechanism, 'minCutGated');
  });

  it('is a walk, as wide as it had to be for the filter, and says why', async (t) => {
    const index = await newIndex(
      t,
      { dimensions: 16, index: 'hnsw', metric: 'euclidean' },
      RECORDS,
    );
    const kinds = new Set();
    let raised = 0;
    for (const query of QUERIES)
      for (const matching of [10, 60, 300, 600, 1500, 3000, 5900])
        for (const field of ['i', 'mixed']) {
          const filter = { [field]: { $lt: matching } };
          const explained = index.explain(query, { topK: 10, ef: 64, filter });
          check(explained);
          const { dag, selectivity, plan } = explained;
          kinds.add(plan === 'hnsw' ? explained.filter : plan);
          const { asked } = dag;
          if (asked === undefined) continue;
          assert.equal(asked.width, 64);
          assert.ok(Math.abs(asked.flow - 64 * selectivity.estimated) < 1e-9);
          if (explained.filter === 'iterative') {
            const { budget } = dag.steps[0];
            const limits = { walk: budget };
            const passing = { filter: selectivity.estimated };
            assert.ok(Math.abs(dag.flow - flowOf(dag, limits, passing)) < 1e-9);
            const wanted = Math.max(2 * Math.min(10, matching), 32);
            assert.ok(dag.flow >= Math.min(wanted, COUNT * selectivity.estimated) - 1e-9);
            assert.deepEqual(dag.bottlenecks, ['walk']);
            if (budget > 64) {
              const [change] = asked.changes;
              assert.deepEqual(
                [change.step, change.from, change.to],
                ['walk', 64, Math.round(budget)],
              );
              assert.match(
                change.why,
                /of 64 nodes .* can be expected to match, and \d+ are wanted/,
              );
              ++raised;
            } else assert.deepEqual(asked.changes, []);
          } else {
            assert.equal(asked.changes.at(-1).from, 'iterative');
          }
        }
    assert.ok(kinds.has('iterative') && kinds.has('flat'), [...kinds].join());
    assert.ok(raised > 10, `${raised} walks were raised`);
    const twoHops = withPlan('twoHops', () =>
      index.explain(QUERIES[0], { filter: { mixed: { $lt: 600 } } }),
    );
    check(twoHops);
    assert.deepEqual(
      twoHops.dag.steps.map(({ id }) => id),
      ['filter', 'walk', 'rerank', 'limit'],
    );
    const plain = index.explain(QUERIES[0], { topK: 10, ef: 64 });
    check(plain);
    assert.deepEqual([plain.dag.flow, plain.dag.tension, plain.dag.asked], [64, 0, undefined]);
  });

  it('has a branch for the rows that the graph does not have yet', async (t) => {
    const items = itemsOf(seededVectors({ seed: 53, count: 21_000, dimensions: 8 }));
    const index = await newIndex(t, { dimensions: 8, index: 'auto', metric: 'euclidean' }, items);
    while (index.maintain({ budgetMs: 50 }).pending > 0);
    index.upsert(
      itemsOf(seededVectors({ seed: 54, count: 300, dimensions: 8 })).map((item) => ({
        ...item,
        id: `n${item.id}`,
      })),
    );
    assert.equal(index.stats().pending, 300);
    const explained = withPlan('graph', () => index.explain(items[0].vector, { topK: 10, ef: 64 }));
    check(explained);
    const { steps, edges, flow } = explained.dag;
    assert.deepEqual(
      steps.map(({ id }) => id),
      ['walk', 'tail', 'union', 'rerank', 'limit'],
    );
    assert.ok(edges.some(([from, to]) => from === 'tail' && to === 'union'));
    assert.equal(flow, 64 + 300);
  });

  it('without the planner is a walk as asked, which may find too few and says so', async (t) => {
    const index = await newIndex(
      t,
      { dimensions: 16, index: 'hnsw', metric: 'euclidean' },
      RECORDS,
    );
    const filter = { mixed: { $lt: 60 } };
    const explained = index.explain(QUERIES[0], { topK: 10, ef: 64, filter, planner: false });
    check(explained);
    assert.equal(explained.filter, 'after');
    assert.ok(explained.returned < 10);
    assert.match(explained.reason, /planner is off/);
    assert.equal(explained.result.complete, false);
    assert.deepEqual(explained.dag.asked.changes, []);
    assert.equal(explained.dag.asked.tension, 1);
    const planned = index.query(QUERIES[0], { topK: 10, ef: 64, filter });
    assert.deepEqual([planned.count, planned.complete], [10, true]);
    // Without a filter, or without a graph, there is nothing to plan.
    const open = index.query(QUERIES[0], { planner: false });
    assert.deepEqual([open.count, open.complete], [10, true]);
    const flat = await newIndex(t, { dimensions: 16, index: 'flat' }, RECORDS);
    assert.equal(flat.query(QUERIES[0], { filter, planner: false }).count, 10);
    assert.throws(() => index.query(QUERIES[0], { planner: 'off' }), { code: 'INVALID_ARGUMENT' });
  });
});
