/** A text as weighed terms, by BM25 (Robertson and Zaragoza, 2009). */
import { isFaint, stemOf, tellingWords } from './words.js';

/** How often the words of a heading, which is a first line with more after it, are counted. */
const HEADING = 3;

/** How soon repetition counts no more, and how much a long text must repeat to say the same. */
const K1 = 1.2;
const B = 0.75;

/**
 * @typedef {object} Statistics of the texts that were learned from
 * @property {number} averageLength in telling words
 * @property {(stem: string) => number} rarityOf what a term is worth
 *
 * @typedef {object} Term
 * @property {number} weight
 * @property {Map<string, number>} forms how often each word with this stem occurs
 */

/** The telling words of a text, those of its heading several times. */
export function wordsToWeigh(text) {
  const end = text.trimEnd().indexOf('\n');
  const heading = end < 0 ? [] : tellingWords(text.slice(0, end));
  return [
    ...Array(HEADING - 1)
      .fill(heading)
      .flat(),
    ...tellingWords(text),
  ];
}

/** @returns {Map<string, Map<string, number>>} of each stem, how often each of its words occurs */
export function stemsOf(words) {
  const stems = new Map();
  for (const word of words) {
    const stem = stemOf(word);
    const forms = stems.get(stem);
    if (forms === undefined) stems.set(stem, new Map([[word, 1]]));
    else forms.set(word, (forms.get(word) ?? 0) + 1);
  }
  return stems;
}

/**
 * @param {string} text
 * @param {Statistics} statistics
 * @returns {Map<string, Term>} by stem
 */
export function termsOf(text, { averageLength, rarityOf }) {
  const words = wordsToWeigh(text);
  const norm = K1 * (1 - B + (B * words.length) / averageLength);
  const terms = new Map();
  for (const [stem, forms] of stemsOf(words)) {
    let count = 0;
    for (const times of forms.values()) count += times;
    terms.set(stem, { weight: (rarityOf(stem) * count * (K1 + 1)) / (count + norm), forms });
  }
  return terms;
}

/** What a word that says little is worth, of what its rarity says. */
const FAINT = 0.15;

/** @returns what a stem of that rarity is worth */
export function worth(stem, rarity) {
  return isFaint(stem) ? FAINT * rarity : rarity;
}

/** The inverse document frequency of BM25: `frequency` of so many texts have the term. */
export function rarity(frequency, texts) {
  return Math.log(1 + (texts - frequency + 0.5) / (frequency + 0.5));
}
