/**
 * Of @langchain/core what is used here. With what it depends on the package is too big for every
 * clone; tests/node/langchain.test.mjs compiles the shipped types against it, and runs on it.
 */
declare module '@langchain/core/documents' {
  export interface DocumentInterface {
    pageContent: string;
    metadata: Record<string, unknown>;
    id?: string;
  }
  export class Document implements DocumentInterface {
    pageContent: string;
    metadata: Record<string, unknown>;
    id?: string;
    constructor(fields: { pageContent: string; metadata?: Record<string, unknown>; id?: string });
  }
}

declare module '@langchain/core/embeddings' {
  export interface EmbeddingsInterface {
    embedDocuments(texts: string[]): Promise<number[][]>;
    embedQuery(text: string): Promise<number[]>;
  }
}

declare module '@langchain/core/vectorstores' {
  import type { DocumentInterface } from '@langchain/core/documents';
  import type { EmbeddingsInterface } from '@langchain/core/embeddings';

  export interface MaxMarginalRelevanceSearchOptions<FilterType> {
    k: number;
    fetchK?: number;
    lambda?: number;
    filter?: FilterType;
  }
  export abstract class VectorStore {
    FilterType: object | string;
    embeddings: EmbeddingsInterface;
    constructor(embeddings: EmbeddingsInterface, config: object);
    abstract _vectorstoreType(): string;
    abstract addVectors(vectors: number[][], documents: DocumentInterface[]): Promise<unknown>;
    abstract addDocuments(documents: DocumentInterface[]): Promise<unknown>;
    abstract similaritySearchVectorWithScore(
      query: number[],
      k: number,
      filter?: this['FilterType'],
    ): Promise<[DocumentInterface, number][]>;
    delete(params?: object): Promise<void>;
    maxMarginalRelevanceSearch?(
      query: string,
      options: MaxMarginalRelevanceSearchOptions<this['FilterType']>,
    ): Promise<DocumentInterface[]>;
    static fromTexts(
      texts: string[],
      metadatas: object[] | object,
      embeddings: EmbeddingsInterface,
      config: object,
    ): Promise<VectorStore>;
    static fromDocuments(
      documents: DocumentInterface[],
      embeddings: EmbeddingsInterface,
      config: object,
    ): Promise<VectorStore>;
  }
}

declare module '@langchain/core/utils/math' {
  /** Which of `candidates`, in order: cosines to the query by `lambda`, to those chosen by the rest. */
  export function maximalMarginalRelevance(
    query: number[],
    candidates: number[][],
    lambda?: number,
    k?: number,
  ): number[];
}
