// A database over shards against one index and against brute force: what it finds, what it refuses
// whole, what its versions promise, and how it is opened and closed. Its verbs are in database.test.mjs.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';
import { bytesOfStream, newDatabase, newFolder } from '../support/databases.mjs';
import { METRICS } from '../support/distances.mjs';
import { faultyStorage } from '../support/faulty-storage.mjs';
import { matches as passes } from '../support/filter-oracle.mjs';
import { newIndex, rejected } from '../support/indexes.mjs';
import { assertNearest } from '../support/oracle.mjs';
import { createIndex, deleteDatabase, open, packageFile } from '../support/package.mjs';
import { itemsOf, seededFor, seededIntegers, seededVectors } from '../support/random.mjs';
import { clustered, near, recallOf, truthOf } from '../support/sets.mjs';
import { byShard, openShards, shardOf } from '../support/shards.mjs';
import { sharedPlace, until } from '../support/shared-storage.mjs';

const SHARDS = 3;

describe('a database over shards finds what brute force finds', () => {
  const filters = [undefined, { group: 2 }, { group: { $in: [0, 3] }, rare: true }];
  for (const metric of METRICS)
    it(metric, async (t) => {
      const dimensions = 32;
      const vectors = seededFor(metric, { seed: 1, count: 600, dimensions });
      // Small integers: equal distances abound.
      const ties = { seed: 2, count: 300, dimensions, range: 1 };
      if (metric !== 'hamming') vectors.splice(0, 300, ...seededIntegers(ties));
      const records = itemsOf(vectors).map((item, i) => ({
        ...item,
        ...(i % 3 === 0 && { namespace: 'n' }),
        metadata: { group: i % 5, ...(i % 7 === 0 && { rare: true }) },
      }));
      const db = await newDatabase(t, 'd', { dimensions, metric, index: 'flat', shards: SHARDS });
      await db.upsert(records);
      const queries = [...seededFor(metric, { seed: 3, count: 4, dimensions }), vectors[0]];
      for (const namespace of ['', 'n'])
        for (const filter of filters) {
          const view = namespace === '' ? db : db.namespace(namespace);
          const expected = byShard(records, SHARDS)
            .flat()
            .filter((it) => (it.namespace ?? '') === namespace)
            .filter(({ metadata }) => filter === undefined || passes(filter, metadata));
          const options = { topK: 20, ...(filter && { filter }) };
          const all = await view.queryMany(queries, options);
          for (const [i, query] of queries.entries()) {
            assertNearest(all[i].matches, metric, expected, query, 20);
            const { matches } = await view.query(query, options);
            assert.deepEqual(matches, all[i].matches);
            const { returned, records: of, selectivity } = await view.explain(query, options);
            assert.deepEqual([returned, of], [matches.length, await view.count()]);
            assert.ok(Math.abs(selectivity.actual * of - expected.length) < 1e-6);
            const minScore = matches.at(3)?.score ?? 0;
            const above = await view.query(query, { ...options, minScore });
            const enough = matches.filter(({ score }) => score >= minScore);
            assert.deepEqual(above.matches, enough);
          }
          assert.equal(await view.count(filter), expected.length);
          const { matches } = await view.queryById(expected[0].id, options);
          assertNearest(matches, metric, expected, expected[0].vector, 20);
        }
      const few = { topK: 100, filter: { rare: true, group: 0 } };
      assert.equal((await db.explain(queries[0], few)).reason, 'fewer records match the filter');
      const none = { filter: { group: 9 } };
      assert.equal((await db.explain(queries[0], none)).reason, 'no record matches the filter');
      await rejected(db.queryById('none'), 'NOT_FOUND', '"none"');
    });

  it('with graphs no less than one graph does, and says how much', async (t) => {
    const [count, dimensions] = [3000, 48];
    const { vectors } = clustered({ seed: 5, count, dimensions, clusters: 60 });
    const queries = near(vectors, { seed: 6, count: 60 });
    const records = itemsOf(vectors);
    const truths = truthOf('cosine', records, queries, 10);
    const options = { dimensions, index: { type: 'hnsw', M: 6, ef: 12, efConstruction: 40 } };
    const one = await newIndex(t, options, records);
    const db = await newDatabase(t, 'd', { ...options, shards: 2, worker: true });
    await db.upsert(records);
    assert.equal((await db.stats()).linked, count);
    const alone = recallOf(truths, queries, (query) => one.query(query));
    const found = await db.queryMany(queries);
    const together = recallOf(truths, queries, (_, q) => found[q]);
    // Two narrow walks see more than one; a standard deviation of the mean of 60 is about 0.01.
    assert.ok(alone > 0.6 && alone < 0.99, `${alone} says nothing`);
    assert.ok(together > alone - 0.03, `${together} over shards, ${alone} alone`);
    const { recall, samples } = await db.measureRecall({ queries });
    const exact = await db.queryMany(queries, { exact: true });
    const shares = found.map(({ matches }, q) => {
      const ids = new Set(exact[q].matches.map(({ id }) => id));
      return matches.filter(({ id }) => ids.has(id)).length / ids.size;
    });
    const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
    assert.equal(samples, queries.length);
    assert.ok(Math.abs(recall - mean) < 1e-9, `${recall} measured, ${mean} counted`);
    const own = await db.measureRecall({ samples: 80 });
    assert.deepEqual([own.samples, own.ef, own.reference], [80, 12, 'exact']);
    assert.ok(own.recall > 0.6 && own.recall < 1 && own.lower < own.recall, `${own.recall}`);
    const wide = await db.measureRecall({ samples: 80, ef: 400 });
    assert.ok(wide.recall > own.recall && wide.recall > 0.95, `${wide.recall} with ef 400`);
  });
});

