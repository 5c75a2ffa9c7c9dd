/** The public types of the root export, and their documentation; the code is in js/index. */
import type { Explanation } from './types/explanation.js';
import type { Feedback, QueryOptions, QueryResult } from './types/query.js';
import type { Filter, Metadata, Metric, VectorInput } from './types/values.js';

export type * from './types/explanation.js';
export type * from './types/query.js';
export type * from './types/values.js';

/** `WebAssembly.Module`, which not all of TypeScript's libraries know: those for Node do not. */
export type WasmModule = typeof globalThis extends {
  WebAssembly: { Module: { prototype: infer Module } };
}
  ? Module
  : object;

export interface IndexOptions {
  /** Components of a vector, 1 to 8,192; under `hamming` bits, a multiple of 8 up to 65,536. */
  readonly dimensions: number;
  /** @defaultValue 'cosine' */
  readonly metric?: Metric;
  /** Name of the model that makes the vectors; an imported snapshot of another is refused. */
  readonly model?: string;
  /**
   * How to search. `flat` compares with every record. `hnsw` is a graph that every write keeps up to
   * date (Malkov & Yashunin 2018). `auto` decides for itself: it compares with every record while
   * that is cheapest, then with one-bit codes of all (no build time), and from about 20,000 records
   * on with a graph, if {@link Index.maintain} is given the time to build it. @defaultValue 'auto'
   */
  readonly index?: 'auto' | 'flat' | 'hnsw' | { readonly type: 'flat' } | HnswOptions;
  /**
   * What is kept of a vector; of 1,024 records on. `int8`: a byte a component; `rabitq`: 1 to 8 bits
   * a component (Gao & Long 2024), 1 by default. The vectors are kept as well, to rank the candidates
   * that codes find, unless `keep` is false: then distances are those of the stored form. Not for
   * `manhattan` and `hamming`. @defaultValue 'none'
   */
  readonly quantization?:
    | 'none'
    | 'int8'
    | 'rabitq'
    | { readonly type: 'int8'; readonly keep?: boolean }
    | { readonly type: 'rabitq'; readonly bits?: number; readonly keep?: boolean };
  /**
   * Share of the true nearest neighbours that searches of a graph are to find, between 0 and 1: `ef`
   * is chosen by exact scans on samples whenever the index has doubled. @defaultValue 0.95
   */
  readonly targetRecall?: number;
  /**
   * Keep only the first components (Matryoshka models), 1 to `dimensions`. Single vectors and tensors
   * of either length are taken, vectors end to end only of `dimensions`; the kept part is what is
   * compared and returned.
   */
  readonly truncateDim?: number;
  /**
   * Fields of the metadata that are kept in columns, which make filters fast. `'auto'`: each field
   * from the first filter on that asks for it, about 64 MiB of them, the last used ones. Or the paths
   * of those to keep, from the first write on, and no others. Filters may ask for any field: without
   * a column they read the metadata. @defaultValue 'auto'
   */
  readonly indexed?: 'auto' | readonly string[];
  /**
   * Bytes of wasm memory that vectors and their bookkeeping may take, 1 to 2^32. A write beyond it is
   * refused with `OUT_OF_MEMORY`, changes nothing, and leaves the index answering. A write needs room
   * for its vectors beside those it replaces. The default is 4 GiB less 64 MiB for queries.
   */
  readonly maxMemoryBytes?: number;
  /** Where the WebAssembly comes from, instead of the package's own file. */
  readonly wasm?: string | URL | Response | ArrayBuffer | ArrayBufferView<ArrayBuffer> | WasmModule;
}

export interface HnswOptions {
  readonly type: 'hnsw';
  /** Links of a record in the upper layers, twice as many in the bottom one; 2 to 64. @defaultValue 16 */
  readonly M?: number;
  /** Width of the search that places a record, 1 to 20,000. @defaultValue 200 */
  readonly efConstruction?: number;
  /** Width of searches, instead of what `targetRecall` needs; 1 to 20,000. */
  readonly ef?: number;
  /** Of the layers, 0 to 2^32 - 1. @defaultValue 1 */
  readonly seed?: number;
}

