import { load, wasmOf } from './load.mjs';

export const peer = {
  name: 'voy-search',
  kind: 'wasm, k-d tree',
  wasm: true,
  exact: true,
  whole: true,
  packages: { 'voy-search': '0.6.3' },
};

export async function create({ dim }) {
  // It imports its .wasm as a module, which Node does not; so by hand.
  const glue = await load(peer, 'voy-search', 'voy_search_bg.js');
  const bytes = wasmOf(peer, 'voy-search', 'voy_search_bg.wasm');
  const { instance } = await WebAssembly.instantiate(bytes, { './voy_search_bg.js': glue });
  glue.__wbg_set_wasm(instance.exports);
  let tree;
  return {
    add(first, vectors) {
      const embeddings = Array.from({ length: vectors.length / dim }, (_, i) => ({
        id: `${first + i}`,
        title: '',
        url: '',
        embeddings: Array.from(vectors.subarray(i * dim, (i + 1) * dim)),
      }));
      tree = new glue.Voy({ embeddings });
    },
    search: (query, k) => tree.search(query, k),
    rows: ({ neighbors }) => neighbors.map(({ id }) => Number(id)),
  };
}
