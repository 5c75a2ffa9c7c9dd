/** The public types of `open()`: a database is the verbs of an index, asynchronous, and kept. */
import type { RuVectorError } from '../core/errors.js';
import type {
  CompactResult,
  Explanation,
  Feedback,
  Filter,
  IndexOptions,
  IndexStats,
  Item,
  ListOptions,
  ListResult,
  Metadata,
  Metric,
  Progress,
  QueryOptions,
  QueryResult,
  RecallOptions,
  RecallReport,
  StoredItem,
  TuneResult,
  VectorInput,
  WriteResult,
} from '../types.js';

export interface OpenOptions extends Partial<IndexOptions> {
  /** Components of a vector. Required for a new database; one that exists knows its own. */
  readonly dimensions?: number;
  /**
   * Where the data is kept. `'auto'`: IndexedDB where there is one, and files in Node, Deno and Bun
   * where the name looks like a path (begins with `.` or `/`, or has a slash). Else memory, which is
   * gone with the program: in Node of `'notes'`, and at the edge; `storage()` tells.
   * `'idb:other'`, `'opfs:folder'`, `'file:./folder'`, `'memory:'`, or an adapter of your own.
   * @defaultValue 'auto'
   */
  readonly storage?: string | StorageAdapter;
  /**
   * When a write's promise is kept. `relaxed`: the change is made and logged in memory, and stored
   * within 250 ms or by `flush()`. `strict`: it is stored; where `storage: 'auto'` would be memory,
   * that is `STORAGE_UNAVAILABLE`. @defaultValue 'relaxed'
   */
  readonly durability?: 'relaxed' | 'strict';
  /** Ask the browser not to evict this origin's data. @defaultValue false */
  readonly requestPersistence?: boolean;
  /** AES-GCM for all that is stored; the key should be of 256 bits and non-extractable. */
  readonly encryption?: { readonly key: EncryptionKey };
  /**
   * Run in a worker, off the page: `true` for the package's own, or a worker (a function that makes
   * one; several shards need that) whose module is `@ruvector/wasm/worker`. `true` in a worker of the
   * web opens right there.
   * @defaultValue false
   */
  readonly worker?: boolean | WorkerLike | (() => WorkerLike);
  /**
   * Into how many parts the records are split, 1 to 16; the database remembers it. With workers, each
   * part has its own, and all of them search and build at once; without, the parts share the thread.
   * A query asks every part and merges what they find; the order of records, of equal distances too,
   * is that of the parts, and in each that of insertion. A version counts the changes of every part.
   * `tune()` reports the part that finds least. A batch is refused whole, but a crash may leave what
   * was not acknowledged of it in some parts only, and so may a worker that dies, or memory that others
   * take, between the last check and the write. `export()` and `import()` take the memory of the whole
   * in the first part's worker; graphs and codes do not travel. `maxMemoryBytes` is shared out evenly.
   * One tab has such a database open, and others that only read. `import()`, and taking the `snapshot`,
   * change nothing where they are refused; a crash in the middle of them, or storage that fails, may leave
   * old records beside new ones: import again. Not for an adapter. @defaultValue 1
   */
  readonly shards?: number;
  /**
   * What several tabs do. `shared`: one writes for all, the others pass it their writes and read
   * their own copy. `exclusive`: a second one is refused. `readonly`: reads only; of files, what
   * is there when it is opened. Files have one writer, and IndexedDB and OPFS need a secure context.
   * Nobody waits for a tab that hangs or is frozen: one that comes reads what is stored, as a follower, and
   * takes over once the lock is free; a write that it asks for in vain is `STORAGE_BLOCKED` after 30 seconds.
   * @defaultValue 'shared', with `shards` 'exclusive'
   */
  readonly tabs?: 'shared' | 'exclusive' | 'readonly';
  /**
   * What `export()` made, or where it is: the contents of a database that does not exist yet. A second tab
   * waits as long as the first one takes it, and takes its own if that one gives up. It is told
   * `STORAGE_BLOCKED` where the first one holds the lock and answers nothing for 15 seconds.
   */
  readonly snapshot?: SnapshotSource;
  /** Ends the opening, and leaves nothing locked. A part of the snapshot that is being read is finished. */
  readonly signal?: AbortSignal;
  /** Bytes of the stored snapshot that are read. */
  readonly onProgress?: (progress: Progress) => void;
}

/** A `CryptoKey`, as far as it is looked at. */
export interface EncryptionKey {
  readonly algorithm: { readonly name: string };
  readonly usages: readonly string[];
}

