// What one arm of an experiment has over another.
import { mean, pairedBootstrap } from '../../support/ndcg.mjs';

export const SEED = 42;

/** Of paired scores: the relative gain of `a` over `b` in per cent, with its 95 % interval. */
export function gain(a, b) {
  const { difference, low, high } = pairedBootstrap(a, b, SEED);
  const [value, from, to] = [difference, low, high].map((it) => (100 * it) / mean(b));
  return { value, low: from, high: to, n: a.length };
}

/** Scores of rows of the same key, as one mean each: rows that share a key are one observation. */
export function byKey(rows, keyOf, scoreOf) {
  const groups = new Map();
  for (const row of rows) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), scoreOf(row)]);
  return [...groups.values()].map(mean);
}

/** The candidate whose `loss` is allowed and whose `worth` is most. */
export function calibrated(candidates, worth, isAllowed = () => true) {
  let best;
  for (const it of candidates)
    if (isAllowed(it) && (best === undefined || worth(it) > worth(best))) best = it;
  return best;
}

export function shown({ value, low, high }, digits = 1) {
  const sign = (x) => (x >= 0 ? '+' : '') + x.toFixed(digits);
  return `${sign(value)} % [${sign(low)}, ${sign(high)}]`;
}
