// Whether the planner knows before a filtered query runs that a plain graph search, filtered after,
// would give fewer than are wanted; and that with the planner none does. On real vectors, with
// filters that have nothing to do with them, and filters of what lies around some place, near the
// query or far from it.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hasSet, realSet } from '../support/data.mjs';
import { newIndex } from '../support/indexes.mjs';
import { random, shuffled } from '../support/random.mjs';
import { clustered, distancesTo, near } from '../support/sets.mjs';
import { soak } from '../support/soak.mjs';

const TOP_K = 10;
const EF = 64;
const SHARES = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5];
const PLACES = soak ? 40 : 5;

/** How often a positive has the higher score, of all pairs with a negative; ties count half. */
function areaUnderCurve(cases, score) {
  const sorted = cases.map((it) => [score(it), it.short]).sort((a, b) => a[0] - b[0]);
  let below = 0;
  let area = 0;
  for (let from = 0; from < sorted.length; ) {
    let to = from;
    while (to < sorted.length && sorted[to][0] === sorted[from][0]) ++to;
    const shorts = sorted.slice(from, to).filter(([, short]) => short).length;
    const others = to - from - shorts;
    area += shorts * (below + others / 2);
    below += others;
    from = to;
  }
  return area / (below * (sorted.length - below));
}

/** Records with a random place each, and their places by distance from some of them. */
function recordsOf(vectors, metric) {
  const next = random(91);
  const random_ = shuffled([...vectors.keys()], 92);
  const orders = Array.from({ length: PLACES }, () => {
    const far = distancesTo(metric, vectors, vectors[Math.floor(next() * vectors.length)]);
    const order = [...vectors.keys()].sort((a, b) => far[a] - far[b] || a - b);
    const placeOf = new Array(vectors.length);
    for (const [place, row] of order.entries()) placeOf[row] = place;
    return placeOf;
  });
  return vectors.map((vector, i) => ({
    id: `r${i}`,
    vector,
    metadata: {
      random: random_[i],
      ...Object.fromEntries(orders.map((places, o) => [`place${o}`, places[i]])),
    },
  }));
}

function* filtersOf(count) {
  for (const share of SHARES) {
    const matching = Math.max(1, Math.round(share * count));
    yield { kind: 'random', matching, filter: { random: { $lt: matching } } };
    for (let o = 0; o < PLACES; ++o)
      yield { kind: 'around a place', matching, filter: { [`place${o}`]: { $lt: matching } } };
  }
}

const SETS = [
  ['glove-twitter-25d-12k', 'cosine'],
  ['mnist-784', 'euclidean'],
  ['siftsmall', 'euclidean'],
  ['seeded', 'euclidean'],
];

function vectorsOf(t, name) {
  if (name !== 'seeded') return realSet(t, name);
  const { vectors } = clustered({ seed: 93, count: 8000, dimensions: 24, clusters: 40 });
  return { base: shuffled(vectors, 94), queries: near(vectors, { seed: 95, count: 100 }) };
}

/** What every query of a set did with the planner off, and whether it was to be expected. */
async function measure(t, name, metric) {
  const set = vectorsOf(t, name);
  const records = recordsOf(set.base, metric);
  const dimensions = set.base[0].length;
  const index = await newIndex(t, { dimensions, metric, index: 'hnsw' }, records);
  const cases = [];
  for (const { kind, matching, filter } of filtersOf(records.length))
    for (const query of set.queries.slice(0, soak ? 80 : 12)) {
      const options = { topK: TOP_K, ef: EF, filter };
      const off = index.explain(query, { ...options, planner: false });
      const on = index.explain(query, options);
      const wanted = Math.min(TOP_K, matching);
      assert.equal(on.returned, wanted, `${name}, ${kind}, ${matching}: too few`);
      assert.ok(on.result.complete);
      assert.equal(off.result.complete, off.returned >= wanted);
      cases.push({
        short: off.returned < TOP_K,
        starved: off.returned < wanted,
        tension: off.dag.asked.tension,
        share: matching / records.length,
        planned: on.bytesRead,
        unplanned: off.bytesRead,
      });
    }
  return cases;
}

function report(t, name, cases) {
  const count = (field) => cases.filter((it) => it[field]).length;
  const sum = (field) => cases.reduce((all, it) => all + it[field], 0);
  const area = areaUnderCurve(cases, ({ tension }) => tension);
  // What a planner would say that knows how many match, but not where.
  const control = areaUnderCurve(cases, ({ share }) => -share);
  t.diagnostic(
    `${name}: ${cases.length} queries; with the planner off ${count('short')} found fewer than ` +
      `${TOP_K}, ${count('starved')} fewer than there are, with it on 0; area under the curve of ` +
      `tension ${area.toFixed(4)}, of the global share ${control.toFixed(4)}; bytes read with it ` +
      `on ${(sum('planned') / sum('unplanned')).toFixed(2)} x those with it off`,
  );
  return { area, control };
}

describe('starvation', () => {
  it('tension foretells what a plain search does not find; planned searches find all', async (t) => {
    const all = [];
    for (const [name, metric] of SETS) {
      if (name !== 'seeded' && !hasSet(name)) {
        t.diagnostic(`no data set ${name}: set RUVECTOR_DATA to the folder that has it`);
        continue;
      }
      const cases = await measure(t, name, metric);
      report(t, name, cases);
      all.push(...cases);
    }
    const { area, control } = report(t, 'all', all);
    const shorts = all.filter(({ short }) => short).length;
    assert.ok(shorts > 0.2 * all.length && shorts < 0.9 * all.length, 'both kinds');
    assert.ok(area >= 0.95, `area under the curve ${area}`);
    assert.ok(control < 0.95, `the control is as good: ${control}`);
  });
});
