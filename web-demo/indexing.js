/** What the demo does with the package, the same in Node and in the page. */
import { createEmbedder, DIMENSIONS, MODEL } from './embedder.js';
import { embeddedText } from './passages.js';

/** Options of `createIndex` for the vectors that `indexPassages` writes. */
export const INDEX_OPTIONS = { dimensions: DIMENSIONS, metric: 'cosine', model: MODEL };

/** Searches to begin with. */
export const EXAMPLES = [
  'what if a bundler loses the wasm file',
  'how do I report a vulnerability',
  'why do the same calls give the same bytes',
];

/**
 * Embeds and indexes the passages in steps of about a millisecond, each telling how far it is (0 to
 * 1); whoever resumes it decides when. Returns the embedder for queries.
 */
export function* indexPassages(index, passages) {
  const { learn, embed } = createEmbedder();
  for (const [i, passage] of passages.entries()) {
    learn(embeddedText(passage));
    yield (i + 1) / passages.length / 3;
  }
  const items = [];
  for (const { id, ...metadata } of passages) {
    items.push({ id, vector: embed(embeddedText(metadata)), metadata });
    yield (1 + items.length / passages.length) / 3;
  }
  for (const { done, total } of index.upsertSteps(items)) yield (2 + done / total) / 3;
  return embed;
}

/**
 * Embeds the text and searches; `plan` is what `explain()` tells of the same search. A text that
 * shares nothing with the passages has no direction to compare, no matches and no plan.
 */
export function search(index, embed, text, options) {
  const began = performance.now();
  const vector = embed(text);
  if (vector.every((component) => component === 0))
    return { matches: [], milliseconds: performance.now() - began };
  const { matches } = index.query(vector, options);
  const milliseconds = performance.now() - began;
  return { matches, milliseconds, plan: index.explain(vector, options) };
}