/** A `Worker` of the web, as far as it is used; or Node's in its clothes. */
export interface WorkerLike {
  postMessage(message: unknown): void;
  addEventListener(
    type: 'message' | 'error',
    listener: (event: { readonly data?: unknown; readonly message?: string }) => void,
  ): void;
  /** Node's tells when it is gone. */
  terminate(): unknown;
}

export type SnapshotSource =
  | string
  | URL
  | Response
  | Blob
  | ReadableStream<Uint8Array>
  | Uint8Array
  | ArrayBuffer;

/**
 * A place for values under keys: `read`, `write`, `delete`, `list`, as KV stores, R2, a Durable
 * Object or a folder have them. Keys are 1 to 64 characters of `a-z`, `0-9`, `-`; values at most 8
 * MiB and a few bytes, unless a single call writes more. Calls do not overlap, except for reads.
 */
export interface StorageAdapter {
  /** Names the place in `storage()`. */
  readonly backend: string;
  /** The value last written, whole; undefined where there is none. */
  read(key: string): Promise<Uint8Array | undefined>;
  /**
   * Replaces the value: readers get the old one or the new one. The promise is kept once the value
   * survives a crash; a write that fails may leave either. What it rejects with should be, or is
   * taken for, `QUOTA_EXCEEDED` or `STORAGE_UNAVAILABLE`.
   */
  write(key: string, value: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Removes values; keys that are not there are passed over. */
  delete(keys: readonly string[]): Promise<void>;
  list(): Promise<string[]>;
  /**
   * Takes the exclusive right to write, until the release that it returns is called or the program
   * ends. Where another one has it, waits for it, or answers undefined if `wait` is not given; `wait`
   * ends the waiting with its reason. Without this method nobody else may write.
   */
  lock?(wait?: AbortSignal): Promise<(() => void | Promise<void>) | undefined>;
  /** Name of the BroadcastChannel that joins those who have the database open; none: only one may. */
  readonly channel?: string;
  /** Whether the host says that it lost what was here, and nothing is now. */
  readonly vanished?: boolean;
  /**
   * Calls `lost` when the whole place vanished under an open database, and `blocked` when somebody
   * else waits for it to be closed.
   */
  watch?(listener: { readonly lost: () => void; readonly blocked: () => void }): void;
  usage?(): Promise<Partial<StorageReport>>;
  close?(): Promise<void>;
}

export interface StorageReport {
  /** `indexeddb`, `opfs`, `file`, `memory`, or the name of your adapter. */
  readonly backend: string;
  /** Whether the browser promised to keep it; files are, memory is not. */
  readonly persisted: boolean;
  /** Bytes that this origin, or this folder, takes and may take. */
  readonly usage?: number;
  readonly quota?: number;
  /** `none`: kept. `low`: evicted when the disk is full. `high`: gone with the program, or nearly so. */
  readonly evictionRisk: 'none' | 'low' | 'high';
  /** Bytes of the stored snapshot, and of the journal since. */
  readonly snapshotBytes: number;
  readonly journalBytes: number;
  readonly encrypted: boolean;
}

export interface DatabaseInfo {
  readonly name: string;
  readonly backend: string;
}

export interface BulkOptions {
  /** Ends the writing between two batches: the promise rejects with `signal.reason`. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  /**
   * Records that are written together, all or nothing, also over a crash; 1 to 10,000. More of them block
   * the thread for longer. @defaultValue 64 for each shard, fewer where their vectors are over 4 MiB
   */
  readonly batchSize?: number;
}

export interface AbortOptions {
  /**
   * The promise rejects with `signal.reason`. Of the queries of `queryMany()`, and the samples of
   * `measureRecall()` and `tune()`, those that are not begun are not searched for; with a signal, other calls
   * get their turn in between. Any other call that is under way in a worker is finished there.
   */
  readonly signal?: AbortSignal;
}

/** `writer`: this one writes. `follower`: another tab writes for it. `readonly`: it does not write. */
export type Role = 'writer' | 'follower' | 'readonly';

export interface DatabaseStats extends IndexStats {
  readonly role: Role;
  /** Whether it runs in a worker. False where one was asked for and there are none. */
  readonly worker: boolean;
  readonly shards: number;
  readonly backend: string;
  readonly durableVersion: number;
}

/** Plain JSON, but for the error. */
export type DatabaseEvent =
  /** Records changed; by this tab or another. */
  | { readonly type: 'change'; readonly version: number }
  /** Changes up to this version are stored. */
  | { readonly type: 'stored'; readonly version: number }
  | { readonly type: 'role'; readonly role: Role }
  /**
   * The stored data vanished. Under the open database: what is in memory is stored anew. Before it was
   * opened: it was made anew, with the `snapshot` if one is given, and who listens first hears of it. The
   * latter is known where Chromium found the data damaged, and in pages where localStorage outlived it.
   */
  | { readonly type: 'evicted' }
  /** Another tab wants to delete the database; this one closed it. */
  | { readonly type: 'blocked' }
  /** What failed in the background; it is tried again. */
  | { readonly type: 'error'; readonly error: RuVectorError };

/** The verbs on the records of one namespace. They are those of {@link Namespace}, asynchronous. */
export interface DatabaseNamespace<M extends object = Metadata> {
  /**
   * Records of any number, written in batches, each all or nothing: one that is refused, or a crash, leaves
   * those before it. An array of one batch is all or nothing; `batchSize: array.length` makes it one.
   * @returns once all are in, or stored if `strict`
   */
  upsert(
    items: Item<M> | Iterable<Item<M>> | AsyncIterable<Item<M>>,
    options?: BulkOptions,
  ): Promise<WriteResult>;
  upsertFlat(
    ids: readonly string[],
    vectors: Float32Array | Uint8Array,
    options?: BulkOptions & { readonly metadata?: readonly (M | undefined)[] },
  ): Promise<WriteResult>;
  insert(
    items: Item<M> | Iterable<Item<M>> | AsyncIterable<Item<M>>,
    options?: BulkOptions,
  ): Promise<WriteResult>;
  update(
    id: string,
    patch: {
      readonly vector?: VectorInput;
      readonly values?: VectorInput;
      readonly metadata?: Partial<M>;
    },
  ): Promise<boolean>;
  delete(ids: string | readonly string[]): Promise<number>;
  deleteWhere(filter: Filter<M>): Promise<number>;
  clear(): Promise<void>;