describe('the order of records over shards', () => {
  it('is by shard, then by insertion, page after page, through deletes and inserts', async (t) => {
    const db = await newDatabase(t, 'd', { dimensions: 2, shards: 4 });
    const records = itemsOf(seededVectors({ seed: 1, count: 100, dimensions: 2 }));
    await db.upsert(records);
    const expected = byShard(records, 4).map((part) => part.map(({ id }) => id));
    assert.ok(expected.every((part) => part.length > 10));
    assert.deepEqual((await db.list({ limit: 1000 })).ids, expected.flat());
    for (const limit of [1, 7, expected[0].length, 99, 100]) {
      const seen = [];
      let page = { cursor: undefined };
      do {
        page = await db.list({ limit, ...(page.cursor && { cursor: page.cursor }) });
        assert.ok(page.ids.length > 0 && page.ids.length <= limit);
        seen.push(...page.ids);
      } while (page.cursor !== undefined);
      assert.deepEqual(seen, expected.flat());
    }
    const first = await db.list({ limit: 60 });
    await db.delete(first.ids.slice(50));
    await db.upsert(records.slice(0, 3).map((it) => ({ ...it, id: `new ${it.id}` })));
    await db.compact();
    const rest = await db.list({ cursor: first.cursor, limit: 1000 });
    const old = rest.ids.filter((id) => !id.startsWith('new'));
    assert.deepEqual(old, expected.flat().slice(60));
    for (const cursor of ['', '7', '4.', '0.x', 5])
      await rejected(db.list({ cursor }), 'INVALID_ARGUMENT', 'an earlier list()');
    assert.deepEqual((await db.list({ filter: { none: 1 } })).ids, []);
  });

  it('splits ids that differ in little', () => {
    for (const prefix of ['', 'doc-', 'https://example.org/a/'])
      for (const step of [1, 2, 16]) {
        const counts = [0, 0, 0, 0];
        for (let i = 0; i < 4000; ++i) ++counts[shardOf('', `${prefix}${step * i}`, 4)];
        assert.ok(Math.min(...counts) > 900, `${prefix} by ${step}: ${counts}`);
      }
    // Stored: another answer would lose what is there.
    assert.deepEqual(
      ['a', 'b', 'r17', 'ключ'].map((id) => [shardOf('', id, 16), shardOf('n', id, 3)]),
      SPLIT,
    );
  });
});

