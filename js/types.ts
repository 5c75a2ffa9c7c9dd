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

export type Scalar = string | number | boolean | null;

/**
 * The paths of fields: keys, and dotted ones through nested objects, four deep. Any string where the
 * type of the metadata does not say its keys.
 */
export type Path<M, Depth extends unknown[] = []> = string extends keyof M
  ? string
  : Depth['length'] extends 4
    ? never
    : {
        [K in keyof M & string]: K | `${K}.${Inner<NonNullable<M[K]>, [...Depth, unknown]>}`;
      }[keyof M & string];
type Inner<V, Depth extends unknown[]> = V extends Scalar | readonly unknown[]
  ? never
  : Path<V, Depth>;

/** What is at a path. */
export type PathValue<M, P extends string> = P extends keyof M
  ? NonNullable<M[P]> | Extract<M[P], null>
  : P extends `${infer K}.${infer Rest}`
    ? K extends keyof M
      ? PathValue<NonNullable<M[K]>, Rest>
      : never
    : never;

/** What a condition compares with: a field of type `V`, or any element where it is an array. */
type Operand<V> = Extract<V extends readonly (infer E)[] ? E : V, Scalar>;
type Ordered<V> = V extends string ? string : V extends number ? number : never;
type ElementOfList<V> = V extends readonly (infer E)[] ? Extract<E, Scalar> : never;
type Part<V> = V extends string ? string : ElementOfList<V>;

/**
 * What a field is asked; of several all. Of an array field any element may answer, but for `$any`,
 * `$all` and `$size`, which are about arrays only. A missing field passes `$ne`, `$nin` and
 * `$exists: false`, and nothing else. `null` is a value: `{ $eq: null }` is a field that is there.
 * Values of different types are not equal, and neither is greater.
 */
export interface Operators<V = Json> {
  readonly $eq?: Operand<V>;
  readonly $ne?: Operand<V>;
  /** Numbers by value, strings by code point: dates as ISO strings or as numbers. */
  readonly $gt?: Ordered<Operand<V>>;
  readonly $gte?: Ordered<Operand<V>>;
  readonly $lt?: Ordered<Operand<V>>;
  readonly $lte?: Ordered<Operand<V>>;
  readonly $in?: readonly Operand<V>[];
  readonly $nin?: readonly Operand<V>[];
  readonly $exists?: boolean;
  readonly $startsWith?: Operand<V> extends infer E ? (E extends string ? string : never) : never;
  /** Of a string a part, of an array an element. */
  readonly $contains?: Part<V>;
  /** Some of these are in the array. */
  readonly $any?: readonly ElementOfList<V>[];
  /** All of these are in the array; none is always. */
  readonly $all?: readonly ElementOfList<V>[];
  readonly $size?: V extends readonly unknown[] ? number : never;
}

/**
 * Which records: `{ lang: 'en', year: { $gte: 2000 } }`. A bare value is `$eq`, several keys are all
 * asked, a dotted path reaches into nested objects (not into objects in arrays), `$and`, `$or` and
 * `$not` combine filters; `{}` matches all. At most 16 levels, and 10,000 conditions and values. What
 * is not understood is `INVALID_FILTER`, and so is a condition that is `undefined`.
 */
export type Filter<M extends object = Metadata> = string extends keyof M
  ? AnyFilter
  : { readonly [P in Path<M>]?: Operand<PathValue<M, P>> | Operators<PathValue<M, P>> } & {
      readonly $and?: readonly Filter<M>[];
      readonly $or?: readonly Filter<M>[];
      readonly $not?: Filter<M>;
    };

/** A filter of metadata whose type is not known. */
export interface AnyFilter {
  readonly [path: string]: Scalar | Operators | AnyFilter | readonly AnyFilter[];
}

/**
 * A vector as models and files give it; always copied. A tensor `{ data, dims }` (transformers.js)
 * has `dims` `[d]` or `[1, d]` for one vector, `[n, d]` where many are taken; one of 64-bit integers is
 * refused. Under `hamming` only a
 * `Uint8Array` of `dimensions / 8` packed bytes, or a tensor around one, is a vector.
 */
export type VectorInput =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | readonly number[]
  | { readonly data: ArrayLike<number | bigint>; readonly dims: readonly number[] };

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

