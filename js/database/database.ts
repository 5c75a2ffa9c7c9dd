import {
  checkArray,
  checkInteger,
  checkKeys,
  checkSignal,
  invalid,
  kindOf,
} from '../core/arguments.js';
import { RuVectorError } from '../core/errors.js';
import { nextTurn, unlessAborted } from '../core/turn.js';
import { checkVectors } from '../index/vectors.js';
import type {
  CompactResult,
  Explanation,
  Feedback,
  Filter,
  Item,
  ListOptions,
  ListResult,
  Metric,
  QueryOptions,
  QueryResult,
  RecallOptions,
  RecallReport,
  StoredItem,
  TuneResult,
  VectorInput,
  WriteResult,
} from '../types.js';
import { closed, type Port, type Verb } from './calls.js';
import { bytesOfSnapshot } from './source.js';
import type {
  AbortOptions,
  BulkOptions,
  Database,
  DatabaseEvent,
  DatabaseNamespace,
  DatabaseStats,
  Role,
  SnapshotSource,
  StorageReport,
} from './types.js';

/** Records of one batch: about a millisecond, ten where each is linked into a graph. */
const BATCH = 64;
const MOST_BATCH = 10_000;
/** Bytes of vectors of one batch, unless its size is given: a value of the storage is to hold them. */
const BATCH_BYTES = 4 << 20;
/** A page gets its turn after this long. */
const SLICE_MS = 8;
const EXPORT_CHUNK = 1 << 20;

/** Queries of one call where a signal may end them: a pass of the core. */
const QUERIES = 64;

const BULK_OPTIONS = ['signal', 'onProgress', 'batchSize'];

/** What all views of a database share. */
interface Shared {
  readonly port: Port;
  readonly strict: boolean;
  /** Calls that are not answered yet; close() waits for them. */
  readonly calls: Set<Promise<unknown>>;
  closed: boolean;
}

class NamespaceView<M extends object> implements DatabaseNamespace<M> {
  protected readonly shared: Shared;
  readonly #namespace: string;

  constructor(shared: Shared, namespace: string) {
    this.shared = shared;
    this.#namespace = namespace;
  }

  upsert(
    items: Item<M> | Iterable<Item<M>> | AsyncIterable<Item<M>>,
    options?: BulkOptions,
  ): Promise<WriteResult> {
    return this.#writeItems('upsert', items, options);
  }

  insert(
    items: Item<M> | Iterable<Item<M>> | AsyncIterable<Item<M>>,
    options?: BulkOptions,
  ): Promise<WriteResult> {
    return this.#writeItems('insert', items, options);
  }

  async upsertFlat(
    ids: readonly string[],
    vectors: Float32Array | Uint8Array,
    options: BulkOptions & { readonly metadata?: readonly (M | undefined)[] } = {},
  ): Promise<WriteResult> {
    checkArray('ids', ids);
    checkKeys('options', options, [...BULK_OPTIONS, 'metadata']);
    const { metadata, ...bulk } = options;
    if (metadata !== undefined && checkArray('metadata', metadata).length !== ids.length)
      throw invalid('metadata', `${ids.length}, one for each id`, metadata.length);
    const { dimensions, metric } = this.shared.port.standing.shape;
    const width = metric === 'hamming' ? dimensions / 8 : dimensions;
    const wanted = metric === 'hamming' ? 'Uint8Array' : 'Float32Array';
    if (kindOf(vectors) !== wanted) throw invalid('vectors', `a ${wanted}`, vectors);
    if (vectors.length !== ids.length * width)
      throw invalid('vectors', `${ids.length} x ${width} numbers, one for each id`, vectors.length);
    const batches = function* (size: number): Generator<readonly unknown[]> {
      for (let from = 0; from < ids.length; from += size) {
        const to = Math.min(from + size, ids.length);
        const part = metadata && { metadata: metadata.slice(from, to) };
        yield [ids.slice(from, to), vectors.slice(from * width, to * width), part];
      }
    };
    return this.#writeBatches('upsertFlat', batches, ids.length, bulk);
  }

