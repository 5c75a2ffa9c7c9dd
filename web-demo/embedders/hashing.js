/**
 * Words as directions without a list of words: the "hashing trick" (Weinberger et al., 2009), with
 * sub-word n-grams (Bojanowski et al., 2017), so that words of which a part is alike meet.
 */

/** Components that a feature goes to: with one alone, two rare words that meet there look alike. */
const COMPONENTS = 4;

/** What the n-grams of a word are worth together, beside its stem. */
const GRAMS = 1.6;

/** Adds a term to a vector: its stem, and the parts of the words that it occurs as. */
export function addTerm(vector, stem, { weight, forms }) {
  spread(vector, hashOf(stem), weight);
  let count = 0;
  for (const times of forms.values()) count += times;
  for (const [word, times] of forms) {
    const grams = gramsOf(word);
    const amount = (GRAMS * weight * times) / count / Math.sqrt(grams.length);
    for (const gram of grams) spread(vector, hashOf(gram), amount);
  }
}

/** FNV-1a over UTF-16 code units. */
export function hashOf(text) {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; ++i) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** Runs of 3 to 5 characters, with marks where the word begins and ends. */
function gramsOf(word) {
  const marked = `^${word}$`;
  const grams = [];
  for (let size = 3; size <= 5; ++size)
    for (let from = 0; from + size <= marked.length; ++from)
      grams.push(` ${marked.slice(from, from + size)}`);
  return grams;
}

function spread(vector, hash, amount) {
  let bits = hash;
  for (let i = 0; i < COMPONENTS; ++i) {
    bits = mix(bits + i);
    vector[(bits >>> 1) % vector.length] += bits & 1 ? amount : -amount;
  }
}

/** The finalizer of MurmurHash3: every bit of `x` reaches every bit of the result. */
function mix(x) {
  let bits = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
