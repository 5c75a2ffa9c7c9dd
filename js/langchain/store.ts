import { Document, type DocumentInterface } from '@langchain/core/documents';
import type { EmbeddingsInterface } from '@langchain/core/embeddings';
import { maximalMarginalRelevance } from '@langchain/core/utils/math';
import { type MaxMarginalRelevanceSearchOptions, VectorStore } from '@langchain/core/vectorstores';
import { checkTarget, type Records, recordsOf } from '../adapter/target.js';
import { checkArray, checkKeys, invalid, isPlainObject } from '../core/arguments.js';
import type { Database } from '../database/types.js';
import type { Filter, Index, Item, Match, Metadata, QueryOptions } from '../types.js';

export interface RuVectorStoreConfig {
  /** Of `createIndex()` or `open()`; its dimensions are those of the embeddings. */
  readonly index: Index | Database;
  /** The namespace of it that the documents are in. By default the default one. */
  readonly namespace?: string;
  /** The field of a record's metadata that holds the text of the document. @defaultValue 'pageContent' */
  readonly textKey?: string;
}

const FETCH_K = 20;

/** A document without its vector. */
type TextRecord = Pick<Item, 'id' | 'metadata'>;

/**
 * LangChain's vector store over an index or a database. A document is a record: its metadata is the
 * record's, which must be JSON, and filters are those of this package. Scores are those of a query,
 * higher is better.
 *
 * The store keeps nothing of its own: what is in the index is in the store. So it is saved by
 * `index.export()` and loaded by `index.import(bytes)` and `fromExistingIndex()`, or is a database.
 * @throws what the index throws, by rejecting
 */
export class RuVectorStore extends VectorStore {
  declare FilterType: Filter;
  /** What it was made over. */
  readonly index: Index | Database;
  readonly #records: Records;
  readonly #textKey: string;

  constructor(embeddings: EmbeddingsInterface, config: RuVectorStoreConfig) {
    super(embeddings, {});
    checkKeys('config', config, ['index', 'namespace', 'textKey']);
    const { textKey = 'pageContent' } = config;
    if (typeof textKey !== 'string') throw invalid('config.textKey', 'a string', textKey);
    this.index = checkTarget('config.index', config.index);
    this.#records = recordsOf(this.index, config.namespace);
    this.#textKey = textKey;
  }

  _vectorstoreType(): string {
    return 'ruvector';
  }

  /** Embeds the documents and adds them, or replaces those of the same ids. @returns their ids */
  async addDocuments(
    documents: DocumentInterface[],
    options: { readonly ids?: readonly string[] } = {},
  ): Promise<string[]> {
    const records = this.#recordsOf(documents, options.ids);
    await this.#records.has(records.map(({ id }) => id)); // refuses bad ids, while nothing is paid for
    const texts = documents.map(({ pageContent }) => pageContent);
    return this.#add(await this.embeddings.embedDocuments(texts), records);
  }

  /** The id of a document is that of `ids`, else its own, else a new one. */
  async addVectors(
    vectors: number[][],
    documents: DocumentInterface[],
    options: { readonly ids?: readonly string[] } = {},
  ): Promise<string[]> {
    return this.#add(vectors, this.#recordsOf(documents, options.ids));
  }

  /** By ids, of which unknown ones are passed over, or all that match a filter. */
  override async delete(params: {
    readonly ids?: readonly string[];
    readonly filter?: Filter;
  }): Promise<void> {
    checkKeys('params', params, ['ids', 'filter']);
    const { ids, filter } = params;
    if (ids !== undefined && filter === undefined) await this.#records.delete(ids);
    else if (ids === undefined && filter !== undefined) await this.#records.deleteWhere(filter);
    else throw invalid('params', 'either ids or a filter', params);
  }

