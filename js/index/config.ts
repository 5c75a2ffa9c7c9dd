import type { RawConfig, RawLoader } from '../../types/raw.js';
import { checkBoolean, checkInteger, checkKeys, invalid, unexpected } from '../core/arguments.js';
import type { HnswOptions, IndexOptions } from '../types.js';
import { checkEf } from './recall.js';

/** How an index searches and what it keeps: `IndexType` and `Quantization` of src/engine/config.h. */
export const INDEXES = ['flat', 'hnsw', 'auto'] as const;
export const QUANTIZATIONS = ['none', 'int8', 'rabitq'] as const;

export interface Config {
  readonly index: (typeof INDEXES)[number];
  readonly M: number;
  readonly efConstruction: number;
  readonly seed: number;
  readonly quantization: (typeof QUANTIZATIONS)[number];
  readonly bits: number;
  readonly keep: boolean;
}

/** The configuration and, where the caller fixes it, the width of searches. */
export function checkConfig({ index = 'auto', quantization = 'none', metric }: IndexOptions): {
  readonly config: Config;
  readonly ef: number | undefined;
} {
  const graph = typeof index === 'string' ? { type: index } : index;
  checkType('index', graph, INDEXES);
  checkKeys('index', graph, graph.type === 'hnsw' ? HNSW_KEYS : ['type']);
  const { M = 16, efConstruction = 200, ef, seed = 1 } = graph as Partial<HnswOptions>;

  const codes = typeof quantization === 'string' ? { type: quantization } : quantization;
  checkType('quantization', codes, QUANTIZATIONS);
  checkKeys('quantization', codes, QUANTIZATION_KEYS[codes.type]);
  const { bits = 1, keep } = codes as { readonly bits?: number; readonly keep?: boolean };
  if (codes.type !== 'none' && (metric === 'manhattan' || metric === 'hamming'))
    throw invalid('quantization', `'none' for ${metric}`, codes.type);
  return {
    config: {
      index: graph.type,
      M: checkInteger('M', M, 2, 64),
      efConstruction: checkEf(efConstruction, 'efConstruction'),
      seed: checkInteger('seed', seed, 0, 0xffffffff),
      quantization: codes.type,
      bits: checkInteger('bits', bits, 1, 8),
      keep: checkBoolean('keep', keep, true),
    },
    ef: ef === undefined ? undefined : checkEf(ef),
  };
}

const HNSW_KEYS = ['type', 'M', 'efConstruction', 'ef', 'seed'];
const QUANTIZATION_KEYS = {
  none: ['type'],
  int8: ['type', 'keep'],
  rabitq: ['type', 'bits', 'keep'],
};

function checkType<T extends string>(
  what: string,
  value: { readonly type: string },
  known: readonly T[],
): asserts value is { readonly type: T } {
  if (typeof value !== 'object' || value === null || !known.includes(value.type as T))
    throw invalid(what, `one of ${known.join(', ')}, or { type }`, value?.type ?? value);
}

export function rawConfig(config: Config): RawConfig {
  return [
    INDEXES.indexOf(config.index),
    config.M,
    config.efConstruction,
    config.seed,
    QUANTIZATIONS.indexOf(config.quantization),
    config.bits,
    config.keep,
  ];
}

/** What a snapshot is loaded as; what the options asked for in so many words must agree with it. */
export function loadedConfig(loader: RawLoader, wanted: Config): Config {
  const field = (i: number): number => loader.config(2 + i);
  const config: Config = {
    index: INDEXES[field(0)] as Config['index'],
    M: field(1),
    efConstruction: field(2),
    seed: field(3),
    quantization: QUANTIZATIONS[field(4)] as Config['quantization'],
    bits: field(5),
    keep: field(6) !== 0,
  };
  if (wanted.index !== 'auto') agree('index', wanted.index, config.index);
  if (wanted.quantization !== 'none') {
    agree('quantization', wanted.quantization, config.quantization);
    agree('bits', wanted.bits, config.bits);
    agree('keep', wanted.keep, config.keep);
  }
  return config;
}

function agree(what: string, wanted: unknown, actual: unknown): void {
  if (wanted !== actual)
    throw unexpected(
      'INVALID_ARGUMENT',
      'snapshot',
      `${what} ${wanted}, as the options say, or options that leave it open`,
      `${what} ${actual}`,
    );
}
