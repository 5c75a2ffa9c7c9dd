/** Why a text is a hit, in what a reader can check. */
import { tellingWords, wordsOf } from '../embedders/words.js';

/** Of a query more is not told apart. */
const MOST_WORDS = 16;
const MOST_SHOWN = 4;

/** Below this a part would be told as 0.00. */
const LEAST_SCORE = 0.005;

/** Of the heaviest word's part, what is worth telling. */
const LEAST_SHARE = 0.2;

/**
 * Which words of the query a score hangs on: how much of it goes when a word is left out. Exact for
 * what it says, whatever the embedder.
 * @param {{ score: number, vector: number[] }[]} hits
 * @returns {Promise<{ word: string, score: number }[][]>} for each hit, the heaviest word first
 */
export async function wordsThatCarry(embedder, query, hits) {
  const words = wordsOf(query);
  const distinct = [...new Set(tellingWords(query))].slice(0, MOST_WORDS);
  const without = distinct.map((word) => words.filter((other) => other !== word).join(' '));
  const vectors = await embedder.embed(without);
  return hits.map(({ score, vector }) => {
    const parts = distinct
      .map((word, i) => ({ word, score: score - cosine(vectors[i], vector) }))
      .sort((a, b) => b.score - a.score);
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
  let [dot, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; ++i) {
    dot += a[i] * b[i];
    aa += a[i] * a[i];
    bb += b[i] * b[i];
  }
  return aa === 0 || bb === 0 ? 0 : dot / Math.sqrt(aa * bb);
}
