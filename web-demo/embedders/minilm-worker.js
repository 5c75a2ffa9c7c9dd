/**
 * MiniLM in a worker: loads transformers.js and the model at once, telling how far it is, then makes
 * vectors of texts. Every message out is one of
 * `{ progress: { file, loaded, total } }`, `{ dimensions }` once it is ready, `{ trouble }` if it never
 * will be, and `{ id, vectors }` or `{ id, trouble }` for a question `{ id, texts }`.
 */
import { DTYPE, MODEL, TRANSFORMERS } from './minilm-source.js';

const OPTIONS = { pooling: 'mean', normalize: true };

let extract;

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
  const { env, pipeline } = await import(TRANSFORMERS);
  // More threads would need a page that is isolated, and a blob to start them from.
  env.backends.onnx.wasm.numThreads = 1;
  extract = await pipeline('feature-extraction', MODEL, {
    dtype: DTYPE,
    device: 'wasm',
    progress_callback({ status, file, loaded, total }) {
      if (status === 'progress') postMessage({ progress: { file, loaded, total } });
    },
  });
  const { dims } = await extract(['A first text compiles what the others use.'], OPTIONS);
  postMessage({ dimensions: dims.at(-1) });
} catch (error) {
  postMessage({ trouble: error.message });
}
