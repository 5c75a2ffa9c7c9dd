/** The words of a text, and what the forms of a word have in common. English where it must be one. */

/** Lower-cased runs of letters and digits. */
export function wordsOf(text) {
  return (
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}

/** Words that are in every text, and in questions: they say nothing of what one is about. */
const COMMON = new Set(
  `a about after again all also am an and any are as at be because been before being but by can could
   did do does doing down each else ever few for from further get gets got had has have having he her
   here him his how i if in into is it its just like make makes may me more most my no nor not of off
   on once one only or other our out over own same she should so some something such than that the
   their them then there these they thing things this those to too under until up very was we were
   what when where which while who whom whose why will with would you your`.split(/\s+/),
);

/** Whether a lower-cased word says anything of what a text is about. */
export function isTelling(word) {
  return !COMMON.has(word);
}

/**
 * Words that say little of what a text is about, and more in a question than in an answer; not nothing,
 * since somebody may look for just one of them.
 */
const FAINT =
  `able always anything best better bit came come comes coming d didn doesn don every everything
   find gave getting give gives giving go goes going gone good happen happened happening happens help
   helped helping helps instead isn keep keeping keeps kept kind know known knows let lets ll look looking
   looks lot m many mean means much need needed needing needs never nothing now often people please put
   puts re really right s said say saying says see seen sometimes sort still t take taken takes taking
   tell tells took try trying use used uses using usually ve want wanted wants way ways well went without
   won work worked working works`.split(/\s+/);

/** The words of a text that say what it is about; all of them where it has no others. */
export function tellingWords(text) {
  const words = wordsOf(text);
  const telling = words.filter(isTelling);
  return telling.length > 0 ? telling : words;
}

/** Endings that English puts to a word, the longest that a word has first. */
const ENDINGS = ['ingly', 'edly', 'ation', 'ition', 'ness', 'ment', 'ally', 'ing', 'ion', 'ity'];
const SHORT_ENDINGS = ['ive', 'ed', 'er', 'ly', 'al', 'ic', 'es', 'e', 'y'];

/** What is left of a word without its endings: of three letters at least. */
export function stemOf(word) {
  const singular = singularOf(word);
  const ending = [...ENDINGS, ...SHORT_ENDINGS].find(
    (end) => singular.length >= end.length + 3 && singular.endsWith(end),
  );
  const stem = ending === undefined ? singular : singular.slice(0, -ending.length);
  const isDoubled = stem.length > 4 && stem.at(-1) === stem.at(-2) && !/[ls]$/.test(stem);
  return isDoubled ? stem.slice(0, -1) : stem;
}

function singularOf(word) {
  if (word.length > 4 && word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  return word.length > 3 && /[^sui]s$/.test(word) ? word.slice(0, -1) : word;
}

const FAINT_STEMS = new Set(FAINT.map(stemOf));

/** Whether a stem is one of a word that says little. */
export function isFaint(stem) {
  return FAINT_STEMS.has(stem);
}
