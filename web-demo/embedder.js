/**
 * Texts to vectors without a model: hashed word and character n-grams (the "hashing trick" of
 * Weinberger et al., 2009). It finds texts that share words, or parts of words, with a query; it
 * knows nothing about meaning, and stands where a real embedding model goes.
 */
import { toUnitLength } from './common/vectors.js';

export const DIMENSIONS = 384;

/** Changes with anything that changes vectors: vectors of two versions must not meet in an index. */
export const MODEL = 'hashed-n-grams-1';

/** The model of `embedPlain`. */
export const PLAIN_MODEL = `${MODEL}-plain`;

/** A word counts most; its n-grams are many, and let `vulnerabilities` meet `vulnerability`. */
const WEIGHTS = { word: 1, gram: 0.2 };

/**
 * `learn` takes every passage once, to know how rare each feature is. Then `embed` returns unit
 * vectors, or zero for a text without one feature that a passage has.
 * @returns {{ learn(passage: string): void, embed(text: string): Float32Array<ArrayBuffer> }}
 */
export function createEmbedder() {
  let passages = 0;
  /** Of each feature, the number of passages that have it. */
  const frequencies = new Map();
  return {
    learn(passage) {
      ++passages;
      for (const feature of featuresOf(passage).keys())
        frequencies.set(feature, (frequencies.get(feature) ?? 0) + 1);
    },
    embed: (text) =>
      embedWith(text, (feature) => {
        // What no passage has can match none of them; it would only add noise.
        const frequency = frequencies.get(feature);
        return frequency === undefined ? 0 : Math.log(1 + passages / frequency);
      }),
  };
}

/** For texts that come one by one: nothing is known of how rare a feature is. */
export function embedPlain(text) {
  return embedWith(text, () => 1);
}

function embedWith(text, rarityOf) {
  const vector = new Float32Array(DIMENSIONS);
  for (const [feature, { count, weight }] of featuresOf(text))
    spread(vector, feature, weight * (1 + Math.log(count)) * rarityOf(feature));
  return toUnitLength(vector);
}

/** The hashes of a text's features, how often each occurs and what one is worth. */
function featuresOf(text) {
  const features = new Map();
  const add = (kind, feature) => {
    const hash = fnv1a(`${kind} ${feature}`);
    const known = features.get(hash);
    if (known === undefined) features.set(hash, { count: 1, weight: WEIGHTS[kind] });
    else ++known.count;
  };
  for (const word of wordsOf(text)) {
    add('word', word);
    for (const gram of gramsOf(word)) add('gram', gram);
  }
  return features;
}

/** Lower-cased runs of letters and digits. */
export function wordsOf(text) {
  return (
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}

/** Runs of 3 to 5 characters, with marks where the word begins and ends. */
function* gramsOf(word) {
  const marked = `^${word}$`;
  for (let size = 3; size <= 5; ++size)
    for (let from = 0; from + size <= marked.length; ++from) yield marked.slice(from, from + size);
}

/** FNV-1a over UTF-16 code units. */
function fnv1a(text) {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; ++i) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** Components that a feature goes to: with one alone, two rare words that meet there look alike. */
const COMPONENTS = 4;

function spread(vector, hash, amount) {
  let bits = hash;
  for (let i = 0; i < COMPONENTS; ++i) {
    bits = mix(bits + i);
    vector[(bits >>> 1) % DIMENSIONS] += bits & 1 ? amount : -amount;
  }
}

/** The finalizer of MurmurHash3: every bit of `x` reaches every bit of the result. */
function mix(x) {
  let bits = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
