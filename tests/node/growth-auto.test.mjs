// An index of type auto as it grows: from comparing all vectors to comparing all codes to a graph
// that is built when there is time. It answers well all the way.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { newIndex } from '../support/indexes.mjs';
import { stepsOf, withPlan, workOf } from '../support/plans.mjs';
import { itemsOf, seededVectors, shuffled } from '../support/random.mjs';
import { clustered, mean, near, recallOf, truthOf } from '../support/sets.mjs';

const DIMENSIONS = 32;
const VECTOR = 4 * DIMENSIONS;
const CODES_FROM = 1024;
const GRAPH_FROM = 20_000;
const TOP_K = 10;

const set = clustered({ seed: 61, count: 24_000, dimensions: DIMENSIONS, clusters: 80 });
const items = itemsOf(shuffled(set.vectors, 62));
const queries = near(set.vectors, { seed: 63, count: 20 });
const options = { dimensions: DIMENSIONS, metric: 'euclidean' };

const plansOf = (index) => [...new Set(queries.map((query) => index.explain(query).plan))];

function recall(index) {
  const truths = truthOf('euclidean', items.slice(0, index.count()), queries, TOP_K);
  return recallOf(truths, queries, (query) => index.query(query, { topK: TOP_K }));
}

/** Work of the planner's choice beside that of each plan there could be, by name. */
function works(index, plans) {
  const scan = withPlan('codes', () => index.explain(queries[0]));
  const code =
    scan.codesScanned > 0 ? (scan.bytesRead - scan.candidates * VECTOR) / scan.codesScanned : 0;
  const rows = index.count();
  const size = { vector: VECTOR, code, matches: rows, rows, codeRows: rows };
  const work = () => mean(queries.map((query) => workOf(index.explain(query), size)));
  return {
    chosen: work(),
    ...Object.fromEntries(plans.map((plan) => [plan, withPlan(plan, work)])),
  };
}

function assertCheapest(t, index, plans) {
  const { chosen, ...others } = works(index, plans);
  const shown = Object.entries(others).map(([plan, it]) => `${plan} ${Math.round(it / 1000)} KB`);
  t.diagnostic(
    `${index.count()} rows: chosen ${Math.round(chosen / 1000)} KB, ${shown.join(', ')}`,
  );
  const least = Math.min(...Object.values(others));
  assert.ok(chosen <= 1.2 * least, `${chosen / least} x the better plan at ${index.count()}`);
}

/** Runs `action` on a clock that moves on by a millisecond whenever it is looked at. */
function onCountedClock(action) {
  const { now } = performance;
  let clock = 0;
  performance.now = () => ++clock;
  try {
    return action();
  } finally {
    performance.now = now;
  }
}