/** What shardOf() said when the first such database was stored. */
const SPLIT = [
  [9, 1],
  [11, 0],
  [11, 0],
  [10, 1],
];

describe('a batch over shards', () => {
  const make = (count, from = 0) =>
    itemsOf(seededVectors({ seed: 8, count: from + count, dimensions: 4 })).slice(from);

  for (const worker of [false, true])
    it(`is refused whole, ${worker ? 'in workers' : 'here'}, by the caller's positions`, async (t) => {
      const options = { dimensions: 4, shards: SHARDS, worker, maxMemoryBytes: 300_000 };
      const db = await newDatabase(t, 'd', options);
      await db.upsert(make(100));
      const before = [db.version, (await db.list({ limit: 1000 })).ids];
      const changed = (at, change) =>
        make(200, 100).map((item, i) => (i === at ? { ...item, ...change } : item));
      const all = { batchSize: 1000 };
      const spread = byShard(changed(), SHARDS);
      assert.ok(spread.every((part) => part.length > 30));
      for (const at of [0, 100, 137, 199]) {
        const bad = [
          [
            { vector: [1, 2, 3, Number.NaN] },
            'INVALID_VECTOR',
            `items[${at}].vector`,
            'component 3',
          ],
          [{ vector: [0, 0, 0, 0] }, 'INVALID_VECTOR', `items[${at}].vector`, 'zero'],
          [{ vector: [1, 2] }, 'DIMENSION_MISMATCH', `items[${at}].vector`],
          [{ id: '' }, 'INVALID_ARGUMENT', `items[${at}].id`],
          [{ metadata: { x: () => 1 } }, 'INVALID_ARGUMENT', `items[${at}].metadata.x`],
          [{ vectr: 1 }, 'INVALID_ARGUMENT', `items[${at}]`, "'vectr'"],
        ];
        for (const [change, ...error] of bad)
          await rejected(db.upsert(changed(at, change), all), ...error);
        await rejected(db.insert(changed(at, { id: 'r7' }), all), 'DUPLICATE_ID', `items[${at}]`);
      }
      await rejected(db.insert(changed(150, { id: 'r120' }), all), 'DUPLICATE_ID', 'items[150]');
      const flat = new Float32Array(800).fill(1);
      flat[4 * 170] = Number.NaN;
      const ids = changed().map(({ id }) => id);
      await rejected(db.upsertFlat(ids, flat, all), 'INVALID_VECTOR', 'vectors[170]');
      const many = { batchSize: 10_000 };
      await rejected(db.upsert(make(9000, 100), many), 'OUT_OF_MEMORY');
      await rejected(db.delete(['r1', 'r2', 5]), 'INVALID_ARGUMENT', 'ids[2]');
      await rejected(db.has(['r1', '']), 'INVALID_ARGUMENT', 'ids[1]');
      await rejected(db.deleteWhere({ a: { $b: 1 } }), 'INVALID_FILTER');
      assert.deepEqual([db.version, (await db.list({ limit: 1000 })).ids], before);
      // And is taken whole when nothing is wrong.
      assert.equal((await db.insert(changed(), all)).inserted, 200);
    });

  it('is seen whole or not at all', async (t) => {
    const db = await newDatabase(t, 'd', { dimensions: 4, shards: 2, worker: true });
    const counts = new Set();
    for (let round = 0; round < 20; ++round) {
      const work = [db.upsert(make(50)), db.delete(make(50).map(({ id }) => id))];
      let done = false;
      const all = Promise.all(work).then(() => {
        done = true;
      });
      while (!done) counts.add(await db.count());
      await all;
      assert.equal(await db.count(), 50);
      await db.clear();
    }
    for (const count of counts) assert.ok(count === 0 || count === 50, `${[...counts]}`);
  });

  it('of new records meets another one of the same: one of them is made', async (t) => {
    const db = await newDatabase(t, 'd', { dimensions: 4, shards: 2, worker: true });
    const results = await Promise.allSettled([db.insert(make(60)), db.insert(make(60, 30))]);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'rejected'],
    );
    assert.equal(results[1].reason.code, 'DUPLICATE_ID');
    assert.equal(await db.count(), 60);
  });
});

