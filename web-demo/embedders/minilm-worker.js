/**
 * MiniLM in a worker: loads transformers.js and the model at once, all that is not kept from the network,
 * telling how far it is, then makes vectors of texts. Every message out is one of
 * `{ progress: { file, loaded, total } }`, `{ dimensions }` once it is ready, `{ trouble }` if it never
 * will be, and `{ id, vectors }` or `{ id, trouble }` for a question `{ id, texts }`.
 */
import { keepingFetch, settled } from './minilm-files.js';
import { DTYPE, MODEL, RUNTIME, TRANSFORMERS } from './minilm-source.js';

const OPTIONS = { pooling: 'mean', normalize: true };

let extract;

// The libraries' too.
globalThis.fetch = keepingFetch(fetch);

addEventListener('message', async ({ data: { id, texts } }) => {
  try {
    const { data } = await extract(texts, OPTIONS);
    const vectors = Float32Array.from(data);
    postMessage({ id, vectors }, [vectors.buffer]);
  } catch (error) {
    postMessage({ id, trouble: error.message });
  }
});

try {
  const { env, pipeline } = await import(await moduleAt(TRANSFORMERS));
  env.useBrowserCache = false; // would keep the model twice
  const { wasm } = env.backends.onnx;
  wasm.wasmPaths = { mjs: await moduleAt(RUNTIME.mjs), wasm: RUNTIME.wasm };
  wasm.numThreads = 1; // more would need a page that is isolated
  extract = await pipeline('feature-extraction', MODEL, {
    dtype: DTYPE,
    device: 'wasm',
    progress_callback({ status, file, loaded, total }) {
      if (status === 'progress') postMessage({ progress: { file, loaded, total } });
    },
  });
  const { dims } = await extract(['A first text compiles what the others use.'], OPTIONS);
  await settled();
  postMessage({ dimensions: dims.at(-1) });
} catch (error) {
  postMessage({ trouble: error.message });
}

async function moduleAt(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: HTTP ${response.status}`);
  return URL.createObjectURL(new Blob([await response.text()], { type: 'text/javascript' }));
}
