import { checkArray, checkInteger, checkKeys, invalid } from '../core/arguments.js';
import { LIMITS } from '../core/limits.js';
import { checkedState } from '../index/create.js';
import { MemoryIndex } from '../index/memory-index.js';
import type { Filter, Index, Item, Metadata, Metric, VectorInput } from '../types.js';
import { initialised } from './root.js';
import type { NewEntry, SearchResult, VectorEntry } from './types.js';

/** The metrics by their names of 0.1.x. */
const METRICS: ReadonlyMap<string, Metric> = new Map([
  ['cosine', 'cosine'],
  ['euclidean', 'euclidean'],
  ['dotproduct', 'dot'],
  ['manhattan', 'manhattan'],
]);

const SAVED_AS = 'ruvector_db';

/** The class of 0.1.x, on an index of this version. It is made after `init()`, and is synchronous. */
export class VectorDB<M extends object = Metadata> implements Disposable {
  readonly #index: Index<M>;
  /** The name that it is saved by. */
  #name = SAVED_AS;

  /**
   * `dimensions`: 1 to 8,192; `metric`: 'cosine' (default), 'euclidean', 'dotproduct', 'manhattan';
   * `useHnsw`: true for a graph, false to compare with every record, by default what is cheaper.
   * @throws WASM_LOAD_FAILED before `init()`, INVALID_ARGUMENT, LIMIT_EXCEEDED, OUT_OF_MEMORY
   */
  constructor(dimensions: number, metric?: string | null, useHnsw?: boolean | null) {
    const { core } = initialised();
    const known = METRICS.get(metric ?? 'cosine');
    if (known === undefined)
      throw invalid('metric', `one of ${[...METRICS.keys()].join(', ')}`, metric);
    const index = useHnsw ? 'hnsw' : useHnsw === false ? 'flat' : 'auto';
    this.#index = new MemoryIndex(checkedState({ dimensions, metric: known, index })(core));
  }

  get dimensions(): number {
    return this.#index.dimensions;
  }

  /**
   * Adds a record, or replaces the one of that id. @returns its id, made where none is given
   * @throws DIMENSION_MISMATCH, INVALID_VECTOR, INVALID_ARGUMENT, LIMIT_EXCEEDED, OUT_OF_MEMORY
   */
  insert(vector: VectorInput, id?: string | null, metadata?: M | null): string {
    const item = itemOf({ vector, id, metadata });
    this.#index.upsert(item);
    return item.id;
  }

  /** `insert` of many, all or nothing. @returns their ids */
  insertBatch(entries: readonly NewEntry<M>[]): string[] {
    checkArray('entries', entries);
    const items = Array.from(entries, (entry, i) => {
      checkKeys(`entries[${i}]`, entry, ['vector', 'id', 'metadata']);
      return itemOf(entry);
    });
    this.#index.upsert(items);
    return items.map(({ id }) => id);
  }

  /**
   * The `k` nearest records, 0 to 10,000, nearest first.
   * @throws DIMENSION_MISMATCH, INVALID_VECTOR, INVALID_ARGUMENT, INVALID_FILTER, LIMIT_EXCEEDED
   */
  search(query: VectorInput, k: number, filter?: Filter<M> | null): SearchResult<M>[] {
    const topK = Math.max(checkInteger('k', k, 0, LIMITS.topK), 1);
    const options = { topK, includeVector: true, ...(filter != null && { filter }) };
    return this.#index
      .query(query, options)
      .matches.slice(0, k)
      .map(({ id, distance, vector, metadata }) => ({
        id,
        score: distance,
        vector: Float32Array.from(vector as number[]),
        ...(metadata && { metadata }),
      }));
  }

  get(id: string): VectorEntry<M> | undefined {
    const item = this.#index.get(id);
    return item && { ...item, vector: Float32Array.from(item.vector) };
  }

  /** @returns whether there was one */
  delete(id: string): boolean {
    return this.#index.delete(id) === 1;
  }

  len(): number {
    return this.#index.count();
  }

  isEmpty(): boolean {
    return this.len() === 0;
  }

  /**
   * Stores all records, as they are now, as the database `name` of this origin, in place of what was
   * there; by default by the name it was loaded by, else 'ruvector_db'. `open(name)` finds it too.
   * @throws STORAGE_UNAVAILABLE in Node, STORAGE_BLOCKED, QUOTA_EXCEEDED, DIMENSION_MISMATCH and
   *   METRIC_MISMATCH where that database has others
   */
  async saveToIndexedDB(name: string = this.#name): Promise<true> {
    const { open, wasm } = initialised();
    const { dimensions, metric } = this.#index;
    const snapshot = this.#index.export();
    const stored = await open(name, { storage: `idb:${name}`, dimensions, metric, ...wasm });
    try {
      await stored.import(snapshot);
    } finally {
      await stored.close();
    }
    this.#name = name;
    return true;
  }

  /**
   * What `saveToIndexedDB()` stored by that name, with its graph; one without chooses how to search.
   * @throws WASM_LOAD_FAILED before `init()`, NOT_FOUND, STORAGE_UNAVAILABLE, STORAGE_CORRUPT
   */
  static async loadFromIndexedDB<M extends object = Metadata>(
    name: string = SAVED_AS,
  ): Promise<VectorDB<M>> {
    const { open, wasm } = initialised();
    const stored = await open(name, { storage: `idb:${name}`, tabs: 'readonly', ...wasm });
    try {
      const [metric] = [...METRICS].find(([, it]) => it === stored.metric) ?? [stored.metric];
      const db = new VectorDB<M>(stored.dimensions, metric);
      try {
        db.#index.import(await new Response(stored.export()).arrayBuffer());
      } catch (error) {
        db.free();
        throw error;
      }
      db.#name = name;
      return db;
    } finally {
      await stored.close();
    }
  }

  /** Gives the memory back; every other method throws CLOSED after that. */
  free(): void {
    this.#index.dispose();
  }

  [Symbol.dispose](): void {
    this.free();
  }
}

function itemOf<M extends object>({ vector, id, metadata }: NewEntry<M>): Item<M> {
  return { id: id ?? newId(), vector, ...(metadata != null && { metadata }) };
}

/** Not a count: ids of deleted records, and of those that are loaded, are not made again. */
function newId(): string {
  return `vec_${crypto.getRandomValues(new BigUint64Array(1))[0]?.toString(36)}`;
}
