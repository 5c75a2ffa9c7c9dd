// Ranking by activation that spreads over the graph: what the option takes and gives, and that on
// images it finds more of their own kind than plain kNN at twice its work.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { shown } from '../bench/benefits/gain.mjs';
import { spreadOverDigits } from '../bench/benefits/spread.mjs';
import { comparable, newIndex } from '../support/indexes.mjs';
import { createIndex, root } from '../support/package.mjs';
import { random } from '../support/random.mjs';

const DIM = 12;

function records(count, seed = 1) {
  const next = random(seed);
  const centres = Array.from({ length: 20 }, () => Array.from({ length: DIM }, () => next() - 0.5));
  return Array.from({ length: count }, (_, i) => ({
    id: `r${i}`,
    vector: centres[i % 20].map((x) => x + 0.4 * (next() - 0.5)),
    metadata: { even: i % 2 === 0 },
  }));
}

const options = (more = {}) => ({ dimensions: DIM, metric: 'cosine', index: 'hnsw', ...more });

describe('spread', () => {
  it('ranks by activation, and what got none behind it by distance', async (t) => {
    const items = records(1500);
    const index = await newIndex(t, options(), items);
    const { vector } = items[7];
    const plain = index.query(vector, { topK: 200 });
    const { matches, count, complete } = index.query(vector, { topK: 200, spread: true });
    assert.equal(count, 200);
    assert.equal(complete, true);
    assert.equal(new Set(matches.map(({ id }) => id)).size, 200);
    assert.equal(matches[0].id, 'r7');
    const active = matches.filter(({ activation }) => activation !== undefined);
    assert.deepEqual(active, matches.slice(0, active.length));
    for (const [i, { activation }] of active.entries()) {
      assert.ok(activation > 0);
      if (i > 0) assert.ok(activation <= active[i - 1].activation);
    }
    const rest = matches.slice(active.length).map(({ distance }) => distance);
    assert.deepEqual(
      rest,
      [...rest].sort((a, b) => a - b),
    );
    assert.ok(active.reduce((sum, { activation }) => sum + activation, 0) <= 1);
    // Distances are what they are without it.
    const distances = new Map(plain.matches.map(({ id, distance }) => [id, distance]));
    for (const { id, distance } of matches)
      if (distances.has(id)) assert.equal(distance, distances.get(id));
    assert.ok(plain.matches.every((match) => !('activation' in match)));
  });

  it('is off by default, and changes nothing for the searches after it', async (t) => {
    const items = records(1500);
    const index = await newIndex(t, options(), items);
    const before = comparable(index.query(items[3].vector, { topK: 40 }));
    index.query(items[3].vector, { topK: 40, spread: true });
    assert.deepEqual(comparable(index.query(items[3].vector, { topK: 40 })), before);
    assert.deepEqual(comparable(index.query(items[3].vector, { topK: 40, spread: false })), before);
  });

  it('gives what matches a filter only, and all of that', async (t) => {
    const items = records(1500);
    const index = await newIndex(t, options(), items);
    for (const topK of [10, 900]) {
      const { matches } = index.query(items[5].vector, {
        topK,
        spread: { alpha: 0.9, epsilon: 1e-4 },
        filter: { even: true },
      });
      assert.equal(matches.length, Math.min(topK, 750));
      assert.ok(matches.every(({ metadata }) => metadata.even));
    }
  });

  it('goes on in queryMany, queryById and namespaces, and stays within the namespace', async (t) => {
    const items = records(1500);
    const index = await newIndex(t, options(), items);
    index.upsert(records(300, 2).map((item) => ({ ...item, namespace: 'other' })));
    const vectors = [1, 2, 3].map((i) => items[i].vector);
    const one = vectors.map((vector) => index.query(vector, { spread: true }).matches);
    const many = index.queryMany(vectors, { spread: true }).map(({ matches }) => matches);
    assert.deepEqual(many, one);
    assert.deepEqual(index.queryById('r1', { spread: true }).matches, one[0]);
    const { matches } = index.namespace('other').query(items[1].vector, { spread: true, topK: 50 });
    assert.equal(matches.length, 50);
    assert.ok(matches.every(({ namespace }) => namespace === 'other'));
  });

  it('finds as many seeds as it is to start from, whatever topK is', async (t) => {
    const items = records(1500);
    const index = await newIndex(t, options(), items);
    const { result, spread } = index.explain(items[9].vector, {
      topK: 1,
      spread: { seeds: 25, epsilon: 1, alpha: 0 },
    });
    // No neuron reaches its threshold, so what was charged are the seeds.
    assert.equal(spread.spikes, 0);
    assert.equal(spread.activated, 25);
    assert.ok(Math.abs(spread.residual - 1) < 1e-9);
    assert.equal(result.count, 1);
  });

  it('tells its work in explain(), within its bounds', async (t) => {
    const items = records(1500);
    const index = await newIndex(t, options(), items);
    const plain = index.explain(items[9].vector, { topK: 20 });
    assert.equal(plain.spread, undefined);
    for (const [alpha, epsilon] of [
      [0.6, 2e-4],
      [0.9, 1e-3],
      [0.99, 1e-4],
    ]) {
      const told = index.explain(items[9].vector, { topK: 20, spread: { alpha, epsilon } });
      const { spikes, activated, residual, distanceEvaluations, hops, bytesRead } = told.spread;
      assert.ok(spikes > 0 && spikes <= 1 / (epsilon * (1 - alpha)));
      assert.ok(activated >= 10 && residual > 0 && residual < 1);
      assert.equal(told.distanceEvaluations, plain.distanceEvaluations + distanceEvaluations);
      assert.equal(told.hops, plain.hops + hops);
      assert.equal(told.bytesRead, plain.bytesRead + bytesRead);
      const { steps } = told.dag;
      assert.deepEqual(
        steps.map(({ id }) => id),
        [...plain.dag.steps.map(({ id }) => id).slice(0, -1), 'spread', 'limit'],
      );
      assert.equal(steps.find(({ id }) => id === 'spread').work, distanceEvaluations);
      assert.equal(
        steps.reduce((sum, { work }) => sum + work, 0),
        told.distanceEvaluations,
      );
    }
  });

  it('is the same to the last bit from every build', async (t) => {
    const items = records(1500);
    const wasms = [
      'dist/ruvector.wasm',
      'dist/ruvector.relaxed.wasm',
      'build/wasm/ruvector_scalar.wasm',
    ]
      .map((file) => readFileSync(join(root, file)))
      .filter((wasm) => WebAssembly.validate(wasm));
    const all = [];
    for (const wasm of wasms) {
      const index = await newIndex(t, options({ wasm }), items);
      all.push(
        items
          .slice(0, 5)
          .map(({ vector }) => index.query(vector, { spread: true, topK: 40 }).matches),
      );
    }
    assert.ok(all.length >= 2);
    for (const matches of all) assert.deepEqual(matches, all[0]);
  });

  it('leaves the order of distance where there is no graph yet, and says that nothing fired', async (t) => {
    const items = records(300);
    const index = await newIndex(t, options(), items);
    const { result, spread } = index.explain(items[0].vector, { spread: true });
    assert.equal(spread.spikes, 0);
    assert.deepEqual(result.matches, index.query(items[0].vector).matches);
  });

  it('refuses what it does not understand, by name, and does not search', async (t) => {
    const index = await newIndex(t, options(), records(1100));
    for (const [spread, message] of [
      [1, /spread/],
      [null, /spread/],
      [{ alfa: 0.5 }, /alfa/],
      [{ alpha: 1 }, /spread\.alpha: expected a number from 0 to 0\.99, got 1/],
      [{ alpha: Number.NaN }, /spread\.alpha/],
      [{ epsilon: 0 }, /spread\.epsilon: expected a number from 1e-6 to 1, got 0/],
      [{ seeds: 0 }, /spread\.seeds/],
      [{ seeds: 1.5 }, /spread\.seeds/],
    ])
      assert.throws(() => index.query(new Float32Array(DIM).fill(1), { spread }), {
        code: 'INVALID_ARGUMENT',
        message,
      });
    for (const [more, message] of [
      [{ metric: 'dot' }, /another metric than dot/],
      [{ index: 'flat' }, /an index of type 'hnsw' or 'auto', which have a graph, got "flat"/],
    ]) {
      const other = await createIndex(options(more));
      t.after(() => other.dispose());
      assert.throws(() => other.query(new Float32Array(DIM).fill(1), { spread: true }), {
        code: 'INVALID_ARGUMENT',
        message,
      });
    }
  });

  it('finds more images of the same kind than kNN and query expansion, near the dense solve, at twice the work', async (t) => {
    const told = await spreadOverDigits(t, [50]);
    if (told === undefined) return;
    const [{ plain, expanded, spread, dense, points, work, residual }] = told.found;
    t.diagnostic(
      `mnist-784, mAP@50: kNN ${plain.toFixed(4)}, query expansion ${expanded.toFixed(4)}, spread ${spread.toFixed(4)}, ${shown(points).replace(' %', ' points')}, dense ${dense.toFixed(4)}; bytes x${work.toFixed(2)}`,
    );
    assert.ok(points.low >= 3, 'at least 3 points of mAP');
    assert.ok(spread > expanded);
    assert.ok(residual < 0.02, `a dense solve but for ${residual}`);
    assert.ok(Math.abs(dense - spread) <= 0.005, 'within half a point of the dense solve');
    assert.ok(work <= 2, 'at most twice the work');
  });
});