describe('across the crossovers', () => {
  it(`${CODES_FROM} rows: from vectors to codes`, async (t) => {
    const index = await newIndex(t, options);
    for (const count of [10, CODES_FROM - 1, CODES_FROM, CODES_FROM + 1, 1500, 3000, 6000]) {
      index.upsert(items.slice(index.count(), count));
      assert.equal(index.count(), count);
      const least = count < CODES_FROM ? 1 : 0.95;
      assert.ok(recall(index) >= least, `recall ${recall(index)} at ${count}`);
      if (count < CODES_FROM) assert.deepEqual(plansOf(index), ['flat']);
      else assertCheapest(t, index, ['flat', 'codes']);
      assert.equal(index.maintain({ budgetMs: 1 }).pending, 0);
      assert.equal(index.stats().linked, 0);
    }
    assert.deepEqual(plansOf(index), ['rabitq']);
  });

  it(`${GRAPH_FROM} rows: a graph, when there is time`, async (t) => {
    const index = await newIndex(t, options, items.slice(0, GRAPH_FROM - 1));
    assert.deepEqual([index.stats().pending, index.maintain({ budgetMs: 5 }).pending], [0, 0]);
    index.upsert(items.slice(GRAPH_FROM - 1, GRAPH_FROM + 1000));
    const total = GRAPH_FROM + 1000;
    assert.deepEqual([index.stats().pending, index.stats().linked], [total, 0]);
    assert.ok(recall(index) >= 0.95);
    assert.deepEqual(plansOf(index), ['rabitq']);
    assertCheapest(t, index, ['flat', 'codes']);

    // No time, no work; little time, few slices, each of a few records.
    assert.deepEqual(
      stepsOf(() => index.maintain({ budgetMs: 0 })),
      [],
    );
    for (const budgetMs of [2, 7, 30]) {
      const before = index.stats().linked;
      const slices = stepsOf(() => onCountedClock(() => index.maintain({ budgetMs })));
      assert.ok(slices.length > 0 && slices.length <= budgetMs, `${slices.length} slices`);
      assert.ok(slices.every((rows) => rows <= 8));
      assert.ok(index.stats().linked - before <= 8 * slices.length);
    }
    const during = [];
    for (let left = total; left > 0; ) {
      left = onCountedClock(() => index.maintain({ budgetMs: 400 })).pending;
      assert.equal(index.count(), total);
      during.push(recall(index));
    }
    t.diagnostic(`least recall in ${during.length} looks while building: ${Math.min(...during)}`);
    assert.ok(Math.min(...during) >= 0.95);
    assert.deepEqual([index.stats().pending, index.stats().linked], [0, total]);
    assert.deepEqual(plansOf(index), ['hnsw']);
    assertCheapest(t, index, ['flat', 'codes', 'graph']);
    const { ef } = index.stats();
    t.diagnostic(`ef ${ef}, recall ${recall(index)}`);

    // What comes in later waits again, and is found while it does.
    index.upsert(items.slice(total));
    assert.equal(index.stats().pending, items.length - total);
    const late = items.slice(-200);
    for (const { id, vector } of late)
      assert.equal(index.query(vector, { topK: 1 }).matches[0].id, id);
    assert.ok(recall(index) >= 0.95);
    assertCheapest(t, index, ['flat', 'codes', 'graph']);
    // The oldest half goes, which has most of the upper layers.
    index.delete(items.slice(0, 12_000).map(({ id }) => id));
    const left = items.slice(12_000);
    const truths = truthOf('euclidean', left, queries, TOP_K);
    const rest = () => recallOf(truths, queries, (query) => index.query(query));
    const deleted = rest();
    while (index.maintain({ budgetMs: 50 }).pending > 0);
    assert.equal(index.stats().linked, left.length);
    const maintained = rest();
    t.diagnostic(`without the older half: recall ${deleted}, maintained ${maintained}`);
    assert.ok(deleted >= 0.95, `recall ${deleted} without the older half`);
    assert.ok(maintained >= 0.95, `recall ${maintained} when maintained`);
  });
});

describe('upsertSteps', () => {
  for (const type of ['auto', 'hnsw'])
    it(`${type}: whenever it is left, whole records are in`, async (t) => {
      const vectors = seededVectors({ seed: 64, count: 2500, dimensions: 8 });
      const all = itemsOf(vectors).map((item, i) => ({ ...item, metadata: { i } }));
      for (const leave of [1, 3, 50, 200]) {
        const index = await newIndex(t, { dimensions: 8, metric: 'euclidean', index: type });
        let [steps, last] = [0, 0];
        for (const { done, total } of index.upsertSteps(all)) {
          assert.equal(total, all.length);
          assert.ok(done - last >= 1 && done - last <= 64);
          last = done;
          assert.equal(index.count(), done);
          if (++steps === leave) break;
        }
        assert.deepEqual(
          index.list({ limit: 10_000 }).ids,
          all.slice(0, last).map(({ id }) => id),
        );
        const { id, vector, metadata } = all[last - 1];
        const [match] = index.query(vector, { topK: 1 }).matches;
        assert.deepEqual([match.id, match.distance, match.metadata], [id, 0, metadata]);
      }
    });
});
