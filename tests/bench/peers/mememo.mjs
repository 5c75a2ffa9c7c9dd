import { load } from './load.mjs';

export const peer = { name: 'mememo', kind: 'JavaScript, HNSW', packages: { mememo: '0.1.0' } };

export async function create({ dim, M, efConstruction }) {
  const { HNSW } = await load(peer, 'mememo');
  const graph = new HNSW({
    ...{ distanceFunction: 'cosine-normalized', m: M, efConstruction },
    ...{ useIndexedDB: false, seed: 1 },
  });
  let width = 100;
  return {
    async add(first, vectors) {
      for (let i = 0; i * dim < vectors.length; ++i)
        await graph.insert(`${first + i}`, Array.from(vectors.subarray(i * dim, (i + 1) * dim)));
    },
    setEf(ef) {
      width = ef;
    },
    search: (query, k) => graph.query(Array.from(query), k, width),
    rows: ({ keys }) => keys,
  };
}
