/**
 * Learns what the built-in embedder knows from texts: how rare each term is, and, by latent semantic
 * analysis (Deerwester et al., 1990), a direction for each in which terms that occur in texts about the
 * same are near each other.
 */
import { hashOf } from './hashing.js';
import { rightSingularVectors } from './svd.js';
import { rarity, stemsOf, termsOf, wordsToWeigh, worth } from './terms.js';
import { packWeights } from './weights.js';

/** Texts that must have a term for anything to be known of it: one tells as much as none. */
const LEAST_TEXTS = 2;

/**
 * @param {readonly string[]} texts
 * @param {{ rank?: number }} [options] components of a direction: an even number, less where the texts
 *   have fewer
 * @returns {Uint8Array<ArrayBuffer>} the same for the same texts; `readWeights` reads it
 */
export function learnWeights(texts, { rank = 96 } = {}) {
  const { frequencies, averageLength } = count(texts);
  const known = [...frequencies.keys()].filter((stem) => frequencies.get(stem) >= LEAST_TEXTS);
  const columns = new Map(known.map((stem, i) => [stem, i]));
  const statistics = {
    averageLength,
    rarityOf: (stem) => worth(stem, rarity(frequencies.get(stem), texts.length)),
  };
  const rows = texts.map((text) => rowOf(termsOf(text, statistics), columns));
  const vectors = rightSingularVectors(rows, known.length, rank);
  if (vectors.length % 2 === 1) vectors.pop();
  const terms = known.map((stem, i) => ({
    hash: hashOf(stem),
    frequency: frequencies.get(stem),
    direction: vectors.map((vector) => vector[i]),
  }));
  return packWeights({ rank: vectors.length, texts: texts.length, averageLength, terms });
}

function count(texts) {
  const frequencies = new Map();
  let length = 0;
  for (const text of texts) {
    const words = wordsToWeigh(text);
    length += words.length;
    for (const stem of stemsOf(words).keys())
      frequencies.set(stem, (frequencies.get(stem) ?? 0) + 1);
  }
  return { frequencies, averageLength: length / texts.length };
}

/** A text as a row of unit length, so that no text counts more than another. */
function rowOf(terms, columnOf) {
  const [columns, values] = [[], []];
  let square = 0;
  for (const [stem, { weight }] of terms) {
    const column = columnOf.get(stem);
    if (column === undefined) continue;
    columns.push(column);
    values.push(weight);
    square += weight * weight;
  }
  const length = Math.sqrt(square);
  return { columns, values: values.map((value) => value / length) };
}
