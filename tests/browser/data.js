/** What the page and Node test with: seeded data, and what is right by definition. */

import { nearest, scoreOf } from '../support/distances.mjs';
import { seededFor } from '../support/random.mjs';

export { METRICS } from '../support/distances.mjs';

/** Vectors of `dimensions` components in [-1, 1), or packed bytes of that many bits for hamming. */
export function vectors(seed, count, dimensions, metric = 'cosine') {
  return seededFor(metric, { seed, count, dimensions });
}

export function records(list) {
  return list.map((vector, i) => ({ id: `id-${i}`, vector, metadata: { place: i } }));
}

/** Every record compared with the query: nearest first, ties in order. */
export function bruteForce(list, query, metric, dimensions) {
  return nearest(metric, records(list), query, list.length).map(({ id, distance }) => ({
    id,
    distance,
    score: scoreOf(metric, distance, dimensions),
  }));
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
