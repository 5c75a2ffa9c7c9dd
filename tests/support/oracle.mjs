// How close to tests/support/distances.mjs the product must come, and the assertions that hold it to it.
import assert from 'node:assert/strict';
import { distance, sum } from './distances.mjs';

/**
 * How far an f32 distance may lie from the exact one. With u = 2^-24 an f32 sum of terms x_i, in
 * lanes of 16 that are then added in four steps, is off by at most n * u * sum |x_i|, where n counts
 * the roundings that a term goes through: ceil(d / 16) + 4 additions and its own (1 for |q - x| and
 * for q * x, 3 for (q - x)^2). The root halves a relative error and rounds once. Under cosine
 * sum |q_i x_i| <= |q| |x|; the two inverse norms, the products with them and 1 - cos (up to 2, so
 * 2 u) round six more times. The factor 1.01 covers terms of second order and the f64 side.
 */
export function tolerance(metric, a, b) {
  const u = 1.01 * 2 ** -24;
  const additions = Math.ceil(a.length / 16) + 4;
  switch (metric) {
    case 'cosine':
      return (additions + 7) * u;
    case 'dot':
      return (additions + 1) * u * sum(a, b, (x, y) => Math.abs(x * y));
    case 'euclidean':
      return ((additions + 3) / 2 + 1) * u * distance(metric, a, b);
    case 'manhattan':
      return (additions + 1) * u * distance(metric, a, b);
    case 'hamming':
      return 0;
  }
}

/**
 * That `matches` are k nearest of `records` within f32: every distance is right, the order is
 * (distance, insertion), and no record left out is nearer than the last one in.
 */
export function assertNearest(matches, metric, records, query, k) {
  assert.equal(matches.length, Math.min(k, records.length));
  const order = new Map(records.map(({ id }, i) => [id, i]));
  const exact = records.map(({ vector }) => distance(metric, vector, query));
  const allowed = records.map(({ vector }) => tolerance(metric, vector, query));
  const found = new Set();
  let [lastDistance, lastOrder] = [Number.NEGATIVE_INFINITY, -1];
  for (const match of matches) {
    const at = order.get(match.id);
    assert.ok(at !== undefined && !found.has(at), `${match.id} is no record, or comes twice`);
    found.add(at);
    const error = Math.abs(match.distance - exact[at]);
    assert.ok(error <= allowed[at], `${match.id}: off by ${error}, allowed ${allowed[at]}`);
    const later = match.distance === lastDistance ? at > lastOrder : match.distance > lastDistance;
    assert.ok(later, `${match.id} is out of order`);
    [lastDistance, lastOrder] = [match.distance, at];
  }
  for (const [at, { id }] of records.entries())
    if (!found.has(at)) assert.ok(exact[at] + allowed[at] >= lastDistance, `${id} is missing`);
}

/**
 * The distance to the last bit, as src/kernels/distance.h orders its additions: component i goes to
 * lane i % 16. Not for cosine and hamming.
 */
export function laneDistance(metric, a, b) {
  const { fround } = Math;
  const term = {
    dot: (x, y) => fround(x * y),
    euclidean: (x, y) => fround(fround(x - y) * fround(x - y)),
    manhattan: (x, y) => Math.abs(fround(x - y)),
  }[metric];
  const lanes = new Float32Array(16);
  for (let i = 0; i < a.length; ++i) lanes[i % 16] += term(a[i], b[i]);
  const s = new Float32Array(4);
  for (let j = 0; j < 4; ++j)
    s[j] = fround(lanes[j] + lanes[j + 4]) + fround(lanes[j + 8] + lanes[j + 12]);
  const total = fround(fround(s[0] + s[2]) + fround(s[1] + s[3]));
  if (metric === 'dot') return 0 - total;
  return metric === 'euclidean' ? Math.sqrt(total) : total;
}
