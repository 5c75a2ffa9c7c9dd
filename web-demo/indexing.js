/** What the demo does with the package, the same in Node and in the page. */
import { inSlices } from './common/slices.js';
import { embeddedText } from './passages.js';

/** Options of `createIndex` for the vectors of an embedder. */
export function indexOptions({ dimensions, model }) {
  return { dimensions, model, metric: 'cosine' };
}

/** Searches to begin with. */
export const EXAMPLES = [
  'what if a bundler loses the wasm file',
  'how do I report a vulnerability',
  'why do the same calls give the same bytes',
];

/** Embeds and indexes the passages, in slices; `onProgress` is told how far it is (0 to 1). */
export async function indexPassages(index, passages, embedder, { signal, onProgress } = {}) {
  const vectors = await embedder.embed(passages.map(embeddedText), {
    signal,
    onProgress: (done, of) => onProgress?.((2 * done) / of / 3),
  });
  const items = passages.map(({ id, ...metadata }, i) => ({ id, vector: vectors[i], metadata }));
  await inSlices(index.upsertSteps(items), {
    signal,
    onProgress: ({ done, total }) => onProgress?.((2 + done / total) / 3),
  });
}

/**
 * Embeds the text and searches; `plan` is what `explain()` tells of the same search. A text without
 * words has no direction to compare, no matches and no plan.
 */
export async function search(index, embedder, text, options) {
  const began = performance.now();
  const [vector] = await embedder.embed([text]);
  if (vector.every((component) => component === 0))
    return { matches: [], milliseconds: performance.now() - began };
  const { matches } = index.query(vector, options);
  const milliseconds = performance.now() - began;
  return { matches, milliseconds, plan: index.explain(vector, options) };
}
