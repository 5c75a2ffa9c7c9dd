/**
 * The embedder that needs no model: a vector is what is known of a text's terms, learned from texts
 * (learn.js), beside the terms themselves, hashed (hashing.js). The one finds what is about the same,
 * the other what has the same words, learned or not.
 */
import { toUnitLength } from '../common/vectors.js';
import { addTerm, hashOf } from './hashing.js';
import { rarity, termsOf, worth } from './terms.js';
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
 * @returns {{ model: string, dimensions: number, embed: (text: string) => Float32Array<ArrayBuffer>,
 *   partsOf: (text: string) => Map<string, Float32Array<ArrayBuffer>> }} `embed` gives a unit vector, or
 *   zero for a text without words; `partsOf` what of it each stem adds
 */
export function createHashedEmbedder(bytes) {
  const weights = readWeights(bytes);
  const { rank, rows, frequencies, texts, averageLength } = weights;
  const rarities = Float64Array.from(frequencies, (frequency) => rarity(frequency, texts));
  const rarest = rarity(1, texts);
  const rowOf = (stem) => rows.get(hashOf(stem));
  const rarityOf = (stem) => worth(stem, rarities[rowOf(stem)] ?? rarest);
  const statistics = { averageLength, rarityOf };
  const halves = (vector) => [vector.subarray(0, rank), vector.subarray(rank)];
  const add = (vector, stem, term) => {
    const [learned, hashed] = halves(vector);
    addTerm(hashed, stem, term);
    const row = rowOf(stem);
    if (row !== undefined) addDirection(learned, weights, row, term.weight);
  };
  const embed = (text) => {
    const vector = new Float32Array(rank + HASHED);
    let all = 0;
    for (const [stem, term] of termsOf(text, statistics)) {
      add(vector, stem, term);
      all += term.weight * term.weight;
    }
    if (all === 0) return vector;
    const [learned, hashed] = halves(vector);
    const share = Math.min(MOST, (TRUST * square(learned)) / all);
    scale(toUnitLength(learned), Math.sqrt(share));
    scale(toUnitLength(hashed), Math.sqrt(1 - share));
    return toUnitLength(vector);
  };
  const partsOf = (text) => {
    const parts = new Map();
    const sum = new Float32Array(rank + HASHED);
    for (const [stem, term] of termsOf(text, statistics)) {
      const part = new Float32Array(rank + HASHED);
      add(part, stem, term);
      add(sum, stem, term);
      parts.set(stem, part);
    }
    // Each half of the sum is as long in the text's vector as it is to count.
    const factors = halves(embed(text)).map((half, i) => {
      const whole = square(halves(sum)[i]);
      return whole === 0 ? 0 : Math.sqrt(square(half) / whole);
    });
    for (const part of parts.values())
      for (const [i, half] of halves(part).entries()) scale(half, factors[i]);
    return parts;
  };
  return {
    model: `hashed-terms-2-${weights.name}`,
    dimensions: rank + HASHED,
    embed,
    partsOf,
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
