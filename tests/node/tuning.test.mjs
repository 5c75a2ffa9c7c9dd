// The width of searches: what tune() chooses holds for queries it has not seen, what measureRecall()
// says is the truth, and what the caller says is done.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { realSet } from '../support/data.mjs';
import { newIndex } from '../support/indexes.mjs';
import { withPlan } from '../support/plans.mjs';
import { itemsOf, seededBytes, seededVectors, shuffled } from '../support/random.mjs';
import { clustered, found, isotropic, mean, near, truthOf } from '../support/sets.mjs';
import { soak } from '../support/soak.mjs';

const TOP_K = 10;
const COUNT = soak ? 50_000 : 6000;

/** Recall of each of `queries` by the graph alone, at the width the index chooses. */
function audit(index, truths, queries) {
  return withPlan('graph', () =>
    queries.map((query, q) => found(truths[q], index.query(query, { topK: TOP_K }).matches)),
  );
}

/** Half of the 95 % interval of a mean of shares, with room for the error of a sample of this size. */
function halfInterval(shares) {
  const average = mean(shares);
  const variance = mean(shares.map((share) => (share - average) ** 2));
  return 1.96 * Math.sqrt(variance / shares.length);
}

/** Sets by name: metric, records, and queries that are not among them. */
const SETS = {
  clustered: () => {
    const { vectors } = clustered({ seed: 51, count: COUNT, dimensions: 64, duplicates: 0.2 });
    const queries = near(vectors, { seed: 52, count: 300 });
    return { metric: 'euclidean', records: itemsOf(shuffled(vectors, 50)), queries };
  },
  isotropic: () => ({
    metric: 'cosine',
    records: itemsOf(isotropic({ seed: 53, count: COUNT, dimensions: 32 })),
    queries: isotropic({ seed: 54, count: 300, dimensions: 32 }),
  }),
  'wiki-minilm-384': (t) => {
    const set = realSet(t, 'wiki-minilm-384');
    return set && { metric: 'cosine', records: itemsOf(set.base), queries: set.queries };
  },
};

describe('targetRecall is reached by queries that tuning has not seen', () => {
  for (const [name, make] of Object.entries(SETS))
    it(name, async (t) => {
      const set = make(t);
      if (set === undefined) return;
      const { metric, records, queries } = set;
      const dimensions = queries[0].length;
      const index = await newIndex(t, { dimensions, metric, index: 'hnsw' }, records);
      const truths = truthOf(metric, records, queries, TOP_K);
      let before = 0;
      for (const targetRecall of [0.9, 0.95, 0.99]) {
        const tuned = index.tune({ targetRecall });
        assert.equal(index.stats().ef, tuned.ef);
        assert.equal(tuned.targetRecall, targetRecall);
        assert.ok(tuned.ef >= before, 'more recall needs no narrower walk');
        before = tuned.ef;
        assert.ok(tuned.lower >= targetRecall - 0.01);
        const shares = audit(index, truths, queries);
        const half = halfInterval(shares);
        t.diagnostic(
          `${targetRecall}: ef ${tuned.ef}, tuned ${tuned.recall.toFixed(4)}, audited ` +
            `${mean(shares).toFixed(4)} +- ${half.toFixed(4)}`,
        );
        // `half` is the error of this audit, and of the hundred samples of the tuning.
        const error = half * (1 + Math.sqrt(queries.length / tuned.samples));
        assert.ok(mean(shares) + error >= targetRecall - 0.01, `${mean(shares)} at ${tuned.ef}`);
        assert.ok(mean(shares) >= targetRecall - 0.03, `${mean(shares)} at ${tuned.ef}`);
      }
    });

  it('the option is what an index tunes itself to as it grows', async (t) => {
    const { metric, records, queries } = SETS.isotropic();
    const truths = truthOf(metric, records, queries, TOP_K);
    const widths = [];
    for (const targetRecall of [0.8, 0.95, 0.99]) {
      const options = { dimensions: 32, metric, index: 'hnsw', targetRecall };
      const index = await newIndex(t, options);
      for (let from = 0; from < records.length; from += 500)
        index.upsert(records.slice(from, from + 500));
      const recall = mean(audit(index, truths, queries));
      widths.push(index.stats().ef);
      t.diagnostic(`${targetRecall}: ef ${index.stats().ef}, audited ${recall.toFixed(4)}`);
      // Tuned when it had doubled last, which may be half of what it holds now.
      assert.ok(recall >= targetRecall - 0.02);
    }
    assert.ok(widths[0] < widths[2]);
  });
});

