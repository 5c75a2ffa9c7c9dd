import type { PlainError } from '../core/plain-error.js';
import type { Call, Standing } from '../database/calls.js';
import type { Shard } from '../database/open-port.js';
import type { DatabaseEvent, OpenOptions } from '../database/types.js';
import type { Progress } from '../types.js';

/** What a page and its database in a worker say to each other. */
export type Request =
  | OpenRequest
  | {
      readonly kind: 'call';
      readonly id: number;
      readonly call: Call;
      /** Whether it may be given up. */
      readonly isStoppable: boolean;
    }
  /** To give up a call, or the opening: 0. */
  | { readonly kind: 'abort'; readonly id: number };

export interface OpenRequest {
  readonly kind: 'open';
  readonly name: string;
  readonly options: WorkerOptions;
  readonly shard: Shard;
}

/** What can be sent; the page keeps the rest. */
export type WorkerOptions = Omit<OpenOptions, 'worker' | 'signal' | 'onProgress'>;

export type Reply =
  /** It heard what it is to open. */
  | { readonly kind: 'opening' }
  | { readonly kind: 'progress'; readonly progress: Progress }
  | {
      readonly kind: 'answer';
      /** Of the call; 0 of the opening. */
      readonly id: number;
      readonly result?: unknown;
      readonly error?: PlainError;
      readonly standing?: Standing;
    }
  | { readonly kind: 'event'; readonly event: PlainEvent; readonly standing: Standing };

/** An error loses its class on the way. */
export type PlainEvent =
  | Exclude<DatabaseEvent, { readonly type: 'error' }>
  | { readonly type: 'error'; readonly error: PlainError };
