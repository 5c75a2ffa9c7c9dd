// Databases in worker threads that are ended at any moment: what is there afterwards, and what is locked.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import {
  contentsOf,
  contentsOfMap,
  operations,
  perform,
  performOnMap,
} from '../support/database-script.mjs';
import { newFolder } from '../support/databases.mjs';
import { rejected } from '../support/indexes.mjs';
import { open } from '../support/package.mjs';
import { random } from '../support/random.mjs';
import { rounds } from '../support/soak.mjs';
import { newThread } from '../support/threads.mjs';

const DIMENSIONS = 4;

it('a thread that died has nothing locked, one that lives has', async (t) => {
  const folder = newFolder(t);
  const options = { dimensions: 2, durability: 'strict' };
  const { thread, worker } = newThread();
  const db = await open(folder, { ...options, worker });
  await db.upsert({ id: 'a', vector: [1, 2] });
  await rejected(open(folder), 'STORAGE_BLOCKED', 'open already');
  await thread.terminate();
  assert.ok(existsSync(join(folder, 'lock')), 'it could not clean up');
  const next = newThread();
  const other = await open(folder, { ...options, worker: next.worker });
  assert.deepEqual((await other.list()).ids, ['a']);
  await next.thread.terminate();
  const here = await open(folder);
  assert.deepEqual((await here.list()).ids, ['a']);
  await here.close();
  assert.ok(!existsSync(join(folder, 'lock')));
});

it('holds what a Map holds, through many workers that are killed', async (t) => {
  const folder = newFolder(t);
  const next = random(23);
  const below = (n) => Math.floor(next() * n);
  let model = new Map();
  let done = 0;
  const lives = rounds(t, 8);
  for (let life = 0; life < lives; ++life) {
    const { thread, worker } = newThread();
    const options = { dimensions: DIMENSIONS, durability: 'strict', worker };
    const db = await open(folder, options);
    assert.equal(await contentsOf(db), contentsOfMap(model), `life ${life}`);
    const script = operations({ seed: life, count: 5 + below(25), dimensions: DIMENSIONS });
    const history = [new Map(model)];
    let acknowledged = 0;
    const mortal = 1 + below(script.length);
    for (const [i, operation] of script.entries()) {
      const after = new Map(history.at(-1));
      performOnMap(after, operation);
      history.push(after);
      const answer = perform(db, operation);
      if (i < mortal) {
        await answer;
        acknowledged = i + 1;
        continue;
      }
      // Somewhere on the way of a write.
      answer.catch(() => {});
      await setTimeout(below(4));
      break;
    }
    await thread.terminate();
    await db.close().catch(() => {});
    const found = await open(folder, { worker: true });
    const contents = await contentsOf(found);
    await found.close();
    const at = history.findIndex((it, i) => i >= acknowledged && contentsOfMap(it) === contents);
    assert.ok(at >= 0, `life ${life}: no prefix with all ${acknowledged} acknowledged operations`);
    model = history[at];
    done += at;
  }
  t.diagnostic(`${done} operations in ${lives} lives, seed 23`);
  assert.ok(done > 3 * lives);
});