describe('the width of searches', () => {
  const vectors = isotropic({ seed: 55, count: 3000, dimensions: 16 });
  const query = vectors[5];
  const widthOf = (index, options) =>
    withPlan('graph', () => index.explain(query, { ...options })).ef;

  it('is never below max(2 topK, 32) where the index chooses', async (t) => {
    const options = { dimensions: 16, index: 'hnsw', targetRecall: 0.01 };
    const index = await newIndex(t, options, itemsOf(vectors));
    assert.equal(index.tune({ targetRecall: 0.01 }).ef, 32);
    for (const topK of [1, 10, 16, 17, 100, 1000])
      assert.ok(widthOf(index, { topK }) >= Math.max(2 * topK, 32), `${topK}`);
    index.tune({ targetRecall: 0.999 });
    assert.ok(widthOf(index) > 32);
  });

  it('is what the query says, or at least topK', async (t) => {
    const index = await newIndex(t, { dimensions: 16, index: 'hnsw' }, itemsOf(vectors));
    for (const ef of [1, 7, 50, 400]) assert.equal(widthOf(index, { ef }), ef);
    const count = (options) => withPlan('graph', () => index.query(query, options)).count;
    assert.equal(count({ ef: 1, topK: 10 }), 10);
    assert.equal(count({ ef: 1, topK: 500 }), 500);
    const work = (ef) => withPlan('graph', () => index.explain(query, { ef })).distanceEvaluations;
    assert.ok(work(10) < work(50) && work(50) < work(400));
  });

  it('is what the index was made with, whatever is tuned', async (t) => {
    for (const ef of [12, 48, 700]) {
      const options = { dimensions: 16, index: { type: 'hnsw', ef } };
      const index = await newIndex(t, options, itemsOf(vectors));
      assert.equal(widthOf(index), ef);
      const { ef: tuned, recall } = index.tune({ targetRecall: 0.99 });
      assert.equal(tuned, ef);
      assert.ok(recall > 0 && recall <= 1);
      assert.equal(index.stats().ef, ef);
      assert.equal(widthOf(index, { topK: 9 }), ef);
      assert.equal(index.measureRecall().ef, ef);
      assert.equal(widthOf(index, { ef: 99 }), 99);
    }
  });
});

describe('tune() and measureRecall() of small indexes', () => {
  for (const type of ['flat', 'hnsw', 'auto'])
    for (const count of [0, 1, 2, 5, 30, 500])
      it(`${type} of ${count} records: all is found, at no great width`, async (t) => {
        const items = itemsOf(seededVectors({ seed: 56, count, dimensions: 4 }));
        const index = await newIndex(t, { dimensions: 4, index: type }, items);
        for (const targetRecall of [0.5, 0.95, 0.999]) {
          const { samples, recall, lower, upper, ef } = index.tune({ targetRecall });
          assert.deepEqual([samples, recall], [Math.min(100, count), 1]);
          assert.ok(lower <= 1 && lower >= 0 && upper === 1);
          assert.ok(ef <= Math.max(64, count), `ef ${ef}`);
        }
        const report = index.measureRecall();
        assert.deepEqual([report.samples, report.recall], [Math.min(100, count), 1]);
        assert.equal(report.reference, 'exact');
      });

  it('of all metrics', async (t) => {
    for (const metric of ['dot', 'manhattan', 'hamming']) {
      const vectors =
        metric === 'hamming'
          ? seededBytes({ seed: 57, count: 2500, bytes: 8 })
          : seededVectors({ seed: 57, count: 2500, dimensions: 64 });
      const options = { dimensions: 64, metric, index: 'hnsw' };
      const index = await newIndex(t, options, itemsOf(vectors));
      const { ef, samples, recall } = index.tune({ targetRecall: 0.9 });
      assert.equal(samples, 100);
      assert.ok(recall >= 0.89 && ef >= 32, `${metric}: ${recall} at ${ef}`);
      assert.ok(index.measureRecall().recall >= 0.85);
    }
  });
});

