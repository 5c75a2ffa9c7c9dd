// Whether a budget split over branches by attention finds more than one split evenly: eight indexes
// of one set, split by clusters, so that a query's neighbours are in a few of them; merged here. Work
// is counted: distances and codes compared, those to the eight centres included.
import { createIndex } from '@ruvector/wasm';
import { createPlanner } from '@ruvector/wasm/dag';
import { realSet } from '../support/data.mjs';
import { mean, pairedBootstrap } from '../support/ndcg.mjs';
import { random } from '../support/random.mjs';
import { SEED } from './data.mjs';

const BRANCHES = 8;
const K = 10;
const CALIBRATE = 400;
const EVALUATE = 400;
/** Of each index, where the budget is split evenly; below K an index could not give K. */
const WIDTHS = [10, 20, 40, 80];
/** What a query knows of an index is how much farther its centre is than the nearest one, in classes. */
const CLASSES = 12;
/** Of what counts as better. */
const POINTS = 0.02;
const LESS_WORK = 0.15;
const CHANCE = 0.01;

const SETS = [
  { name: 'mnist-784', metric: 'euclidean' },
  { name: 'glove-twitter-25d-12k', metric: 'cosine' },
  { name: 'movies-cf-16', metric: 'cosine' },
];

export async function branches() {
  const found = [];
  for (const { name, metric } of SETS) {
    const set = realSet({ skip: (why) => console.log(`\n${why}`) }, name);
    if (set === undefined) continue;
    const rows = metric === 'cosine' ? set.base.map(unit) : set.base;
    found.push(...(await compare(name, metric, rows)));
  }
  return found;
}

async function compare(name, metric, all) {
  const next = random(SEED);
  const keys = all.map(() => next());
  const order = all.map((_, i) => i).sort((a, b) => keys[a] - keys[b]);
  const held = order.slice(0, CALIBRATE + EVALUATE).map((i) => all[i]);
  const base = order.slice(CALIBRATE + EVALUATE).map((i) => all[i]);
  const { centres, members } = split(base, next);
  const indexes = [];
  for (const rows of members) {
    const index = await createIndex({
      dimensions: base[0].length,
      metric,
      index: { type: 'hnsw', M: 16, efConstruction: 200 },
    });
    index.upsert(rows.map((row) => ({ id: String(row), vector: base[row] })));
    indexes.push(index);
  }
  const planner = await createPlanner();
  const queries = held.map((vector) => ({
    vector,
    truth: nearest(base, vector),
    ...near(centres, vector),
  }));
  const calibration = queries.slice(0, CALIBRATE);
  const evaluation = queries.slice(CALIBRATE);

  // What that distance says was learnt from other queries: the share of the nearest that is in an
  // index whose centre is that much farther than the nearest centre.
  const homes = new Map(members.flatMap((rows, b) => rows.map((row) => [row, b])));
  const pairs = calibration.flatMap(({ truth, farther }) =>
    farther.map((by, b) => ({ by, share: truth.filter((row) => homes.get(row) === b).length / K })),
  );
  pairs.sort((x, y) => x.by - y.by);
  const classes = Array.from({ length: CLASSES }, (_, c) => {
    const [from, to] = [c, c + 1].map((it) => Math.round((it * pairs.length) / CLASSES));
    return { most: pairs[to - 1].by, share: mean(pairs.slice(from, to).map(({ share }) => share)) };
  });
  const shareAt = (by) => (classes.find(({ most }) => by <= most) ?? classes.at(-1)).share;
  console.log(
    `\n${name}: ${base.length} vectors in ${BRANCHES} indexes of ${members[0].length}, ${EVALUATE} queries; share of the ${K} nearest in an index, by classes of the distance to its centre: ${classes.map(({ share }) => share.toFixed(3)).join(' ')}`,
  );

  /** One query with a width for each index; below 1 it is not asked. */
  const ask = ({ vector, truth }, widths, known) => {
    let work = known ? BRANCHES : 0;
    let scans = 0;
    const matches = [];
    for (const [b, index] of indexes.entries()) {
      const ef = Math.floor(widths[b] + 1e-6);
      if (ef < 1) continue;
      const { result, plan, distanceEvaluations, codesScanned } = index.explain(vector, {
        topK: Math.min(K, ef),
        ef,
      });
      work += distanceEvaluations + codesScanned;
      if (plan !== 'hnsw') ++scans;
      matches.push(...result.matches);
    }
    matches.sort((a, b) => b.score - a.score);
    const wanted = new Set(truth.map(String));
    return {
      work,
      scans,
      recall: matches.slice(0, K).filter(({ id }) => wanted.has(id)).length / K,
    };
  };
  const evenly = (width) => () => Array(BRANCHES).fill(width);
  const planOf = (costs) => ({
    order: [...indexes.map((_, b) => `shard${b}`), 'fuse'],
    edges: indexes.map((_, b) => [`shard${b}`, 'fuse']),
    nodes: Object.fromEntries([...costs.map((cost, b) => [`shard${b}`, { cost }]), ['fuse', {}]]),
  });
  const weightsOf = ({ farther }) => farther.map(shareAt);
  const byAttention = (budget) => (query) => {
    const { fuse: _, ...parts } = planner.attention(planOf(weightsOf(query)), 'parallelBranch');
    return Object.values(planner.allocate(budget, parts, { most: 400 }));
  };
  // How wide a walk must be, by how it is when all are equally wide: recall = 1 - e^(-width / scale).
  const scale = mean(
    [5, 10, 20].map(
      (width) =>
        -width / Math.log(1 - Math.min(0.999, run(calibration, evenly(width), false).recall)),
    ),
  );
  const byScales = (budget) => (query) => {
    const weights = Object.fromEntries(weightsOf(query).map((it, b) => [b, it]));
    const scales = Object.fromEntries(Object.keys(weights).map((b) => [b, scale]));
    return Object.values(planner.allocate(budget, weights, { most: 400, scales }));
  };
  function run(asked, widthsOf, known) {
    const all = asked.map((query) => ask(query, widthsOf(query), known));
    return {
      work: mean(all.map(({ work }) => work)),
      recall: mean(all.map(({ recall }) => recall)),
      recalls: all.map(({ recall }) => recall),
      works: all.map(({ work }) => work),
      scans: mean(all.map(({ scans }) => scans)),
    };
  }
  /** The budget for which what `of` measures is as near to `wanted` as can be, not above it. */
  const budgetFor = (way, of, wanted) => {
    let [low, high] = [1, BRANCHES * 200];
    for (let i = 0; i < 12; ++i) {
      const middle = (low + high) / 2;
      if (of(run(calibration, way(middle), true)) <= wanted) low = middle;
      else high = middle;
    }
    return { below: low, above: high };
  };

  const rows = [];
  for (const width of WIDTHS) {
    const even = run(evaluation, evenly(width), false);
    // The walks are what is compared.
    if (even.scans > 0.01 * BRANCHES) {
      console.log(`  ef ${width} each: scans are cheaper than such walks here`);
      continue;
    }
    const evenBefore = run(calibration, evenly(width), false);
    for (const [way, split] of Object.entries({
      attention: byAttention,
      'with scales': byScales,
    })) {
      const same = run(
        evaluation,
        split(budgetFor(split, (it) => it.work, evenBefore.work).below),
        true,
      );
      const gain = pairedBootstrap(same.recalls, even.recalls, SEED);
      // Budgets are of the other queries: the recall here is what it is, so it is shown.
      const equal = run(
        evaluation,
        split(budgetFor(split, (it) => it.recall, evenBefore.recall).above),
        true,
      );
      const worse = pairedBootstrap(equal.recalls, even.recalls, SEED);
      const saved = pairedBootstrap(even.works, equal.works, SEED);
      const isMore =
        gain.difference >= POINTS && gain.chance < CHANCE && same.work <= even.work * 1.005;
      const isLess =
        worse.difference >= -0.001 &&
        saved.difference >= LESS_WORK * even.work &&
        saved.chance < CHANCE;
      rows.push({ set: name, width, way, even, same, equal, gain, isMore, isLess });
      console.log(
        `  ef ${String(width).padStart(2)} each: recall ${percent(even.recall)} for ${even.work.toFixed(0)};  ` +
          `${way}: ${percent(same.recall)} for ${same.work.toFixed(0)} ` +
          `(${signed(gain.difference)} points, ${signed(gain.low)} to ${signed(gain.high)}, p ${gain.chance}), ` +
          `or ${percent(equal.recall)} for ${equal.work.toFixed(0)} (${(100 * (equal.work / even.work - 1)).toFixed(0)} % work)` +
          `  ${isMore || isLess ? 'better' : 'NOT better'}`,
      );
    }
  }
  for (const way of ['attention', 'with scales']) {
    const all = rows.filter((row) => row.way === way);
    const better = all.filter(({ isMore, isLess }) => isMore || isLess);
    console.log(`  ${way}: better than even at ${better.length} of ${all.length} widths`);
  }
  planner.dispose();
  for (const index of indexes) index.dispose();
  return rows.map(({ even, same, equal, ...row }) => ({
    ...row,
    even: { recall: even.recall, work: even.work },
    same: { recall: same.recall, work: same.work },
    equal: { recall: equal.recall, work: equal.work },
  }));
}

