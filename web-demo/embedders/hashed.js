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

/**
 * Of a cosine, what was learned has that many times the share of the text that it captures, and no
 * more than the other: of texts about something else it captures little, and should not say much.
 */
const TRUST = 4;
const MOST = 0.7;

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
      let all = 0;
      for (const [stem, term] of termsOf(text, { averageLength, rarityOf })) {
        addTerm(hashed, stem, term);
        all += term.weight * term.weight;
        const row = rowOf(stem);
        if (row !== undefined) addDirection(learned, weights, row, term.weight);
      }
      if (all === 0) return vector;
      const share = Math.min(MOST, (TRUST * square(learned)) / all);
      scale(toUnitLength(learned), Math.sqrt(share));
      scale(toUnitLength(hashed), Math.sqrt(1 - share));
      return toUnitLength(vector);
    },
  };
}

function addDirection(vector, { rank, scales, directions }, row, weight) {
  const factor = weight * scales[row];
  for (let i = 0; i < rank; ++i) vector[i] += factor * directions[row * rank + i];
}

function square(vector) {
  let sum = 0;
  for (const component of vector) sum += component * component;
  return sum;
}

function scale(vector, factor) {
  for (let i = 0; i < vector.length; ++i) vector[i] *= factor;
}
