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
import { sharedPlace, until } from '../support/shared-storage.mjs';
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

describe('tune() and measureRecall() that are aborted', () => {
  const dimensions = 16;
  const vectors = seededVectors({ seed: 4, count: 4000, dimensions });
  const items = itemsOf(vectors);
  const never = new AbortController().signal;
  const kinds = [{}, { worker: true }, { shards: 2 }, { shards: 2, worker: true }];
  const nameOf = ({ worker, shards = 1 }) => `${shards} shards${worker ? ', worker' : ''}`;

  for (const kind of kinds)
    it(`say with a signal what they say without one: ${nameOf(kind)}`, async (t) => {
      const options = {
        dimensions,
        storage: 'memory:',
        index: 'hnsw',
        quantization: 'int8',
        ...kind,
      };
      const db = await newDatabase(t, 'd', options);
      await db.upsert(items.slice(0, 1500));
      for (const [verb, own] of [
        ['tune', { targetRecall: 0.9 }],
        ['measureRecall', { samples: 70, ef: 12 }],
        ['measureRecall', { samples: 1, queries: vectors.slice(0, 1) }],
      ])
        assert.deepEqual(await db[verb]({ ...own, signal: never }), await db[verb](own), verb);
    });

  for (const worker of [false, true])
    it(`search for no more samples, and let others have their turn${worker ? ', worker' : ''}`, async (t) => {
      const ended = [];
      const newWorker = () => {
        const { worker } = newThread();
        worker.addEventListener('message', ({ data }) => {
          if (data.kind === 'answer' && data.error) ended.push(data.error.name);
        });
        return worker;
      };
      const options = { dimensions, storage: 'memory:', worker: worker && newWorker };
      const db = await newDatabase(t, 'd', options);
      await db.upsert(items);
      const controller = new AbortController();
      let isOver = false;
      const asked = db.measureRecall({ samples: 4000, signal: controller.signal }).finally(() => {
        isOver = true;
      });
      asked.catch(() => {});
      await db.query(vectors[0]);
      assert.equal(isOver, false, 'a query has its turn before it is over');
      controller.abort(reason);
      await assert.rejects(asked, reason);
      const tuning = new AbortController();
      const tuned = db.tune({ targetRecall: 0.9, signal: tuning.signal });
      tuning.abort(reason);
      await assert.rejects(tuned, reason);
      if (!worker) return;
      await until(() => ended.length === 2, 'the end of both in the worker');
      assert.deepEqual(ended, ['AbortError', 'AbortError']);
    });

  it('measure anew when rows were renumbered meanwhile', async (t) => {
    const db = await newDatabase(t, 'd', { dimensions, storage: 'memory:', index: 'flat' });
    await db.upsert(items);
    const asked = db.measureRecall({ samples: 4000, signal: never });
    await db.delete(items.slice(0, 3000).map(({ id }) => id)); // which compacts
    const { samples, recall } = await asked;
    assert.deepEqual([samples, recall], [1000, 1]);
  });
});
