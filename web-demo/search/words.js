/** The words of a text, and which of them two texts share. */

/** Lower-cased runs of letters and digits. */
export function wordsOf(text) {
  return (
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}

/** Tells of a word whether a query has it, or one that begins alike. */
export function matcherOf(query) {
  const words = wordsOf(query);
  const whole = new Set(words);
  const stems = words
    .filter((word) => word.length > 3)
    .map((word) => word.slice(0, Math.max(4, word.length - 3)));
  return (word) => {
    const lower = word.toLowerCase();
    return (
      (whole.has(lower) && !COMMON.has(lower)) ||
      (lower.length > 3 && stems.some((stem) => lower.startsWith(stem)) && !COMMON.has(lower))
    );
  };
}

/** Words that are in every text, and say nothing where they are marked. */
const COMMON = new Set(
  `a about after all an and any are as at be been but by can could did do does for from get had has
   have he her his how i if in into is it its make may me more most my no not of on one or our out
   she so some than that the their them then there these they this to up was we were what when where
   which while who why will with would you your`.split(/\s+/),
);
