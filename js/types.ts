/** The public types of the root export, and their documentation; the code is in js/index. */

/** JSON values, as metadata may hold them. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json };

/** A JSON object: at most 64 KB as UTF-8 and 16 levels deep. */
export type Metadata = { readonly [key: string]: Json };

/**
 * A vector as models and files give it; always copied. A tensor `{ data, dims }` (transformers.js)
 * has `dims` `[d]` or `[1, d]` for one vector, `[n, d]` where many are taken. Under `hamming` only a
 * `Uint8Array` of `dimensions / 8` packed bytes, or a tensor around one, is a vector.
 */
export type VectorInput =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | readonly number[]
  | { readonly data: ArrayLike<number>; readonly dims: readonly number[] };

/**
 * | metric | distance (lower is nearer) | score (higher is better) |
 * |---|---|---|
 * | `cosine` | 1 - cos, in [0, 2] | cos, in [-1, 1] |
 * | `dot` | -dot | dot |
 * | `euclidean` | root of the sum of squares | 1 / (1 + distance) |
 * | `manhattan` | sum of absolute differences | 1 / (1 + distance) |
 * | `hamming` | differing bits | 1 - bits / dimensions |
 */
export type Metric = 'cosine' | 'dot' | 'euclidean' | 'manhattan' | 'hamming';

export interface IndexOptions {
  /** Components of a vector, 1 to 8,192; under `hamming` bits, a multiple of 8 up to 65,536. */
  readonly dimensions: number;
  /** @defaultValue 'cosine' */
  readonly metric?: Metric;
  /** Name of the model that makes the vectors; an imported snapshot of another is refused. */
  readonly model?: string;
  /** How to search. `auto` is the exact scan in this version. @defaultValue 'auto' */
  readonly index?: 'auto' | 'flat' | { readonly type: 'flat' };
  /**
   * Keep only the first components (Matryoshka models), 1 to `dimensions`. Single vectors and tensors
   * of either length are taken, vectors end to end only of `dimensions`; the kept part is what is
   * compared and returned.
   */
  readonly truncateDim?: number;
  /**
   * Bytes of wasm memory that vectors and their bookkeeping may take, 1 to 2^32. A write beyond it is
   * refused with `OUT_OF_MEMORY`, changes nothing, and leaves the index answering. A write needs room
   * for its vectors beside those it replaces. The default is 4 GiB less 64 MiB for queries.
   */
  readonly maxMemoryBytes?: number;
  /** Where the WebAssembly comes from, instead of the package's own file. */
  readonly wasm?: string | URL | Response | BufferSource | WebAssembly.Module;
}

/** A record. `values` is another name for `vector`; exactly one of the two is given. */
export interface Item<M extends object = Metadata> {
  /** 1 to 512 bytes of UTF-8. */
  readonly id: string;
  readonly vector?: VectorInput;
  readonly values?: VectorInput;
  readonly metadata?: M;
}

/** A record as it is stored, plain JSON. */
export interface StoredItem<M extends object = Metadata> {
  readonly id: string;
  /** f32 components; under `hamming` the packed bytes. */
  readonly vector: number[];
  readonly metadata?: M;
}

export interface QueryOptions {
  /** Matches wanted, 1 to 10,000. @defaultValue 10 */
  readonly topK?: number;
  /** Leave out matches of a lower score. There is no default threshold. */
  readonly minScore?: number;
  /** Compare with every record, whatever the index; the flat index always does. */
  readonly exact?: boolean;
  /** @defaultValue true */
  readonly includeMetadata?: boolean;
  /** @defaultValue false */
  readonly includeVector?: boolean;
}

export interface Match<M extends object = Metadata> {
  readonly id: string;
  /** Higher is better; see {@link Metric}. */
  readonly score: number;
  /** Lower is nearer; see {@link Metric}. */
  readonly distance: number;
  readonly metadata?: M;
  readonly vector?: number[];
}

