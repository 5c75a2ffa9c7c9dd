import { load, wasmOf } from './load.mjs';

export const peer = {
  name: '@ruvector/wasm 0.1.31',
  kind: 'wasm, HNSW by its account',
  wasm: true,
  exact: true,
  packages: { '@ruvector/wasm': '0.1.31' },
};

export async function create({ dim }) {
  const library = await load(peer, '@ruvector/wasm', 'pkg/ruvector_wasm.js');
  library.initSync({ module: wasmOf(peer, '@ruvector/wasm', 'pkg/ruvector_wasm_bg.wasm') });
  const index = new library.VectorDB(dim, 'cosine', true);
  return {
    add(first, vectors) {
      for (let i = 0; i * dim < vectors.length; ++i)
        index.insert(vectors.slice(i * dim, (i + 1) * dim), `${first + i}`, undefined);
    },
    search(query, k) {
      const found = index.search(query, k);
      const ids = found.map(({ id }) => id);
      for (const match of found) match.free();
      return ids;
    },
  };
}
