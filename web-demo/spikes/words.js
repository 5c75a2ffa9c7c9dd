/** What is seen, in words. */
import { grouped, make, plural } from '../common/elements.js';
import { ARMS, COUNT } from './arms.js';
import { SEEDS } from './ask.js';

/** `9 of 12 on arm A` */
export function onOwnArm(hits, arm) {
  return `${onArm(hits, arm)} of ${hits.length} on arm ${ARMS[arm]}`;
}

/** @param {import('./ask.js').Answer} answer */
export function answerSentence({ arm, nearest, ranked }) {
  return `The query is on arm ${ARMS[arm]}. By distance ${onOwnArm(nearest, arm)}, with spread ${onOwnArm(ranked, arm)}.`;
}

/** @param {import('./ask.js').Answer} answer */
export function workSentence({ firings, activated }) {
  return `From the ${SEEDS} nearest on: neurons fired ${plural(firings, 'time')}, and ${plural(activated, 'point')} got activation.`;
}

/** @param {ReturnType<import('./recording.js').Recording['at']>} moment */
export function firedSentence({ timeMs, spikes, fired: [a, b] }) {
  return `After ${Math.round(timeMs)} ms ${grouped(a + b)} of ${grouped(COUNT)} neurons have fired, ${grouped(a)} on arm A and ${grouped(b)} on arm B: ${plural(spikes.length, 'spike')}.`;
}

/** Where the query is before it is asked. */
export function placeSentence({ x, y }, arm) {
  const across = `${Math.abs(x).toFixed(1)} ${x < 0 ? 'left' : 'right'}`;
  const up = `${Math.abs(y).toFixed(1)} ${y < 0 ? 'down' : 'up'}`;
  return `${across} and ${up} of the middle, by arm ${ARMS[arm]}. Enter asks there.`;
}

/**
 * A hit, as an item of a list.
 * @param {import('./ask.js').Hit} hit
 * @param {number} own the query's arm
 */
export function hitItem({ arm, distance, activation }, own) {
  return make(
    'li',
    { className: arm === own ? 'own' : 'other' },
    make('b', {}, ARMS[arm]),
    ' ',
    make('span', {}, distance.toFixed(2)),
    ...(activation === undefined ? [] : [' ', make('span', {}, percent(activation))]),
  );
}

function onArm(hits, arm) {
  return hits.filter((hit) => hit.arm === arm).length;
}

function percent(share) {
  return share < 0.001 ? '< 0.1 %' : `${(100 * share).toFixed(1)} %`;
}
