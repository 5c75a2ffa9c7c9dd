import { checkInteger, checkKeys, invalid } from '../core/arguments.js';
import { LIMITS } from '../core/limits.js';
import { type Host, load } from '../core/load.js';
import type { Index, IndexOptions } from '../types.js';
import { MemoryIndex } from './memory-index.js';
import { METRICS, type Shape } from './vectors.js';

const OPTIONS = ['dimensions', 'metric', 'model', 'index', 'truncateDim', 'maxMemoryBytes', 'wasm'];

/** What wasm32 can address, and what of it the default leaves for queries. */
const MAX_MEMORY = 2 ** 32;
const QUERY_MEMORY = 2 ** 26;

export async function createIndexOn<M extends object>(
  host: Host,
  options: IndexOptions,
): Promise<Index<M>> {
  checkKeys('options', options, OPTIONS);
  const shape = checkShape(options);
  checkIndexType(options.index);
  const { model, maxMemoryBytes = MAX_MEMORY - QUERY_MEMORY } = options;
  if (model !== undefined && (typeof model !== 'string' || model === '' || model.length > 1000))
    throw invalid('model', 'a string of 1 to 1,000 characters', model);
  checkInteger('maxMemoryBytes', maxMemoryBytes, 1, MAX_MEMORY);
  return new MemoryIndex<M>(await load(host, options.wasm), shape, maxMemoryBytes, model);
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

function checkIndexType(index: IndexOptions['index']): void {
  if (index === undefined || index === 'auto' || index === 'flat') return;
  if (typeof index === 'object' && index !== null) {
    checkKeys('index', index, ['type']);
    if (index.type === 'flat') return;
  }
  throw invalid('index', "'auto', 'flat' or { type: 'flat' }", index);
}
