// Ours, as host.mjs drives it: through the public API, ids and all.
import { readFileSync } from 'node:fs';
import { createIndex } from '@ruvector/wasm';

export async function create({
  dim,
  metric,
  wasm,
  index = 'auto',
  quantization,
  M,
  efConstruction,
}) {
  const module = await WebAssembly.compile(readFileSync(wasm));
  const options = {
    dimensions: dim,
    metric,
    index: index === 'hnsw' ? { type: 'hnsw', M, efConstruction } : index,
    wasm: module,
    ...(quantization && { quantization }),
  };
  const made = await createIndex(options);
  let ef;
  return {
    add(first, vectors) {
      const ids = Array.from({ length: vectors.length / dim }, (_, i) => `${first + i}`);
      made.upsertFlat(ids, vectors);
      while (index === 'auto' && made.maintain({ budgetMs: 1000 }).pending > 0);
    },
    setEf(width) {
      ef = width || undefined;
    },
    search: (query, k) => made.query(query, { topK: k, ef }),
    rows: ({ matches }) => matches.map(({ id }) => id),
    save: () => made.export(),
    async load(bytes) {
      const loaded = await createIndex(options);
      loaded.import(bytes);
      return loaded;
    },
    batch: (vectors, k) => made.queryMany(vectors, { topK: k, ef }),
    plan: (query) => made.explain(query, { ef }).plan,
    bytes: () => made.stats().memoryBytes,
  };
}