describe('a snapshot of a database over shards', () => {
  it('is one of an index, and any of an index is taken', async (t) => {
    const dimensions = 16;
    const index = { type: 'hnsw', M: 4, efConstruction: 16 };
    const count = 3600; // there are graphs from 1,024 on
    const one = await newIndex(t, { dimensions, index, model: 'm' });
    const records = itemsOf(seededVectors({ seed: 4, count, dimensions })).map((it, i) => ({
      ...it,
      ...(i % 4 === 0 && { namespace: 'n' }),
      ...(i % 2 === 0 && { metadata: { i, text: 'grüße' } }),
    }));
    one.upsert(records);
    const db = await newDatabase(t, 'd', { dimensions, index, shards: SHARDS, worker: true });
    await db.upsert({ id: 'gone', vector: records[0].vector });
    assert.equal((await db.import(one.export())).inserted, count);
    const stats = await db.stats();
    assert.deepEqual([stats.count, stats.linked, stats.model], [count, count, 'm']);
    const bytes = await bytesOfStream(db.export());
    for (const options of [{ index }, { quantization: 'int8' }, { index: 'flat' }]) {
      const copy = await newIndex(t, { dimensions, ...options });
      assert.equal(copy.import(bytes).inserted, count);
      const expected = byShard(records, SHARDS).flat();
      for (const namespace of ['', 'n']) {
        const view = namespace === '' ? copy : copy.namespace(namespace);
        const own = expected.filter((it) => (it.namespace ?? '') === namespace);
        assert.deepEqual(
          view.list({ limit: 10_000 }).ids,
          own.map(({ id }) => id),
        );
        for (const { id, vector, metadata } of own) {
          const it = view.get(id);
          assert.deepEqual([it.vector, it.metadata], [[...vector], metadata]);
        }
      }
    }
  });

  it('is read whole before anything changes', async (t) => {
    const db = await newDatabase(t, 'd', { dimensions: 4, shards: 2, model: 'm' });
    await db.upsert({ id: 'kept', vector: [1, 2, 3, 4] });
    const other = async (options) => (await newIndex(t, options)).export();
    const damaged = await other({ dimensions: 4 });
    damaged[damaged.length - 1] ^= 1;
    for (const [bytes, code] of [
      [damaged, 'FORMAT_CHECKSUM'],
      [await other({ dimensions: 8 }), 'DIMENSION_MISMATCH'],
      [await other({ dimensions: 4, metric: 'dot' }), 'METRIC_MISMATCH'],
      [await other({ dimensions: 4, model: 'x' }), 'MODEL_MISMATCH'],
    ])
      await rejected(db.import(bytes), code);
    assert.deepEqual([db.version, (await db.list()).ids], [1, ['kept']]);
  });

  it('is the contents of a new one, once', async (t) => {
    const index = await createIndex({ dimensions: 4 });
    index.upsert(itemsOf(seededVectors({ seed: 1, count: 40, dimensions: 4 })));
    const snapshot = new Response(index.export());
    const options = { dimensions: 4, shards: 2, storage: `file:${newFolder(t)}`, worker: true };
    const page = new Response('<html>');
    await rejected(open('d', { ...options, snapshot: page }), 'INVALID_ARGUMENT', 'HTML');
    const db = await open('d', { ...options, snapshot });
    assert.equal(await db.count(), 40);
    await db.delete('r1');
    await db.close();
    const again = await newDatabase(t, 'd', { ...options, snapshot: 'http://127.0.0.1:9/none' });
    assert.equal(await again.count(), 39);
  });
});

