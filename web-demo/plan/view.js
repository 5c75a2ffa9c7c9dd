/** The plan of one search: in a sentence, its tension, drawn, and in words for a screen reader. */
import { make } from '../common/elements.js';
import { planDrawing } from './drawing.js';
import { planSentence, stepSentences, TENSE, tensionSentence } from './words.js';

/**
 * @param {object} explained what `explain()` says
 * @param {{ width: number }} options of the drawing, in pixels
 */
export function planView(explained, { width }) {
  const { dag } = explained;
  return make(
    'div',
    { className: dag.tension > TENSE ? 'plan tense' : 'plan' },
    make('p', {}, planSentence(explained)),
    tension(explained),
    planDrawing(dag, { width, label: 'The plan, drawn. The list after it says the same.' }),
    make(
      'ol',
      { className: 'unseen', ariaLabel: 'Steps of the plan' },
      ...stepSentences(dag).map((sentence) => make('li', {}, sentence)),
    ),
  );
}

function tension(explained) {
  const bar = make('span', { className: 'bar' });
  bar.style.width = `${Math.round(100 * explained.dag.tension)}%`;
  return make(
    'p',
    { className: 'tension' },
    make('span', {}, `Tension ${explained.dag.tension.toFixed(2)}`),
    make('span', { className: 'meter', ariaHidden: 'true' }, bar),
    make('span', {}, tensionSentence(explained)),
  );
}

/** What the marks in a drawing mean. */
export function planLegend() {
  const text =
    'The bar in a box is its share of attention; a line is as thick as what flows along it. ▲ and a thick edge mark a bottleneck: what limits the results.';
  return make('p', { className: 'hint' }, text);
}