const percent = (share) => `${(100 * share).toFixed(1)} %`;
const signed = (share) => `${share < 0 ? '' : '+'}${(100 * share).toFixed(1)}`;

function unit(row) {
  const norm = Math.hypot(...row);
  return row.map((x) => x / norm);
}

function squared(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; ++i) sum += (a[i] - b[i]) ** 2;
  return sum;
}

function nearest(rows, query) {
  const best = [];
  for (const [row, vector] of rows.entries()) {
    const distance = squared(vector, query);
    if (best.length === K && distance >= best[K - 1].distance) continue;
    best.splice(best.findLastIndex((it) => it.distance <= distance) + 1, 0, { row, distance });
    best.length = Math.min(best.length, K);
  }
  return best.map(({ row }) => row);
}

/** By index: the distance to its centre, of the least such distance. */
function near(centres, query) {
  const distances = centres.map((centre) => squared(centre, query));
  return { farther: distances.map((it) => it / Math.min(...distances)) };
}

/** Clusters of one size: k-means (Lloyd) in which who has most to lose chooses first. */
function split(rows, next) {
  const most = Math.ceil(rows.length / BRANCHES);
  let centres = Array.from({ length: BRANCHES }, () => rows[Math.floor(next() * rows.length)]);
  let members = [];
  for (let round = 0; round < 8; ++round) {
    const choices = rows.map((row, i) => {
      const distances = centres.map((centre) => squared(centre, row));
      const order = distances.map((_, b) => b).sort((a, b) => distances[a] - distances[b]);
      return { i, order, regret: distances[order[1]] - distances[order[0]] };
    });
    choices.sort((a, b) => b.regret - a.regret);
    members = Array.from({ length: BRANCHES }, () => []);
    for (const { i, order } of choices)
      members[order.find((b) => members[b].length < most)].push(i);
    centres = members.map((own) =>
      Float64Array.from(rows[0], (_, d) => mean(own.map((i) => rows[i][d]))),
    );
  }
  return { centres, members };
}
