// In the place of transformers.js: a library that loads a model over the network and gives seeded
// vectors, as the browser gets it by a route and as the test knows what to expect.
export const env = { backends: { onnx: { wasm: {} } } };

const DIMENSIONS = 384;
const FILE = 'onnx/model_quantized.onnx';

export async function pipeline(task, model, { dtype, device, progress_callback }) {
  if (task !== 'feature-extraction' || dtype !== 'q8' || device !== 'wasm')
    throw new Error(`expected a quantised extractor on wasm, got ${task}, ${dtype}, ${device}`);
  const { numThreads, wasmPaths } = env.backends.onnx.wasm;
  if (numThreads !== 1) throw new Error('expected one thread');
  if (env.useBrowserCache !== false) throw new Error('expected no cache of its own');
  await import(wasmPaths.mjs);
  await fetch(wasmPaths.wasm);
  await fetch(`https://huggingface.co/${model}/resolve/main/${FILE}`);
  // Where the hub redirects to; a route cannot.
  const response = await fetch('https://cdn-lfs.hf.co/model');
  const bytes = await response.arrayBuffer();
  progress_callback({ status: 'initiate', file: FILE });
  for (const loaded of [bytes.byteLength / 2, bytes.byteLength])
    progress_callback({ status: 'progress', file: FILE, loaded, total: bytes.byteLength });
  return extract;
}

/** One row a text, as the pipeline gives them. */
async function extract(texts, { pooling, normalize }) {
  if (pooling !== 'mean' || !normalize) throw new Error('expected unit vectors of means');
  if (texts.length > 8) throw new Error(`expected at most 8 texts, got ${texts.length}`);
  const data = new Float32Array(texts.length * DIMENSIONS);
  for (const [i, text] of texts.entries()) data.set(vectorOf(text), i * DIMENSIONS);
  return { dims: [texts.length, DIMENSIONS], data };
}

/** A unit vector by a generator that the text seeds. */
export function vectorOf(text) {
  let state = 1;
  for (const letter of text) state = (Math.imul(state, 31) + letter.codePointAt(0)) | 0;
  const vector = Float32Array.from({ length: DIMENSIONS }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  });
  const length = Math.hypot(...vector);
  return vector.map((component) => component / length);
}