  /** The `k` nearest documents, 1 to 10,000, with their scores. */
  async similaritySearchVectorWithScore(
    query: number[],
    k: number,
    filter?: Filter,
  ): Promise<[Document, number][]> {
    const matches = await this.#query(query, { topK: k }, filter);
    return matches.map((match) => [this.#documentOf(match), match.score]);
  }

  /**
   * Of the `fetchK` nearest (20, at least `k`) the `k` that are near the query and unlike each other,
   * by cosines: `lambda` 1 asks for near ones only, 0 for unlike ones. @defaultValue lambda 0.5
   */
  override async maxMarginalRelevanceSearch(
    query: string,
    options: MaxMarginalRelevanceSearchOptions<Filter>,
  ): Promise<Document[]> {
    const { k, fetchK = FETCH_K, lambda = 0.5, filter } = options;
    const vector = await this.embeddings.embedQuery(query);
    const wanted = { topK: Math.max(k, fetchK), includeVector: true };
    const matches = await this.#query(vector, wanted, filter);
    const vectors = matches.map((match) => match.vector as number[]);
    return maximalMarginalRelevance(vector, vectors, lambda, k).map((i) =>
      this.#documentOf(matches[i] as Match),
    );
  }

  /** `metadatas`: one a text, or one for all. */
  static override async fromTexts(
    texts: string[],
    metadatas: object[] | object,
    embeddings: EmbeddingsInterface,
    config: RuVectorStoreConfig,
  ): Promise<RuVectorStore> {
    const each = Array.isArray(metadatas) ? metadatas : texts.map(() => metadatas);
    checkCount('metadatas', each, texts.length);
    const documents = texts.map(
      (pageContent, i) => new Document({ pageContent, metadata: each[i] }),
    );
    return RuVectorStore.fromDocuments(documents, embeddings, config);
  }

  static override async fromDocuments(
    documents: DocumentInterface[],
    embeddings: EmbeddingsInterface,
    config: RuVectorStoreConfig,
  ): Promise<RuVectorStore> {
    const store = new RuVectorStore(embeddings, config);
    await store.addDocuments(documents);
    return store;
  }

  /** A store of the documents that are in the index already. */
  static async fromExistingIndex(
    embeddings: EmbeddingsInterface,
    config: RuVectorStoreConfig,
  ): Promise<RuVectorStore> {
    return new RuVectorStore(embeddings, config);
  }

  async #query(vector: number[], options: QueryOptions, filter?: Filter): Promise<Match[]> {
    const query = { ...options, ...(filter !== undefined && { filter }) };
    return (await this.#records.query(vector, query)).matches;
  }

  #recordsOf(documents: DocumentInterface[], ids?: readonly string[]): TextRecord[] {
    checkArray('documents', documents);
    if (ids !== undefined) checkCount('ids', ids, documents.length);
    return documents.map((document, i) => ({
      id: ids?.[i] ?? document.id ?? crypto.randomUUID(),
      metadata: this.#metadataOf(document, i),
    }));
  }

  async #add(vectors: number[][], records: TextRecord[]): Promise<string[]> {
    checkCount('vectors', vectors, records.length);
    const items = records.map((record, i) => ({ ...record, vector: vectors[i] as number[] }));
    await this.#records.upsert(items);
    return records.map(({ id }) => id);
  }

  #metadataOf({ pageContent, metadata = {} }: Partial<DocumentInterface>, i: number): Metadata {
    if (typeof pageContent !== 'string')
      throw invalid(`documents[${i}].pageContent`, 'a string', pageContent);
    if (!isPlainObject(metadata))
      throw invalid(`documents[${i}].metadata`, 'a JSON object', metadata);
    if (this.#textKey in metadata) {
      const wanted = `no key ${this.#textKey}, where the text goes; see textKey`;
      throw invalid(`documents[${i}].metadata`, wanted, metadata);
    }
    return { ...(metadata as Metadata), [this.#textKey]: pageContent };
  }

  #documentOf({ id, metadata = {} }: Match): Document {
    const { [this.#textKey]: text, ...rest } = metadata;
    return new Document({ id, pageContent: typeof text === 'string' ? text : '', metadata: rest });
  }
}

function checkCount(what: string, list: unknown, count: number): void {
  const { length } = checkArray(what, list);
  if (length !== count) throw invalid(what, `${count} of them, one a document`, length);
}
