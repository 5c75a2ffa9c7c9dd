import { rmSync } from 'node:fs';
import { load } from './load.mjs';

export const peer = {
  name: '@zvec/zvec',
  kind: 'native, HNSW',
  packages: { '@zvec/zvec': '0.7.0' },
};

export async function create({ dim, M, efConstruction }) {
  const zvec = (await load(peer, '@zvec/zvec')).default;
  zvec.ZVecInitialize({ logLevel: zvec.ZVecLogLevel.ERROR, queryThreads: 1, optimizeThreads: 1 });
  const folder = `/tmp/rv-zvec.${process.pid}`;
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const indexType = zvec.ZVecIndexType.HNSW;
  const metricType = zvec.ZVecMetricType.IP;
  const schema = new zvec.ZVecCollectionSchema({
    name: 'bench',
    vectors: {
      ...{ name: 'v', dataType: zvec.ZVecDataType.VECTOR_FP32, dimension: dim },
      indexParams: { indexType, metricType, m: M, efConstruction },
    },
  });
  const base = zvec.ZVecCreateAndOpen(folder, schema);
  let width = 100;
  return {
    add(first, vectors) {
      const documents = Array.from({ length: vectors.length / dim }, (_, i) => ({
        id: `${first + i}`,
        vectors: { v: vectors.slice(i * dim, (i + 1) * dim) },
      }));
      // It takes 1,024 at a time.
      while (documents.length > 0) base.insertSync(documents.splice(0, 1000));
      base.optimizeSync?.();
    },
    setEf(ef) {
      width = ef;
    },
    search: (query, k) =>
      base.querySync({ fieldName: 'v', vector: query, topk: k, params: { indexType, ef: width } }),
    rows: (found) => found.map(({ id }) => id),
  };
}
