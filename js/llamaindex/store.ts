import { getTopKMMREmbeddings } from '@llamaindex/core/embeddings';
import type { BaseNode } from '@llamaindex/core/schema';
import {
  BaseVectorStore,
  metadataDictToNode,
  nodeToMetadata,
  type VectorStoreBaseParams,
  type VectorStoreQuery,
  type VectorStoreQueryResult,
} from '@llamaindex/core/vector-store';
import { checkTarget, type Records, recordsOf } from '../adapter/target.js';
import { checkInteger, checkKeys, invalid } from '../core/arguments.js';
import { RuVectorError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import type { Database } from '../database/types.js';
import type { Filter, Index, Match, Metadata, QueryOptions } from '../types.js';
import { filterOf } from './filters.js';

export interface RuVectorStoreParams extends VectorStoreBaseParams {
  /** Of `createIndex()` or `open()`; its dimensions are those of the embeddings. */
  readonly index: Index | Database;
  /** The namespace of it that the nodes are in. By default the default one. */
  readonly namespace?: string;
}

const MMR_CANDIDATES = 4;

/**
 * LlamaIndex's vector store over an index or a database. A node is a record: its metadata, which must
 * be JSON, is the record's, with the node's text and relations beside it, at most 64 KB in all. The
 * store keeps nothing of its own.
 * @throws what the index throws, by rejecting
 */
export class RuVectorStore extends BaseVectorStore<Index | Database> {
  storesText: boolean = true;
  readonly #index: Index | Database;
  readonly #records: Records;

  constructor(params: RuVectorStoreParams) {
    checkKeys('params', params, ['index', 'namespace', 'embedModel', 'embeddingModel']);
    super(params);
    this.#index = checkTarget('params.index', params.index);
    this.#records = recordsOf(this.#index, params.namespace);
  }

  /** The index or database that it was made over. */
  client(): Index | Database {
    return this.#index;
  }

  /** Adds nodes that have embeddings, or replaces those of the same ids. @returns their ids */
  async add(nodes: BaseNode[]): Promise<string[]> {
    const items = nodes.map((node) => ({
      id: node.id_,
      vector: node.getEmbedding(),
      metadata: metadataOf(node),
    }));
    await this.#records.upsert(items);
    return items.map(({ id }) => id);
  }

  /** Deletes the nodes that were made from a document. */
  async delete(refDocId: string): Promise<void> {
    if (typeof refDocId !== 'string') throw invalid('refDocId', 'a string', refDocId);
    await this.#records.deleteWhere({ ref_doc_id: refDocId });
  }

  /**
   * The `similarityTopK` nearest nodes, 1 to 10,000, with their scores, higher is better; of `docIds`
   * those made from these documents. Modes: `default`, and `mmr`, which chooses among four times as
   * many by cosines. Others are INVALID_ARGUMENT.
   *
   * | filter | asks | in this package's grammar |
   * |---|---|---|
   * | `==`, `>`, `>=`, `<`, `<=` | a string or a number | `$eq`, `$gt`, `$gte`, `$lt`, `$lte` |
   * | `!=` | it is there, and another | `$ne` and `$exists` |
   * | `in`, `nin` | one of these; there, and none of them | `$in`; `$nin` and `$exists` |
   * | `any`, `all` | an array has some, has all of these | `$any`, `$all` |
   * | `contains` | an array has this | `$any` of one |
   * | `text_match` | a string has this part, case and all; an array this element | `$contains` |
   * | `is_empty` | missing, null, '' or [] | `$exists`, `$size`, `$in` and `$all` |
   *
   * As in this package, any element of an array answers for it in the first three rows, strings
   * compare by code point, and a dotted key reaches into nested metadata. A value of the wrong kind is
   * INVALID_FILTER.
   */
  async query(query: VectorStoreQuery): Promise<VectorStoreQueryResult> {
    const { queryEmbedding, similarityTopK, mode = 'default' } = query;
    if (mode !== 'default' && mode !== 'mmr') throw invalid('mode', "'default' or 'mmr'", mode);
    if (!queryEmbedding) throw invalid('queryEmbedding', 'a vector', queryEmbedding);
    const topK = checkInteger('similarityTopK', similarityTopK, 1, LIMITS.topK);
    const filters = [...filtersOf(query)];
    const filter = filters.length > 0 && { filter: { $and: filters } };
    const ask = async (options: QueryOptions): Promise<readonly Match[]> =>
      (await this.#records.query(queryEmbedding, { ...options, ...filter })).matches;
    if (mode === 'default') return resultOf(await ask({ topK }));

    const many = Math.min(MMR_CANDIDATES * topK, LIMITS.topK);
    const matches = await ask({ topK: many, includeVector: true });
    const vectors = matches.map(({ vector }) => vector as number[]);
    const threshold = query.mmrThreshold ?? null;
    const ids = [...matches];
    return resultOf(
      getTopKMMREmbeddings(queryEmbedding, vectors, null, topK, ids, null, threshold)[1],
    );
  }

  /**
   * Stores what a database has not stored yet. An index in memory has no place: keep the bytes of
   * `client().export()`. @throws STORAGE_UNAVAILABLE for an index, QUOTA_EXCEEDED
   */
  async persist(): Promise<void> {
    if ('flush' in this.#index) await this.#index.flush();
    else
      throw new RuVectorError(
        'STORAGE_UNAVAILABLE',
        'expected a database of open(), got an index in memory; keep the bytes of client().export()',
      );
  }
}

/** As LlamaIndex has it, but for what it calls 'None': who is of no document names none. */
function metadataOf(node: BaseNode): Metadata {
  const metadata = nodeToMetadata(node) as Metadata;
  if (node.sourceNode?.nodeId) return metadata;
  const { document_id, doc_id, ref_doc_id, ...own } = metadata;
  return own;
}

function* filtersOf({ filters, docIds }: VectorStoreQuery): Generator<Filter> {
  if (filters) yield filterOf(filters);
  if (docIds) yield { ref_doc_id: { $in: docIds } };
}

function resultOf(matches: readonly Match[]): VectorStoreQueryResult {
  return {
    nodes: matches.map(({ metadata = {} }) => metadataDictToNode(metadata)),
    similarities: matches.map(({ score }) => score),
    ids: matches.map(({ id }) => id),
  };
}
