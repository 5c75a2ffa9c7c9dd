/** The hits on the page: the text, where it is from, its score, and why it is there. */
import { make } from '../common/elements.js';
import { sentencesOf } from './why.js';
import { matcherOf } from './words.js';

/**
 * @param {HTMLElement} list
 * @param {import('./search.js').Hit[]} hits
 */
export function showHits(list, hits, query) {
  const isShared = matcherOf(query);
  list.replaceChildren(...hits.map((hit) => hitItem(hit, isShared)));
}

function hitItem({ score, title, place, text, own }, isShared) {
  const bar = make('span', { className: 'bar' });
  bar.style.width = `${Math.round(100 * Math.max(0, Math.min(1, score)))}%`;
  return make(
    'li',
    { className: 'hit' },
    make(
      'div',
      { className: 'hit-head' },
      make('h3', {}, ...marked(title, isShared)),
      make('span', { className: own ? 'place own' : 'place' }, place),
    ),
    make('p', { className: 'text' }, ...sentenceSpans(text, isShared)),
    make(
      'p',
      { className: 'why' },
      make('span', { className: 'score' }, `Score ${score.toFixed(3)}`),
      make('span', { className: 'meter', ariaHidden: 'true' }, bar),
      make('span', { className: 'reason' }),
    ),
  );
}

function sentenceSpans(text, isShared) {
  return sentencesOf(text).flatMap((sentence, i) => [
    ...(i === 0 ? [] : [' ']),
    make('span', { className: 'sentence' }, ...marked(sentence, isShared)),
  ]);
}

/** The text with the words marked that the query has, or that begin alike. */
function marked(text, isShared) {
  return text
    .split(/([\p{L}\p{N}]+)/u)
    .map((part, i) => (i % 2 === 1 && isShared(part) ? make('mark', {}, part) : part));
}

/** @param {{ word: string, score: number }[][]} reasons of each hit shown */
export function showCarryingWords(list, reasons) {
  for (const [i, words] of reasons.entries()) {
    const reason = list.children[i].querySelector('.reason');
    if (words.length === 0) reason.textContent = 'carried by words that go with yours';
    else
      reason.replaceChildren(
        'carried by ',
        ...words.flatMap(({ word, score }, at) => [
          ...(at === 0 ? [] : [', ']),
          make('b', {}, word),
          ` ${score.toFixed(2)}`,
        ]),
      );
  }
}

/** @param {{ sentence: number, score: number }[]} reasons of each hit shown */
export function showNearestSentences(list, reasons) {
  for (const [i, { sentence, score }] of reasons.entries()) {
    const item = list.children[i];
    item.querySelectorAll('.sentence')[sentence]?.classList.add('nearest');
    item.querySelector('.reason').textContent =
      `nearest sentence underlined, by itself ${score.toFixed(3)}`;
  }
}
