import { rmSync } from 'node:fs';
import { load } from './load.mjs';

export const peer = {
  name: '@ruvector/core',
  kind: 'native, HNSW',
  packages: { '@ruvector/core': '0.1.32' },
};

export async function create({ dim, n, M, efConstruction }) {
  const { VectorDB } = (await load(peer, '@ruvector/core')).default;
  const storagePath = `/tmp/rv-core.${process.pid}`;
  process.on('exit', () => rmSync(storagePath, { recursive: true, force: true }));
  const base = new VectorDB({
    ...{ dimensions: dim, distanceMetric: 'Cosine', storagePath },
    hnswConfig: { m: M, efConstruction, efSearch: 100, maxElements: n },
  });
  let efSearch = 100;
  return {
    add(first, vectors) {
      const entries = Array.from({ length: vectors.length / dim }, (_, i) => ({
        id: `${first + i}`,
        vector: vectors.slice(i * dim, (i + 1) * dim),
      }));
      return base.insertBatch(entries);
    },
    setEf(ef) {
      efSearch = ef;
    },
    search: (query, k) => base.search({ vector: query, k, efSearch }),
    rows: (found) => found.map(({ id }) => id),
  };
}
