// A database against a plain Map, through many lives: each ends by itself or by a fault at a random
// write, and the next one goes on from what it finds.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  contentsOf,
  contentsOfMap,
  operations,
  perform,
  performOnMap,
} from '../support/database-script.mjs';
import { bytesOfStream } from '../support/databases.mjs';
import { FAULTS, faultyStorage } from '../support/faulty-storage.mjs';
import { open } from '../support/package.mjs';
import { random } from '../support/random.mjs';
import { soak } from '../support/soak.mjs';

const DIMENSIONS = 4;
const OPERATIONS = soak ? 1_000_000 : 10_000;
const faults = Object.values(FAULTS);

/** One life: what it did to the model, step by step, and from which step on it is acknowledged. */
async function live(values, model, next, seed) {
  const below = (n) => Math.floor(next() * n);
  const strict = next() < 0.5;
  // Some lives meet no fault, some at their first write.
  const storage = faultyStorage(values, { at: below(60), fault: faults[below(faults.length)] });
  const history = [new Map(model)];
  let acknowledged = 0;
  const step = (operation) => {
    const after = new Map(history.at(-1));
    performOnMap(after, operation);
    history.push(after);
  };
  let db;
  let count = 0;
  try {
    const durability = strict ? 'strict' : 'relaxed';
    db = await open('model', { dimensions: DIMENSIONS, storage, durability });
    for (const operation of operations({ seed, count: 5 + below(60), dimensions: DIMENSIONS })) {
      ++count;
      step(operation);
      try {
        await perform(db, operation);
        if (!strict && next() < 0.2) await db.flush();
        else if (!strict) continue;
        acknowledged = history.length - 1;
        if (next() < 0.02) await db.import(await bytesOfStream(db.export()));
      } catch (error) {
        if (storage.dead) throw error;
        assert.equal(error.code, 'STORAGE_UNAVAILABLE', error.stack);
      }
    }
    assert.equal(await contentsOf(db), contentsOfMap(history.at(-1)));
    await db.close();
    if (!storage.dead) acknowledged = history.length - 1;
  } catch (error) {
    assert.equal(error.code, 'STORAGE_UNAVAILABLE', `seed ${seed}: ${error.stack}`);
    await db?.close().catch(() => {});
  }
  return { history, acknowledged, count };
}

it(`holds what a Map holds, over ${OPERATIONS} operations`, async (t) => {
  const next = random(17);
  const values = new Map();
  let model = new Map();
  let [done, lives] = [0, 0];
  while (done < OPERATIONS) {
    const { history, acknowledged, count } = await live(values, model, next, lives);
    const db = await open('model', { dimensions: DIMENSIONS, storage: faultyStorage(values) });
    const found = await contentsOf(db);
    await db.close();
    const at = history.findIndex((it, i) => i >= acknowledged && contentsOfMap(it) === found);
    assert.ok(at >= 0, `life ${lives}: no prefix with all ${acknowledged} acknowledged operations`);
    model = history[at];
    done += count;
    ++lives;
  }
  t.diagnostic(`${done} operations in ${lives} lives, seed 17`);
});
