// Seeded data: the same numbers on every host, in every run.

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

function rows(count, row) {
  return Array.from({ length: count }, row);
}

/** Components in [-1, 1), none of them special. */
export function seededVectors({ seed, count, dimensions }) {
  const next = random(seed);
  return rows(count, () => Float32Array.from({ length: dimensions }, () => 2 * next() - 1));
}

/** Small integers, so that every sum is exact and equal distances abound; never all zero. */
export function seededIntegers({ seed, count, dimensions, range = 3 }) {
  const next = random(seed);
  return rows(count, () => {
    const vector = Float32Array.from({ length: dimensions }, () =>
      Math.round((2 * next() - 1) * range),
    );
    if (vector.every((value) => value === 0)) vector[0] = 1;
    return vector;
  });
}

/** Packed bits. */
export function seededBytes({ seed, count, bytes }) {
  const next = random(seed);
  return rows(count, () => Uint8Array.from({ length: bytes }, () => 256 * next()));
}

/** What an index of `metric` takes; under hamming `dimensions` counts bits. */
export function seededFor(metric, { seed, count, dimensions }) {
  return metric === 'hamming'
    ? seededBytes({ seed, count, bytes: dimensions / 8 })
    : seededVectors({ seed, count, dimensions });
}

/** Records `r0`, `r1`, ... */
export function itemsOf(vectors, prefix = 'r') {
  return vectors.map((vector, i) => ({ id: `${prefix}${i}`, vector }));
}

export function shuffled(list, seed) {
  const next = random(seed);
  const result = [...list];
  for (let i = result.length - 1; i > 0; --i) {
    const j = Math.floor(next() * (i + 1));
    [result[i], result[j]] = [result[j], result[i]];
  }
  return result;
}
