/**
 * Two arms of a spiral, one between the turns of the other: the other arm is nearer than a dozen points
 * of one's own reach. Seeded.
 */
import { gaussian, random } from '../common/vectors.js';

export const COUNT = 2_000;
export const ARMS = ['A', 'B'];

/** Of what is drawn, from the middle: lengths are in distances between two arms. */
export const EXTENT = 13.8;

const TURN = 2;
const INNER = 2;
const OUTER = 12;
/** Deviation of points from their arm. */
const SCATTER = 0.07;
/** How far queries are from an arm: its points are nearer than those of the other one. */
const ASIDE = 0.25;
const SEED = { points: 7, places: 1 };

/**
 * @typedef {{ x: number, y: number }} Place
 * @typedef {Place & { arm: 0 | 1 }} ArmPoint
 */

/** @returns {ArmPoint[]} by arm, from the inside out */
export function armPoints() {
  const next = random(SEED.points);
  const normal = gaussian(next);
  const each = COUNT / ARMS.length;
  return Array.from({ length: COUNT }, (_, i) => {
    const arm = Math.floor(i / each);
    return { ...placeOn(arm, ((i % each) + 0.1 + 0.8 * next()) / each, SCATTER * normal()), arm };
  });
}

/** Places beside an arm, on and on. */
export function* places() {
  const next = random(SEED.places);
  for (;;) {
    const arm = next() < 0.5 ? 0 : 1;
    yield placeOn(arm, 0.05 + 0.9 * next(), next() < 0.5 ? -ASIDE : ASIDE);
  }
}

/** The arm that passes nearest to a place. */
export function armAt({ x, y }) {
  const turns = Math.hypot(x, y) / TURN - Math.atan2(y, x) / (2 * Math.PI);
  const past = turns - Math.floor(turns);
  return past > 0.25 && past < 0.75 ? 1 : 0;
}

/** @param {number} along its share of the arm's length, from the inside out */
function placeOn(arm, along, aside) {
  const radius = Math.sqrt(INNER ** 2 + along * (OUTER ** 2 - INNER ** 2));
  const angle = 2 * Math.PI * (radius / TURN + arm / ARMS.length);
  return { x: (radius + aside) * Math.cos(angle), y: (radius + aside) * Math.sin(angle) };
}