describe('measureRecall()', () => {
  const vectors = isotropic({ seed: 58, count: 3000, dimensions: 32 });
  const records = itemsOf(vectors);
  const options = { dimensions: 32, metric: 'euclidean', index: { type: 'hnsw', ef: 20 } };

  it('has an interval that covers the truth, of other queries and of the records', async (t) => {
    const index = await newIndex(t, options, records);
    withPlan('graph', () => {
      const many = isotropic({ seed: 59, count: 4000, dimensions: 32 });
      const whole = index.measureRecall({ queries: many, samples: 4000 });
      const covered = { queries: 0, records: 0 };
      const all = index.measureRecall({ samples: 3000 });
      const runs = 120;
      for (let seed = 0; seed < runs; ++seed) {
        const queries = shuffled(many, seed).slice(0, 100);
        const some = index.measureRecall({ queries });
        covered.queries += some.lower <= whole.recall && whole.recall <= some.upper;
        const own = index.measureRecall({ seed });
        covered.records += own.lower <= all.recall && all.recall <= own.upper;
      }
      t.diagnostic(
        `truth ${whole.recall.toFixed(4)} and ${all.recall.toFixed(4)}; covered in ` +
          `${covered.queries} and ${covered.records} of ${runs} runs`,
      );
      assert.ok(covered.queries >= 0.9 * runs && covered.records >= 0.9 * runs);
    });
  });

  it('counts what an audit of its own queries counts', async (t) => {
    const index = await newIndex(t, options, records);
    const queries = isotropic({ seed: 60, count: 150, dimensions: 32 });
    for (const topK of [1, 10, 50]) {
      const truths = truthOf('euclidean', records, queries, topK);
      const audited = withPlan('graph', () =>
        mean(queries.map((query, q) => found(truths[q], index.query(query, { topK }).matches))),
      );
      const report = withPlan('graph', () => index.measureRecall({ queries, samples: 150, topK }));
      // In f64 and in f32 the last one may be another, once or twice.
      const difference = Math.abs(report.recall - audited) * 150 * topK;
      assert.ok(difference < 2.5, `${report.recall}, not ${audited}`);
      assert.deepEqual([report.samples, report.topK], [150, topK]);
      assert.ok(report.lower <= report.recall && report.recall <= report.upper);
    }
  });

  it('is the same with the same seed, and of as many samples as wanted', async (t) => {
    const index = await newIndex(t, options, records);
    assert.deepEqual(index.measureRecall({ seed: 3 }), index.measureRecall({ seed: 3 }));
    assert.equal(index.measureRecall({ samples: 17 }).samples, 17);
    assert.equal(index.measureRecall({ samples: 10_000 }).samples, 3000);
    const before = index.version;
    index.measureRecall();
    index.tune({ targetRecall: 0.9 });
    assert.equal(index.version, before);
  });

  it('compares a single copy with what is stored, and says so', async (t) => {
    for (const [quantization, reference] of [
      ['int8', 'exact'],
      [{ type: 'int8', keep: false }, 'stored'],
      [{ type: 'rabitq', bits: 4, keep: false }, 'stored'],
      [{ type: 'rabitq', bits: 4 }, 'exact'],
    ]) {
      const index = await newIndex(t, { dimensions: 32, index: 'hnsw', quantization }, records);
      const report = index.measureRecall({ ef: 400 });
      assert.equal(report.reference, reference);
      assert.ok(report.recall > 0.98, `${JSON.stringify(quantization)}: ${report.recall}`);
    }
  });
});

