/** One search with a filter, with the planner and without, and what came of it. */
import { TOP_K, tagBelow } from './made-index.js';

/**
 * @typedef {object} Tried
 * @property {object} explained what `explain()` says
 * @property {number} found of `wanted`
 * @property {number} nearest of those found, that are among the nearest that match
 * @property {number} wanted as many as match, at most TOP_K
 */

/**
 * @param {object} index of {@link making}
 * @param {Float32Array} query
 * @param {{ tag: string, limit: number }} filter
 * @returns {{ on: Tried, off: Tried }} with the planner and without
 */
export function tryFilter(index, query, { tag, limit }) {
  const options = { topK: TOP_K, filter: tagBelow(tag, limit) };
  const exact = index.query(query, { ...options, exact: true }).matches;
  const truth = new Set(exact.map(({ id }) => id));
  const tried = (planner) => {
    const explained = index.explain(query, { ...options, planner });
    const { matches } = explained.result;
    return {
      explained,
      found: matches.length,
      nearest: matches.filter(({ id }) => truth.has(id)).length,
      wanted: truth.size,
    };
  };
  return { on: tried(true), off: tried(false) };
}
