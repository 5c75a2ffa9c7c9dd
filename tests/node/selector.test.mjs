// ./dag, the selector: the whole truth table, signals against their definitions, and what must not
// flap.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decide, NOTHING } from '../../dist/dag/decide.js';
import { createPlanner } from '../support/dag.mjs';
import { random } from '../support/random.mjs';

const DWELL = 16;
const planner = await createPlanner();

/** In the order in which they count, and which attention each calls for. */
const POLICY = [
  ['tension', 'minCutGated'],
  ['tail', 'criticalPath'],
  ['branches', 'parallelBranch'],
  ['depth', 'lorentz'],
  ['writes', 'causalCone'],
  ['rhythm', 'btsp'],
];
const policy = (set) => POLICY.find((_, i) => (set >> i) & 1)?.[1] ?? 'topological';
const namesOf = (set) => POLICY.filter((_, i) => (set >> i) & 1).map(([name]) => name);

/** Signals of which just these triggers hold, wherever they were before. */
function signalsOf(set) {
  const holds = (i) => ((set >> i) & 1) !== 0;
  return {
    tension: holds(0) ? 0.9 : 0.1,
    tensionSlope: 0,
    tailRatio: holds(1) ? 3 : 1,
    branches: holds(2) ? 4 : 3,
    depth: holds(3) ? 11 : 10,
    writeShare: holds(4) ? 0.6 : 0.1,
    periodicity: holds(5) ? 0.8 : 0.2,
  };
}

describe('a decision', () => {
  it('is by the first of all 64 sets of triggers, from each of them before', () => {
    for (let before = 0; before < 64; ++before)
      for (let now = 0; now < 64; ++now) {
        const first = decide(NOTHING, signalsOf(before));
        assert.deepEqual(first, {
          triggers: namesOf(before),
          mechanism: policy(before),
          since: 1,
        });
        let last = first;
        for (let i = 1; i < DWELL; ++i) {
          last = decide(last, signalsOf(now));
          assert.deepEqual(last.triggers, namesOf(now));
          assert.equal(last.mechanism, first.mechanism);
        }
        last = decide(last, signalsOf(now));
        assert.equal(last.mechanism, policy(now));
        assert.equal(last.since, policy(now) === policy(before) ? DWELL : 1);
      }
  });

  it('goes on to hold until what it is by is well below where it began', () => {
    for (const [signal, enter, leave, name] of [
      ['tension', 0.7, 0.5, 'tension'],
      ['tailRatio', 2, 1.6, 'tail'],
      ['writeShare', 0.5, 0.4, 'writes'],
    ]) {
      const held = (value, before) => {
        const last = { triggers: before ? [name] : [], mechanism: 'topological', since: 1 };
        return decide(last, { ...signalsOf(0), [signal]: value }).triggers.includes(name);
      };
      assert.equal(held(enter, false), false);
      assert.equal(held(enter + 1e-9, false), true);
      assert.equal(held(enter, true), true);
      assert.equal(held(leave, true), true);
      assert.equal(held(leave - 1e-9, true), false);
    }
    const rising = (tensionSlope) => decide(NOTHING, { ...signalsOf(0), tensionSlope }).mechanism;
    assert.equal(rising(0.02), 'topological');
    assert.equal(rising(0.021), 'minCutGated');
  });
});

describe('a selector', () => {
  it('changes at most once a dwell by a square wave that is faster', () => {
    for (let half = 1; half <= 8; ++half) {
      const selector = planner.selector();
      let last = 'topological';
      const changes = [];
      for (let i = 0; i < 400; ++i) {
        const { mechanism } = selector.observe({ tension: Math.floor(i / half) % 2 === 0 ? 1 : 0 });
        if (mechanism !== last) changes.push(i);
        last = mechanism;
      }
      for (let i = 1; i < changes.length; ++i) assert.ok(changes[i] - changes[i - 1] >= DWELL);
      assert.ok(changes.length <= 400 / DWELL + 1);
      assert.ok(changes.length > 1);
    }
  });

  it('does not change by noise around a threshold', () => {
    const selector = planner.selector();
    const next = random(351);
    for (let i = 0; i < 2000; ++i) {
      const tension = i < 20 ? 1 : 0.55 + 0.3 * next();
      assert.equal(selector.observe({ tension }).mechanism, 'minCutGated');
    }
  });

  it('makes the same decisions of the same observations, each of its signals alone', () => {
    const next = random(354);
    const selector = planner.selector();
    const again = planner.selector();
    const kinds = new Set();
    let last = NOTHING;
    let time = 0;
    for (let i = 0; i < 3000; ++i) {
      const phase = Math.floor(i / 250) % 7;
      time = Math.max(time, phase === 6 ? 10 * Math.floor(i / 10) : i);
      const query = {
        tension: phase === 1 ? 0.9 : 0.4 * next(),
        latency: phase === 2 && next() < 0.05 ? 100 : 1,
        writes: phase === 5 ? 9 : 0,
        branches: phase === 3 ? 8 : 1,
        depth: phase === 4 ? 20 : 3,
        time,
      };
      const found = selector.observe(query);
      assert.deepEqual({ ...found, ...decide(last, found.signals) }, found);
      assert.deepEqual(again.observe(query), found);
      last = found;
      kinds.add(found.mechanism);
    }
    assert.equal(kinds.size, 7);
  });

  it('is as before where an observation is refused', () => {
    const selector = planner.selector();
    selector.observe({ time: 10 });
    for (const wrong of [
      ...[-0.1, 1.1, NaN].map((tension) => ({ tension })),
      ...[-1, NaN, Infinity].flatMap((it) => [{ latency: it }, { writes: it }]),
      ...[9, NaN, Infinity].map((time) => ({ time })),
    ])
      assert.throws(() => selector.observe({ time: 10, ...wrong }), { code: 'INVALID_ARGUMENT' });
    for (const bin of [0, -1, NaN])
      assert.throws(() => planner.selector({ bin }), { code: 'INVALID_ARGUMENT' });
    const { query, since, signals } = selector.observe({ time: 10 });
    assert.deepEqual([query, since, signals.writeShare], [2, 2, 0]);
  });
});

