/** The shapes of Cloudflare's Vectorize bindings, of both releases, without its package of types. */

export type VectorizeVectorMetadataValue = string | number | boolean | string[];
export type VectorizeVectorMetadata =
  | VectorizeVectorMetadataValue
  | Record<string, VectorizeVectorMetadataValue>;

export interface VectorizeVector {
  id: string;
  values: Float32Array | Float64Array | number[];
  /** An id is in one namespace: it names a vector in the whole index. */
  namespace?: string;
  metadata?: Record<string, VectorizeVectorMetadata>;
}

type Value = string | number | boolean;

/** Conditions, which are all asked: `{ genre: 'news', 'author.name': { $ne: 'x' } }`. */
export interface VectorizeVectorMetadataFilter {
  [field: string]:
    | Value
    | null
    | { [Op in '$eq' | '$ne' | '$lt' | '$lte' | '$gt' | '$gte']?: Value | null }
    | { [Op in '$in' | '$nin']?: Value[] };
}

export interface VectorizeQueryOptions {
  /** @defaultValue 5 */
  topK?: number;
  /** By default vectors of any namespace, and of none, are searched. */
  namespace?: string;
  /** @defaultValue false */
  returnValues?: boolean;
  /** `true` is 'all', `false` is 'none'. @defaultValue 'none' */
  returnMetadata?: boolean | 'all' | 'indexed' | 'none';
  filter?: VectorizeVectorMetadataFilter;
}

export interface VectorizeMatch {
  id: string;
  /**
   * As Vectorize counts: under `cosine` the cosine, higher is better; under `euclidean` the distance
   * and under `dot-product` the negative product, lower is better.
   */
  score: number;
  values?: number[];
  namespace?: string;
  metadata?: Record<string, VectorizeVectorMetadata>;
}

export interface VectorizeMatches {
  /** Nearest first. */
  matches: VectorizeMatch[];
  count: number;
}

/** Of a `VectorizeIndex` the ids and how many they are; of a `Vectorize` the name of the mutation. */
export interface VectorizeMutation {
  /** What was processed: not the ids that `insert` found there, or `deleteByIds` did not find. */
  ids: string[];
  count: number;
  mutationId: string;
}

/** Of a `VectorizeIndex` the first four, of a `Vectorize` the others. */
export interface VectorizeDescription {
  readonly id: string;
  name: string;
  config: { dimensions: number; metric: 'cosine' | 'euclidean' | 'dot-product' };
  vectorsCount: number;

  vectorCount: number;
  dimensions: number;
  /** An ISO date, and the `mutationId`: Cloudflare's type says number, its service gives text. */
  processedUpToDatetime: number;
  processedUpToMutation: number;
}

/**
 * Type-checks as `VectorizeIndex` and as `Vectorize` of `@cloudflare/workers-types`, and gives both
 * what they ask of it. Every method rejects with a `RuVectorError`.
 */
export interface VectorizeBinding {
  describe(): Promise<VectorizeDescription>;
  /** @throws DIMENSION_MISMATCH, INVALID_VECTOR, INVALID_ARGUMENT, INVALID_FILTER, LIMIT_EXCEEDED */
  query(
    vector: Float32Array | Float64Array | number[],
    options?: VectorizeQueryOptions,
  ): Promise<VectorizeMatches>;
  /** `query` with a vector that is there, which is itself among the matches. @throws NOT_FOUND */
  queryById(vectorId: string, options?: VectorizeQueryOptions): Promise<VectorizeMatches>;
  /** Adds the vectors whose ids are new; of an id that comes twice, the first. */
  insert(vectors: VectorizeVector[]): Promise<VectorizeMutation>;
  /** Adds or replaces; of an id that comes twice, the last. */
  upsert(vectors: VectorizeVector[]): Promise<VectorizeMutation>;
  deleteByIds(ids: string[]): Promise<VectorizeMutation>;
  /** Those that are there, in the order of `ids`. */
  getByIds(ids: string[]): Promise<(VectorizeVector & { values: number[] })[]>;
}

/**
 * What the service refuses, from developers.cloudflare.com/vectorize/platform/limits and, of filters,
 * /vectorize/reference/metadata-filtering, read in 2026; those of `getByIds` and `deleteByIds` are in
 * its errors 40007 alone. In that year it began to take a `topK` of 50 with values, which its page did
 * not say: `limits: { topKWithValues: 50 }`.
 */
export interface VectorizeLimits {
  /** @defaultValue 1536 */
  readonly dimensions: number;
  /** Bytes of UTF-8. @defaultValue 64 */
  readonly idBytes: number;
  /** @defaultValue 64 */
  readonly namespaceBytes: number;
  /** Bytes of JSON. @defaultValue 10240 */
  readonly metadataBytes: number;
  /** @defaultValue 100 */
  readonly topK: number;
  /** With `returnValues` or all metadata. @defaultValue 20 */
  readonly topKWithValues: number;
  /** Vectors in one call. @defaultValue 1000 */
  readonly batch: number;
  /** @defaultValue 20 */
  readonly getByIds: number;
  /** @defaultValue 100 */
  readonly deleteByIds: number;
  /** Bytes of JSON, and one less is the most. @defaultValue 2048 */
  readonly filterBytes: number;
  /** @defaultValue 10 */
  readonly metadataIndexes: number;
}

export interface VectorizeBindingOptions {
  /** What `describe()` says. @defaultValue 'index' */
  readonly name?: string;
  /**
   * The properties that the service would have metadata indexes of, dotted where nested: these are
   * what `returnMetadata: 'indexed'` gives, and a filter on another one is refused. By default every
   * property that is a string, a number or a boolean.
   */
  readonly metadataIndexes?: readonly string[];
  /**
   * Refuse what the service refuses, with `LIMIT_EXCEEDED`, `INVALID_ARGUMENT` or `INVALID_FILTER`:
   * 'vectorize', or its limits with some of your own. By default only what this package refuses, and
   * filters may use all of its grammar.
   */
  readonly limits?: 'vectorize' | Partial<VectorizeLimits>;
}
