/** An index large enough for a graph, with tags to filter by: seeded, made in steps. */
import { clusteredVectors } from '../common/vectors.js';

export const COUNT = 20_000;
export const TOP_K = 10;
const DIMENSIONS = 32;
const QUERIES = 40;
const SEED = 42;

/** Values of a tag; each is on as many vectors. */
export const TAGS = 2_000;

/** Quick to link. The width is given, so that there is something to plan at every filter. */
export const OPTIONS = {
  dimensions: DIMENSIONS,
  metric: 'cosine',
  index: { type: 'hnsw', M: 8, efConstruction: 30, ef: 64 },
};

/** The tags by where vectors with low ones lie. */
export const PLACES = { anywhere: 'anywhere', together: 'together, on one side' };

/**
 * Fills an empty index, a slice a step.
 * @returns {Generator<{ phase: string, done: number, total: number }, Float32Array[]>} vectors to
 *   search for, which are not in it
 */
export function* making(index) {
  // While there is nothing to read: a filter's column is made when it is first asked for.
  for (const tag of Object.keys(PLACES)) index.count(tagBelow(tag, 1));
  const made = clusteredVectors({ count: COUNT + QUERIES, dimensions: DIMENSIONS, seed: SEED });
  const vectors = yield* during('Making vectors', made);
  const queries = vectors.splice(COUNT);
  yield* during('Linking them', index.upsertSteps(tagged(vectors)));
  return queries;
}

/** @param {string} tag one of PLACES; `limit` of TAGS match */
export function tagBelow(tag, limit) {
  return { [tag]: { $lt: limit } };
}

function tagged(vectors) {
  const along = [...vectors.keys()].sort((a, b) => vectors[a][0] - vectors[b][0]);
  const ranks = new Uint32Array(vectors.length);
  for (const [rank, i] of along.entries()) ranks[i] = rank;
  return vectors.map((vector, i) => ({
    id: `v${i}`,
    vector,
    metadata: { anywhere: i % TAGS, together: Math.floor((ranks[i] * TAGS) / vectors.length) },
  }));
}

function* during(phase, steps) {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    yield { phase, ...value };
  }
}
