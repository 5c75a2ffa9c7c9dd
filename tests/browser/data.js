/** Seeded data, and what is right by definition. Shared by the page and by Node. */

export const METRICS = ['cosine', 'dot', 'euclidean', 'manhattan', 'hamming'];

/** Mulberry32: numbers in [0, 1), the same everywhere. */
function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), 61 | bits);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Vectors of `dimensions` components in [-1, 1), or packed bytes of that many bits for hamming. */
export function vectors(seed, count, dimensions, metric = 'cosine') {
  const next = random(seed);
  return Array.from({ length: count }, () =>
    metric === 'hamming'
      ? Uint8Array.from({ length: dimensions / 8 }, () => Math.floor(256 * next()))
      : Float32Array.from({ length: dimensions }, () => 2 * next() - 1),
  );
}

export function records(list) {
  return list.map((vector, i) => ({ id: `id-${i}`, vector, metadata: { place: i } }));
}

/** Distances in double precision. */
const DISTANCES = {
  cosine: (a, b) => 1 - dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b)),
  dot: (a, b) => -dot(a, b),
  euclidean: (a, b) => Math.sqrt(a.reduce((sum, x, i) => sum + (x - b[i]) ** 2, 0)),
  manhattan: (a, b) => a.reduce((sum, x, i) => sum + Math.abs(x - b[i]), 0),
  hamming: (a, b) => a.reduce((sum, x, i) => sum + bitCount(x ^ b[i]), 0),
};

const SCORES = {
  cosine: (distance) => 1 - distance,
  dot: (distance) => -distance,
  euclidean: (distance) => 1 / (1 + distance),
  manhattan: (distance) => 1 / (1 + distance),
  hamming: (distance, dimensions) => 1 - distance / dimensions,
};

/** Every record compared with the query: nearest first, ties in order. */
export function bruteForce(list, query, metric, dimensions) {
  const [a, vectorsOf] = [Array.from(query), list.map((vector) => Array.from(vector))];
  return vectorsOf
    .map((b, i) => ({ id: `id-${i}`, distance: DISTANCES[metric](a, b), place: i }))
    .sort((x, y) => x.distance - y.distance || x.place - y.place)
    .map(({ id, distance }) => ({ id, distance, score: SCORES[metric](distance, dimensions) }));
}

function dot(a, b) {
  return a.reduce((sum, x, i) => sum + x * b[i], 0);
}

function bitCount(byte) {
  let count = 0;
  for (let bits = byte; bits > 0; bits >>= 1) count += bits & 1;
  return count;
}

/** A snapshot after writes, an overwrite and deletes; on every host the same bytes. */
export async function snapshot(createIndex) {
  const index = await createIndex({ dimensions: 48, metric: 'euclidean', model: 'seeded' });
  index.upsert(records(vectors(11, 300, 48)));
  index.upsert({ id: 'id-7', vector: vectors(12, 1, 48)[0], metadata: { text: 'grüße 🦀' } });
  index.delete(['id-0', 'id-150', 'id-299']);
  const bytes = index.export();
  index.dispose();
  return bytes;
}
