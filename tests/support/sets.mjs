// Seeded sets of vectors that are easy, hard and unkind to an index, and what searches find of the
// truth. The truth is brute force in f64 over the vectors as the test gave them.
import { random } from './random.mjs';

/** Widths of a search, each about 1.2 times the one before. */
const LADDER = Array.from({ length: 24 }, (_, i) => Math.round(10 * 1.2 ** i));

function gaussian(next) {
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}

/**
 * Gaussian in every direction: no structure that an index could use. `duplicates` is the share of
 * vectors that repeat an earlier one exactly.
 */
export function isotropic({ seed, count, dimensions, duplicates = 0 }) {
  const next = random(seed);
  const vectors = [];
  for (let i = 0; i < count; ++i)
    vectors.push(
      i > 0 && duplicates > 0 && next() < duplicates
        ? vectors[Math.floor(next() * i)]
        : Float32Array.from({ length: dimensions }, () => gaussian(next)),
    );
  return vectors;
}

/**
 * Gaussian clusters around Gaussian centres, and the cluster of each vector, in order of cluster:
 * what comes in first says little about what comes later. `duplicates` is the share of vectors that
 * repeat an earlier one of their cluster exactly.
 */
export function clustered({
  seed,
  count,
  dimensions,
  clusters = 50,
  spread = 0.3,
  duplicates = 0,
}) {
  const centers = isotropic({ seed: seed + 1, count: clusters, dimensions });
  const next = random(seed);
  const clusterOf = Array.from({ length: count }, (_, i) => Math.floor((i * clusters) / count));
  const vectors = [];
  for (const [i, cluster] of clusterOf.entries()) {
    const first = Math.ceil((cluster * count) / clusters);
    if (i > first && next() < duplicates) {
      vectors.push(vectors[first + Math.floor(next() * (i - first))]);
      continue;
    }
    vectors.push(centers[cluster].map((x) => x + spread * gaussian(next)));
  }
  return { vectors, clusterOf, centers };
}

/** Vectors near `count` of `vectors`, none equal to one: queries held out. */
export function near(vectors, { seed, count, spread = 0.3 }) {
  const next = random(seed);
  return Array.from({ length: count }, () =>
    vectors[Math.floor(next() * vectors.length)].map((x) => x + spread * gaussian(next)),
  );
}

function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; ++i) sum += a[i] * b[i];
  return sum;
}

function square(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return sum;
}

/** Distances of `query` from all `vectors`, as far as their order goes. */
export function distancesTo(metric, vectors, query) {
  if (metric === 'euclidean') return Float64Array.from(vectors, (v) => square(v, query));
  if (metric === 'dot') return Float64Array.from(vectors, (v) => -dot(v, query));
  return Float64Array.from(vectors, (v) => -dot(v, query) / Math.sqrt(dot(v, v)));
}

/**
 * For each query the distances of all of `records` ({ id, vector }, the allowed ones where
 * `allowed(record, query number)` says), and the one that the k nearest do not exceed.
 */
export function truthOf(metric, records, queries, k, allowed = () => true) {
  const vectors = records.map(({ vector }) => vector);
  return queries.map((query, q) => {
    const all = distancesTo(metric, vectors, query);
    const distances = new Map();
    for (const [i, record] of records.entries())
      if (allowed(record, q)) distances.set(record.id, all[i]);
    const sorted = Float64Array.from(distances.values()).sort();
    const wanted = Math.min(k, sorted.length);
    // f32 cannot tell what is closer together than this.
    const margin = wanted === 0 ? 0 : 1e-6 * (Math.abs(sorted[wanted - 1]) + 1e-6);
    return { distances, wanted, limit: wanted === 0 ? 0 : sorted[wanted - 1] + margin };
  });
}

/** The share of the truth among `matches`: of equal distances any will do, but none twice. */
export function found({ distances, wanted, limit }, matches) {
  const ids = new Set(matches.slice(0, wanted).map(({ id }) => id));
  let hits = 0;
  for (const id of ids) hits += Number(distances.get(id) <= limit);
  return wanted === 0 ? 1 : hits / wanted;
}

export function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Mean share of the truth that `search(query, number)` finds. */
export function recallOf(truths, queries, search) {
  return mean(queries.map((query, q) => found(truths[q], search(query, q).matches)));
}

/**
 * Distance evaluations of a search by the graph that finds `recall`, mean over the queries: on the
 * line between the two widths of the ladder around it. Undefined where the widest finds less.
 */
export function evaluationsAt(recall, index, truths, queries, options = {}) {
  let before;
  for (const ef of LADDER) {
    const given = { ...options, ef };
    const point = {
      recall: recallOf(truths, queries, (query) => index.query(query, given)),
      work: mean(queries.map((query) => index.explain(query, given).distanceEvaluations)),
    };
    if (point.recall >= recall) {
      const share = before ? (recall - before.recall) / (point.recall - before.recall) : 1;
      return (before?.work ?? 0) * (1 - share) + point.work * share;
    }
    before = point;
  }
  return undefined;
}
