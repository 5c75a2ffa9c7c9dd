import { load } from './load.mjs';

export const peer = {
  name: 'client-vector-search',
  kind: 'JavaScript, scan',
  exact: true,
  packages: { 'client-vector-search': '0.2.0' },
  // It loads a library of models, of hundreds of megabytes, that vectors of one's own do not need.
  stubs: { '@xenova/transformers': 'export const env = {}, pipeline = undefined;' },
};

export async function create({ dim }) {
  const { EmbeddingIndex } = await load(peer, 'client-vector-search', 'dist/index.mjs');
  const index = new EmbeddingIndex();
  return {
    add(first, vectors) {
      for (let i = 0; i * dim < vectors.length; ++i)
        index.add({
          id: first + i,
          embedding: Array.from(vectors.subarray(i * dim, (i + 1) * dim)),
        });
    },
    search: (query, k) => index.search(Array.from(query), { topK: k, useStorage: 'none' }),
    rows: (found) => found.map(({ object }) => object.id),
  };
}
