import { load, wasmOf } from './load.mjs';

export const peer = {
  name: '@ruvector/rabitq-wasm',
  kind: 'wasm, 1-bit scan and rerank',
  wasm: true,
  whole: true,
  packages: { '@ruvector/rabitq-wasm': '0.1.0' },
  // Of its factor, a tenth: candidates that are ranked.
  ladder: [10, 20, 50, 100, 200, 500, 1000, 2000],
};

export async function create({ dim }) {
  const folder = '@ruvector/rabitq-wasm';
  const library = await load(peer, folder, 'ruvector_rabitq_wasm.js');
  library.initSync({ module: wasmOf(peer, folder, 'ruvector_rabitq_wasm_bg.wasm') });
  // The factor is fixed when the index is built: one index for every width that is asked for.
  const built = new Map();
  let given;
  let index;
  const withFactor = (factor) => {
    if (!built.has(factor)) built.set(factor, library.RabitqIndex.build(given, dim, 42n, factor));
    return built.get(factor);
  };
  return {
    add(_, vectors) {
      given = vectors;
      index = withFactor(10);
    },
    setEf(ef) {
      index = withFactor(Math.ceil(ef / 10));
    },
    search(query, k) {
      const found = index.search(query, k);
      const ids = found.map(({ id }) => id);
      for (const match of found) match.free();
      return ids;
    },
  };
}
