import type { Components } from './vectors.js';

/** The full name of a record; '' is the default namespace. */
export interface Key {
  readonly namespace: string;
  readonly id: string;
}

/** A record as it is written. */
export interface Put extends Key {
  readonly vector: Components;
  /** JSON text. */
  readonly metadata: string | undefined;
}

/**
 * What a write did: the same changes in the same order make the same index, to the byte. A `put` is
 * one batch, all or nothing; `describe` replaces the metadata of a record.
 */
export type Change =
  | { readonly op: 'put'; readonly writes: readonly Put[] }
  | { readonly op: 'delete'; readonly keys: readonly Key[] }
  | ({ readonly op: 'describe'; readonly metadata: string | undefined } & Key)
  | { readonly op: 'clear' }
  | { readonly op: 'compact' };
