import { invalid } from '../core/arguments.js';
import type { BulkOptions, Database } from '../database/types.js';
import type {
  Filter,
  Index,
  Item,
  ListOptions,
  ListResult,
  QueryOptions,
  QueryResult,
  StoredItem,
  VectorInput,
  WriteResult,
} from '../types.js';

/** An index, whose calls answer at once, or a database, whose calls take time: adapters await both. */
export type Target = Index | Database;

type Awaitable<T> = T | Promise<T>;

/** The verbs on records that adapters use. */
export interface Records {
  /** Of an index always all or nothing, of a database batch by batch. */
  upsert(items: Iterable<Item>, options?: BulkOptions): Awaitable<WriteResult>;
  delete(ids: readonly string[]): Awaitable<number>;
  deleteWhere(filter: Filter): Awaitable<number>;
  getMany(ids: readonly string[]): Awaitable<(StoredItem | undefined)[]>;
  has(ids: readonly string[]): Awaitable<boolean[]>;
  list(options?: ListOptions): Awaitable<ListResult>;
  count(filter?: Filter): Awaitable<number>;
  query(vector: VectorInput, options?: QueryOptions): Awaitable<QueryResult>;
  queryById(id: string, options?: QueryOptions): Awaitable<QueryResult>;
}

/** That `target` is an index or a database. */
export function checkTarget(what: string, target: unknown): Target {
  const { query, namespace } = (target ?? {}) as Partial<Target>;
  if (typeof query === 'function' && typeof namespace === 'function') return target as Target;
  throw invalid(what, 'an index of createIndex() or a database of open(), awaited', target);
}

/** The records of one namespace of it, by default of the default one. */
export function recordsOf(target: Target, namespace: string | undefined): Records {
  return namespace === undefined ? target : target.namespace(namespace);
}
