/** Why a text is a hit, in what a reader can check. */
import { stemOf, tellingWords, wordsOf } from '../embedders/words.js';

const MOST_SHOWN = 4;

/** Below this a part would be told as 0.000 or little more. */
const LEAST_SCORE = 0.005;

/** Of the heaviest word's part, what is worth telling. */
const LEAST_SHARE = 0.2;

/**
 * Which words of the query carry a score, and how much of it: its vector is the sum of those of its
 * terms. Of words that a text has, in this form or another: what the others add, by parts of words or by
 * what goes with them, is left over.
 * @param {{ partsOf: (text: string) => Map<string, Float32Array> }} embedder
 * @param {{ embedded: string, vector: number[] }[]} hits
 * @returns {{ word: string, score: number }[][]} for each hit, the heaviest word first
 */
export function wordsThatCarry({ partsOf }, query, hits) {
  const vectors = partsOf(query);
  const words = new Map(tellingWords(query).map((word) => [stemOf(word), word]));
  return hits.map(({ embedded, vector }) => {
    const stems = new Set(wordsOf(embedded).map(stemOf));
    const length = Math.sqrt(dot(vector, vector));
    const parts = Array.from(words, ([stem, word]) => ({
      word,
      score: stems.has(stem) ? dot(vectors.get(stem), vector) / length : 0,
    })).sort((a, b) => b.score - a.score);
    const least = Math.max(LEAST_SCORE, LEAST_SHARE * parts[0].score);
    return parts.filter((part) => part.score >= least).slice(0, MOST_SHOWN);
  });
}

/**
 * Which sentence of each hit is nearest to the query.
 * @param {{ text: string }[]} hits
 * @returns {Promise<{ sentence: number, score: number }[]>}
 */
export async function nearestSentences(embedder, query, hits, { signal } = {}) {
  const sentences = hits.map(({ text }) => sentencesOf(text));
  const [asked, ...vectors] = await embedder.embed([query, ...sentences.flat()], { signal });
  let next = 0;
  return sentences.map((list) => {
    const scores = list.map(() => cosine(asked, vectors[next++]));
    const score = Math.max(...scores);
    return { sentence: scores.indexOf(score), score };
  });
}

export function sentencesOf(text) {
  return text.split(/(?<=[.!?;])\s+(?=\P{Ll})/u);
}

function cosine(a, b) {
  const squares = dot(a, a) * dot(b, b);
  return squares === 0 ? 0 : dot(a, b) / Math.sqrt(squares);
}

function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; ++i) sum += a[i] * b[i];
  return sum;
}
