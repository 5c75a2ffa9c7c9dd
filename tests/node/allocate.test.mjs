// ./dag: how a planner divides a budget, against its own conditions, a search over a grid, and a few
// divisions by hand.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createPlanner } from '../support/dag.mjs';
import { refused } from '../support/indexes.mjs';
import { random } from '../support/random.mjs';
import { rounds } from '../support/soak.mjs';

const planner = await createPlanner();

const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);
const list = (count, of) => Array.from({ length: count }, (_, i) => of(i));
const byId = (numbers) => Object.fromEntries(numbers.map((number, i) => [`n${i}`, number]));
const close = (found, wanted, relative) =>
  assert.ok(
    Math.abs(found - wanted) <= relative * Math.max(1, Math.abs(wanted)),
    `${found} is not ${wanted}`,
  );

/** By position; without scales by shares. */
function allocate(budget, shares, least, most, scales) {
  const options = { least: byId(least), most: byId(most), ...(scales && { scales: byId(scales) }) };
  return Object.values(planner.allocate(budget, byId(shares), options));
}
const within = (parts, least, most) =>
  assert.ok(parts.every((part, n) => part >= least[n] && part <= most[n]));

describe('a budget divided by shares', () => {
  it('is divided whole, within the limits, and by the shares where they allow it', (t) => {
    const times = rounds(t, 1000);
    const next = random(341);
    const between = (from, to) => from + (to - from) * next();
    let limited = 0;
    let byShare = 0;
    for (let i = 0; i < times; ++i) {
      const count = 1 + Math.floor(12 * next());
      const shares = list(count, () => (next() < 0.25 ? 0 : next()));
      const least = list(count, () => (next() < 0.5 ? 0 : between(0, 10)));
      const most = least.map((it) => (next() < 1 / 3 ? Infinity : it + between(0, 40)));
      const budget = sum(least) + between(0, 100);
      const parts = allocate(budget, shares, least, most);
      close(sum(parts), Math.min(budget, sum(most)), 1e-9);
      within(parts, least, most);
      // One level for all that are neither full nor, without a share, still at their least. Those
      // without a share get something only where all that have one are full.
      const isFull = (n) => parts[n] >= most[n] - 1e-6;
      if (parts.every((_, n) => shares[n] === 0 || isFull(n))) continue;
      let level;
      for (let n = 0; n < count; ++n) {
        if (shares[n] === 0) close(parts[n] - least[n], 0, 1e-9 * Math.max(1, budget));
        if (shares[n] < 1e-3 || isFull(n)) continue;
        const here = (parts[n] - least[n]) / shares[n];
        level ??= here;
        close(here, level, 1e-6);
        ++byShare;
      }
      for (let n = 0; n < count && level !== undefined; ++n)
        if (shares[n] > 0 && isFull(n)) {
          assert.ok(least[n] + shares[n] * level >= most[n] - 1e-3);
          ++limited;
        }
    }
    assert.ok(limited > 250);
    assert.ok(byShare > 250);
  });

  it('goes to others where some cannot take it, in equal parts where none has a share', () => {
    const none = [0, 0, 0];
    const all = [Infinity, Infinity, Infinity];
    const found = (...args) => allocate(12, ...args);
    const near = (parts, wanted) => {
      for (const [n, part] of parts.entries()) close(part, wanted[n], 1e-9);
    };
    near(found([0.5, 0.25, 0.25], none, all), [6, 3, 3]);
    near(found([0.5, 0.25, 0.25], none, [2, 100, 100]), [2, 5, 5]);
    near(found([1, 0, 0], none, [2, 100, 100]), [2, 5, 5]);
    near(found(none, [1, 2, 3], all), [3, 4, 5]);
    assert.deepEqual(found([1, 1, 1], none, [1, 2, 3]), [1, 2, 3]);
    close(sum(found([1e-300, 0, 0], none, all)), 12, 1e-9);
    assert.deepEqual(allocate(0, [], [], []), []);
  });

  it('is refused where it cannot be, or of what are no numbers', () => {
    const none = [0, 0];
    const all = [100, 100];
    const half = [0.5, 0.5];
    const isRefused = (...args) => refused(() => allocate(...args), 'INVALID_ARGUMENT', 'expected');
    isRefused(3, half, [2, 2], all);
    isRefused(3, half, [1, 1], [0, 1]);
    for (const wrong of [-1, NaN, Infinity]) {
      isRefused(wrong, half, none, all);
      isRefused(3, [wrong, 1], none, all);
      isRefused(3, [wrong, 1], none, all, half);
      isRefused(3, half, none, all, [wrong, 1]);
    }
    isRefused(3, half, none, all, [0, 1]);
    isRefused(3, half, [NaN, 0], all);
    isRefused(3, half, none, [NaN, 1]);
  });
});

