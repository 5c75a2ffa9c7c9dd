import type { Database, OpenOptions } from '../database/types.js';
import type { Metadata, QueryResult } from '../types.js';

/** The signal is the hook's own. */
export type DatabaseOptions = Omit<OpenOptions, 'signal'>;

/** Neither: it is being opened. */
export interface DatabaseState<M extends object = Metadata> {
  readonly db: Database<M> | undefined;
  readonly error: Error | undefined;
}

export interface QueryState<M extends object = Metadata> {
  /** The last answer; while `isPending`, to what was asked before of this database. */
  readonly result: QueryResult<M> | undefined;
  /** Why there is no answer to what is asked. */
  readonly error: Error | undefined;
  /** Whether an answer to these very inputs is still to come. */
  readonly isPending: boolean;
}
