// How a database over shards is opened, by one tab, closed and deleted: all of it or nothing.
import assert from 'node:assert/strict';
import { cpSync, existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { runModule } from '../support/child.mjs';
import { newDatabase, newFolder } from '../support/databases.mjs';
import { dist, rejected } from '../support/indexes.mjs';
import { deleteDatabase, open } from '../support/package.mjs';
import { itemsOf, seededVectors } from '../support/random.mjs';
import { openShards, shardOf } from '../support/shards.mjs';
import { sharedPlace, until } from '../support/shared-storage.mjs';
import { newThread } from '../support/threads.mjs';

const SHARDS = 3;

describe('tabs and a database over shards', () => {
  it('is of one tab: others may read, and are refused otherwise', async (t) => {
    const places = [0, 1].map((shard) => sharedPlace(`shards-${shard}`));
    const openTab = async (options) => {
      const tabs = places.map((place) => place.tab());
      const db = await openShards({ durability: 'strict', ...options }, (shard) => tabs[shard]);
      t.after(() => db.close());
      return db;
    };
    const first = await openTab({ dimensions: 2, shards: 2 });
    const records = itemsOf(seededVectors({ seed: 2, count: 30, dimensions: 2 }));
    assert.equal((await first.insert(records)).inserted, 30);
    for (const options of [{}, { shards: 2 }, { dimensions: 2, tabs: 'exclusive' }])
      await rejected(openTab(options), 'STORAGE_BLOCKED');
    await rejected(openTab({ shards: 2, tabs: 'shared' }), 'INVALID_ARGUMENT', 'tabs');
    const reader = await openTab({ tabs: 'readonly' });
    assert.deepEqual([reader.role, await reader.count()], ['readonly', 30]);
    await rejected(reader.delete('r1'), 'READ_ONLY');
    assert.equal(await first.delete(['r1', 'r2']), 2);
    await first.close();
    assert.equal(await (await openTab({})).count(), 28);
  });
});

describe('opening and closing a database over shards', () => {
  const filled = async (t, options = {}) => {
    const folder = newFolder(t);
    const db = await open(folder, { dimensions: 4, shards: SHARDS, ...options });
    await db.upsert(itemsOf(seededVectors({ seed: 1, count: 60, dimensions: 4 })));
    await db.close();
    return folder;
  };

  it('knows how many there are, and refuses another number', async (t) => {
    const folder = await filled(t);
    for (const options of [{}, { shards: SHARDS }, { worker: true }]) {
      const db = await open(folder, options);
      const { count, shards, worker } = await db.stats();
      assert.deepEqual([count, shards, worker], [60, SHARDS, options.worker ?? false]);
      await db.close();
    }
    for (const shards of [1, 2, 4])
      for (const worker of [false, true])
        await rejected(
          open(folder, { shards, worker }),
          'INVALID_ARGUMENT',
          'expected 3, as it was made',
        );
    const one = newFolder(t);
    await (await open(one, { dimensions: 4 })).close();
    await rejected(open(one, { shards: 2 }), 'INVALID_ARGUMENT', 'expected 1, as it was made');
    const alone = await newDatabase(t, one, { shards: 1 });
    assert.equal((await alone.stats()).shards, 1);
  });

  it('opens all or none, and leaves nothing locked', async (t) => {
    for (const worker of [false, true]) {
      const folder = await filled(t);
      const manifests = readdirSync(folder).filter((name) => name.startsWith('shard1-manifest'));
      const aside = (name) => join(folder, `aside-${name}`);
      for (const name of manifests) renameSync(join(folder, name), aside(name));
      // Twice the same: the first try did not keep the lock.
      for (let i = 0; i < 2; ++i) await rejected(open(folder, { worker }), 'STORAGE_CORRUPT');
      assert.deepEqual(
        readdirSync(folder).filter((name) => name.endsWith('lock')),
        [],
      );
      for (const name of manifests) renameSync(aside(name), join(folder, name));
      const db = await open(folder, { worker });
      assert.equal(await db.count(), 60);
      await db.close();
      for (const name of readdirSync(folder))
        if (name.startsWith('shard2-')) rmSync(join(folder, name));
      await rejected(open(folder, { worker }), 'STORAGE_CORRUPT', 'shard 2 is missing');
    }
  });

  it('without the code for it leaves nothing locked', (t) => {
    const home = newFolder(t);
    cpSync(dist, home, { recursive: true });
    rmSync(join(home, 'database/pool/pool.js'));
    const folder = newFolder(t);
    const { code, names } = runModule(`
      import { readdirSync } from 'node:fs';
      import { openOn } from ${JSON.stringify(pathToFileURL(join(home, 'database/open.js')))};
      import { nodePlatform } from ${JSON.stringify(pathToFileURL(join(home, 'platform-node.js')))};
      const folder = ${JSON.stringify(folder)};
      const { code } = await openOn(nodePlatform, folder, { dimensions: 2, shards: 2 }).catch((error) => error);
      console.log(JSON.stringify({ code, names: readdirSync(folder) }));`);
    assert.equal(code, 'ERR_MODULE_NOT_FOUND');
    assert.ok(
      names.includes('manifest-0') && !names.some((name) => name.includes('lock')),
      `${names}`,
    );
  });

  it('misses a shard also where the first one was never written', async (t) => {
    const folder = newFolder(t);
    const options = { dimensions: 2, shards: 2 };
    const db = await open(folder, options);
    const ids = Array.from({ length: 40 }, (_, i) => `r${i}`).filter((id) => shardOf('', id, 2));
    await db.upsert(ids.map((id) => ({ id, vector: [1, 2] })));
    await db.close();
    for (const name of readdirSync(folder))
      if (name.startsWith('shard1-')) rmSync(join(folder, name));
    for (let i = 0; i < 2; ++i)
      await rejected(open(folder, options), 'STORAGE_CORRUPT', 'shard 1 is missing');
  });

  it('takes one key for all, and no other', async (t) => {
    const algorithm = { name: 'AES-GCM', length: 256 };
    const newKey = () => crypto.subtle.generateKey(algorithm, false, ['encrypt', 'decrypt']);
    const encryption = { key: await newKey() };
    for (const worker of [false, true]) {
      const folder = await filled(t, { encryption, worker });
      await rejected(open(folder, { worker }), 'DECRYPT_FAILED');
      await rejected(
        open(folder, { worker, encryption: { key: await newKey() } }),
        'DECRYPT_FAILED',
      );
      const db = await open(folder, { worker, encryption });
      assert.deepEqual([await db.count(), (await db.storage()).encrypted], [60, true]);
      await db.close();
    }
  });

  it('notices shards that changed places', async (t) => {
    const folder = await filled(t);
    for (const name of readdirSync(folder))
      if (name.startsWith('shard2-')) rmSync(join(folder, name));
    for (const name of readdirSync(folder))
      if (name.startsWith('shard1-'))
        renameSync(join(folder, name), join(folder, name.replace('shard1', 'shard2')));
    await rejected(open(folder), 'STORAGE_CORRUPT');
    for (const name of readdirSync(folder))
      if (name.startsWith('shard2-'))
        renameSync(join(folder, name), join(folder, name.replace('shard2', 'shard1')));
    await rejected(open(folder), 'STORAGE_CORRUPT', 'shard 2 is missing');
  });

  it('is deleted as a whole, once nobody has it open', async (t) => {
    const folder = await filled(t);
    const db = await open(folder);
    await rejected(open(folder), 'STORAGE_BLOCKED');
    await rejected(deleteDatabase(folder), 'STORAGE_BLOCKED');
    await db.close();
    await deleteDatabase(folder);
    assert.equal(existsSync(folder), false);
  });

  it('tells how far it is, and stops where it is told to', async (t) => {
    const folder = await filled(t);
    const controller = new AbortController();
    const seen = [];
    const onProgress = (progress) => seen.push(progress);
    const db = await open(folder, { onProgress, signal: controller.signal });
    const { snapshotBytes } = await db.storage();
    assert.deepEqual(seen.at(-1), { done: snapshotBytes, total: snapshotBytes });
    await db.close();
    const reason = new Error('enough');
    const onFirst = () => controller.abort(reason);
    const { signal } = controller;
    await assert.rejects(open(folder, { signal, onProgress: onFirst }), reason);
    assert.equal(await (await newDatabase(t, folder)).count(), 60);
  });

  it('takes a worker from the caller for each shard, and ends them', async (t) => {
    const workers = [];
    const ended = [];
    const listeners = [];
    const worker = () => {
      const { thread, worker } = newThread();
      thread.on('exit', () => ended.push(thread));
      workers.push(thread);
      return {
        ...worker,
        addEventListener(type, listener) {
          if (type === 'error') listeners.push(listener);
          else worker.addEventListener(type, listener);
        },
      };
    };
    const db = await newDatabase(t, 'd', { dimensions: 2, shards: 4, worker });
    assert.equal(workers.length, 4);
    await db.upsert(itemsOf(seededVectors({ seed: 1, count: 40, dimensions: 2 })));
    const errors = [];
    db.on('error', ({ error }) => errors.push(error.code));
    listeners[2]({ message: 'out of luck' });
    assert.deepEqual(errors, ['WORKER_FAILED']);
    await rejected(db.count(), 'WORKER_FAILED', 'out of luck');
    await db.close().catch(() => {});
    await until(() => ended.length === 4, 'the workers');
    const one = { dimensions: 2, shards: 2, worker: worker() };
    await rejected(open('d', one), 'INVALID_ARGUMENT', 'holds no other database');
    await until(() => ended.length === 5, 'the only one');
  });
});
