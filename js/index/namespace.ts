import type {
  Explanation,
  Feedback,
  Filter,
  Item,
  ListOptions,
  ListResult,
  Namespace,
  Progress,
  QueryOptions,
  QueryResult,
  StoredItem,
  VectorInput,
  WriteResult,
} from '../types.js';
import { explain } from './explain.js';
import { query, queryById, queryMany } from './query.js';
import { count, get, getMany, has, list } from './read.js';
import { feedback } from './session.js';
import { opened, type State } from './state.js';
import { deleteWhere, insert, remove, update, upsert, upsertFlat, upsertSteps } from './write.js';

/** The verbs on records: hands each to its file, and answers CLOSED once the index is disposed. */
export class NamespaceView<M extends object> implements Namespace<M> {
  readonly #state: State;
  /** '' is the default one, which has the same verbs. */
  readonly #name: string;

  constructor(state: State, name: string) {
    this.#state = state;
    this.#name = name;
  }

  upsert(items: Item<M> | Iterable<Item<M>>): WriteResult {
    return upsert(this.#opened(), this.#name, items);
  }

  upsertFlat(
    ids: readonly string[],
    vectors: Float32Array | Uint8Array,
    options?: { readonly metadata?: readonly (M | undefined)[] },
  ): WriteResult {
    return upsertFlat(this.#opened(), this.#name, ids, vectors, options);
  }

  insert(items: Item<M> | Iterable<Item<M>>): WriteResult {
    return insert(this.#opened(), this.#name, items);
  }

  upsertSteps(items: Iterable<Item<M>>): Generator<Progress, WriteResult> {
    return upsertSteps(this.#opened(), this.#name, items);
  }

  update(
    id: string,
    patch: {
      readonly vector?: VectorInput;
      readonly values?: VectorInput;
      readonly metadata?: Partial<M>;
    },
  ): boolean {
    return update(this.#opened(), this.#name, id, patch);
  }

  delete(ids: string | readonly string[]): number {
    return remove(this.#opened(), this.#name, ids);
  }

  deleteWhere(filter: Filter<M>): number {
    return deleteWhere(this.#opened(), this.#name, filter);
  }

  clear(): void {
    this.deleteWhere({} as Filter<M>);
  }

  get(id: string): StoredItem<M> | undefined {
    return get(this.#opened(), this.#name, id);
  }

  getMany(ids: readonly string[]): (StoredItem<M> | undefined)[] {
    return getMany(this.#opened(), this.#name, ids);
  }

  has(ids: readonly string[]): boolean[] {
    return has(this.#opened(), this.#name, ids);
  }

  list(options?: ListOptions<M>): ListResult {
    return list(this.#opened(), this.#name, options);
  }

  count(filter?: Filter<M>): number {
    return count(this.#opened(), this.#name, filter);
  }

  query(vector: VectorInput, options?: QueryOptions<M>): QueryResult<M> {
    return query(this.#opened(), this.#name, vector, options);
  }

  queryById(id: string, options?: QueryOptions<M>): QueryResult<M> {
    return queryById(this.#opened(), this.#name, id, options);
  }

  queryMany(
    vectors: readonly VectorInput[] | VectorInput,
    options?: QueryOptions<M>,
  ): QueryResult<M>[] {
    return queryMany(this.#opened(), this.#name, vectors, options);
  }

  explain(vector: VectorInput, options?: QueryOptions<M>): Explanation<M> {
    return explain(this.#opened(), this.#name, vector, options);
  }

  feedback(given: Feedback): void {
    feedback(this.#opened(), this.#name, given);
  }

  #opened(): State {
    return opened(this.#state);
  }
}
