/**
 * The embedder that needs no model: a vector is what is known of a text's terms, learned from texts
 * (learn.js), beside the terms themselves, hashed (hashing.js). The one finds what is about the same,
 * the other what has the same words, learned or not.
 */
import { toUnitLength } from '../common/vectors.js';
import { addTerm, hashOf } from './hashing.js';
import { rarity, termsOf } from './terms.js';
import { readWeights } from './weights.js';

/** Components of the hashed part: fewer let different words look alike. */
const HASHED = 672;

/** Share of a cosine that what was learned has, where a text has learned terms. */
const LEARNED = 0.5;

/**
 * @param {Uint8Array} bytes what `learnWeights` made
 * @returns {{ model: string, dimensions: number, embed: (text: string) => Float32Array<ArrayBuffer> }}
 *   `embed` gives a unit vector, or zero for a text without words
 */
export function createHashedEmbedder(bytes) {
  const weights = readWeights(bytes);
  const { rank, rows, frequencies, texts, averageLength } = weights;
  const rarities = Float64Array.from(frequencies, (frequency) => rarity(frequency, texts));
  const rarest = rarity(1, texts);
  const rowOf = (stem) => rows.get(hashOf(stem));
  const rarityOf = (stem) => rarities[rowOf(stem)] ?? rarest;
  return {
    model: `hashed-terms-1-${weights.name}`,
    dimensions: rank + HASHED,
    embed(text) {
      const vector = new Float32Array(rank + HASHED);
      const [learned, hashed] = [vector.subarray(0, rank), vector.subarray(rank)];
      for (const [stem, term] of termsOf(text, { averageLength, rarityOf })) {
        addTerm(hashed, stem, term);
        const row = rowOf(stem);
        if (row !== undefined) addDirection(learned, weights, row, term.weight);
      }
      scale(toUnitLength(learned), Math.sqrt(LEARNED));
      scale(toUnitLength(hashed), Math.sqrt(1 - LEARNED));
      return toUnitLength(vector);
    },
  };
}

function addDirection(vector, { rank, scales, directions }, row, weight) {
  const factor = weight * scales[row];
  for (let i = 0; i < rank; ++i) vector[i] += factor * directions[row * rank + i];
}

function scale(vector, factor) {
  for (let i = 0; i < vector.length; ++i) vector[i] *= factor;
}
