import { checkTarget, type Records, recordsOf, type Target } from '../adapter/target.js';
import {
  checkArray,
  checkBoolean,
  checkInteger,
  checkKeys,
  invalid,
  isPlainObject,
  overLimit,
  unexpected,
} from '../core/arguments.js';
import { LIMITS } from '../core/limits.js';
import type { Database } from '../database/types.js';
import { misfit } from '../filter/operators.js';
import type { Filter, Index, Item, Metadata, Metric, QueryOptions, QueryResult } from '../types.js';
import { indexedPart } from './indexed.js';
import { checkBytes, checkFilter, checkMetadata, limitsOf } from './limits.js';
import type {
  VectorizeBinding,
  VectorizeBindingOptions,
  VectorizeDescription,
  VectorizeLimits,
  VectorizeMatches,
  VectorizeMutation,
  VectorizeQueryOptions,
  VectorizeVector,
} from './types.js';

/** The names of the metrics that Vectorize has. */
const METRICS: ReadonlyMap<Metric, VectorizeDescription['config']['metric']> = new Map([
  ['cosine', 'cosine'],
  ['euclidean', 'euclidean'],
  ['dot', 'dot-product'],
]);
/** Where a vector's namespace is in the record's metadata: no metadata of Vectorize has such a key. */
const NAMESPACE = '"namespace"';
const TOP_K = 5;
/** A mutation is made as a whole or not at all, up to as many vectors. */
const WHOLE = { batchSize: 10_000 };
const LEVELS = ['none', 'indexed', 'all'] as const;

/**
 * What a Worker's `env.INDEX` is, over the records of an index or a database in its default namespace:
 * for `wrangler dev`, tests, and Workers that hold their vectors themselves.
 *
 * A mutation is made when its promise is kept. Vectorize's own are made seconds later: code that reads
 * what it has just written works here and not there. `describe().processedUpToMutation` is always the
 * last `mutationId`, so that code which waits for it goes on. Scores are exact where the service
 * approximates, unless the index is told to.
 *
 * A namespace is a tag of the vector, as in Vectorize, and not a namespace of this package: an id is
 * once in the whole index. It is kept in the record's metadata under the key `"namespace"`, quotes
 * included.
 * @throws INVALID_ARGUMENT, METRIC_MISMATCH under `manhattan` and `hamming`, LIMIT_EXCEEDED
 */
export function createVectorizeBinding<M extends object = Metadata>(
  target: Index<M> | Database<M>,
  options: VectorizeBindingOptions = {},
): VectorizeBinding {
  return new Binding(checkTarget('target', target), options);
}

type VectorizeMetadata = NonNullable<VectorizeVector['metadata']>;

class Binding implements VectorizeBinding {
  readonly #target: Target;
  readonly #records: Records;
  readonly #id = crypto.randomUUID();
  readonly #name: string;
  readonly #metadataIndexes: readonly string[] | undefined;
  readonly #limits: VectorizeLimits | undefined;
  /** The mutations so far, one after another: what `insert` found new is so when it is written. */
  #mutations: Promise<unknown> = Promise.resolve();
  #last = { mutationId: crypto.randomUUID() as string, at: new Date() };

  constructor(target: Target, options: VectorizeBindingOptions) {
    checkKeys('options', options, ['name', 'metadataIndexes', 'limits']);
    const { name = 'index', metadataIndexes } = options;
    if (typeof name !== 'string') throw invalid('name', 'a string', name);
    if (metadataIndexes !== undefined) checkStrings('metadataIndexes', metadataIndexes);
    const limits = limitsOf(options.limits);
    if (limits) {
      checkInteger('dimensions', target.dimensions, 1, limits.dimensions);
      checkCount('metadataIndexes', metadataIndexes?.length ?? 0, limits.metadataIndexes);
    }
    if (!METRICS.has(target.metric))
      throw unexpected('METRIC_MISMATCH', 'metric', [...METRICS.keys()].join(', '), target.metric);
    this.#target = target;
    this.#records = recordsOf(target, undefined);
    this.#name = name;
    this.#metadataIndexes = metadataIndexes && [...metadataIndexes];
    this.#limits = limits;
  }

