/** For texts of which nothing is known: the hashed part of the built-in embedder, all words alike. */
import { toUnitLength } from '../common/vectors.js';
import { addTerm } from './hashing.js';
import { termsOf } from './terms.js';

export const DIMENSIONS = 384;

/** Changes with anything that changes vectors: vectors of two versions must not meet in an index. */
export const MODEL = 'hashed-words-1';

/** As of a note: what is longer has to repeat a word to weigh it as much. */
const STATISTICS = { averageLength: 10, rarityOf: () => 1 };

/** @returns {Float32Array<ArrayBuffer>} a unit vector, or zero for a text without words */
export function embedPlain(text) {
  const vector = new Float32Array(DIMENSIONS);
  for (const [stem, term] of termsOf(text, STATISTICS)) addTerm(vector, stem, term);
  return toUnitLength(vector);
}
