import { load } from './load.mjs';

export const peer = { name: 'hnsw', kind: 'JavaScript, HNSW', packages: { hnsw: '1.1.1' } };

export async function create({ dim, M, efConstruction }) {
  const { HNSW } = await load(peer, 'hnsw');
  const graph = new HNSW(M, efConstruction, dim, 'cosine');
  let efSearch = 100;
  return {
    async add(first, vectors) {
      for (let i = 0; i * dim < vectors.length; ++i)
        await graph.addPoint(first + i, vectors.slice(i * dim, (i + 1) * dim));
    },
    setEf(ef) {
      efSearch = ef;
    },
    search: (query, k) => graph.searchKNN(query, k, { efSearch }),
    rows: (found) => found.map(({ id }) => id),
  };
}
