// A database over shards against one index and against brute force: what it finds, what it refuses
// whole, and what its versions promise. Its verbs are in database.test.mjs.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { runModule } from '../support/child.mjs';
import { bytesOfStream, newDatabase, newFolder } from '../support/databases.mjs';
import { METRICS } from '../support/distances.mjs';
import { faultyStorage } from '../support/faulty-storage.mjs';
import { matches as passes } from '../support/filter-oracle.mjs';
import { dist, newIndex, rejected } from '../support/indexes.mjs';
import { assertNearest } from '../support/oracle.mjs';
import { createIndex, open } from '../support/package.mjs';
import { itemsOf, seededFor, seededIntegers, seededVectors } from '../support/random.mjs';
import { clustered, near, recallOf, truthOf } from '../support/sets.mjs';
import { byShard, openShards, shardOf } from '../support/shards.mjs';
import { until } from '../support/shared-storage.mjs';

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

  it('and refuses what no shard can rank alone', async (t) => {
    const vectors = seededVectors({ seed: 6, count: 30, dimensions: 8 });
    const db = await newDatabase(t, 'd', { dimensions: 8, metric: 'cosine', shards: SHARDS });
    await db.upsert(itemsOf(vectors));
    const options = { spread: true };
    for (const asked of [
      () => db.query(vectors[0], options),
      () => db.queryById(itemsOf(vectors)[0].id, options),
      () => db.queryMany(vectors, options),
      () => db.explain(vectors[0], options),
    ])
      await rejected(
        asked(),
        'INVALID_ARGUMENT',
        /spread: expected a database of one shard, got 3/,
      );
    assert.equal((await db.query(vectors[0], { spread: false })).count, 10);
  });

  it('and says so where the planner is off and some shard finds too few', async (t) => {
    const set = { seed: 4, count: 4500, dimensions: 16, clusters: 20 };
    const { vectors } = clustered(set);
    const records = itemsOf(vectors).map((item, i) => ({
      ...item,
      metadata: { shard: shardOf('', item.id, SHARDS), rank: (i * 7919) % set.count },
    }));
    const form = { dimensions: 16, metric: 'euclidean', index: 'hnsw', shards: SHARDS };
    const db = await newDatabase(t, 'd', form);
    await db.upsert(records);
    let short = 0;
    // All that match are in other shards than the first, which has found all of its own.
    const filter = { rank: { $lt: 150 }, shard: { $in: [1, 2] } };
    const there = records.filter(({ metadata }) => passes(filter, metadata)).length;
    assert.ok(there > 20);
    for (const query of near(vectors, { seed: 5, count: 10 })) {
      const off = await db.query(query, { filter, ef: 64, planner: false });
      assert.equal(off.complete, off.reason === undefined);
      if (off.count < 10) {
        ++short;
        assert.equal(off.complete, false);
        assert.match(off.reason, /planner is off/);
        const { reason } = await db.explain(query, { filter, ef: 64, planner: false });
        assert.match(reason, /planner is off/);
      }
      const on = await db.query(query, { filter, ef: 64 });
      assert.deepEqual([on.count, on.complete, on.reason], [10, true, undefined]);
    }
    assert.ok(short > 2, `${short} short answers`);
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

  for (const worker of [false, true])
    it(`changes nothing where one shard has no room for it${worker ? ', worker' : ''}`, async (t) => {
      const dimensions = 4;
      const all = itemsOf(seededVectors({ seed: 6, count: 9000, dimensions }));
      const [few, many] = byShard(all, 2).map((part, shard) =>
        shard === 0 ? part.slice(0, 9) : part,
      );
      const snapshotOf = async (items) => (await newIndex(t, { dimensions }, items)).export();
      // The second one takes more than its half of the memory: by its vectors, or by its graph alone.
      for (const [options, count] of [
        [{ maxMemoryBytes: 200_000 }, 4400],
        [{ maxMemoryBytes: 800_000, index: { type: 'hnsw', M: 32, efConstruction: 4 } }, 3000],
      ]) {
        const db = await newDatabase(t, 'd', { dimensions, shards: 2, worker, ...options });
        await db.upsert([few[0], many[0]]);
        const whole = await snapshotOf([...few, ...many.slice(0, count)]);
        await rejected(db.import(whole), 'OUT_OF_MEMORY', 'maxMemoryBytes');
        assert.deepEqual([db.version, (await db.list()).ids], [2, [few[0].id, many[0].id]]);
        const part = await snapshotOf([...few, ...many.slice(0, count / 10)]);
        assert.equal((await db.import(part)).inserted, few.length + count / 10);
      }
      // The vectors of the second case alone have room.
      const flat = await newDatabase(t, 'd', {
        dimensions,
        shards: 2,
        worker,
        maxMemoryBytes: 800_000,
      });
      const whole = await snapshotOf([...few, ...many.slice(0, 3000)]);
      assert.equal((await flat.import(whole)).inserted, few.length + 3000);
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

  it('cost no memory while nothing can be stored', () => {
    const { grown, durable } = runModule(
      `const { PoolPort } = await import(${JSON.stringify(pathToFileURL(join(dist, 'database/pool/pool.js')))});
      let [version, stored] = [0, 0];
      const shard = {
        listen() {},
        get standing() {
          return { version, durableVersion: stored };
        },
      };
      const pool = new PoolPort([shard, shard]);
      const used = () => (gc(), process.memoryUsage().heapUsed);
      const before = used();
      for (let i = 0; i < 300_000; ++i) {
        ++version;
        pool.standing;
      }
      const grown = used() - before;
      stored = version;
      console.log(JSON.stringify({ grown, durable: pool.standing.durableVersion }));`,
      { args: ['--expose-gc'] },
    );
    assert.equal(durable, 600_000);
    assert.ok(grown < 2e6, `${grown} bytes`);
  });
});
