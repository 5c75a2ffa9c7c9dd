import { load } from './load.mjs';

export const peer = {
  name: '@orama/orama',
  kind: 'JavaScript, scan',
  exact: true,
  packages: { '@orama/orama': '3.1.18' },
};

export async function create({ dim }) {
  const orama = await load(peer, '@orama/orama');
  const base = orama.create({ schema: { vector: `vector[${dim}]` } });
  return {
    add(first, vectors) {
      const documents = Array.from({ length: vectors.length / dim }, (_, i) => ({
        id: `${first + i}`,
        vector: Array.from(vectors.subarray(i * dim, (i + 1) * dim)),
      }));
      return orama.insertMultiple(base, documents, 1000);
    },
    search: (query, k) =>
      orama.searchVector(base, {
        mode: 'vector',
        vector: { value: query, property: 'vector' },
        ...{ similarity: 0, limit: k, includeVectors: false },
      }),
    rows: ({ hits }) => hits.map(({ id }) => id),
  };
}
