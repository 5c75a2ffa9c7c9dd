/** Seeded vectors: the same in every run and in every browser, but for the last bits of Math. */

const CLUSTERS = 100;

/**
 * Unit vectors like embeddings of texts: topics, around each of which some directions vary much and
 * most little, another order of directions in every topic. In steps, each telling how far it is.
 * @returns {Generator<{ done: number, total: number }, Float32Array[]>}
 */
export function* clusteredVectors({ count, dimensions, seed }) {
  const next = random(seed);
  const normal = gaussian(next);
  const centres = Float32Array.from({ length: CLUSTERS * dimensions }, normal);
  const turns = Array.from({ length: CLUSTERS }, () => Math.floor(dimensions * next()));
  const deviations = Array.from({ length: dimensions }, (_, rank) => 2 / Math.cbrt(1 + rank));
  const vectors = [];
  while (vectors.length < count) {
    const cluster = Math.floor(CLUSTERS * next());
    const vector = new Float32Array(dimensions);
    for (let i = 0; i < dimensions; ++i)
      vector[i] =
        centres[cluster * dimensions + i] +
        deviations[(i + turns[cluster]) % dimensions] * normal();
    vectors.push(toUnitLength(vector));
    if (vectors.length % 64 === 0) yield { done: vectors.length, total: count };
  }
  return vectors;
}

export function toUnitLength(vector) {
  let sum = 0;
  for (const component of vector) sum += component * component;
  if (sum > 0) {
    const length = Math.sqrt(sum);
    for (let i = 0; i < vector.length; ++i) vector[i] /= length;
  }
  return vector;
}

/** mulberry32: numbers in [0, 1). */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Numbers with mean 0 and deviation 1 (Box-Muller). */
export function gaussian(next) {
  return () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}