  async update(id: string, patch: Parameters<DatabaseNamespace<M>['update']>[1]): Promise<boolean> {
    return (await this.write('update', [id, patch])) as boolean;
  }

  async delete(ids: string | readonly string[]): Promise<number> {
    return (await this.write('delete', [ids])) as number;
  }

  async deleteWhere(filter: Filter<M>): Promise<number> {
    return (await this.write('deleteWhere', [filter])) as number;
  }

  async clear(): Promise<void> {
    await this.write('clear', []);
  }

  async get(id: string): Promise<StoredItem<M> | undefined> {
    return (await this.call('get', [id])) as StoredItem<M> | undefined;
  }

  async getMany(ids: readonly string[]): Promise<(StoredItem<M> | undefined)[]> {
    return (await this.call('getMany', [ids])) as (StoredItem<M> | undefined)[];
  }

  async has(ids: readonly string[]): Promise<boolean[]> {
    return (await this.call('has', [ids])) as boolean[];
  }

  async list(options?: ListOptions<M>): Promise<ListResult> {
    return (await this.call('list', [options])) as ListResult;
  }

  async count(filter?: Filter<M>): Promise<number> {
    return (await this.call('count', [filter])) as number;
  }

  async query(
    vector: VectorInput,
    options: QueryOptions<M> & AbortOptions = {},
  ): Promise<QueryResult<M>> {
    return (await this.read('query', [vector], options)) as QueryResult<M>;
  }

  async queryById(
    id: string,
    options: QueryOptions<M> & AbortOptions = {},
  ): Promise<QueryResult<M>> {
    return (await this.read('queryById', [id], options)) as QueryResult<M>;
  }

  async queryMany(
    vectors: readonly VectorInput[] | VectorInput,
    options: QueryOptions<M> & AbortOptions = {},
  ): Promise<QueryResult<M>[]> {
    const { signal } = Object(options) as AbortOptions;
    if (signal === undefined)
      return (await this.read('queryMany', [vectors], options)) as QueryResult<M>[];
    // In parts: what runs elsewhere hears of no signal, and what is not asked is not done.
    const { shape } = this.shared.port.standing;
    const all = checkVectors('vectors', vectors, { ...shape, stored: shape.dimensions });
    const results: QueryResult<M>[] = [];
    for (let from = 0; from < all.length || from === 0; from += QUERIES) {
      const part = this.read('queryMany', [all.slice(from, from + QUERIES)], options);
      const some = await part.catch((error) => {
        throw counted(error, from);
      });
      results.push(...(some as QueryResult<M>[]));
    }
    return results;
  }

  async explain(
    vector: VectorInput,
    options: QueryOptions<M> & AbortOptions = {},
  ): Promise<Explanation<M>> {
    return (await this.read('explain', [vector], options)) as Explanation<M>;
  }

  async feedback(feedback: Feedback): Promise<void> {
    await this.call('feedback', [feedback]);
  }

  protected call(verb: Verb, args: readonly unknown[], signal?: AbortSignal): Promise<unknown> {
    return this.#track(() => this.#send(verb, args, signal));
  }

  #send(verb: Verb, args: readonly unknown[], signal?: AbortSignal): Promise<unknown> {
    return this.shared.port.call({ verb, namespace: this.#namespace, args }, signal);
  }

  async #track<T>(work: () => Promise<T>): Promise<T> {
    if (this.shared.closed) throw closed();
    const { calls } = this.shared;
    const answer = work();
    calls.add(answer);
    try {
      return await answer;
    } finally {
      calls.delete(answer);
    }
  }

