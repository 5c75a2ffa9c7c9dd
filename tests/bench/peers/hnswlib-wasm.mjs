import { load } from './load.mjs';

export const peer = {
  name: 'hnswlib-wasm',
  kind: 'wasm, HNSW',
  wasm: true,
  // It keeps files in IndexedDB, which Node has not.
  packages: { 'hnswlib-wasm': '0.8.2', 'fake-indexeddb': '6.2.8' },
};

export async function create({ dim, n, M, efConstruction }) {
  await load(peer, 'fake-indexeddb', 'auto/index.mjs');
  // Built for browsers only: it asks for these when it starts.
  globalThis.window ??= globalThis;
  globalThis.self ??= globalThis;
  globalThis.location ??= { href: 'http://localhost/', pathname: '/' };
  globalThis.document ??= { currentScript: null, baseURI: location.href };
  const { loadHnswlib } = await load(peer, 'hnswlib-wasm', 'dist/hnswlib.js');
  const { HierarchicalNSW } = await loadHnswlib('IDBFS');
  const graph = new HierarchicalNSW('ip', dim, '');
  graph.initIndex(n, M, efConstruction, 100);
  return {
    add(first, vectors) {
      for (let i = 0; i * dim < vectors.length; ++i)
        graph.addPoint(vectors.subarray(i * dim, (i + 1) * dim), first + i, false);
    },
    setEf: (ef) => graph.setEfSearch(ef),
    search: (query, k) => graph.searchKnn(query, k, undefined).neighbors,
  };
}
