import { load } from './load.mjs';

export const peer = {
  name: 'hnswlib-node',
  kind: 'native, HNSW',
  packages: { 'hnswlib-node': '3.0.0' },
};

export async function create({ dim, n, M, efConstruction }) {
  const { HierarchicalNSW } = (await load(peer, 'hnswlib-node')).default;
  const graph = new HierarchicalNSW('ip', dim);
  graph.initIndex(n, M, efConstruction, 100);
  return {
    add(first, vectors) {
      for (let i = 0; i * dim < vectors.length; ++i)
        graph.addPoint(Array.from(vectors.subarray(i * dim, (i + 1) * dim)), first + i);
    },
    setEf: (ef) => graph.setEf(ef),
    search: (query, k) => graph.searchKnn(Array.from(query), k).neighbors,
  };
}
