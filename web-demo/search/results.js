/** The hits on the page: the text, where it is from, its score, and why it is there. */
import { make } from '../common/elements.js';
import { sentencesOf } from './why.js';
import { matcherOf } from './words.js';

/** Characters of a text that is more than a phone shows of it at first. */
const LONG = 260;

/**
 * @param {HTMLElement} list
 * @param {import('./search.js').Hit[]} hits
 */
export function showHits(list, hits, query) {
  const isShared = matcherOf(query);
  list.replaceChildren(...hits.map((hit) => hitItem(hit, isShared)));
}

/** Whether a title says no more than how the text begins, as that of a text that was pasted. */
function isBeginning(title, text) {
  return text.startsWith(title.replace(/…$/, '').replace(/\s+/g, ' '));
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
      make(
        'h3',
        { className: own && isBeginning(title, text) ? 'unseen' : '' },
        ...marked(title, isShared),
      ),
      make('span', { className: own ? 'place own' : 'place' }, place),
    ),
    make('p', { className: 'text' }, ...sentenceSpans(text, isShared)),
    ...(text.length > LONG ? [moreButton()] : []),
    make(
      'p',
      { className: 'why' },
      make('span', { className: 'score' }, `Score ${score.toFixed(3)}`),
      make('span', { className: 'meter', ariaHidden: 'true' }, bar),
      make('span', { className: 'reason' }),
    ),
  );
}

/** On a phone, the rest of a text; what does not fit is not hidden from those who hear it. */
function moreButton() {
  const button = make('button', { type: 'button', className: 'quiet more', ariaExpanded: 'false' });
  const show = (isWhole) => {
    button.textContent = isWhole ? 'Less' : 'More';
    button.ariaExpanded = String(isWhole);
  };
  button.addEventListener('click', () => show(button.closest('.hit').classList.toggle('whole')));
  show(false);
  return button;
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

/**
 * Parts that add up to the score as it is shown.
 * @param {import('./search.js').Hit[]} hits
 * @param {{ word: string, score: number }[][]} reasons of each hit
 */
export function showCarryingWords(list, hits, reasons) {
  for (const [i, words] of reasons.entries()) {
    const reason = list.children[i].querySelector('.reason');
    if (words.length === 0) {
      reason.textContent = 'carried by parts of words, and words that go with yours';
      continue;
    }
    const shown = (score) => score.toFixed(3).replace('-', '−');
    const rounded = (score) => Math.round(1000 * score);
    const named = words.reduce((sum, { score }) => sum + rounded(score), 0);
    const rest = rounded(hits[i].score) - named;
    reason.replaceChildren(
      'carried by ',
      ...words.flatMap(({ word, score }, at) => [
        ...(at === 0 ? [] : [', ']),
        make('b', {}, word),
        ` ${shown(score)}`,
      ]),
      ...(rest === 0 ? [] : [`, all else ${shown(rest / 1000)}`]),
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