/** A record. `values` is another name for `vector`; exactly one of the two is given. */
export interface Item<M extends object = Metadata> {
  /** 1 to 512 bytes of UTF-8. */
  readonly id: string;
  readonly vector?: VectorInput;
  readonly values?: VectorInput;
  readonly metadata?: M;
  /** 1 to 512 bytes of UTF-8. By default that of the view, which it must not contradict. */
  readonly namespace?: string;
}

/** A record as it is stored, plain JSON. */
export interface StoredItem<M extends object = Metadata> {
  readonly id: string;
  /** Where it is not the default one. */
  readonly namespace?: string;
  /** f32 components; under `hamming` the packed bytes. */
  readonly vector: number[];
  readonly metadata?: M;
}

/** What a query did, in counted work. */
export interface RecallOptions {
  /** Queries, 1 to 10,000. @defaultValue 100 */
  readonly samples?: number;
  /** @defaultValue 10 */
  readonly topK?: number;
  /** Width of the searches. By default what queries use. */
  readonly ef?: number;
  /** Of the sample. @defaultValue 1 */
  readonly seed?: number;
  /** Your own queries instead of a sample of the records. */
  readonly queries?: readonly VectorInput[] | VectorInput;
}

export interface RecallReport {
  /** Mean share of the exact neighbours that searches find. */
  readonly recall: number;
  /** Bounds of its 95 % confidence interval. */
  readonly lower: number;
  readonly upper: number;
  readonly samples: number;
  readonly topK: number;
  readonly ef: number;
  /** What was compared with: the vectors as given, or the stored form where they are not kept. */
  readonly reference: 'exact' | 'stored';
}

export interface TuneResult {
  /**
   * The width that searches for 10 neighbours have from now on. Where none finds enough, the widest
   * that was tried: searches do not go by the graph then. Without a graph, the candidates of scans.
   */
  readonly ef: number;
  readonly targetRecall: number;
  /** As measured with that width; the lower bound is at least `targetRecall` - 0.01, if any is. */
  readonly recall: number;
  readonly lower: number;
  readonly upper: number;
  readonly samples: number;
}

export interface WriteResult {
  readonly inserted: number;
  readonly updated: number;
  /** The index's version after the write. */
  readonly version: number;
}

export interface Progress {
  readonly done: number;
  /** Where it is known: of an array, not of a generator. */
  readonly total?: number;
}

export interface ListOptions<M extends object = Metadata> {
  /** List these records only. */
  readonly filter?: Filter<M>;
  /** `cursor` of the page before. */
  readonly cursor?: string;
  /** 1 to 10,000. @defaultValue 100 */
  readonly limit?: number;
}

export interface ListResult {
  readonly ids: string[];
  /** Pass it on for the next page; absent on the last one. Survives inserts, deletes, compaction. */
  readonly cursor?: string;
}

/** Of all namespaces. */
export interface IndexStats {
  readonly count: number;
  /** Deleted rows whose memory is not reclaimed yet. */
  readonly deleted: number;
  readonly index: 'flat' | 'hnsw' | 'auto';
  readonly quantization: 'none' | 'int8' | 'rabitq';
  /** Records that the graph has. */
  readonly linked: number;
  /**
   * Records that {@link Index.maintain} would add to the graph; 0 once it has found that a graph has no room
   * for the records as they are.
   */
  readonly pending: number;
  /** Width of a search for 10 neighbours. */
  readonly ef: number;
  readonly metric: Metric;
  /** Components (bits under `hamming`) that are stored. */
  readonly dimensions: number;
  readonly model?: string;
  readonly version: number;
  /** Bytes of wasm memory of this index: vectors, bookkeeping and query buffers. */
  readonly memoryBytes: number;
  /** Bytes one more vector takes, with its codes and links. */
  readonly bytesPerVector: number;
  /** Whole wasm memory, shared by all indexes of the same source. */
  readonly wasmBytes: number;
  readonly simd: boolean;
}