  /** A call that `signal` ends early; so does its work where it is made in steps. */
  protected async read(
    verb: Verb,
    args: readonly unknown[],
    options: AbortOptions,
  ): Promise<unknown> {
    if (typeof options !== 'object' || options === null)
      throw invalid('options', 'an object', options);
    const { signal, ...rest } = options;
    checkSignal(signal);
    return unlessAborted(this.call(verb, [...args, rest], signal), signal);
  }

  /** A write, kept as the database's durability promises. */
  protected async write(verb: Verb, args: readonly unknown[]): Promise<unknown> {
    return this.#track(async () => {
      const result = await this.#send(verb, args);
      if (this.shared.strict) await this.#send('flush', []);
      return result;
    });
  }

  async #writeItems(
    verb: 'upsert' | 'insert',
    items: unknown,
    options?: BulkOptions,
  ): Promise<WriteResult> {
    if (typeof items !== 'object' || items === null)
      throw invalid('items', 'a record, or an iterable of records', items);
    const many = Symbol.iterator in items || Symbol.asyncIterator in items;
    const list = (many ? items : [items]) as Iterable<unknown> | AsyncIterable<unknown>;
    const total = Array.isArray(list) ? list.length : undefined;
    const batches = async function* (size: number): AsyncGenerator<readonly unknown[]> {
      let batch: unknown[] = [];
      for await (const item of list) {
        batch.push(item);
        if (batch.length < size) continue;
        yield [batch];
        batch = [];
      }
      if (batch.length > 0) yield [batch];
    };
    return this.#writeBatches(verb, batches, total, options).catch((error) => {
      if (!many && error instanceof RuVectorError)
        error.message = error.message.replace(/^items\[0\]/, 'item');
      throw error;
    });
  }

  /** `batches` makes the arguments of calls, the first of them a list of records or ids. */
  async #writeBatches(
    verb: Verb,
    batches: (size: number) => Iterable<readonly unknown[]> | AsyncIterable<readonly unknown[]>,
    total: number | undefined,
    options: BulkOptions = {},
  ): Promise<WriteResult> {
    checkKeys('options', options, BULK_OPTIONS);
    const { shape, options: kept } = this.shared.port.standing;
    const { signal, onProgress } = options;
    checkSignal(signal);
    const fitting = Math.max(1, Math.floor(BATCH_BYTES / (4 * shape.dimensions)));
    const { batchSize = Math.min(BATCH * (kept.shards ?? 1), fitting) } = options;
    checkInteger('batchSize', batchSize, 1, MOST_BATCH);
    if (onProgress !== undefined && typeof onProgress !== 'function')
      throw invalid('onProgress', 'a function', onProgress);
    return this.#track(async () => {
      let [done, inserted, updated, turn] = [0, 0, 0, performance.now()];
      for await (const args of batches(batchSize)) {
        signal?.throwIfAborted();
        const result = (await this.#send(verb, args).catch((error) => {
          throw counted(error, done);
        })) as WriteResult;
        inserted += result.inserted;
        updated += result.updated;
        done += (args[0] as readonly unknown[]).length;
        onProgress?.(total === undefined ? { done } : { done, total });
        if (performance.now() - turn < SLICE_MS) continue;
        await nextTurn();
        turn = performance.now();
      }
      if (this.shared.strict) await this.#send('flush', []);
      return { inserted, updated, version: this.shared.port.standing.version };
    });
  }
}

/** An error about `items[2]` of a batch that `done` records came before is about `items[done + 2]`. */
function counted(error: unknown, done: number): unknown {
  if (error instanceof RuVectorError)
    error.message = error.message.replace(
      /^(items|vectors|ids|metadata)\[(\d+)\]/,
      (_, list, i) => `${list}[${done + Number(i)}]`,
    );
  return error;
}

/** The facade of `open()`: checks what must be checked here, and hands calls to a port. */
export class OpenDatabase<M extends object> extends NamespaceView<M> implements Database<M> {
  readonly name: string;
  readonly #listeners = new Map<string, Set<(event: never) => void>>();
  #closing: Promise<void> | undefined;
  /** Whether it vanished before it was opened, and nobody has heard of it yet. */
  #vanished: boolean;

