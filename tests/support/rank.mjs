// Rank correlation, and what chance has to do with it.
import { mean } from './ndcg.mjs';
import { random } from './random.mjs';

/** Places from 0; equal values share the mean of theirs. */
export function ranksOf(values) {
  const order = values.map((_, i) => i).sort((a, b) => values[a] - values[b]);
  const ranks = [];
  for (let from = 0, to = 0; from < order.length; from = to) {
    while (to < order.length && values[order[to]] === values[order[from]]) ++to;
    for (const i of order.slice(from, to)) ranks[i] = (from + to - 1) / 2;
  }
  return ranks;
}

/** Spearman's: Pearson's correlation of the ranks. NaN where one side is all equal. */
export function spearman(a, b) {
  const [x, y] = [ranksOf(a), ranksOf(b)];
  const [centreX, centreY] = [mean(x), mean(y)];
  let [xy, xx, yy] = [0, 0, 0];
  for (const [i, value] of x.entries()) {
    xy += (value - centreX) * (y[i] - centreY);
    xx += (value - centreX) ** 2;
    yy += (y[i] - centreY) ** 2;
  }
  return xy / Math.sqrt(xx * yy);
}

/** Of a ranking's relevant places: the mean of the precisions at each, over all `relevant` there are. */
export function averagePrecision(isRelevant, relevant) {
  let found = 0;
  let sum = 0;
  for (const [i, is] of isRelevant.entries()) if (is) sum += ++found / (i + 1);
  return sum / relevant;
}

/**
 * The bootstrap (Efron): `statistic` of the rows, and the interval that holds the middle 95 % of it
 * when the rows are drawn anew, with replacement. `statistic` takes the indices of the rows.
 */
export function bootstrap(count, statistic, seed, rounds = 2000) {
  const next = random(seed);
  const all = Array.from({ length: count }, (_, i) => i);
  const drawn = Array.from({ length: rounds }, () =>
    statistic(all.map(() => Math.floor(next() * count))),
  ).sort((a, b) => a - b);
  return {
    value: statistic(all),
    low: drawn[Math.round(0.025 * rounds)],
    high: drawn[Math.round(0.975 * rounds) - 1],
  };
}
