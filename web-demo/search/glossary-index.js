/** The glossary as an index, the same in Node and in the page. */
import { inSlices } from '../common/slices.js';
import { embeddedText } from '../passages.js';

/** Options of `createIndex` for the vectors of an embedder. */
export function indexOptions({ dimensions, model }) {
  return { dimensions, model, metric: 'cosine' };
}

/**
 * Fills an empty index with the entries, in slices.
 * @param {{ signal?: AbortSignal, onProgress?: (done: number, total: number) => void }} [options]
 */
export async function indexEntries(index, entries, embedder, { signal, onProgress } = {}) {
  const texts = entries.map(({ term, text }) => embeddedText({ heading: term, text }));
  const vectors = await embedder.embed(texts, { signal, onProgress });
  const items = entries.map(({ id, subject, term, text }, i) => ({
    id,
    vector: vectors[i],
    metadata: { subject, term, text },
  }));
  await inSlices(index.upsertSteps(items), { signal });
}
