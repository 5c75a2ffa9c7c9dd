// A program on LlamaIndex's own types. Compiled by tests/node/llamaindex.test.mjs beside them.
import type { BaseEmbedding } from '@llamaindex/core/embeddings';
import { type BaseNode, TextNode } from '@llamaindex/core/schema';
import {
  type BaseVectorStore,
  FilterCondition,
  FilterOperator,
  type VectorStoreByType,
  VectorStoreQueryMode,
} from '@llamaindex/core/vector-store';
import { createIndex, type Database, type Index, open } from '@ruvector/wasm';
import { RuVectorStore, type RuVectorStoreParams } from '@ruvector/wasm/llamaindex';

declare const embedModel: BaseEmbedding;
const params: RuVectorStoreParams = { index: await open('memory'), namespace: 'n', embedModel };
const store: RuVectorStore = new RuVectorStore(params);
const plain: BaseVectorStore = store;
const byType: VectorStoreByType = {
  TEXT: new RuVectorStore({ index: await createIndex({ dimensions: 3 }) }),
};
const ids: string[] = await store.add([new TextNode({ text: 'a', embedding: [1, 2, 3] })]);
const { nodes, similarities } = await plain.query({
  queryEmbedding: [1, 2, 3],
  similarityTopK: 2,
  mode: VectorStoreQueryMode.MMR,
  docIds: ['d'],
  filters: {
    filters: [{ key: 'year', value: 2000, operator: FilterOperator.GTE }],
    condition: FilterCondition.OR,
  },
});
const found: BaseNode[] | undefined = nodes;
const client: Index | Database = store.client();
await store.delete('d');
await store.persist();

// @ts-expect-error: an index is required
new RuVectorStore({});
// @ts-expect-error: how many is required
await store.query({ queryEmbedding: [1, 2, 3], mode: VectorStoreQueryMode.DEFAULT });

export { byType, client, found, ids, similarities };
