// The specification of search in plain 64-bit JavaScript: shares nothing with the product, and nothing
// of Node either, so that the browser's suite uses it too.

export const F32_METRICS = ['cosine', 'dot', 'euclidean', 'manhattan'];
export const METRICS = [...F32_METRICS, 'hamming'];

export function sum(a, b, term) {
  let total = 0;
  for (let i = 0; i < a.length; ++i) total += term(a[i], b[i]);
  return total;
}

function bitsOf(byte) {
  let bits = 0;
  for (let rest = byte; rest !== 0; rest >>>= 1) bits += rest & 1;
  return bits;
}

const product = (x, y) => x * y;
const norm = (a) => Math.sqrt(sum(a, a, product));

/** Distance of two vectors of f32 values (packed bytes under hamming). */
export function distance(metric, a, b) {
  switch (metric) {
    case 'cosine':
      return 1 - sum(a, b, product) / (norm(a) * norm(b));
    case 'dot':
      return -sum(a, b, product);
    case 'euclidean':
      return Math.sqrt(sum(a, b, (x, y) => (x - y) ** 2));
    case 'manhattan':
      return sum(a, b, (x, y) => Math.abs(x - y));
    case 'hamming':
      return sum(a, b, (x, y) => bitsOf(x ^ y));
  }
}

/** The score that a distance stands for. */
export function scoreOf(metric, value, dimensions) {
  if (metric === 'cosine') return 1 - value;
  if (metric === 'dot') return 0 - value;
  return metric === 'hamming' ? 1 - value / dimensions : 1 / (1 + value);
}

/** The k nearest of `records` (in order of insertion): by distance, ties in that order. */
export function nearest(metric, records, query, k) {
  return records
    .map(({ id, vector }) => ({ id, distance: distance(metric, vector, query) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, k);
}
