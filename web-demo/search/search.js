/** A search: the text as a vector, the nearest records of the glossary and of the visitor's texts. */
import { embeddedText } from '../passages.js';

const TOP_K = 10;

/** Cosine below which two texts have nothing to do with each other. */
const MIN_SCORE = 0.12;

/**
 * @typedef {object} Hit
 * @property {string} key
 * @property {number} score
 * @property {string} title
 * @property {string} place the subject, or the file where it is not the title
 * @property {string} text
 * @property {string} embedded what its vector is of
 * @property {number[]} vector
 * @property {boolean} own whether it is of the visitor's texts
 *
 * @typedef {object} Answer
 * @property {Hit[]} hits nearest first
 * @property {number} embedMs
 * @property {number} searchMs
 * @property {number} records among which was searched
 * @property {boolean} isPartial whether some of the visitor's texts are not there yet
 * @property {object[]} plans what `explain()` says, of each collection
 */

/**
 * @param {import('./engine.js').Engine} engine
 * @param {{ glossary?: object, texts?: object }} scope a filter for each that is searched
 * @returns {Promise<Answer>} a text that has nothing of what the embedder knows has no direction to
 *   compare, no hits and no plans
 */
export async function search({ embedder, glossary, texts, areTextsComing }, text, scope) {
  const began = performance.now();
  const [vector] = await embedder.embed([text]);
  const embedMs = performance.now() - began;
  const isPartial = scope.texts !== undefined && areTextsComing === true;
  const nothing = { hits: [], plans: [], embedMs, searchMs: 0, records: 0, isPartial };
  if (vector.every((component) => component === 0)) return nothing;

  const options = { topK: TOP_K, minScore: MIN_SCORE, includeVector: true };
  const found = [];
  if (scope.glossary)
    found.push({
      ...glossary.explain(vector, { ...options, filter: filterOf(scope.glossary) }),
      name: 'Glossary',
      hit: entryHit,
    });
  if (scope.texts && texts && !texts.isGone && texts.documents.length > 0)
    found.push({
      ...(await texts.explain(vector, { ...options, filter: filterOf(scope.texts) })),
      name: 'Your texts',
      hit: passageHit,
    });
  return {
    hits: found
      .flatMap(({ result, hit }) => result.matches.map(hit))
      .sort((a, b) => b.score - a.score)
      .slice(0, TOP_K),
    embedMs,
    searchMs: found.reduce((sum, { result }) => sum + (result.tookMs ?? 0), 0),
    records: found.reduce(
      (sum, plan) => sum + Math.round(plan.records * plan.selectivity.actual),
      0,
    ),
    isPartial,
    plans: found,
  };
}

/** One that asks for nothing would be looked through all the same. */
function filterOf(conditions) {
  return Object.keys(conditions).length === 0 ? undefined : conditions;
}

function entryHit({ id, score, vector, metadata: { subject, term, text } }) {
  const embedded = embeddedText({ heading: term, text });
  return { key: id, score, vector, embedded, title: term, place: subject, text, own: false };
}

function passageHit({ id, score, vector, metadata: { file, heading, text } }) {
  const title = heading.replaceAll(' > ', ' › ') || file;
  const place = heading === '' ? 'Your texts' : file;
  const embedded = embeddedText({ heading, text });
  return { key: id, score, vector, embedded, title, place, text, own: true };
}
