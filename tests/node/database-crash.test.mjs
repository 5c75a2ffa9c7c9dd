// A database killed at every write point of a script: what is there afterwards is a prefix of what
// was done, with every acknowledged operation in it.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { contentsOf, historyOf, operations } from '../support/database-script.mjs';
import { runScript } from '../support/databases.mjs';
import { FAULTS, faultyStorage } from '../support/faulty-storage.mjs';
import { open } from '../support/package.mjs';
import { soak } from '../support/soak.mjs';

/** Wide enough that a script of 200 operations is worth a snapshot several times. */
const DIMENSIONS = 1024;
const COUNT = 200;

const script = operations({ seed: 1, count: COUNT, dimensions: DIMENSIONS });
const history = historyOf(script);

const run = (storage, durability) =>
  runScript(script, storage, durability, () =>
    open('crash', { dimensions: DIMENSIONS, index: 'hnsw', storage, durability }),
  );

/** What a new program finds. It goes on with what it found, and so does the one after it. */
async function reopened(values) {
  const storage = faultyStorage(values);
  const db = await open('crash', { dimensions: DIMENSIONS, storage, durability: 'strict' });
  const found = await contentsOf(db);
  const count = await db.count();
  await db.upsert({ id: 'one more', vector: new Float32Array(DIMENSIONS).fill(1) });
  await db.close();
  const next = await open('crash', { storage: faultyStorage(values) });
  assert.equal(await next.count(), count + 1);
  assert.equal(next.version, db.version);
  await next.close();
  return found;
}

function generationsIn(values) {
  return Math.max(...[...values.keys()].map((key) => Number(key.split('-')[1])));
}

async function survives(at, fault, durability) {
  const values = new Map();
  const storage = faultyStorage(values, { at, fault });
  const { acknowledged, begun } = await run(storage, durability);
  const found = await reopened(values);
  const which = history.findIndex((it, i) => i >= acknowledged && i <= begun && it === found);
  const where = history.indexOf(found);
  assert.ok(
    which >= 0,
    `point ${at}: expected the contents after ${acknowledged} to ${begun} operations, got ` +
      (where < 0 ? 'those of no moment' : `those after ${where}`),
  );
  return { reached: storage.points > at, generations: generationsIn(values) };
}

for (const durability of ['strict', 'relaxed'])
  describe(`${COUNT} operations, ${durability}, killed at every write`, () => {
    for (const [name, fault] of Object.entries(FAULTS))
      it(name, async (t) => {
        // All points where the program dies in the middle; of the others every few, all in the soak.
        const step = soak || name === 'dies in the middle' ? 1 : durability === 'strict' ? 11 : 3;
        let at = 0;
        let most = 0;
        for (;;) {
          const { reached, generations } = await survives(at, fault, durability);
          most = Math.max(most, generations);
          if (!reached) break;
          at += step;
        }
        assert.ok(most >= 3, `the script is worth ${most} snapshots`);
        t.diagnostic(`${at} write points, every ${step}`);
        assert.ok(at > (durability === 'strict' ? 150 : 30), `only ${at} points`);
      });
  });

describe('the harness', () => {
  it('finds lost writes when there is no journal', async () => {
    const values = new Map();
    const storage = faultyStorage(values, { at: 3 });
    const { write } = storage;
    storage.write = async (key, value) =>
      key.startsWith('journal') ? undefined : write(key, value);
    const { acknowledged, begun } = await run(storage, 'strict');
    const found = await reopened(values).catch(() => 'nothing');
    const which = history.findIndex((it, i) => i >= acknowledged && i <= begun && it === found);
    assert.equal(which, -1);
  });
});