export interface QueryOptions<M extends object = Metadata> {
  /** Matches wanted, 1 to 10,000. @defaultValue 10 */
  readonly topK?: number;
  /** Search these records only: the nearest of them, as if there were no others. */
  readonly filter?: Filter<M>;
  /** Search this namespace. By default that of the view, which it must not contradict. */
  readonly namespace?: string;
  /** Leave out matches of a lower score. There is no default threshold. */
  readonly minScore?: number;
  /** Compare with every record, whatever the index. */
  readonly exact?: boolean;
  /**
   * How wide a graph is searched, at least `topK`, and how many candidates of codes are ranked; 1 to
   * 20,000. By default what `targetRecall` needs, and never below max(2 topK, 32).
   */
  readonly ef?: number;
  /**
   * Ends a search of a graph once what is left is farther than 1 + gamma times the last match, 0 to
   * 10 (distance-adaptive beam search, arXiv 2505.15636). It saves comparisons where some queries are
   * easier than others, and misses more where tight clusters lie among loose ones: measure it on
   * your data. Of no effect with a filter, under `dot`, and where no graph is searched; under
   * `cosine` far means the length of the chord. By default there is no such end.
   */
  readonly gamma?: number;
  /**
   * With a filter. `false` leaves a walk as wide as `ef` says and gives what of it matches, as a plain
   * HNSW does: that can be fewer than there are, which `complete` tells. To compare with.
   * @defaultValue true
   */
  readonly planner?: boolean;
  /**
   * Ranks by activation that spreads from the nearest records over the graph, instead of by distance:
   * records that many of the nearest are linked to come first, whether or not they were among the
   * nearest themselves. It helps where what belongs together forms clusters (images, products), and
   * does not where each query has its own few answers. `true` is all defaults. Without a graph, which
   * begins at 1,024 records, the order is that of distance. @throws INVALID_ARGUMENT under `dot`, and
   * for an index of type `flat`
   * @defaultValue false
   */
  readonly spread?: boolean | SpreadOptions;
  /**
   * Ranks by what a session is about as well: what it clicked ({@link Namespace.feedback}) and, a
   * tenth as much, what its queries found. Each such record is excited as far as it is near the query
   * too, so that a query of another subject is left alone, and passes that on to candidates near
   * itself. A string is `{ id }`. Not for `queryMany()`, and with it `topK` is at most 100. Experimental:
   * it is measured to gain on some data and not on others.
   */
  readonly session?: string | SessionOptions;
  /**
   * Matches that differ: each one picked inhibits those that are like it, by this much, 0 to 1
   * (soft winner-take-all). 0 is the order of distance; try 0.2. Of 50 candidates, or 5 `topK`; with
   * it `topK` is at most 100. @defaultValue 0
   */
  readonly diversify?: number;
  /**
   * Tells how unlike the records of the namespace the vector is: {@link QueryResult.novelty}. The
   * first time, and when the records have doubled, it takes about 600 searches.
   * @throws INVALID_ARGUMENT under `dot`
   * @defaultValue false
   */
  readonly novelty?: boolean;
  /** @defaultValue true */
  readonly includeMetadata?: boolean;
  /** @defaultValue false */
  readonly includeVector?: boolean;
}

/**
 * Integrate-and-fire neurons, one a record: a neuron whose charge is at `epsilon` times its number of
 * links fires, keeps 1 - `alpha` of it as activation and sends the rest on, more of it the nearer a
 * neighbour is. What comes of it is personalised PageRank, from below (Andersen, Chung & Lang, FOCS
 * 2006): no record lacks more than the `residual` that `explain()` tells, and neurons fire at most
 * 1 / (`epsilon` (1 - `alpha`)) times, whatever the size of the index.
 */
export interface SpreadOptions {
  /** How far activation goes, 0 to 0.99. @defaultValue 0.6 */
  readonly alpha?: number;
  /** Exactness for work, 1e-6 to 1. @defaultValue 2e-4 */
  readonly epsilon?: number;
  /** The nearest records that it starts from, 1 to 1,000. @defaultValue 10 */
  readonly seeds?: number;
}

/**
 * What a session remembers is in memory only, bounded (256 sessions of 32 records), and decays:
 * activations are leaky integrators. Records that are deleted are forgotten.
 */
export interface SessionOptions {
  /** 1 to 512 bytes of UTF-8. */
  readonly id: string;
  /** Milliseconds in which activation falls to 1/e, from 1. @defaultValue 1,800,000, half an hour */
  readonly tauMs?: number;
  /** How much the records of the session count, from 0 on, where the distance counts 1. @defaultValue 0.5 */
  readonly weight?: number;
  /**
   * How much it counts that a record was often clicked after the last clicks of the session, in this
   * session or another, from 0 on: so much where it always was. @defaultValue 0.5
   */
  readonly next?: number;
  /** The moment in milliseconds; one before that of an earlier query is the same. @defaultValue Date.now() */
  readonly at?: number;
}

/** What was thought of a match. */
export interface Feedback {
  /** `queryId` of a result of this index: of the last 256 that had a session. */
  readonly query: string;
  readonly id: string;
  /** 1: it was clicked, -1: it was not what was looked for, and between. @defaultValue 1 */
  readonly weight?: number;
}

export interface Match<M extends object = Metadata> {
  readonly id: string;
  /** Where it is not the default one. */
  readonly namespace?: string;
  /** Higher is better; see {@link Metric}. */
  readonly score: number;
  /** Lower is nearer; see {@link Metric}. */
  readonly distance: number;
  /** With `spread`: how much of the activation, all of which is 1; absent where none came. */
  readonly activation?: number;
  readonly metadata?: M;
  readonly vector?: number[];
}

