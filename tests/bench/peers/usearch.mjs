import { rmSync } from 'node:fs';
import { load } from './load.mjs';

export const peer = { name: 'usearch', kind: 'native, HNSW', packages: { usearch: '2.25.3' } };

export async function create({ dim, M, efConstruction }) {
  const { Index } = (await load(peer, 'usearch')).default;
  const make = (ef) =>
    new Index({
      ...{ dimensions: dim, metric: 'ip', quantization: 'f32', multi: false },
      ...{ connectivity: M, expansion_add: efConstruction, expansion_search: ef },
    });
  const index = make(100);
  // The width of searches is fixed at construction: the index is read back once for every width.
  const file = `/tmp/rv-usearch.${process.pid}`;
  process.on('exit', () => rmSync(file, { force: true }));
  const readBack = new Map();
  let searched = index;
  return {
    add(first, vectors) {
      const ids = BigUint64Array.from({ length: vectors.length / dim }, (_, i) =>
        BigInt(first + i),
      );
      index.add(ids, vectors, 1);
    },
    setEf(ef) {
      if (readBack.size === 0) index.save(file);
      if (!readBack.has(ef)) {
        const copy = make(ef);
        copy.load(file);
        readBack.set(ef, copy);
      }
      searched = readBack.get(ef);
    },
    search: (query, k) => searched.search(query, k, 1).keys,
  };
}
