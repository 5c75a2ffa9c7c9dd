import type { RawCollection } from '../../types/raw.js';
import { checkKeys, invalid } from '../core/arguments.js';
import type { Core } from '../core/module.js';
import { notNull } from '../core/status.js';
import type {
  CompactResult,
  Explanation,
  Index,
  IndexStats,
  Item,
  ListOptions,
  ListResult,
  MaintainResult,
  Metric,
  Progress,
  QueryOptions,
  QueryResult,
  StoredItem,
  VectorInput,
  WriteResult,
} from '../types.js';
import { explain, query, queryById, queryMany } from './query.js';
import { get, getMany, has, list, stats } from './read.js';
import { Records } from './records.js';
import { exportSnapshot, importSnapshot } from './snapshot.js';
import { changed, opened, type State } from './state.js';
import { METRICS, type Shape } from './vectors.js';
import { compact, insert, remove, update, upsert, upsertFlat, upsertSteps } from './write.js';

/** The synchronous index: hands each verb to its file, and answers CLOSED once disposed. */
export class MemoryIndex<M extends object> implements Index<M> {
  readonly dimensions: number;
  readonly metric: Metric;
  readonly #state: State;

  constructor(core: Core, shape: Shape, maxMemoryBytes: number, model: string | undefined) {
    this.dimensions = shape.dimensions;
    this.metric = shape.metric;
    this.#state = {
      core,
      shape,
      maxMemoryBytes,
      collection: newCollection(core, shape, maxMemoryBytes),
      records: new Records(),
      givenModel: model,
      model,
      version: 0,
      closed: false,
      queries: 0,
      foreign: [],
    };
  }

  get model(): string | undefined {
    return this.#state.model;
  }

  get version(): number {
    return this.#state.version;
  }

  upsert(items: Item<M> | Iterable<Item<M>>): WriteResult {
    return upsert(this.#opened(), items);
  }

  upsertFlat(
    ids: readonly string[],
    vectors: Float32Array | Uint8Array,
    options?: { readonly metadata?: readonly (M | undefined)[] },
  ): WriteResult {
    return upsertFlat(this.#opened(), ids, vectors, options);
  }

  insert(items: Item<M> | Iterable<Item<M>>): WriteResult {
    return insert(this.#opened(), items);
  }

  upsertSteps(items: Iterable<Item<M>>): Generator<Progress, WriteResult> {
    return upsertSteps(this.#opened(), items);
  }

  update(
    id: string,
    patch: {
      readonly vector?: VectorInput;
      readonly values?: VectorInput;
      readonly metadata?: Partial<M>;
    },
  ): boolean {
    return update(this.#opened(), id, patch);
  }

  delete(ids: string | readonly string[]): number {
    return remove(this.#opened(), ids);
  }

  clear(): void {
    const state = this.#opened();
    const { records, foreign, model, givenModel } = state;
    if (records.rows === 0 && foreign.length === 0 && model === givenModel) return;
    state.collection.clear();
    state.records = new Records();
    state.foreign = [];
    state.model = state.givenModel;
    changed(state);
  }

  get(id: string): StoredItem<M> | undefined {
    return get(this.#opened(), id);
  }

  getMany(ids: readonly string[]): (StoredItem<M> | undefined)[] {
    return getMany(this.#opened(), ids);
  }

  has(ids: readonly string[]): boolean[] {
    return has(this.#opened(), ids);
  }

  list(options?: ListOptions): ListResult {
    return list(this.#opened(), options);
  }

  count(...filter: never[]): number {
    if (filter[0] !== undefined) throw invalid('count', 'no argument', filter[0]);
    return this.#opened().records.count;
  }

  query(vector: VectorInput, options?: QueryOptions): QueryResult<M> {
    return query(this.#opened(), vector, options);
  }

  queryById(id: string, options?: QueryOptions): QueryResult<M> {
    return queryById(this.#opened(), id, options);
  }

  queryMany(
    vectors: readonly VectorInput[] | VectorInput,
    options?: QueryOptions,
  ): QueryResult<M>[] {
    return queryMany(this.#opened(), vectors, options);
  }

  explain(vector: VectorInput, options?: QueryOptions): Explanation<M> {
    return explain(this.#opened(), vector, options);
  }

  stats(): IndexStats {
    return stats(this.#opened());
  }

  compact(): CompactResult {
    const state = this.#opened();
    return { removed: compact(state), memoryBytes: state.collection.usedBytes() };
  }

  maintain(options: { readonly budgetMs: number }): MaintainResult {
    this.#opened();
    checkKeys('options', options, ['budgetMs']);
    if (!(typeof options.budgetMs === 'number' && options.budgetMs >= 0))
      throw invalid('budgetMs', 'a number of milliseconds from 0', options.budgetMs);
    return { pending: 0 };
  }

  export(): Uint8Array<ArrayBuffer> {
    return exportSnapshot(this.#opened());
  }

  import(snapshot: Uint8Array | ArrayBuffer): WriteResult {
    return importSnapshot(this.#opened(), snapshot);
  }

  dispose(): void {
    if (this.#state.closed) return;
    this.#state.closed = true;
    this.#state.collection.delete();
    this.#state.records = new Records();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #opened(): State {
    return opened(this.#state);
  }
}

function newCollection(core: Core, shape: Shape, maxMemoryBytes: number): RawCollection {
  return notNull(
    core.raw.createCollection(METRICS.indexOf(shape.metric), shape.stored, maxMemoryBytes),
  );
}
