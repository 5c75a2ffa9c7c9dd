import { load, wasmOf } from './load.mjs';

export const peer = {
  name: 'edgevec',
  kind: 'wasm, HNSW',
  wasm: true,
  packages: { edgevec: '0.9.0' },
};

/** A width that occurs nowhere else in its memory. */
const MARK = 0x2b5d7e91;

export async function create({ dim, M, efConstruction }) {
  const edgevec = await load(peer, 'edgevec', 'edgevec.js');
  const { memory } = edgevec.initSync({ module: wasmOf(peer, 'edgevec', 'edgevec_bg.wasm') });
  const config = new edgevec.EdgeVecConfig(dim);
  // Under cosine and dot 0.9.0 gives the farthest first; of unit vectors L2 ranks alike.
  config.setMetricType(edgevec.MetricType.L2);
  config.m = M;
  config.m0 = 2 * M;
  config.ef_construction = efConstruction;
  config.ef_search = MARK;
  const index = new edgevec.EdgeVec(config);
  // The width of searches is fixed at construction. To draw its curve all the same, we find where it
  // is kept and write it there.
  const words = new Uint32Array(memory.buffer);
  const places = [...words.keys()].filter((i) => words[i] === MARK);
  const setEf = (ef) => {
    const now = new Uint32Array(memory.buffer);
    for (const place of places) now[place] = ef;
  };
  setEf(100);
  return {
    add(_, vectors) {
      for (let at = 0; at < vectors.length; at += dim) index.insert(vectors.slice(at, at + dim));
    },
    setEf,
    search: (query, k) => index.search(query, k),
    rows: (found) => found.map(({ id }) => id - 1),
  };
}
