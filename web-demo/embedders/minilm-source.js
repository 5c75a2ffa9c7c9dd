/** Where MiniLM comes from: what its worker loads, and what a policy must let it load. */

const LIBRARY = 'https://cdn.jsdelivr.net/npm/@huggingface/transformers@3.8.1/dist/';

export const TRANSFORMERS = `${LIBRARY}transformers.min.js`;
/** What runs the model; transformers.js would import it from where a policy need not allow scripts. */
export const RUNTIME = {
  mjs: `${LIBRARY}ort-wasm-simd-threaded.jsep.mjs`,
  wasm: `${LIBRARY}ort-wasm-simd-threaded.jsep.wasm`,
};
export const MODEL = 'Xenova/all-MiniLM-L6-v2';

/** Quantised to int8: a quarter of the bytes. */
export const DTYPE = 'q8';

export const NEEDS =
  'It needs the network once: 23 MB from huggingface.co, and 5 MB of transformers.js from cdn.jsdelivr.net.';

/** In the browser's storage, where nothing is compressed. */
export const KEPT = 'about 45 MB';

/**
 * Directives of a Content-Security-Policy, beside 'self'. The hub redirects to hosts under hf.co. Scripts
 * are fetched, to be kept, and imported as blobs.
 */
export const POLICY = {
  script: 'blob:',
  connect: `${LIBRARY} https://huggingface.co/${MODEL}/ https://*.hf.co`,
};
