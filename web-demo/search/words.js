/** Which words of a text a query has too. */
import { stemOf, tellingWords, wordsOf } from '../embedders/words.js';

/** Tells of a word whether a query has it, in this form or another. */
export function matcherOf(query) {
  const stems = new Set(tellingWords(query).map(stemOf));
  return (word) => stems.has(stemOf(wordsOf(word)[0] ?? ''));
}
