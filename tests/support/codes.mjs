// What builds of the module are compared by: rows with codes, and what searches by them give. Shares
// nothing with Node, so that the browser's suite uses it too.
import { seededVectors } from './random.mjs';

/** Codes begin at 1,024 rows; the last block of 32 is not full. */
const ROWS = 1030;
const QUERIES = 4;
const IDS = Array.from({ length: ROWS }, (_, row) => `r${row}`);

/**
 * What upsertFlat() takes, and queries. For a graph 128 vectors are repeated: equal ones are one
 * node, so that it is built soon, and enough are not for a sum that is off by one to show.
 */
export function codedSet(dimensions, { forGraph }) {
  const distinct = forGraph ? 128 : ROWS;
  const vectors = seededVectors({ seed: dimensions, count: distinct + QUERIES, dimensions });
  const flat = new Float32Array(ROWS * dimensions);
  for (let row = 0; row < ROWS; ++row) flat.set(vectors[row % distinct], row * dimensions);
  return { ids: IDS, flat, queries: vectors.slice(distinct) };
}

/** What searches find and what work they count. */
export function trace(index, queries) {
  return queries.map((query) => {
    const { result, ...counted } = index.explain(query);
    return { counted, matches: result.matches };
  });
}
