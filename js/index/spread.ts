import { checkInteger, checkKeys, checkNumber, invalid } from '../core/arguments.js';
import { check } from '../core/status.js';
import type { SpreadOptions, SpreadReport } from '../types.js';
import type { State } from './state.js';
import { checkMetric } from './vectors.js';

/** Ranking by activation that spreads over the graph: src/engine/spread.cpp. */

export type Spread = Required<SpreadOptions>;

/** The more matches are wanted, the less activation decides between them. */
const DEFAULTS = (topK: number): Spread => ({ alpha: 0.6, epsilon: 0.01 / topK, seeds: 10 });

/** @throws INVALID_ARGUMENT */
export function checkSpread(
  value: boolean | SpreadOptions | undefined,
  topK: number,
  { shape, config }: State,
): Spread | undefined {
  if (value === undefined || value === false) return undefined;
  const defaults = DEFAULTS(topK);
  if (value !== true) {
    if (typeof value !== 'object' || Array.isArray(value))
      throw invalid('spread', 'a boolean or an object', value);
    checkKeys('spread', value, Object.keys(defaults));
  }
  checkMetric('spread', shape);
  if (config.index === 'flat')
    throw invalid('spread', "an index of type 'hnsw' or 'auto', which have a graph", config.index);
  const given: SpreadOptions = value === true ? {} : value;
  const { alpha = defaults.alpha, epsilon = defaults.epsilon, seeds = defaults.seeds } = given;
  checkNumber('spread.alpha', alpha, 0, 0.99);
  if (!(typeof epsilon === 'number' && epsilon >= 1e-6 && epsilon <= 1))
    throw invalid('spread.epsilon', 'a number from 1e-6 to 1', epsilon);
  checkInteger('spread.seeds', seeds, 1, 1000);
  return { alpha, epsilon, seeds };
}

/** Ranks what was found for a query anew. @returns the activation of the first of its neighbours */
export function spread({ collection, core }: State, query: number, how: Spread): readonly number[] {
  check(collection.spread(query, how.seeds, how.alpha, how.epsilon));
  return core.heap.read(collection.activations(7), collection.activations(0), false);
}

/** Of the last spread(). */
export function spreadReport({ collection }: State): SpreadReport {
  const of = (field: number): number => collection.activations(field);
  return {
    spikes: of(1),
    activated: of(2),
    residual: of(3),
    distanceEvaluations: of(4),
    hops: of(5),
    bytesRead: of(6),
  };
}
