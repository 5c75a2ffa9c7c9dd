import {
  checkInteger,
  checkKeys,
  checkList,
  checkNumber,
  invalid,
  overLimit,
  unexpected,
} from '../core/arguments.js';
import { type Host, load } from '../core/load.js';
import {
  checkAbove,
  checkEach,
  checkPlace,
  checkTypes,
  LARGEST,
  MAX_MS,
  MAX_TIME_MS,
  MIN_MS,
} from './check.js';
import { Network } from './network.js';
import type { Edges, SpikingNetwork, SpikingNetworkOptions } from './types.js';

const MAX_NEURONS = 2 ** 22;
const MAX_EDGES = 2 ** 26;
const MAX_MEMORY = 2 ** 32;
/** Options that are right: what a network is in the beginning. */
export interface Start {
  readonly neurons: number;
  /** Settings from tau to window, as src/snn/network.h orders them. */
  readonly membrane: readonly number[];
  readonly reset: number;
  readonly rest: number;
  readonly thresholds: Float64Array;
  readonly types: Float64Array;
  readonly from: Uint32Array;
  readonly to: Uint32Array;
  readonly weights: Float64Array;
  readonly maxMemoryBytes: number;
}

export async function createNetworkOn(
  host: Host,
  options: SpikingNetworkOptions,
): Promise<SpikingNetwork> {
  const start = checkOptions(options);
  return new Network(await load(host, options.wasm), start);
}

function checkOptions(options: SpikingNetworkOptions): Start {
  checkKeys('options', options, [
    ...['neurons', 'edges', 'tauMs', 'rest', 'reset', 'threshold', 'refractoryMs', 'delayMs'],
    ...['windowMs', 'types', 'maxMemoryBytes', 'wasm'],
  ]);
  const {
    tauMs = 20,
    rest = 0,
    reset = 0,
    refractoryMs = 2,
    delayMs = 0,
    windowMs = 100,
  } = options;
  const neurons = checkInteger('neurons', options.neurons, 1, MAX_NEURONS);
  checkNumber('tauMs', tauMs, MIN_MS, MAX_MS);
  checkNumber('rest', rest, -LARGEST, LARGEST);
  checkNumber('reset', reset, -LARGEST, LARGEST);
  checkNumber('refractoryMs', refractoryMs, 0, MAX_MS);
  checkNumber('delayMs', delayMs, 0, MAX_MS);
  checkNumber('windowMs', windowMs, MIN_MS, MAX_TIME_MS);
  const { maxMemoryBytes = MAX_MEMORY, threshold = 1, types = 0 } = options;
  const thresholds = checkEach('threshold', threshold, neurons, -LARGEST, LARGEST);
  for (const each of thresholds) checkAbove('threshold', each, reset, 'reset');
  return {
    neurons,
    membrane: [tauMs, rest, reset, refractoryMs, delayMs, windowMs],
    reset,
    rest,
    thresholds,
    types: checkTypes(types, neurons),
    ...checkEdges(options.edges, neurons),
    maxMemoryBytes: checkInteger('maxMemoryBytes', maxMemoryBytes, 1, MAX_MEMORY),
  };
}

function checkEdges(
  edges: Edges = { from: [], to: [] },
  neurons: number,
): Pick<Start, 'from' | 'to' | 'weights'> {
  if (typeof edges !== 'object' || edges === null) throw invalid('edges', 'an object', edges);
  const { weights = 1 } = edges;
  // Copies: what was checked must be what is used, once the module is loaded.
  const [given, leads] = [checkList('edges.from', edges.from), checkList('edges.to', edges.to)];
  if (given.length > MAX_EDGES) throw overLimit('edges.from.length', MAX_EDGES, given.length);
  const [from, to] = [copied('edges.from', given, neurons), copied('edges.to', leads, neurons)];
  if (to.length !== from.length)
    throw unexpected('INVALID_ARGUMENT', 'edges.to', `${from.length} neurons, as from`, to.length);
  for (let i = 0; i < from.length; ++i) {
    if (from[i] === to[i])
      throw unexpected('INVALID_GRAPH', `edge ${i}`, 'two different neurons', `${from[i]} twice`);
  }
  return { from, to, weights: checkEach('edges.weights', weights, from.length, -LARGEST, LARGEST) };
}

function copied(what: string, list: ArrayLike<number>, neurons: number): Uint32Array {
  return Uint32Array.from(list, (it, i) => checkPlace(`${what}[${i}]`, it, neurons));
}
