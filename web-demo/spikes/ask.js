/** One query, plain and with spread. */
import { armAt } from './arms.js';

export const TOP_K = 12;

/** The nearest that activation, and the network's currents, start from. */
export const SEEDS = 5;

/**
 * @typedef {{ point: number, arm: number, distance: number, activation?: number }} Hit
 *
 * @typedef {object} Answer
 * @property {import('./arms.js').Place} place
 * @property {number} arm the query's own
 * @property {Hit[]} nearest
 * @property {Hit[]} ranked
 * @property {number} firings of neurons, in ranking
 * @property {number} activated points
 */

/**
 * @param {import('./making.js').Made} made
 * @param {import('./arms.js').Place} place
 * @param {{ alpha: number, epsilon: number }} spread
 * @returns {Answer}
 */
export function ask({ index, points }, place, { alpha, epsilon }) {
  const query = [place.x, place.y];
  const { matches } = index.query(query, { topK: TOP_K });
  const explained = index.explain(query, { topK: TOP_K, spread: { alpha, epsilon, seeds: SEEDS } });
  const hits = (found) =>
    found.map(({ id, distance, activation }) => ({
      point: Number(id),
      arm: points[id].arm,
      distance,
      activation,
    }));
  return {
    place,
    arm: armAt(place),
    nearest: hits(matches),
    ranked: hits(explained.result.matches),
    firings: explained.spread.spikes,
    activated: explained.spread.activated,
  };
}