describe('versions over shards', () => {
  it('are durable when every shard has stored its part, and the same when opened again', async (t) => {
    const places = [new Map(), new Map()];
    const gates = [Promise.resolve(), Promise.resolve()];
    const placeOf = (shard) => {
      const storage = faultyStorage(places[shard]);
      const { write } = storage;
      storage.write = (key, value) => gates[shard].then(() => write(key, value));
      return storage;
    };
    const db = await openShards({ dimensions: 2, shards: 2 }, placeOf);
    t.after(() => db.close());
    const idIn = (shard, n) =>
      Array.from({ length: 99 }, (_, i) => `${n}-${i}`).find((id) => shardOf('', id, 2) === shard);
    const put = (shard, n) => db.upsert({ id: idIn(shard, n), vector: [1, 2] });
    const stored = [];
    const changes = [];
    db.on('stored', ({ version }) => stored.push(version));
    db.on('change', ({ version }) => changes.push(version));
    let openGate;
    gates[0] = new Promise((resolve) => {
      openGate = resolve;
    });
    assert.equal((await put(0, 'a')).version, 1);
    assert.equal((await put(1, 'a')).version, 2);
    assert.equal((await put(1, 'b')).version, 3);
    const flushing = db.flush();
    t.after(openGate); // before db.close()
    const isStored = () => [...places[1].keys()].some((key) => key.startsWith('shard1-journal'));
    await until(isStored, 'the other shard');
    await new Promise((resolve) => setTimeout(resolve, 10));
    // The second shard has stored two changes, but the first change of all is not stored.
    assert.deepEqual([db.version, db.durableVersion, stored], [3, 0, []]);
    openGate();
    assert.deepEqual(await flushing, { version: 3 });
    assert.deepEqual([db.durableVersion, stored, changes], [3, [3], [1, 2, 3]]);
    await db.close();
    const again = await openShards({}, (shard) => faultyStorage(places[shard]));
    assert.deepEqual([again.version, again.durableVersion, await again.count()], [3, 3, 3]);
    await again.close();
  });
});

describe('tabs that share a database over shards', () => {
  it('write through whoever has the lock, and take over', async (t) => {
    const places = [0, 1].map((shard) => sharedPlace(`shards-${shard}`));
    const openTab = async () => {
      const tabs = places.map((place) => place.tab());
      const options = { dimensions: 2, shards: 2, durability: 'strict' };
      const db = await openShards(options, (shard) => tabs[shard]);
      t.after(() => tabs[0].dead || db.close().catch(() => {}));
      return [db, tabs];
    };
    const [[first, dying], [second]] = [await openTab(), await openTab()];
    assert.deepEqual([first.role, second.role], ['writer', 'follower']);
    const roles = [];
    second.on('role', ({ role }) => roles.push(role));
    const records = itemsOf(seededVectors({ seed: 2, count: 30, dimensions: 2 }));
    assert.equal((await second.insert(records)).inserted, 30);
    const twice = [{ ...records[0], id: 'x' }, records[7]];
    await rejected(second.insert(twice), 'DUPLICATE_ID', 'items[1]');
    assert.deepEqual([await first.count(), await second.count()], [30, 30]);
    for (const tab of dying) tab.die();
    await until(() => second.role === 'writer', 'the take-over');
    assert.deepEqual(roles, ['writer']);
    assert.equal(await second.delete(['r1', 'r2', 'r3']), 3);
    const [third] = await openTab();
    assert.deepEqual([third.role, await third.count()], ['follower', 27]);
    assert.equal(third.version, second.version);
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
    const { stats } = { stats: await newDatabase(t, one, { shards: 1 }) };
    assert.equal((await stats.stats()).shards, 1);
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
      const thread = new Worker(packageFile('./worker'));
      thread.on('exit', () => ended.push(thread));
      workers.push(thread);
      return {
        postMessage: (message) => thread.postMessage(message),
        addEventListener(type, listener) {
          if (type === 'error') listeners.push(listener);
          else thread.on(type, (data) => listener({ data }));
        },
        terminate: () => thread.terminate(),
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
  });
});
