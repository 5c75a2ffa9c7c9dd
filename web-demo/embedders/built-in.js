/** The built-in embedder, as the page loads it: with the weights that the server has made. */
import { inSlices } from '../common/slices.js';
import { createHashedEmbedder } from './hashed.js';

const WEIGHTS = new URL('../embedder.bin', import.meta.url);

/**
 * @param {{
 *   signal?: AbortSignal,
 *   onProgress?: (progress: { file: string, loaded: number, total: number }) => void,
 * }} [options]
 * @returns {Promise<import('./index.js').Embedder>}
 */
export async function loadBuiltIn({ signal, onProgress } = {}) {
  const response = await fetch(WEIGHTS, { signal });
  if (!response.ok) throw new Error(`expected ${WEIGHTS.pathname}, got HTTP ${response.status}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  onProgress?.({ file: 'embedder.bin', loaded: bytes.length, total: bytes.length });
  return createBuiltIn(bytes);
}

/**
 * The same where there is no server: in Node, of what `makeWeights()` of scripts/embedder.mjs gives.
 * @param {Uint8Array} weights
 * @returns {import('./index.js').Embedder & { partsOf: (text: string) => Map<string, Float32Array> }}
 */
export function createBuiltIn(weights) {
  const { model, dimensions, embed, partsOf } = createHashedEmbedder(weights);
  return {
    model,
    dimensions,
    partsOf,
    embed: (texts, { signal, onProgress } = {}) =>
      inSlices(embedding(texts, embed), {
        signal,
        onProgress: (done) => onProgress?.(done, texts.length),
      }),
    dispose() {},
  };
}

/** A text a step, which takes less than a millisecond. */
function* embedding(texts, embed) {
  const vectors = [];
  for (const text of texts) {
    vectors.push(embed(text));
    if (vectors.length < texts.length) yield vectors.length;
  }
  return vectors;
}
