// How good a ranking is, and whether one of two ways to rank is better.
import { random } from './random.mjs';

/**
 * Normalised discounted cumulative gain of the first `k` (Järvelin and Kekäläinen, 2002): gains
 * 2^grade - 1, each divided by the logarithm of its rank, over those of the best order there is.
 * @param {readonly string[]} ranking ids, best first
 * @param {Map<string, number>} grades of the ids that are relevant, at least one
 */
export function ndcg(ranking, grades, k = 10) {
  const found = ranking.slice(0, k).map((id) => grades.get(id) ?? 0);
  const best = [...grades.values()].sort((a, b) => b - a).slice(0, k);
  return gainOf(found) / gainOf(best);
}

function gainOf(grades) {
  return grades.reduce((sum, grade, i) => sum + (2 ** grade - 1) / Math.log2(i + 2), 0);
}

export function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

const ROUNDS = 10_000;

/**
 * The paired bootstrap (Efron): the mean of `a - b` over the same queries, and the interval that holds
 * the middle 95 % of the means when the queries are drawn anew, with replacement.
 */
export function pairedBootstrap(a, b, seed) {
  const differences = a.map((value, i) => value - b[i]);
  const next = random(seed);
  const draw = () => differences[Math.floor(next() * differences.length)];
  const means = Array.from({ length: ROUNDS }, () => mean(differences.map(draw)));
  means.sort((x, y) => x - y);
  return {
    difference: mean(differences),
    low: means[Math.round(0.025 * ROUNDS)],
    high: means[Math.round(0.975 * ROUNDS) - 1],
    // Of one side: how often `a` would not be above `b`.
    chance: means.filter((it) => it <= 0).length / ROUNDS,
  };
}
