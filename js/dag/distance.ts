import { checkVector, type Shape } from '../index/vectors.js';
import type { VectorInput } from '../types.js';

type Pair = (a: ArrayLike<number>, b: ArrayLike<number>) => number;

/** The distance of a stored vector from `vector`, in double; see {@link Metric} for what it is. */
export function exactDistance(
  vector: VectorInput,
  shape: Shape,
): (stored: ArrayLike<number>) => number {
  const given = checkVector('vector', vector, shape);
  // Vectors are stored as f32, and queries compared as such.
  const query = shape.bits ? given : Float32Array.from(given);
  const pair = PAIRS[shape.metric];
  return (stored) => pair(query, stored);
}

const sum =
  (term: (x: number, y: number) => number): Pair =>
  (a, b) => {
    let total = 0;
    for (let i = 0; i < a.length; ++i) total += term(a[i] as number, b[i] as number);
    return total;
  };
const dot = sum((x, y) => x * y);
const squares = sum((x, y) => (x - y) ** 2);

const PAIRS: { readonly [metric in Shape['metric']]: Pair } = {
  cosine: (a, b) => Math.min(2, Math.max(0, 1 - dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b)))),
  dot: (a, b) => 0 - dot(a, b),
  euclidean: (a, b) => Math.sqrt(squares(a, b)),
  manhattan: sum((x, y) => Math.abs(x - y)),
  hamming: sum((x, y) => onesOf(x ^ y)),
};

function onesOf(byte: number): number {
  let [ones, left] = [0, byte];
  for (; left !== 0; left &= left - 1) ++ones;
  return ones;
}