export interface CompactResult {
  /** Deleted rows that are gone now. */
  readonly removed: number;
  readonly memoryBytes: number;
}

export interface MaintainResult {
  /**
   * Records that wait to be added to the graph, and one more while `ef` is being chosen. 0 in the flat
   * index, and where a graph has no room.
   */
  readonly pending: number;
}

/**
 * The records of one namespace. A record is named by its namespace and its id: the same id may be in
 * several. Namespaces come and go with their records. All methods are synchronous, copy what they
 * take, and hand out plain objects. Bad input throws a `RuVectorError` before anything changes.
 */
export interface Namespace<M extends object = Metadata> {
  /**
   * Adds records; one whose id exists is replaced whole. All or nothing. An id that occurs twice
   * takes its last value.
   * @throws DIMENSION_MISMATCH, INVALID_VECTOR, INVALID_ARGUMENT, LIMIT_EXCEEDED, OUT_OF_MEMORY
   */
  upsert(items: Item<M> | Iterable<Item<M>>): WriteResult;
  /**
   * `upsert` for vectors that lie one after another: `ids.length * dimensions` floats, or that many
   * times `dimensions / 8` bytes in a Uint8Array under `hamming`.
   */
  upsertFlat(
    ids: readonly string[],
    vectors: Float32Array | Uint8Array,
    options?: { readonly metadata?: readonly (M | undefined)[] },
  ): WriteResult;
  /** `upsert` that takes new ids only. @throws DUPLICATE_ID, and nothing is added */
  insert(items: Item<M> | Iterable<Item<M>>): WriteResult;
  /**
   * `upsert` in steps of about a millisecond, but for the one under `index: 'hnsw'` that begins the
   * graph, at 1,024 records: that links them all. Resume it when there is time. Items are taken from
   * the iterable as they are needed. Each step keeps whole records, so leaving early keeps what is
   * done; bad input throws at its step.
   */
  upsertSteps(items: Iterable<Item<M>>): Generator<Progress, WriteResult>;
  /** Replaces the vector, or merges keys into the metadata. @returns whether the id exists */
  update(
    id: string,
    patch: {
      readonly vector?: VectorInput;
      readonly values?: VectorInput;
      readonly metadata?: Partial<M>;
    },
  ): boolean;
  /** @returns how many records there were and are no more; unknown ids are passed over */
  delete(ids: string | readonly string[]): number;
  /** Deletes the records that match; `{}` is all. @returns how many @throws INVALID_FILTER */
  deleteWhere(filter: Filter<M>): number;
  /** Deletes all records of the namespace. */
  clear(): void;

  get(id: string): StoredItem<M> | undefined;
  getMany(ids: readonly string[]): (StoredItem<M> | undefined)[];
  has(ids: readonly string[]): boolean[];
  /** Ids in order of insertion, a page at a time. */
  list(options?: ListOptions<M>): ListResult;
  /** All records, or those that match. */
  count(filter?: Filter<M>): number;