/** The signals by their definitions, from all that was observed. */
function slopeOf(seen) {
  return seen.length <= 16 ? 0 : (seen.at(-1).tension - seen.at(-17).tension) / 16;
}
function tailRatioOf(seen) {
  if (seen.length < 100) return 1;
  const sorted = seen
    .slice(-100)
    .map(({ latency }) => latency)
    .sort((a, b) => a - b);
  return sorted[98] === 0 ? 1 : Math.min(sorted[98] / sorted[49], 1e100);
}
function writeShareOf(seen) {
  const last = seen.slice(-100);
  let writes = 0;
  for (const query of last) writes += query.writes;
  return writes / (writes + last.length);
}

/** The greatest of the autocorrelations of the last 255 whole bins. */
function rhythmOf(times, bin) {
  const open = Math.floor((times.at(-1) - times[0]) / bin);
  if (open < 255) return 0;
  const counts = Array(255).fill(0);
  for (const time of times) {
    const at = Math.floor((time - times[0]) / bin) - (open - 255);
    if (at >= 0 && at < 255) ++counts[at];
  }
  const mean = counts.reduce((a, b) => a + b, 0) / 255;
  const covariance = (lag) => {
    let sum = 0;
    for (let i = 0; i + lag < 255; ++i) sum += (counts[i] - mean) * (counts[i + lag] - mean);
    return sum / (255 - lag);
  };
  if (covariance(0) === 0) return 0;
  let most = 0;
  for (let lag = 2; lag <= 64; ++lag) most = Math.max(most, covariance(lag));
  return most / covariance(0);
}

describe('signals', () => {
  const near = (found, wanted, within) =>
    assert.ok(Math.abs(found - wanted) <= within * Math.abs(wanted), `${found} is not ${wanted}`);

  it('are what they say, over the last queries', () => {
    const next = random(352);
    for (let run = 0; run < 5; ++run) {
      const selector = planner.selector();
      const seen = [];
      for (let i = 0; i < 500; ++i) {
        const below = (end) => Math.floor(end * next());
        const query = {
          tension: next(),
          latency: below(20) === 0 ? below(500) : below(10),
          writes: below(3) === 0 ? below(6) : 0,
          branches: below(6),
          depth: below(15),
        };
        seen.push(query);
        const { signals } = selector.observe(query);
        assert.equal(signals.tension, query.tension);
        near(signals.tensionSlope, slopeOf(seen), 1e-12);
        near(signals.tailRatio, tailRatioOf(seen), 1e-12);
        near(signals.writeShare, writeShareOf(seen), 1e-12);
        assert.equal(signals.branches, query.branches);
        assert.equal(signals.depth, query.depth);
        assert.equal(signals.periodicity, 0);
      }
    }
  });

  it('see rhythms, and none where there is none', () => {
    const next = random(353);
    for (const bin of [0.5, 1])
      for (const period of [0, 5, 17, 60]) {
        const selector = planner.selector({ bin });
        const times = [];
        let time = 1000;
        let found;
        // Bursts of three every `period` bins, or arrivals at random.
        for (let second = 0; second < 400; ++second, time += bin) {
          const burst = period !== 0 && second % period === 0;
          const count = period === 0 ? Math.floor(3 * next()) : burst ? 3 : next() < 0.05 ? 1 : 0;
          for (let i = 0; i < count; ++i) {
            // Bins begin at the first; the others are far from where one does.
            times.push(times.length === 0 ? time : time + 0.1 * bin * (i + 1));
            found = selector.observe({ time: times.at(-1) }).signals.periodicity;
            near(found, rhythmOf(times, bin), 1e-9);
          }
        }
        assert.equal(found > 0.5, period !== 0);
        // A long silence is the end of it.
        assert.equal(selector.observe({ time: time + 1000 * bin }).signals.periodicity, 0);
      }
  });

  it('have no rhythm of what comes steadily', () => {
    for (const each of [1, 3, 7]) {
      const selector = planner.selector();
      for (let i = 0; i < 600 * each; ++i)
        assert.equal(selector.observe({ time: Math.floor(i / each) }).signals.periodicity, 0);
    }
  });
});
