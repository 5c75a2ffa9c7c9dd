// What is learnt of clicks in succession (js/context/): against closed forms, and its bounds.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { dist } from '../support/indexes.mjs';

const load = (path) => import(pathToFileURL(join(dist, path)));
const { Transitions } = await load('context/transitions.js');
const { Sessions } = await load('context/sessions.js');

const UP = 0.01;
const DOWN = 0.012;
const trail = (...records) => records.map((record, i) => ({ record, trace: i === 0 ? 1 : 0.1 }));
const close = (actual, expected) =>
  assert.ok(Math.abs(actual - expected) < 1e-9, `${actual}, expected ${expected}`);
/** The weight of which `expect` tells the share: w / (A+ + w), where there is no other. */
const weightOf = (share) => (UP * share) / (1 - share);

describe('transitions', () => {
  it('a periodic A, B: the weight to B rises to 1 by its closed form, that to A falls to 0', () => {
    const transitions = new Transitions();
    // Once the other way round, so that there is something to fall.
    transitions.learn(trail(2), 1, 1);
    close(weightOf(transitions.expect(trail(2)).get(1)), UP);
    for (let n = 1; n <= 2000; ++n) {
      transitions.learn(trail(1), 2, 1);
      if (n % 400 !== 0) continue;
      // The first click of the other order depressed what was not there yet.
      close(weightOf(transitions.expect(trail(1)).get(2)), 1 - (1 - UP) ** n);
      close(weightOf(transitions.expect(trail(2)).get(1)), UP * (1 - DOWN) ** n);
    }
    assert.ok(transitions.expect(trail(1)).get(2) > 0.99);
  });

  it('a trace and a weight scale a change; one below 0 depresses', () => {
    const transitions = new Transitions();
    transitions.learn([{ record: 1, trace: 0.5 }], 2, 0.5);
    close(weightOf(transitions.expect(trail(1)).get(2)), UP / 4);
    transitions.learn(trail(1), 2, -0.5);
    close(weightOf(transitions.expect(trail(1)).get(2)), (UP / 4) * (1 - DOWN / 2));
    transitions.learn(trail(1), 3, -1);
    assert.deepEqual([...transitions.expect(trail(1)).keys()], [2]);
    transitions.learn(trail(4), 4, 1);
    assert.equal(transitions.expect(trail(4)).size, 0);
  });

  it('two clicks tell what neither does', () => {
    const transitions = new Transitions();
    // After a, b comes c; after d, b comes e: b alone leads to either.
    const [a, b, c, d, e] = [1, 2, 3, 4, 5];
    for (let i = 0; i < 10; ++i) {
      transitions.learn(trail(b, a), c, 1);
      transitions.learn(trail(b, d), e, 1);
    }
    const after = (...records) => transitions.expect(trail(...records));
    close(after(b).get(c), after(b).get(e));
    assert.ok(after(b, a).get(c) > 5 * after(b, a).get(e));
    assert.ok(after(b, d).get(e) > 5 * after(b, d).get(c));
    const sum = [...after(b, a).values()].reduce((total, share) => total + share);
    assert.ok(sum > 0.9 && sum < 1, `${sum}`);
  });

  it('keeps 32 that follow, the strongest, and 16,384 that something follows, the last used', () => {
    const transitions = new Transitions();
    for (let i = 0; i < 100; ++i) transitions.learn(trail(1), 1000 + i, (i + 1) / 100);
    // The one that came last stays until the next one comes.
    assert.deepEqual(
      [...transitions.expect(trail(1)).keys()].sort(),
      Array.from({ length: 32 }, (_, i) => 1068 + i),
    );
    for (let i = 2; i < 16_385; ++i) transitions.learn(trail(i), 0, 1);
    assert.equal(transitions.expect(trail(1)).size, 32);
    transitions.learn(trail(16_385), 0, 1);
    assert.equal(transitions.expect(trail(1)).size, 0);
    assert.equal(transitions.expect(trail(2)).size, 1);
  });
});

describe('sessions', () => {
  const visit = (id, at = 0) => ({ id, at, tauMs: 1000 });

  it('are 256, the last used', () => {
    const sessions = new Sessions();
    for (let i = 0; i < 256; ++i) sessions.clicked(visit(`s${i}`), i, 1);
    assert.equal(sessions.at(visit('s0')).activations.get(0), 1);
    sessions.clicked(visit('new'), 1, 1);
    assert.equal(sessions.at(visit('s0')).activations.size, 1);
    assert.equal(sessions.at(visit('s1')).activations.size, 0);
  });

  it('attend to 32 records, those that are most active', () => {
    const sessions = new Sessions();
    for (let i = 0; i < 100; ++i) sessions.clicked(visit('s'), i, (i + 1) / 200);
    const { activations } = sessions.at(visit('s'));
    assert.deepEqual(
      [...activations.keys()].sort((a, b) => a - b),
      Array.from({ length: 32 }, (_, i) => 68 + i),
    );
  });

  it('leak: e^(-dt / tau), and what follows a click with it', () => {
    const sessions = new Sessions();
    sessions.clicked(visit('s'), 1, 1);
    sessions.clicked(visit('s', 0), 2, 1);
    sessions.clicked(visit('t'), 1, 1);
    const { activations, expected } = sessions.at(visit('t', 2500));
    close(activations.get(1), Math.exp(-2.5));
    // The weight is A+; the trace of the last click is what leaked.
    const drive = Math.exp(-2.5) * UP;
    close(expected.get(2), drive / (UP + drive));
  });

  it('a click counts for the next two, much less for the second', () => {
    const sessions = new Sessions();
    for (const record of [1, 2, 3, 4]) sessions.clicked(visit('s'), record, 1);
    const fade = Math.exp(-1 / 0.3);
    const weight = (from, to) => {
      sessions.clicked(visit(`${from}`), from, 1);
      return weightOf(
        sessions.at(visit(`${from}`)).expected.get(to) /
          // Its share beside the others that follow.
          1,
      );
    };
    sessions.clicked(visit('only'), 3, 1);
    close(weight(3, 4), UP);
    const both = new Map([
      [2, UP],
      [3, fade * UP],
    ]);
    sessions.clicked(visit('one'), 1, 1);
    const { expected } = sessions.at(visit('one'));
    const total = UP + [...both.values()].reduce((sum, it) => sum + it);
    assert.equal(expected.size, 2);
    for (const [record, it] of both) close(expected.get(record), it / total);
  });
});
