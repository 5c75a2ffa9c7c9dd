import type { RawCollection } from '../../types/raw.js';
import { checkInteger, checkKeys, invalid } from '../core/arguments.js';
import { LIMITS } from '../core/limits.js';
import { type Host, load } from '../core/load.js';
import { type Core, handle } from '../core/module.js';
import type { Index, IndexOptions } from '../types.js';
import { type Config, checkConfig, rawConfig } from './config.js';
import { MemoryIndex } from './memory-index.js';
import { checkTarget, DEFAULT_TARGET } from './recall.js';
import { Records } from './records.js';
import type { State } from './state.js';
import { METRICS, type Shape } from './vectors.js';

/** The keys of IndexOptions. */
export const INDEX_OPTIONS = [
  'dimensions',
  'metric',
  'model',
  'index',
  'quantization',
  'targetRecall',
  'truncateDim',
  'indexed',
  'maxMemoryBytes',
  'wasm',
] as const;

/** What wasm32 can address, and what of it the default leaves for queries. */
const MAX_MEMORY = 2 ** 32;
const QUERY_MEMORY = 2 ** 26;

export async function createIndexOn<M extends object>(
  host: Host,
  options: IndexOptions,
): Promise<Index<M>> {
  return new MemoryIndex<M>(await newState(host, options));
}

/** Checks the options, loads the core, and makes what an empty index is. */
export async function newState(host: Host, options: IndexOptions): Promise<State> {
  const make = checkedState(options);
  return make(await load(host, options.wasm));
}

/** Checks the options. What it returns makes what an empty index is, of a core that is loaded. */
export function checkedState(options: IndexOptions): (core: Core) => State {
  checkKeys('options', options, INDEX_OPTIONS);
  const shape = checkShape(options);
  const { config, ef } = checkConfig(options);
  const { model, maxMemoryBytes = MAX_MEMORY - QUERY_MEMORY, targetRecall } = options;
  const target = targetRecall === undefined ? DEFAULT_TARGET : checkTarget(targetRecall);
  if (model !== undefined && (typeof model !== 'string' || model === '' || model.length > 1000))
    throw invalid('model', 'a string of 1 to 1,000 characters', model);
  checkInteger('maxMemoryBytes', maxMemoryBytes, 1, MAX_MEMORY);
  const indexed = checkIndexed(options.indexed);
  return (core) => ({
    core,
    shape,
    config,
    givenConfig: config,
    ef,
    target,
    givenTarget: targetRecall,
    indexed,
    maxMemoryBytes,
    model,
    givenModel: model,
    collection: newCollection(core, shape, maxMemoryBytes, config),
    records: new Records(indexed),
    tuned: undefined,
    tuning: undefined,
    roomless: undefined,
    version: 0,
    closed: false,
    written: 0,
    queries: 0,
    foreign: [],
    log: undefined,
  });
}

/** An empty one, which takes no more memory than it may. */
export function newCollection(
  { raw }: Core,
  { metric, stored }: Shape,
  maxMemoryBytes: number,
  config: Config,
): RawCollection {
  const number = METRICS.indexOf(metric);
  const address = raw.createCollection(maxMemoryBytes, number, stored, ...rawConfig(config));
  return handle(raw, 'Collection', address);
}

function checkShape({ dimensions, metric = 'cosine', truncateDim }: IndexOptions): Shape {
  if (!METRICS.includes(metric)) throw invalid('metric', `one of ${METRICS.join(', ')}`, metric);
  const bits = metric === 'hamming';
  checkInteger('dimensions', dimensions, 1, bits ? LIMITS.hammingBits : LIMITS.dimensions);
  const stored =
    truncateDim === undefined
      ? dimensions
      : checkInteger('truncateDim', truncateDim, 1, dimensions);
  if (bits && (dimensions % 8 !== 0 || stored % 8 !== 0))
    throw invalid(
      'dimensions',
      'multiples of 8 bits for hamming',
      dimensions % 8 === 0 ? stored : dimensions,
    );
  return { metric, bits, dimensions, stored };
}

/** A copy of the listed paths; undefined for 'auto'. */
function checkIndexed(indexed: IndexOptions['indexed'] = 'auto'): readonly string[] | undefined {
  if (indexed === 'auto') return undefined;
  if (!Array.isArray(indexed) || ![...indexed].every((path) => typeof path === 'string'))
    throw invalid('indexed', "'auto' or an array of paths", indexed);
  return [...indexed];
}
