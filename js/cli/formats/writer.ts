import type { Metric, StoredItem } from '../../node.js';
import type { Output } from '../files.js';

/** What a writer knows before the first record. */
export interface Shape {
  /** Components, or bits under hamming. */
  readonly dimensions: number;
  readonly metric: Metric;
  readonly count: number;
}

export type Writer = (output: Output, records: Iterable<StoredItem>, shape: Shape) => void;