  constructor(name: string, port: Port, strict: boolean) {
    super({ port, strict, calls: new Set(), closed: false }, '');
    this.name = name;
    this.#vanished = port.standing.vanished;
    port.listen((event) => this.#emit(event));
  }

  get dimensions(): number {
    return this.shared.port.standing.shape.dimensions;
  }

  get metric(): Metric {
    return this.shared.port.standing.shape.metric;
  }

  get role(): Role {
    return this.shared.port.standing.role;
  }

  get version(): number {
    return this.shared.port.standing.version;
  }

  get durableVersion(): number {
    return this.shared.port.standing.durableVersion;
  }

  namespace(name: string): DatabaseNamespace<M> {
    if (typeof name !== 'string' || name === '')
      throw invalid('namespace', 'a non-empty string', name);
    return new NamespaceView<M>(this.shared, name);
  }

  async stats(): Promise<DatabaseStats> {
    return (await this.call('stats', [])) as DatabaseStats;
  }

  async storage(): Promise<StorageReport> {
    return (await this.call('storage', [])) as StorageReport;
  }

  async compact(options: AbortOptions = {}): Promise<CompactResult> {
    checkKeys('options', options, ['signal']);
    checkSignal(options.signal);
    return (await unlessAborted(this.write('compact', []), options.signal)) as CompactResult;
  }

  async measureRecall(options: RecallOptions & AbortOptions = {}): Promise<RecallReport> {
    return (await this.read('measureRecall', [], options)) as RecallReport;
  }

  async tune(options: { readonly targetRecall: number } & AbortOptions): Promise<TuneResult> {
    return (await this.read('tune', [], options)) as TuneResult;
  }

  async flush(): Promise<{ version: number }> {
    return { version: (await this.call('flush', [])) as number };
  }

  export(options: AbortOptions = {}): ReadableStream<Uint8Array<ArrayBuffer>> {
    checkKeys('options', options, ['signal']);
    const { signal } = options;
    let snapshot: Uint8Array<ArrayBuffer> | undefined;
    let from = 0;
    return new ReadableStream({
      pull: async (controller) => {
        checkSignal(signal);
        snapshot ??= (await this.call('export', [])) as Uint8Array<ArrayBuffer>;
        controller.enqueue(snapshot.slice(from, from + EXPORT_CHUNK));
        from += EXPORT_CHUNK;
        if (from >= snapshot.length) controller.close();
      },
    });
  }

  async import(snapshot: SnapshotSource, options: AbortOptions = {}): Promise<WriteResult> {
    checkKeys('options', options, ['signal']);
    checkSignal(options.signal);
    const bytes = await bytesOfSnapshot(snapshot, options.signal);
    return (await this.call('import', [bytes])) as WriteResult;
  }

  on<T extends DatabaseEvent['type']>(
    type: T,
    listener: (event: Extract<DatabaseEvent, { type: T }>) => void,
  ): () => void {
    if (typeof listener !== 'function') throw invalid('listener', 'a function', listener);
    const listeners = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, listeners);
    listeners.add(listener);
    if (type === 'evicted' && this.#vanished) {
      this.#vanished = false;
      queueMicrotask(() => this.#emit({ type: 'evicted' }));
    }
    return () => {
      listeners.delete(listener);
    };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.shared.closed = true;
    await Promise.allSettled(this.shared.calls);
    await this.shared.port.call({ verb: 'close', namespace: '', args: [] });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #emit(event: DatabaseEvent): void {
    for (const listener of [...(this.#listeners.get(event.type) ?? [])])
      try {
        (listener as (event: DatabaseEvent) => void)(event);
      } catch (error) {
        // The caller's fault, and not one that a write is to fail for.
        queueMicrotask(() => {
          throw error;
        });
      }
  }
}