/** Plain JSON. */
export interface QueryResult<M extends object = Metadata> {
  /** Nearest first; equal distances in order of insertion. */
  readonly matches: Match<M>[];
  /** `matches.length`. */
  readonly count: number;
  /** Whether `matches` holds every record that belongs there; if not, `reason` says why. */
  readonly complete: boolean;
  readonly reason?: string;
  /** Names this query within the index. */
  readonly queryId: string;
  /** The index's version that was searched. */
  readonly version: number;
  /** Milliseconds of this query; of its share, in {@link Index.queryMany}. */
  readonly tookMs?: number;
}

/** What a query did, in counted work. */
export interface Explanation<M extends object = Metadata> {
  readonly plan: 'flat';
  readonly requested: number;
  readonly returned: number;
  /** Why fewer than `requested` came, where they did. */
  readonly reason?: string;
  readonly records: number;
  /** Rows compared: live ones and those deleted but not yet compacted. */
  readonly distanceEvaluations: number;
  readonly bytesRead: number;
  readonly result: QueryResult<M>;
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

export interface ListOptions {
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

export interface IndexStats {
  readonly count: number;
  /** Deleted rows whose memory is not reclaimed yet. */
  readonly deleted: number;
  readonly index: 'flat';
  readonly metric: Metric;
  /** Components (bits under `hamming`) that are stored. */
  readonly dimensions: number;
  readonly model?: string;
  readonly version: number;
  /** Bytes of wasm memory of this index: vectors, bookkeeping and query buffers. */
  readonly memoryBytes: number;
  /** Bytes one more vector takes. */
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
  /** Rows that wait for deferred work; always 0 in the flat index. */
  readonly pending: number;
}

/**
 * An index in memory, of up to 16,777,215 records. All methods are synchronous, copy what they take,
 * and hand out plain objects. Bad input throws a `RuVectorError` before anything changes. After
 * `dispose()` every method throws `CLOSED`.
 */
export interface Index<M extends object = Metadata> extends Disposable {
  readonly dimensions: number;
  readonly metric: Metric;
  readonly model: string | undefined;
  /** Grows with every call that changes something; not stored. */
  readonly version: number;

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
   * `upsert` in steps of about a millisecond: resume it when there is time. Items are taken from
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
  clear(): void;

  get(id: string): StoredItem<M> | undefined;
  getMany(ids: readonly string[]): (StoredItem<M> | undefined)[];
  has(ids: readonly string[]): boolean[];
  /** Ids in order of insertion, a page at a time. */
  list(options?: ListOptions): ListResult;
  count(): number;

  /**
   * The `topK` nearest records, fewer only where there are fewer.
   * @throws DIMENSION_MISMATCH, INVALID_VECTOR, INVALID_ARGUMENT, LIMIT_EXCEEDED, OUT_OF_MEMORY
   */
  query(vector: VectorInput, options?: QueryOptions): QueryResult<M>;
  /** `query` with the vector of a record, which is itself among the matches. @throws NOT_FOUND */
  queryById(id: string, options?: QueryOptions): QueryResult<M>;
  /**
   * Many queries in one pass over the vectors: the same results, sooner. Takes an array of vectors,
   * a tensor `[n, d]`, or `n * dimensions` floats.
   */
  queryMany(
    vectors: readonly VectorInput[] | VectorInput,
    options?: QueryOptions,
  ): QueryResult<M>[];
  /** Runs the query and tells what it cost. */
  explain(vector: VectorInput, options?: QueryOptions): Explanation<M>;

  stats(): IndexStats;
  /**
   * Reclaims the memory of deleted records. They also go when they are 1,024 or more and outnumber
   * the live ones, and when a write finds no room.
   */
  compact(): CompactResult;
  /** Does deferred work for at most `budgetMs` milliseconds. */
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
  /** Where the module came from: the package's file, the inline copy, or the option `wasm`. */
  readonly loadedFrom: 'url' | 'inline' | 'given';
}