/** Plain JSON. */
export interface QueryResult<M extends object = Metadata> {
  /**
   * Nearest first; equal distances in order of insertion. With `spread`, most activation first; with
   * `session` or `diversify` as these rank, while scores and distances stay those of the query.
   */
  readonly matches: Match<M>[];
  /** `matches.length`. */
  readonly count: number;
  /** Whether `matches` holds every record that belongs there; if not, `reason` says why. */
  readonly complete: boolean;
  readonly reason?: string;
  /**
   * With {@link QueryOptions.novelty}: the share of the namespace's records that are less unlike the
   * others than the vector, 0 to 1, by 100 samples. What lies farther from its 5 nearest records than
   * these from theirs is novel: at 0.99 it is as odd as one record in a hundred, or of a kind that is
   * not there. 1 where there are no two records.
   */
  readonly novelty?: number;
  /** Names this query within the index. */
  readonly queryId: string;
  /** The index's version that was searched. */
  readonly version: number;
  /** Milliseconds of this query; of its share, in {@link Index.queryMany}. */
  readonly tookMs?: number;
}

/** What a query did, in counted work. */
export interface Explanation<M extends object = Metadata> {
  /**
   * `flat`: every matching vector was compared. `int8`, `rabitq`: every matching code, then the
   * vectors of the nearest. `hnsw`: a walk along the graph.
   */
  readonly plan: 'flat' | 'int8' | 'rabitq' | 'hnsw';
  /**
   * With a filter. `prefilter`: matching records only were looked at, all of them; `in-graph`: the
   * walk went from match to match, over two links where one does not do (ACORN-1); `iterative`: it
   * went through all records until there were matches enough; `after`: the planner was off.
   */
  readonly filter?: 'prefilter' | 'in-graph' | 'iterative' | 'after';
  readonly requested: number;
  readonly returned: number;
  /** Why fewer than `requested` came, where they did. */
  readonly reason?: string;
  /** Of the namespace. */
  readonly records: number;
  /** The share of records that match, and what it was estimated to be around the query. */
  readonly selectivity: { readonly actual: number; readonly estimated: number };
  /** Width of the walk. */
  readonly ef: number;
  /** Records that the walk or the codes proposed and whose vectors were compared. */
  readonly candidates: number;
  /** Vectors compared, and codes along a graph; of a flat index also those not compacted yet. */
  readonly distanceEvaluations: number;
  /** Codes compared one after another. */
  readonly codesScanned: number;
  /** Records whose links were followed. */
  readonly hops: number;
  readonly bytesRead: number;
  /** Walks that were given up for a scan. */
  readonly fallbacks: number;
  /** With `spread`; its work is in that of the whole. */
  readonly spread?: SpreadReport;
  /** The same as a plan: where candidates come from, what they go through, and what limits them. */
  readonly dag: ExplainedPlan;
  readonly result: QueryResult<M>;
}

export interface SpreadReport {
  /** Times that neurons fired; 0: there is no graph. */
  readonly spikes: number;
  /** Records, or nodes of records that are the same, that got activation. */
  readonly activated: number;
  /** Activation that did not go on, of 1: all that PageRank has beyond what was found. */
  readonly residual: number;
  readonly distanceEvaluations: number;
  readonly hops: number;
  readonly bytesRead: number;
}

/**
 * The plan that a query ran by, as a network in which results flow: how many can be expected is its
 * maximum flow, and its minimum cut is what limits them. Of a database over shards that of the shard
 * that had most to do.
 */
export interface ExplainedPlan {
  /** Each after those that it reads from. */
  readonly steps: readonly PlanStep[];
  /** From a step to one that reads what it emits, by `id`. */
  readonly edges: readonly (readonly [from: string, to: string])[];
  /** Results that could be expected before the query ran (F*). */
  readonly flow: number;
  /** 0: three times what is wanted could be expected; 1: no more than that. */
  readonly tension: number;
  /** The steps of which a higher limit, alone, is more flow. */
  readonly bottlenecks: readonly string[];
  /** With a filter and a graph: the walk as it was asked for, and what came of it. */
  readonly asked?: {
    readonly width: number;
    readonly flow: number;
    readonly tension: number;
    /** What was changed before it ran, and why; nothing where the flow was enough. */
    readonly changes: readonly PlanChange[];
    /** What finding that out took: arcs of networks looked at, and comparisons that were of no use. */
    readonly work: { readonly arcs: number; readonly comparisons: number };
  };
  /** Which attention spread over the steps: see `./dag`. */
  readonly mechanism: 'topological' | 'minCutGated';
}

export interface PlanChange {
  readonly step: string;
  readonly from: number | string;
  readonly to: number | string;
  readonly why: string;
}

/** A step of an {@link ExplainedPlan}. */
export interface PlanStep {
  readonly id: string;
  readonly kind:
    | 'flat-scan'
    | 'int8-scan'
    | 'rabitq-scan'
    | 'hnsw-scan'
    | 'filter'
    | 'rerank'
    | 'union'
    | 'limit';
  /** Rows that it may emit, where that is limited: the width of a walk, `topK`. */
  readonly budget?: number;
  readonly estimatedRows: number;
  /** Rows that it emitted, where they are counted: of a walk the nodes whose links it followed. */
  readonly rows?: number;
  /** Comparisons that it made, of vectors or codes. */
  readonly work: number;
  /** Its share of attention; all shares sum to 1. */
  readonly attention: number;
}

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
