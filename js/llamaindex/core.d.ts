/**
 * Of @llamaindex/core what is used here. With what it depends on the package is too big for every
 * clone; tests/node/llamaindex.test.mjs compiles the shipped types against it, and runs on it.
 */
declare module '@llamaindex/core/schema' {
  export interface BaseNode {
    id_: string;
    get sourceNode(): { nodeId: string } | undefined;
    getEmbedding(): number[];
  }
}

declare module '@llamaindex/core/embeddings' {
  export interface BaseEmbedding {
    getTextEmbedding(text: string): Promise<number[]>;
  }
  /** @returns scores and the entries of `ids`, of which each is like the query and unlike those before */
  export function getTopKMMREmbeddings<Id>(
    query: number[],
    embeddings: number[][],
    similarity: null,
    topK: number,
    ids: Id[],
    similarityCutoff: null,
    mmrThreshold: number | null,
  ): [scores: number[], ids: Id[]];
}

declare module '@llamaindex/core/vector-store' {
  import type { BaseEmbedding } from '@llamaindex/core/embeddings';
  import type { BaseNode } from '@llamaindex/core/schema';

  export interface MetadataFilter {
    key: string;
    value?: string | number | string[] | number[];
    operator:
      | '=='
      | '!='
      | '>'
      | '>='
      | '<'
      | '<='
      | 'in'
      | 'nin'
      | 'any'
      | 'all'
      | 'text_match'
      | 'contains'
      | 'is_empty';
  }
  export interface MetadataFilters {
    filters: MetadataFilter[];
    condition?: 'and' | 'or';
  }
  export interface VectorStoreQuery {
    queryEmbedding?: number[];
    similarityTopK: number;
    docIds?: string[];
    mode: string;
    filters?: MetadataFilters | undefined;
    mmrThreshold?: number;
  }
  export interface VectorStoreQueryResult {
    nodes?: BaseNode[];
    similarities: number[];
    ids: string[];
  }
  export interface VectorStoreBaseParams {
    embeddingModel?: BaseEmbedding | undefined;
    embedModel?: BaseEmbedding | undefined;
  }
  export abstract class BaseVectorStore<Client> {
    embedModel: BaseEmbedding;
    abstract storesText: boolean;
    abstract client(): Client;
    abstract add(nodes: BaseNode[]): Promise<string[]>;
    abstract delete(refDocId: string): Promise<void>;
    abstract query(query: VectorStoreQuery): Promise<VectorStoreQueryResult>;
    protected constructor(params?: VectorStoreBaseParams);
  }
  export function nodeToMetadata(node: BaseNode): Record<string, unknown>;
  export function metadataDictToNode(metadata: Record<string, unknown>): BaseNode;
}