describe('an index whose width is not known to be enough', () => {
  // Tight clusters, which a walk of the usual width does not leave.
  const count = 1040;
  const options = {
    dimensions: 16,
    metric: 'euclidean',
    index: { type: 'hnsw', M: 4, efConstruction: 8 },
  };
  const { vectors } = clustered({ seed: 71, count, dimensions: 16, clusters: 8, spread: 3e-3 });
  const records = itemsOf(vectors);
  const queries = near(vectors, { seed: 72, count: 50 });
  const truths = truthOf('euclidean', records, queries, TOP_K);
  const recall = (index) =>
    mean(queries.map((query, q) => found(truths[q], index.query(query, { topK: TOP_K }).matches)));

  it('does not go by its graph', async (t) => {
    const index = await newIndex(t, options, records.slice(0, 1000));
    for (const record of records.slice(1000)) index.upsert(record); // from 1,024 on a graph, not tuned yet
    const fresh = await newIndex(t, options);
    fresh.import(index.export()); // the tuning of `index` begins anew as well
    for (const it of [index, fresh]) {
      assert.equal(it.explain(queries[0]).plan, 'rabitq');
      assert.ok(recall(it) >= 0.95, `${recall(it)}`);
    }
    t.diagnostic(`by the graph ${withPlan('graph', () => recall(index))}, else ${recall(index)}`);
    assert.ok(withPlan('graph', () => recall(index)) < 0.8, 'the graph is no test of it');
  });

  it('is the same after export and import, and goes on the same', async (t) => {
    const index = await newIndex(t, options, records.slice(0, 1000));
    for (const record of records.slice(1000, 1030)) index.upsert(record);
    const bytes = index.export();
    const copy = await newIndex(t, options);
    copy.import(bytes);
    assert.deepEqual(copy.export(), bytes);
    for (const record of records.slice(1030)) {
      index.upsert(record);
      copy.upsert(record);
    }
    assert.deepEqual(copy.export(), index.export());
  });

  it('forgets what it was finding out when tune() is called', async (t) => {
    const index = await newIndex(t, { ...options, targetRecall: 0.5 }, records.slice(0, 1000));
    for (const record of records.slice(1000, 1030)) index.upsert(record);
    const { ef } = index.tune({ targetRecall: 0.8 });
    for (const record of records.slice(1030)) index.upsert(record);
    while (index.maintain({ budgetMs: 10 }).pending > 0);
    assert.ok(index.stats().ef >= ef, `${index.stats().ef} after ${ef}`);
  });

  it('finds every record by its own vector, however narrow the walk', async (t) => {
    const index = await newIndex(t, options, records);
    const lost = withPlan('graph', () =>
      records.filter(
        ({ vector }) => index.query(vector, { topK: 1, ef: 1 }).matches[0].distance !== 0,
      ),
    );
    assert.deepEqual(lost, []);
  });
});

describe('what was tuned', () => {
  const options = { dimensions: 32, metric: 'euclidean', index: 'hnsw' };
  const hard = isotropic({ seed: 81, count: 3000, dimensions: 32 });
  const settle = (index) => {
    while (index.maintain({ budgetMs: 10 }).pending > 0);
    return index.stats().ef;
  };

  it('is tuned anew when all records were replaced by others', async (t) => {
    const { vectors } = clustered({ seed: 82, count: 3000, dimensions: 32 });
    const index = await newIndex(t, options, itemsOf(vectors));
    const [before, wanted] = [settle(index), settle(await newIndex(t, options, itemsOf(hard)))];
    index.upsert(itemsOf(hard)); // of the same ids
    t.diagnostic(`ef ${before}, then ${settle(index)}; ${wanted} from the beginning`);
    assert.ok(before < wanted, 'the sets are no test of it');
    assert.ok(settle(index) > before);
    assert.ok(index.measureRecall({ seed: 9 }).upper >= 0.95);
  });

  it('is for the target that the snapshot names, unless the options name one', async (t) => {
    const index = await newIndex(t, options, itemsOf(hard));
    const { ef } = index.tune({ targetRecall: 0.99 });
    assert.ok(ef > settle(await newIndex(t, options, itemsOf(hard))));
    const copy = await newIndex(t, options);
    copy.import(index.export());
    assert.equal(copy.stats().ef, ef);
    const other = await newIndex(t, { ...options, targetRecall: 0.8 });
    other.import(index.export());
    assert.ok(settle(other) < ef);
  });

  it('says nothing of a graph that there is not yet', async (t) => {
    const many = itemsOf(isotropic({ seed: 83, count: 20_000, dimensions: 12 }));
    const index = await newIndex(t, { dimensions: 12, metric: 'euclidean' }, many);
    assert.ok(index.tune({ targetRecall: 0.99 }).recall >= 0.98); // of scans
    assert.equal(index.stats().linked, 0);
    while (index.stats().linked < 2000) index.maintain({ budgetMs: 20 });
    assert.notEqual(index.explain(hard[0].slice(0, 12)).plan, 'hnsw');
  });
});