  /**
   * The `topK` nearest records, fewer only where there are fewer.
   * @throws DIMENSION_MISMATCH, INVALID_VECTOR, INVALID_ARGUMENT, INVALID_FILTER, LIMIT_EXCEEDED,
   *   OUT_OF_MEMORY
   */
  query(vector: VectorInput, options?: QueryOptions<M>): QueryResult<M>;
  /** `query` with the vector of a record, which is itself among the matches. @throws NOT_FOUND */
  queryById(id: string, options?: QueryOptions<M>): QueryResult<M>;
  /**
   * Many queries at once, in one pass where all vectors are compared: the same results, sooner. Takes an array of vectors,
   * a tensor `[n, d]`, or `n * dimensions` floats.
   */
  queryMany(
    vectors: readonly VectorInput[] | VectorInput,
    options?: QueryOptions<M>,
  ): QueryResult<M>[];
  /**
   * Runs the query and tells what it cost. What `session`, `diversify` and `novelty` search for beside
   * it is not in that.
   */
  explain(vector: VectorInput, options?: QueryOptions<M>): Explanation<M>;
  /**
   * Says what a match was worth. Its session is about it from now on, and what is clicked after what is
   * learnt, over all sessions, by spike-timing-dependent plasticity: 16,384 records and pairs of
   * records, 32 that follow each. None of it is stored; it goes with the index.
   * @throws NOT_FOUND for a query that expired or had no session, and for an unknown id; INVALID_ARGUMENT
   */
  feedback(feedback: Feedback): void;
}

/**
 * An index in memory, of up to 16,777,215 records. The verbs on records are about the default
 * namespace, unless an item or a query names another; the others are about the whole index. After
 * `dispose()` every method throws `CLOSED`.
 */
export interface Index<M extends object = Metadata> extends Namespace<M>, Disposable {
  readonly dimensions: number;
  readonly metric: Metric;
  readonly model: string | undefined;
  /** Grows with every call that changes something; not stored. */
  readonly version: number;

  /** A view of the records of one namespace; `name` is 1 to 512 bytes of UTF-8. */
  namespace(name: string): Namespace<M>;

  /** Empties the whole index, all namespaces. */
  clear(): void;

  stats(): IndexStats;
  /**
   * Reclaims the memory of deleted records. They also go when they are 1,024 or more and outnumber
   * the live ones, and when a write finds no room.
   */
  compact(): CompactResult;
  /**
   * How much of the truth searches find, by exact scans on samples: your queries, or records, each
   * searched for as if it had never been written.
   */
  measureRecall(options?: RecallOptions): RecallReport;
  /** Chooses `ef` now, for this and later sizes, by exact scans on samples of the records. */
  tune(options: { readonly targetRecall: number }): TuneResult;
  /**
   * Does deferred work for about `budgetMs` milliseconds: an index of type `auto` builds its graph
   * and chooses `ef`. Call it when there is time, until nothing is pending; searches are right
   * before, during and after.
   */
  maintain(options: { readonly budgetMs: number }): MaintainResult;

  /** The whole index as bytes; deleted records are not in them. Compacts first. */
  export(): Uint8Array<ArrayBuffer>;
  /**
   * Replaces the whole contents by those of a snapshot that `export()` made, of the same metric and
   * the same stored dimensions. If it throws, nothing has changed.
   * @throws FORMAT_CHECKSUM, FORMAT_VERSION, INVALID_ARGUMENT, DIMENSION_MISMATCH, METRIC_MISMATCH,
   *   MODEL_MISMATCH, OUT_OF_MEMORY
   */
  import(snapshot: Uint8Array | ArrayBuffer): WriteResult;

  /** Frees the wasm memory. Twice is harmless. */
  dispose(): void;
}

export interface Capabilities {
  /** Version of this package. */
  readonly version: string;
  /** Whether the loaded module uses SIMD. */
  readonly simd: boolean;
  /** Whether the host could run relaxed SIMD. */
  readonly relaxedSimd: boolean;
  /** Whether the host could share wasm memory between threads. */
  readonly threads: boolean;
  /** Where `open()` can keep data here; an adapter of your own can be anything, anywhere. */
  readonly storage: readonly ('indexeddb' | 'opfs' | 'file' | 'memory')[];
  /**
   * Where the module came from: the package's file, read (`url`) or imported as a module (`import`),
   * the inline copy, or the option `wasm`.
   */
  readonly loadedFrom: 'url' | 'import' | 'inline' | 'given';
}
