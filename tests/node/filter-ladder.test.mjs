// Filters from nine records in ten down to one in ten thousand, that have nothing to do with the
// vectors, that choose what is near the query, and that choose what is far from it: always as many
// matches as there are, the right ones, and for little more work than the best fixed strategy.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { newIndex } from '../support/indexes.mjs';
import { PLANS, withPlan, workOf } from '../support/plans.mjs';
import { shuffled } from '../support/random.mjs';
import { clustered, distancesTo, found, mean, near } from '../support/sets.mjs';
import { soak } from '../support/soak.mjs';

const COUNT = soak ? 100_000 : 20_000;
const DIMENSIONS = 48;
const CLUSTERS = 100;
const QUERIES = soak ? 30 : 15;
const TOP_K = 10;
const SHARES = [0.9, 0.5, 0.1, 0.01, 0.001, 0.0001];
const FIXED = Object.keys(PLANS);

/**
 * Records with a random number each, and their place in an order that starts at cluster 0 and goes
 * on to the next nearest: `{ near: { $lt: n } }` are the n records around cluster 0.
 */
function makeRecords() {
  const { vectors, clusterOf, centers } = clustered({
    seed: 31,
    count: COUNT,
    dimensions: DIMENSIONS,
    clusters: CLUSTERS,
    spread: 0.6,
  });
  const far = distancesTo('euclidean', centers, centers[0]);
  const places = vectors.map((_, i) => i);
  places.sort((a, b) => far[clusterOf[a]] - far[clusterOf[b]] || a - b);
  const placeOf = new Map(places.map((row, place) => [row, place]));
  const draws = shuffled([...places.keys()], 33);
  const records = vectors.map((vector, i) => ({
    id: `r${i}`,
    vector,
    metadata: { near: placeOf.get(i), random: draws[i] },
  }));
  const last = places.slice(-COUNT / 20).map((row) => vectors[row]);
  return {
    records: shuffled(records, 34),
    beside: near(vectors.slice(0, COUNT / CLUSTERS), { seed: 35, count: QUERIES }),
    away: near(last, { seed: 36, count: QUERIES }),
    anywhere: near(vectors, { seed: 37, count: QUERIES }),
  };
}

function truths(records, queries, matches) {
  const vectors = records.map(({ vector }) => vector);
  return queries.map((query) => {
    const all = distancesTo('euclidean', vectors, query);
    const distances = new Map();
    for (const [i, record] of records.entries())
      if (matches(record.metadata)) distances.set(record.id, all[i]);
    const sorted = Float64Array.from(distances.values()).sort();
    const wanted = Math.min(TOP_K, sorted.length);
    return { distances, wanted, limit: sorted[wanted - 1] * (1 + 1e-6) };
  });
}

describe(`${COUNT} x ${DIMENSIONS}`, () => {
  it('matches, recall and work of every cell', async (t) => {
    const { records, beside, away, anywhere } = makeRecords();
    const options = { dimensions: DIMENSIONS, metric: 'euclidean', index: 'hnsw' };
    const index = await newIndex(t, options, records);
    assert.equal(index.stats().pending, 0);
    // The bytes of a code: what a scan of codes read, without the vectors it ranked.
    const scan = withPlan('codes', () => index.explain(anywhere[0]));
    const vector = 4 * DIMENSIONS;
    const code = (scan.bytesRead - scan.candidates * vector) / scan.codesScanned;
    const cells = [];
    for (const [kind, field, queries] of [
      ['independent', 'random', anywhere],
      ['near the query', 'near', beside],
      ['far from it', 'near', away],
    ])
      for (const share of SHARES) {
        const matching = Math.round(share * COUNT);
        const filter = { [field]: { $lt: matching } };
        const truth = truths(records, queries, (data) => data[field] < matching);
        const blocks = records.flatMap(({ metadata }, row) =>
          metadata[field] < matching ? [row >> 5] : [],
        );
        const codeRows = Math.min(COUNT, 32 * new Set(blocks).size);
        const size = { vector, code, matches: matching, rows: COUNT, codeRows };
        const run = (action) => {
          const plans = new Set();
          const costs = queries.map((query, q) => {
            const explained = action(() => index.explain(query, { topK: TOP_K, filter }));
            plans.add(explained.filter === 'prefilter' ? explained.plan : explained.filter);
            const { matches } = explained.result;
            return [workOf(explained, size), found(truth[q], matches), matches.length];
          });
          return {
            work: mean(costs.map(([work]) => work)),
            recall: mean(costs.map(([, recall]) => recall)),
            fewest: Math.min(...costs.map(([, , count]) => count)),
            plans: [...plans].join('/'),
          };
        };
        const auto = run((search) => search());
        const fixed = FIXED.map((plan) => [plan, run((search) => withPlan(plan, search))]);
        // A strategy that does not find the truth is no alternative.
        const usable = fixed.filter(([, it]) => it.recall >= 0.95);
        const [best, { work }] = usable.sort((a, b) => a[1].work - b[1].work)[0];
        cells.push({ kind, share, matching, ...auto, best, ratio: auto.work / work });
        const all = fixed.map(
          ([plan, it]) => `${plan} ${Math.round(it.work / 1000)} (${it.recall.toFixed(2)})`,
        );
        t.diagnostic(
          `${kind}, ${share * 100} %: ${Math.round(auto.work / 1000)} KB by ${auto.plans}, recall ` +
            `${auto.recall.toFixed(3)}; ${all.join(', ')}; ${(auto.work / work).toFixed(2)} x ${best}`,
        );
      }
    for (const { kind, share, matching, fewest, recall } of cells) {
      assert.equal(fewest, Math.min(TOP_K, matching), `${kind}, ${share}: too few matches`);
      assert.ok(recall >= 0.95, `${kind}, ${share}: recall ${recall}`);
    }
    const good = cells.filter(({ ratio }) => ratio <= 1.3).length;
    t.diagnostic(`${good} of ${cells.length} cells within 1.3 x the best fixed strategy`);
    assert.ok(good >= 0.9 * cells.length, `${good} of ${cells.length} cells`);
  });

  it('every topK gets as many as there are', async (t) => {
    const { vectors } = clustered({ seed: 41, count: 3000, dimensions: 8, clusters: 20 });
    const records = vectors.map((vector, i) => ({ id: `r${i}`, vector, metadata: { i } }));
    const index = await newIndex(t, { dimensions: 8, index: 'hnsw' }, records);
    for (const matching of [1, 2, 9, 10, 11, 100, 1000, 2999])
      for (const topK of [1, 10, 100, 1000, 5000])
        for (const plan of FIXED.filter((plan) => plan !== 'filterAfter')) {
          const filter = { i: { $gte: 3000 - matching } };
          const wanted = Math.min(topK, matching);
          assert.equal(index.query(vectors[0], { topK, filter }).count, wanted);
          const { count } = withPlan(plan, () => index.query(vectors[0], { topK, filter }));
          assert.equal(count, wanted, `${plan}: ${matching} match, topK ${topK}`);
        }
  });
});
