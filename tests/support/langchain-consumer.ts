// A program on LangChain's own types. Compiled by tests/node/langchain.test.mjs beside them.
import { Document } from '@langchain/core/documents';
import { FakeEmbeddings } from '@langchain/core/utils/testing';
import type { VectorStore, VectorStoreRetriever } from '@langchain/core/vectorstores';
import { createIndex, type Filter, open } from '@ruvector/wasm';
import { RuVectorStore, type RuVectorStoreConfig } from '@ruvector/wasm/langchain';

const embeddings = new FakeEmbeddings();
const config: RuVectorStoreConfig = { index: await open('memory'), namespace: 'n', textKey: 't' };
const store: RuVectorStore = await RuVectorStore.fromTexts(['a'], { x: 1 }, embeddings, config);
const plain: VectorStore = store;
const filter: Filter = { lang: 'en', year: { $gte: 2000 } };
const retriever: VectorStoreRetriever<RuVectorStore> = store.asRetriever({ k: 5, filter });
const ids: string[] = await store.addDocuments([new Document({ pageContent: 'a' })], {
  ids: ['i'],
});
const found: [Document, number][] = await store.similaritySearchVectorWithScore([1], 1, filter);
const near: Document[] = await store.similaritySearch('a', 2, filter);
const unlike: Document[] = await store.maxMarginalRelevanceSearch('a', { k: 2, fetchK: 9, filter });
await store.delete({ ids });
await RuVectorStore.fromExistingIndex(embeddings, { index: await createIndex({ dimensions: 4 }) });

// @ts-expect-error: an index is required
new RuVectorStore(embeddings, {});
// @ts-expect-error: a filter of this package is an object
await store.similaritySearch('a', 2, 'lang = en');

export { found, near, plain, retriever, unlike };