  async describe(): Promise<VectorizeDescription> {
    await this.#mutations;
    const { dimensions, metric } = this.#target;
    const count = await this.#records.count();
    return {
      id: this.#id,
      name: this.#name,
      config: { dimensions, metric: METRICS.get(metric) ?? 'cosine' },
      vectorsCount: count,
      vectorCount: count,
      dimensions,
      // Text, as Cloudflare documents both and its service answers, though its types say numbers.
      processedUpToDatetime: this.#last.at.toISOString() as unknown as number,
      processedUpToMutation: this.#last.mutationId as unknown as number,
    };
  }

  async query(
    vector: VectorizeVector['values'],
    options: VectorizeQueryOptions = {},
  ): Promise<VectorizeMatches> {
    const query = this.#queryOf(options);
    return this.#matches(await this.#records.query(vector, query), options);
  }

  async queryById(
    vectorId: string,
    options: VectorizeQueryOptions = {},
  ): Promise<VectorizeMatches> {
    const query = this.#queryOf(options);
    return this.#matches(await this.#records.queryById(vectorId, query), options);
  }

  async insert(vectors: VectorizeVector[]): Promise<VectorizeMutation> {
    const items = this.#itemsOf(vectors);
    return this.#mutate(async () => {
      const has = await this.#records.has(items.map(({ id }) => id));
      const fresh = new Map<string, Item>();
      for (const [i, item] of items.entries())
        if (!has[i] && !fresh.has(item.id)) fresh.set(item.id, item);
      await this.#records.upsert(fresh.values(), WHOLE);
      return [...fresh.keys()];
    });
  }

  async upsert(vectors: VectorizeVector[]): Promise<VectorizeMutation> {
    const items = this.#itemsOf(vectors);
    return this.#mutate(async () => {
      await this.#records.upsert(items, WHOLE);
      return [...new Set(items.map(({ id }) => id))];
    });
  }

  async deleteByIds(ids: string[]): Promise<VectorizeMutation> {
    const wanted = [...new Set(this.#idsOf(ids, 'deleteByIds'))];
    return this.#mutate(async () => {
      const has = await this.#records.has(wanted);
      const found = wanted.filter((_, i) => has[i]);
      await this.#records.delete(found);
      return found;
    });
  }

  async getByIds(ids: string[]): Promise<(VectorizeVector & { values: number[] })[]> {
    const items = await this.#records.getMany(this.#idsOf(ids, 'getByIds'));
    return items.flatMap((item) =>
      item ? [{ id: item.id, values: item.vector, ...partsOf(item.metadata) }] : [],
    );
  }

  async #mutate(mutation: () => Promise<string[]>): Promise<VectorizeMutation> {
    const done = this.#mutations.then(mutation);
    this.#mutations = done.catch(() => {});
    const ids = await done;
    this.#last = { mutationId: crypto.randomUUID(), at: new Date() };
    return { ids, count: ids.length, mutationId: this.#last.mutationId };
  }

  #itemsOf(vectors: unknown): Item[] {
    const all = checkArray('vectors', vectors);
    if (this.#limits) checkCount('vectors', all.length, this.#limits.batch);
    return all.map((vector, i) => this.#itemOf(`vectors[${i}]`, vector));
  }

  #itemOf(what: string, vector: unknown): Item {
    checkKeys(what, vector, ['id', 'values', 'namespace', 'metadata']);
    const { id, values, namespace, metadata = {} } = vector as VectorizeVector;
    if (namespace !== undefined) checkNamespace(`${what}.namespace`, namespace, this.#limits);
    if (!isPlainObject(metadata)) throw invalid(`${what}.metadata`, 'a JSON object', metadata);
    if (NAMESPACE in metadata)
      throw invalid(`${what}.metadata`, `no key ${NAMESPACE}: use namespace`, metadata);
    if (this.#limits) {
      checkBytes(`${what}.id`, String(id), this.#limits.idBytes);
      checkMetadata(`${what}.metadata`, metadata, this.#limits.metadataBytes);
    }
    const stored = { ...metadata, ...(namespace !== undefined && { [NAMESPACE]: namespace }) };
    return { id, values, ...(Object.keys(stored).length > 0 && { metadata: stored as Metadata }) };
  }

  #idsOf(ids: unknown, verb: 'getByIds' | 'deleteByIds'): readonly string[] {
    checkStrings('ids', ids);
    if (this.#limits) checkCount('ids', ids.length, this.#limits[verb]);
    return ids;
  }

  #queryOf(options: VectorizeQueryOptions): QueryOptions {
    const keys = ['topK', 'namespace', 'returnValues', 'returnMetadata', 'filter'];
    checkKeys('options', options, keys);
    const includeVector = checkBoolean('returnValues', options.returnValues, false);
    const limits = this.#limits;
    const isHeavy = includeVector || levelOf(options) === 'all';
    const most = limits ? (isHeavy ? limits.topKWithValues : limits.topK) : LIMITS.topK;
    const topK = checkInteger('topK', options.topK ?? TOP_K, 1, most);
    const filters = [...this.#filtersOf(options)];
    return { topK, includeVector, ...(filters.length > 0 && { filter: { $and: filters } }) };
  }

  *#filtersOf({ namespace, filter }: VectorizeQueryOptions): Generator<Filter> {
    if (namespace !== undefined) {
      checkNamespace('namespace', namespace, this.#limits);
      yield { [NAMESPACE]: namespace };
    }
    if (filter === undefined) return;
    if (!isPlainObject(filter)) throw misfit('filter', "{ genre: 'news' } or the like", filter);
    if (this.#limits) checkFilter(filter, this.#limits.filterBytes);
    const unknown = Object.keys(filter).find(
      // What is not a path but of the grammar was checked above, where the service's limits hold.
      (path) => !path.startsWith('$') && this.#metadataIndexes?.includes(path) === false,
    );
    if (unknown !== undefined)
      throw misfit('filter', `one of the metadataIndexes ${this.#metadataIndexes}`, unknown);
    yield filter as Filter;
  }

  #matches({ matches }: QueryResult, options: VectorizeQueryOptions): VectorizeMatches {
    const level = levelOf(options);
    const isCosine = this.#target.metric === 'cosine';
    return {
      matches: matches.map(({ id, score, distance, vector, metadata }) => {
        const { namespace, metadata: all } = partsOf(metadata);
        const shown = level === 'indexed' ? indexedPart(all, this.#metadataIndexes) : all;
        return {
          id,
          score: isCosine ? score : distance,
          ...(vector && { values: vector }),
          ...(namespace !== undefined && { namespace }),
          ...(level !== 'none' && shown && { metadata: shown }),
        };
      }),
      count: matches.length,
    };
  }
}

function levelOf({ returnMetadata = false }: VectorizeQueryOptions): (typeof LEVELS)[number] {
  if (typeof returnMetadata === 'boolean') return returnMetadata ? 'all' : 'none';
  if (LEVELS.includes(returnMetadata)) return returnMetadata;
  throw invalid('returnMetadata', `a boolean or one of ${LEVELS.join(', ')}`, returnMetadata);
}

/** Vectorize's two parts of what is stored as the metadata of a record. */
function partsOf(stored: Metadata = {}): { namespace?: string; metadata?: VectorizeMetadata } {
  const { [NAMESPACE]: namespace, ...metadata } = stored;
  return {
    ...(namespace !== undefined && { namespace: namespace as string }),
    ...(Object.keys(metadata).length > 0 && { metadata: metadata as VectorizeMetadata }),
  };
}

function checkNamespace(what: string, namespace: unknown, limits?: VectorizeLimits): void {
  if (typeof namespace !== 'string' || namespace === '')
    throw invalid(what, 'a string that is not empty', namespace);
  if (limits) checkBytes(what, namespace, limits.namespaceBytes);
}

function checkCount(what: string, count: number, limit: number): void {
  if (count > limit) throw overLimit(what, limit, count);
}

function checkStrings(what: string, list: unknown): asserts list is readonly string[] {
  for (const [i, one] of checkArray(what, list).entries())
    if (typeof one !== 'string') throw invalid(`${what}[${i}]`, 'a string', one);
}
