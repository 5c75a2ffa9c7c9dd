// What becomes of open() and of long calls when their signal is aborted.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { describe, it } from 'node:test';
import { newDatabase, newFolder } from '../support/databases.mjs';
import { faultyStorage } from '../support/faulty-storage.mjs';
import { open } from '../support/package.mjs';
import { itemsOf, seededVectors } from '../support/random.mjs';
import { openShards } from '../support/shards.mjs';
import { sharedPlace } from '../support/shared-storage.mjs';
import { newThread } from '../support/threads.mjs';

const reason = new Error('enough');

/** What `open()` rejects with once `act(abort)` has called abort, and the rest has ended. */
async function aborted(name, options) {
  const controller = new AbortController();
  const abort = () => controller.abort(reason);
  await assert.rejects(open(name, { ...options(abort), signal: controller.signal }), reason);
}

describe('open() that is aborted', () => {
  for (const worker of [false, true])
    it(`while it waits for a snapshot: nothing stays locked${worker ? ', worker' : ''}`, async (t) => {
      let ask = () => {};
      const server = createServer(() => ask()); // which never answers
      await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
      t.after(() => server.closeAllConnections());
      t.after(() => server.close());
      const url = `http://127.0.0.1:${server.address().port}/`;
      const folder = newFolder(t);
      await aborted(folder, (abort) => {
        ask = abort;
        return { dimensions: 2, snapshot: url, worker };
      });
      assert.deepEqual(readdirSync(folder), []);
      // What the caller reads for itself.
      await aborted(folder, (abort) => ({
        dimensions: 2,
        snapshot: new ReadableStream({ pull: () => setTimeout(abort) }),
        worker,
      }));
      assert.deepEqual(readdirSync(folder), []);
      const db = await newDatabase(t, folder, { dimensions: 2, worker });
      assert.equal(await db.count(), 0);
    });

  for (const shards of [1, 2])
    it(`by its last call to the storage, ${shards} shards: nothing stays locked`, async () => {
      const places = [0, 1].map((shard) => sharedPlace(`late-${shards}-${shard}`));
      const openTab = (own, hooks = {}) => {
        const tabs = places.map((place) => place.tab(hooks));
        return openShards({ dimensions: 2, durability: 'strict', ...own }, (shard) => tabs[shard]);
      };
      const first = await openTab({ shards });
      await first.upsert({ id: 'a', vector: [1, 2] });
      await first.close();
      let calls = 0;
      const counting = () => void ++calls;
      const hooks = (hook) => ({ read: hook, list: hook, write: hook, delete: hook });
      const db = await openTab({}, hooks(counting));
      const last = calls;
      await db.close();
      for (let at = 1; at <= last; ++at) {
        const controller = new AbortController();
        calls = 0;
        const abort = () => void (++calls === at && controller.abort(reason));
        await assert.rejects(openTab({ signal: controller.signal }, hooks(abort)), reason);
        const again = await openTab({ tabs: 'exclusive' });
        assert.deepEqual([again.role, await again.count()], ['writer', 1]);
        await again.close();
      }
    });

  it('as its worker is made: that one is ended', async (t) => {
    const folder = newFolder(t);
    const { thread, worker } = newThread();
    const gone = new Promise((resolve) => thread.once('exit', resolve));
    await aborted(folder, (abort) => ({
      dimensions: 2,
      worker: () => {
        abort();
        return worker;
      },
    }));
    await gone;
    assert.deepEqual(readdirSync(folder), []);
  });

  it('between two segments of the journal: no more are read', async () => {
    const values = new Map();
    const own = { dimensions: 2, durability: 'strict' };
    const db = await open('d', { ...own, storage: faultyStorage(values) });
    for (let i = 0; i < 10; ++i) await db.upsert({ id: `${i}`, vector: [1, 2] });
    const storage = faultyStorage(new Map(values)); // as a crash leaves it
    await db.close();
    const { read } = storage;
    const seen = [];
    await aborted('d', (abort) => {
      storage.read = (key) => {
        seen.push(key);
        if (key === 'journal-0-4') abort();
        return read(key);
      };
      return { storage };
    });
    assert.equal(seen.at(-1), 'journal-0-4');
    assert.equal(seen.length, 8, `${seen}`);
    storage.read = read;
    const again = await open('d', { storage });
    assert.equal(await again.count(), 10);
    await again.close();
  });
});

describe('queryMany() that is aborted', () => {
  for (const worker of [false, true])
    it(`does not do what it has not begun${worker ? ', worker' : ''}`, async (t) => {
      const vectors = seededVectors({ seed: 3, count: 1000, dimensions: 8 });
      const db = await newDatabase(t, 'd', { dimensions: 8, storage: 'memory:', worker });
      await db.upsert(itemsOf(vectors.slice(0, 100)));
      const controller = new AbortController();
      const { signal } = controller;
      const numberOf = ({ queryId }) => Number(queryId.slice(1));
      const whole = await db.queryMany(vectors, { signal, topK: 2 });
      const free = await db.queryMany(vectors, { topK: 2 });
      assert.deepEqual(
        whole.map(({ matches }) => matches),
        free.map(({ matches }) => matches),
      );
      const flat = Float32Array.from(vectors.flatMap((vector) => [...vector]));
      assert.equal((await db.queryMany(flat, { signal })).length, 1000);
      assert.deepEqual(await db.queryMany([], { signal }), []);
      const bad = vectors.with(700, new Float32Array(8).fill(Number.NaN));
      await assert.rejects(db.queryMany(bad, { signal }), /^RuVectorError: vectors\[700\]/);
      const before = numberOf(await db.query(vectors[0]));
      const asked = db.queryMany(vectors, { signal });
      controller.abort(reason);
      await assert.rejects(asked, reason);
      const after = numberOf(await db.query(vectors[0]));
      assert.ok(after <= before + 65, `${after - before - 1} of 1000 queries were made`);
    });
});