  get(id: string): Promise<StoredItem<M> | undefined>;
  getMany(ids: readonly string[]): Promise<(StoredItem<M> | undefined)[]>;
  has(ids: readonly string[]): Promise<boolean[]>;
  list(options?: ListOptions<M>): Promise<ListResult>;
  count(filter?: Filter<M>): Promise<number>;

  query(vector: VectorInput, options?: QueryOptions<M> & AbortOptions): Promise<QueryResult<M>>;
  queryById(id: string, options?: QueryOptions<M> & AbortOptions): Promise<QueryResult<M>>;
  queryMany(
    vectors: readonly VectorInput[] | VectorInput,
    options?: QueryOptions<M> & AbortOptions,
  ): Promise<QueryResult<M>[]>;
  explain(vector: VectorInput, options?: QueryOptions<M> & AbortOptions): Promise<Explanation<M>>;
  /**
   * What it teaches stays in this tab, or its worker, as sessions do. Like `session`, `diversify` and
   * `novelty` it is `INVALID_ARGUMENT` for a database over shards, none of which knows what the others found.
   */
  feedback(feedback: Feedback): Promise<void>;
}

/**
 * A database that outlives the page: an index, a journal of its changes, and snapshots of it. What
 * was acknowledged (`strict` writes, and all before a `flush()`) survives a crash at any moment.
 * Every method rejects with `CLOSED` after `close()`.
 */
export interface Database<M extends object = Metadata>
  extends DatabaseNamespace<M>,
    AsyncDisposable {
  readonly name: string;
  readonly dimensions: number;
  readonly metric: Metric;
  readonly role: Role;
  /** Grows with every change, also over reopening. */
  readonly version: number;
  /** The last version that is stored. */
  readonly durableVersion: number;

  namespace(name: string): DatabaseNamespace<M>;
  stats(): Promise<DatabaseStats>;
  storage(): Promise<StorageReport>;
  compact(options?: AbortOptions): Promise<CompactResult>;
  measureRecall(options?: RecallOptions & AbortOptions): Promise<RecallReport>;
  tune(options: { readonly targetRecall: number } & AbortOptions): Promise<TuneResult>;

  /** Stores what is not stored yet. @throws QUOTA_EXCEEDED, STORAGE_UNAVAILABLE; call it again then */
  flush(): Promise<{ version: number }>;
  /** The whole index as bytes, for `import()` and {@link Index.import}. */
  export(options?: AbortOptions): ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Replaces the whole contents; stored when the promise is kept. */
  import(snapshot: SnapshotSource, options?: AbortOptions): Promise<WriteResult>;
  /** @returns what ends it */
  on<T extends DatabaseEvent['type']>(
    type: T,
    listener: (event: Extract<DatabaseEvent, { type: T }>) => void,
  ): () => void;
  /** Waits for the calls made so far, stores what is not stored yet, and gives all memory back. */
  close(): Promise<void>;
}
