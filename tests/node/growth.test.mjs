// How the cost of an index grows with its size, as exponents of a power law.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { newIndex } from '../support/indexes.mjs';
import { linkEvaluationsOf, withPlan } from '../support/plans.mjs';
import { itemsOf, shuffled } from '../support/random.mjs';
import { clustered, evaluationsAt, mean, near, recallOf, truthOf } from '../support/sets.mjs';
import { soak } from '../support/soak.mjs';

const SIZES = [1200, 10_000, 100_000];
/** Once, where memory is least. */
const LARGEST = 1_000_000;
const DIMENSIONS = 64;

/** The slope of log(values) over log(sizes), by least squares. */
function exponent(sizes, values) {
  const [x, y] = [sizes, values].map((list) => list.map(Math.log));
  const [mx, my] = [mean(x), mean(y)];
  return (
    x.reduce((sum, it, i) => sum + (it - mx) * (y[i] - my), 0) /
    x.reduce((sum, it) => sum + (it - mx) ** 2, 0)
  );
}

it('comparisons of building are counted, and no others', async (t) => {
  const count = 1200;
  const items = itemsOf(
    clustered({ seed: 97, count, dimensions: 8, clusters: 6, spread: 0.8 }).vectors,
  );
  const build = (index) =>
    linkEvaluationsOf(() => newIndex(t, { dimensions: 8, metric: 'euclidean', index }, items));
  // A beam that takes all rows compares each with all before it, and then chooses among them.
  const all = (count * (count - 1)) / 2;
  const wide = await build({ type: 'hnsw', efConstruction: 2048 });
  assert.ok(wide >= all, `${wide} of ${all}`);
  const narrow = await build({ type: 'hnsw', efConstruction: 8 });
  assert.ok(narrow > count && narrow < all / 2, `${narrow} of ${all}`);
  assert.equal(await build({ type: 'hnsw', efConstruction: 8 }), narrow);
  assert.equal(await build('flat'), 0);
  const index = await newIndex(t, { dimensions: 8, metric: 'euclidean', index: 'hnsw' }, items);
  assert.equal(await linkEvaluationsOf(() => index.queryMany(items.map((it) => it.vector))), 0);
});

it('work of searching and of building, and memory, by size', {
  skip: !soak && 'soak only',
}, async (t) => {
  for (const quantization of ['none', { type: 'int8', keep: false }]) {
    const rows = [];
    for (const count of quantization === 'none' ? SIZES : [...SIZES, LARGEST]) {
      // As many records a cluster at every size.
      const clusters = Math.ceil(count / 200);
      const { vectors } = clustered({
        seed: 97,
        count,
        dimensions: DIMENSIONS,
        clusters,
        spread: 0.8,
      });
      const items = itemsOf(shuffled(vectors, 98));
      const queries = near(vectors, { seed: 99, count: 50, spread: 0.5 });
      const options = { dimensions: DIMENSIONS, metric: 'euclidean', index: 'hnsw', quantization };
      const start = performance.now();
      let index;
      const building = await linkEvaluationsOf(async () => {
        index = await newIndex(t, options, items);
      });
      const buildMs = performance.now() - start;
      const { ef } = index.tune({ targetRecall: 0.95 });
      const truths = truthOf('euclidean', items, queries, 10);
      const [recall, evaluations] = withPlan('graph', () => [
        recallOf(truths, queries, (query) => index.query(query)),
        evaluationsAt(0.95, index, truths, queries),
      ]);
      const { memoryBytes } = index.stats();
      rows.push({ count, ef, recall, evaluations, building, buildMs, memoryBytes });
      t.diagnostic(JSON.stringify(rows.at(-1)));
      index.dispose();
    }
    const column = (key) => rows.map((row) => row[key]);
    const slope = (key) => exponent(column('count'), column(key));
    const [work, build, time, memory] = ['evaluations', 'building', 'buildMs', 'memoryBytes'].map(
      slope,
    );
    t.diagnostic(
      `${JSON.stringify(quantization)}: evaluations of a search ~ n^${work.toFixed(2)}, of building ~ ` +
        `n^${build.toFixed(2)} (time ~ n^${time.toFixed(2)}), memory ~ n^${memory.toFixed(2)}`,
    );
    assert.ok(work < 0.5 && build < 1.35 && memory < 1.1);
  }
});