const foundBy = (weights, scales, parts) =>
  sum(weights.map((weight, n) => weight * (1 - Math.exp(-parts[n] / scales[n]))));

/** The most that any division finds, by steps of the budget. */
function bestOfGrid(weights, scales, budget) {
  const STEPS = 60;
  const step = budget / STEPS;
  let best = list(STEPS + 1, () => 0);
  for (const [n, weight] of weights.entries())
    best = best.map((_, used) =>
      Math.max(
        ...list(
          used + 1,
          (here) => best[used - here] + weight * (1 - Math.exp((-here * step) / scales[n])),
        ),
      ),
    );
  return best[STEPS];
}

describe('a budget over branches', () => {
  it('finds as much as the best division of a grid, at one level for all', (t) => {
    const times = rounds(t, 300);
    const next = random(342);
    let betterThanShares = 0;
    let idle = 0;
    for (let i = 0; i < times; ++i) {
      const count = 1 + Math.floor(8 * next());
      const weights = list(count, () => (next() < 1 / 6 ? 0 : Math.exp(-4 * next())));
      const scales = list(count, () => 5 + 45 * next());
      const budget = 1 + 199 * next();
      const none = list(count, () => 0);
      const all = list(count, () => Infinity);
      const parts = allocate(budget, weights, none, all, scales);
      if (sum(weights) === 0) {
        assert.equal(sum(parts), 0);
        continue;
      }
      close(sum(parts), budget, 1e-9);
      const ours = foundBy(weights, scales, parts);
      assert.ok(ours >= bestOfGrid(weights, scales, budget) * (1 - 1e-9));
      // The closed form: one level for all that get something, and no less for those that do not.
      const levels = parts.map((part, n) => (weights[n] / scales[n]) * Math.exp(-part / scales[n]));
      const level = levels.findLast((_, n) => parts[n] > 1e-9);
      for (const [n, part] of parts.entries()) {
        if (part > 1e-9) assert.ok(Math.abs(levels[n] - level) <= 1e-6 * level);
        else assert.ok(levels[n] <= level * (1 + 1e-6));
        if (part <= 1e-9) ++idle;
      }
      const shares = allocate(budget, weights, none, all);
      if (foundBy(weights, scales, shares) < ours * (1 - 1e-3)) ++betterThanShares;
    }
    assert.ok(betterThanShares > 50);
    assert.ok(idle > 50);
  });

  it('keeps within least and most', (t) => {
    const times = rounds(t, 300);
    const next = random(343);
    for (let i = 0; i < times; ++i) {
      const count = 1 + Math.floor(8 * next());
      const weights = list(count, () => 0.01 + 0.99 * next());
      const scales = list(count, () => 5 + 45 * next());
      const least = list(count, () => 3 * next());
      const most = least.map((it) => it + 30 * next());
      const budget = sum(least) + 150 * next();
      const parts = allocate(budget, weights, least, most, scales);
      close(sum(parts), Math.min(budget, sum(most)), 1e-9);
      within(parts, least, most);
    }
  });
});
