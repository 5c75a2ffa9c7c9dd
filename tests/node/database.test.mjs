// The verbs of open(): the same as those of an index, on every storage, here and in a worker.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runModule } from '../support/child.mjs';
import { contentsOf, operations, perform } from '../support/database-script.mjs';
import { bytesOfStream, newDatabase, newFolder } from '../support/databases.mjs';
import { FAULTS, faultyStorage } from '../support/faulty-storage.mjs';
import { comparable, newIndex, rejected } from '../support/indexes.mjs';
import { createIndex, DimensionMismatchError, open, packageFile } from '../support/package.mjs';
import { itemsOf, seededVectors } from '../support/random.mjs';
import { nodePlatform, openOn } from '../support/shards.mjs';

const DIMENSIONS = 24;
const script = [
  ...operations({ seed: 5, count: 120, dimensions: DIMENSIONS }),
  ['upsert', '', itemsOf(seededVectors({ seed: 4, count: 20, dimensions: DIMENSIONS }))],
];
const [query, other] = seededVectors({ seed: 6, count: 2, dimensions: DIMENSIONS });

const KINDS = {
  'in memory': () => ({ storage: 'memory:' }),
  'on files': (t) => ({ storage: `file:${newFolder(t)}` }),
  'on files, in a worker': (t) => ({ storage: `file:${newFolder(t)}`, worker: true }),
  'in memory, over 2 shards': () => ({ storage: 'memory:', shards: 2 }),
  'on files, over 3 shards, each in a worker': (t) => ({
    storage: `file:${newFolder(t)}`,
    shards: 3,
    worker: true,
  }),
};

for (const [kind, place] of Object.entries(KINDS))
  describe(`a database ${kind}`, () => {
    // Shards count changes each for itself, and have their own order of records.
    const sharded = kind.includes('shards');
    const asGiven = (it) => it;
    const view = sharded ? unordered : asGiven;
    const contents = async (db) =>
      sharded ? JSON.parse(await contentsOf(db)).map((space) => space.sort()) : contentsOf(db);

    for (const index of ['flat', 'hnsw'])
      it(`answers as an index does, ${index}`, async (t) => {
        const own = { dimensions: DIMENSIONS, index };
        const db = await newDatabase(t, 'd', { ...own, ...place(t) });
        const twin = await newIndex(t, own);
        for (const operation of script)
          assert.deepEqual(
            view(await perform(db, operation)),
            view(perform(twin, operation)),
            `${operation}`,
          );
        assert.deepEqual(await contents(db), await contents(twin));
        if (sharded) assert.ok(db.version >= twin.version);
        else assert.equal(db.version, twin.version);
        assert.deepEqual([db.dimensions, db.metric, db.role], [DIMENSIONS, 'cosine', 'writer']);
        for (const options of [{}, { topK: 3, includeVector: true }, { filter: { group: 2 } }]) {
          const expected = view(comparable(twin.query(query, options)));
          assert.deepEqual(view(comparable(await db.query(query, options))), expected);
          assert.deepEqual(
            (await db.queryMany([query, other], options)).map(comparable).map(view),
            twin.queryMany([query, other], options).map(comparable).map(view),
          );
        }
        const { ids } = twin.list();
        assert.deepEqual(
          view(comparable(await db.queryById(ids[0], { exact: true }))),
          view(comparable(twin.queryById(ids[0], { exact: true }))),
        );
        assert.deepEqual(await db.has([...ids, 'none']), twin.has([...ids, 'none']));
        assert.deepEqual(await db.count({ group: 1 }), twin.count({ group: 1 }));
        assert.equal((await db.explain(query)).plan, twin.explain(query).plan);
        assert.deepEqual(
          await db.measureRecall({ samples: 10 }),
          twin.measureRecall({ samples: 10 }),
        );
        assert.equal((await db.tune({ targetRecall: 0.9 })).targetRecall, 0.9);
        const stats = await db.stats();
        assert.equal(stats.count, twin.count() + twin.namespace('other').count());
        assert.equal(stats.worker, kind.endsWith('worker'));
        assert.equal(stats.shards, place(t).shards ?? 1);
        assert.equal(stats.role, 'writer');
      });

    it('refuses as an index does, with the same classes and codes', async (t) => {
      const db = await newDatabase(t, 'd', { dimensions: 4, ...place(t) });
      await db.upsert({ id: 'a', vector: [1, 2, 3, 4] });
      const mismatch = await rejected(db.query([1]), 'DIMENSION_MISMATCH', 'expected 4');
      assert.ok(mismatch instanceof DimensionMismatchError);
      assert.deepEqual([mismatch.expected, mismatch.actual], [4, 1]);
      assert.match(mismatch.stack, /vectors/);
      await rejected(db.insert({ id: 'a', vector: [1, 2, 3, 4] }), 'DUPLICATE_ID');
      await rejected(db.queryById('none'), 'NOT_FOUND');
      await rejected(db.count({ a: { $what: 1 } }), 'INVALID_FILTER');
      await rejected(db.upsert([{ id: 'b', vector: [1, 2, 3, Number.NaN] }]), 'INVALID_VECTOR');
      await rejected(db.upsert({ id: '', vector: [1, 2, 3, 4] }), 'INVALID_ARGUMENT');
      await rejected(db.upsert([], { batch: 1 }), 'INVALID_ARGUMENT', "did you mean 'batchSize'");
      await rejected(db.upsert(5), 'INVALID_ARGUMENT');
      const bad = { signal: 1 };
      await rejected(db.query([1, 2, 3, 4], bad), 'INVALID_ARGUMENT', 'an AbortSignal');
      await rejected(db.upsert([], bad), 'INVALID_ARGUMENT', 'an AbortSignal');
      await rejected(db.compact(bad), 'INVALID_ARGUMENT', 'an AbortSignal');
      await rejected(db.compact({ sinal: 1 }), 'INVALID_ARGUMENT', "did you mean 'signal'");
      await rejected(db.upsert({ id: 'f', vector: () => 1 }), 'INVALID_ARGUMENT');
      await rejected(db.upsertFlat(['x'], new Float32Array(3)), 'INVALID_ARGUMENT');
      await rejected(db.import(new Uint8Array(100)), 'INVALID_ARGUMENT');
      assert.equal(await db.count(), 1);
      assert.equal(db.version, 1);
      // Of a long list, the errors count from its beginning.
      const many = Array.from({ length: 9 }, (_, i) => ({ id: `${i}`, vector: [1, 2, 3, 4] }));
      many[8].vector = [1];
      await rejected(db.upsert(many, { batchSize: 8 }), 'DIMENSION_MISMATCH', 'items[8]');
      await rejected(db.upsert(many[8]), 'DIMENSION_MISMATCH', /^item\.vector: /);
    });

    it('takes records from arrays, generators and streams, and tells how far it is', async (t) => {
      const db = await newDatabase(t, 'd', { dimensions: DIMENSIONS, ...place(t) });
      const items = itemsOf(seededVectors({ seed: 7, count: 300, dimensions: DIMENSIONS }));
      const seen = [];
      const onProgress = (progress) => seen.push(progress);
      const result = await db.upsert(items, { onProgress, batchSize: 100 });
      assert.deepEqual(view(result), view({ inserted: 300, updated: 0, version: 3 }));
      assert.deepEqual(seen, [
        { done: 100, total: 300 },
        { done: 200, total: 300 },
        { done: 300, total: 300 },
      ]);
      async function* later() {
        for (const { vector, id } of items) yield { id: `later ${id}`, vector };
      }
      assert.equal((await db.upsert(later())).inserted, 300);
      assert.equal((await db.upsert(new Set(items))).updated, 300);
      const flat = new Float32Array(300 * DIMENSIONS);
      items.forEach(({ vector }, i) => {
        flat.set(vector, i * DIMENSIONS);
      });
      const ids = items.map((_, i) => `flat${i}`);
      const metadata = ids.map((_, i) => ({ i }));
      assert.equal((await db.upsertFlat(ids, flat, { metadata })).inserted, 300);
      assert.deepEqual(await db.get('flat299'), {
        id: 'flat299',
        vector: [...items[299].vector],
        metadata: { i: 299 },
      });
      assert.equal(await db.count(), 900);
    });

    it('stops where it is told to, with whole batches kept', async (t) => {
      const db = await newDatabase(t, 'd', { dimensions: DIMENSIONS, ...place(t) });
      const items = itemsOf(seededVectors({ seed: 8, count: 500, dimensions: DIMENSIONS }));
      const controller = new AbortController();
      const { signal } = controller;
      const reason = new Error('enough');
      const onProgress = ({ done }) => done === 200 && controller.abort(reason);
      await assert.rejects(db.upsert(items, { signal, onProgress, batchSize: 50 }), reason);
      assert.equal(await db.count(), 200);
      await assert.rejects(db.query(query, { signal }), reason);
      await assert.rejects(db.compact({ signal }), reason);
      await assert.rejects(open('e', { dimensions: 4, signal, ...place(t) }), reason);
    });

    it('exports a stream and imports any source', async (t) => {
      const db = await newDatabase(t, 'd', { dimensions: DIMENSIONS, ...place(t) });
      const items = itemsOf(seededVectors({ seed: 9, count: 50, dimensions: DIMENSIONS }));
      await db.upsert(items);
      const bytes = await bytesOfStream(db.export());
      const twin = await newIndex(t, { dimensions: DIMENSIONS });
      assert.equal(twin.import(bytes).inserted, 50);
      for (const source of [
        bytes,
        bytes.buffer,
        new Blob([bytes]),
        new Response(bytes),
        new Blob([bytes]).stream(),
        `data:application/octet-stream;base64,${Buffer.from(bytes).toString('base64')}`,
      ]) {
        await db.clear();
        assert.equal((await db.import(source)).inserted, 50);
        assert.deepEqual(await bytesOfStream(db.export()), bytes);
      }
      const page = new Response('<!doctype html><p>not found');
      await rejected(db.import(page), 'INVALID_ARGUMENT', 'HTML', 'the server answers');
      await rejected(db.import(new Response('', { status: 404 })), 'NOT_FOUND', 'HTTP 404');
      await rejected(db.import(5), 'INVALID_ARGUMENT', 'a URL, Response, Blob');
      assert.equal(await db.count(), 50);
    });

    it('answers what was asked before close()', async (t) => {
      const options = { dimensions: 2, durability: 'strict', ...place(t) };
      const db = await newDatabase(t, 'd', options);
      const writes = [0, 1, 2, 3].map((i) => db.upsert({ id: `${i}`, vector: [1, i] }));
      const closing = db.close();
      await rejected(db.count(), 'CLOSED');
      await closing;
      for (const write of writes) assert.equal((await write).inserted, 1);
      if (options.storage === 'memory:') return;
      const again = await newDatabase(t, 'd', options);
      assert.equal(await again.count(), 4);
    });

    it('is closed after close(), which may be called twice', async (t) => {
      const db = await newDatabase(t, 'd', { dimensions: 4, ...place(t) });
      const view = db.namespace('n');
      await db.close();
      await db.close();
      await rejected(db.count(), 'CLOSED');
      await rejected(view.upsert({ id: 'a', vector: [1, 2, 3, 4] }), 'CLOSED');
      await rejected(bytesOfStream(db.export()), 'CLOSED');
    });
  });

/** An answer without what depends on one order of all records: versions, and who is first of equals. */
function unordered(answer) {
  const { version, memoryBytes, matches, ...rest } = Object(answer);
  if (matches === undefined) return answer === Object(answer) ? rest : answer;
  // Of the last distance there may be more than were asked for.
  const last = matches.at(-1)?.distance;
  const sure = matches.filter(({ distance }) => distance !== last);
  const order = (a, b) => a.distance - b.distance || (a.id < b.id ? -1 : 1);
  return { ...rest, last, matches: sure.sort(order) };
}

describe('options of open()', () => {
  for (const [what, options, code, ...words] of [
    ['an unknown one', { dimension: 4 }, 'INVALID_ARGUMENT', "did you mean 'dimensions'"],
    ['no dimensions for a new database', {}, 'INVALID_ARGUMENT', 'there is no database'],
    ['an unknown durability', { dimensions: 4, durability: 'maybe' }, 'INVALID_ARGUMENT', 'strict'],
    ['an unknown storage', { dimensions: 4, storage: 'cloud:x' }, 'STORAGE_UNAVAILABLE', 'cloud:x'],
    ['IndexedDB in Node', { dimensions: 4, storage: 'idb:x' }, 'STORAGE_UNAVAILABLE', 'idb:x'],
    ['an unknown sharing', { dimensions: 4, tabs: 'all' }, 'INVALID_ARGUMENT', 'exclusive'],
    ['a key that is none', { dimensions: 4, encryption: { key: 'k' } }, 'INVALID_ARGUMENT'],
    ['an adapter for a worker', { dimensions: 4, worker: true, storage: {} }, 'INVALID_ARGUMENT'],
    ['a signal that is none', { dimensions: 4, signal: 5 }, 'INVALID_ARGUMENT', 'AbortSignal'],
    ['no shards', { dimensions: 4, shards: 0 }, 'INVALID_ARGUMENT', 'from 1 to 16'],
    ['too many shards', { dimensions: 4, shards: 17 }, 'LIMIT_EXCEEDED', 'at most 16'],
    ['an adapter for shards', { dimensions: 4, shards: 2, storage: {} }, 'INVALID_ARGUMENT'],
    ['a worker that is none', { dimensions: 4, worker: () => undefined }, 'INVALID_ARGUMENT'],
    ['what an index refuses', { dimensions: 4, metric: 'x' }, 'INVALID_ARGUMENT', 'cosine'],
    ['what an index refuses, in a worker', { dimensions: -4, worker: true }, 'INVALID_ARGUMENT'],
    [
      'memory for strict writes',
      { dimensions: 4, durability: 'strict' },
      'STORAGE_UNAVAILABLE',
      './notes',
    ],
    ['reading what is not there', { tabs: 'readonly' }, 'NOT_FOUND', "a database 'o' to read"],
  ])
    it(`refuse ${what}`, () => rejected(open('o', options), code, ...words));

  it('refuse a name that is none', async () => {
    for (const name of ['', 5, undefined])
      await rejected(open(name, { dimensions: 4 }), 'INVALID_ARGUMENT');
  });

  it('take the contents of a new database from a snapshot, once', async (t) => {
    const index = await createIndex({ dimensions: 4 });
    index.upsert({ id: 'seed', vector: [1, 2, 3, 4] });
    const snapshot = index.export();
    const storage = `file:${newFolder(t)}`;
    for (const expected of [['seed'], ['seed', 'mine'], ['seed', 'mine']]) {
      const db = await open('s', { dimensions: 4, storage, snapshot });
      assert.deepEqual((await db.list()).ids.slice(0, expected.length), expected.slice(0, 2));
      await db.upsert({ id: 'mine', vector: [1, 1, 1, 1] });
      await db.close();
    }
    const folder = `file:${newFolder(t)}`;
    for (const worker of [false, true]) {
      const fresh = { dimensions: 4, storage: folder, worker };
      const page = new Response('<html>');
      await rejected(open('t', { ...fresh, snapshot: page }), 'INVALID_ARGUMENT', 'HTML');
      const missing = new Response('', { status: 404 });
      await rejected(open('t', { ...fresh, snapshot: missing }), 'NOT_FOUND', 'HTTP 404');
    }
    // Nothing was made, so a good one is taken; and one that is there needs none.
    for (const source of [snapshot, 'http://127.0.0.1:9/none']) {
      const db = await open('t', {
        dimensions: 4,
        storage: folder,
        snapshot: source,
        worker: true,
      });
      assert.deepEqual((await db.list()).ids, ['seed']);
      await db.close();
    }
  });
});

describe('events', () => {
  it('tell of changes until they are not wanted', async (t) => {
    const db = await newDatabase(t, 'd', { dimensions: 4 });
    const versions = [];
    const stop = db.on('change', ({ version }) => versions.push(version));
    await db.upsert({ id: 'a', vector: [1, 2, 3, 4] });
    await db.delete('none');
    await db.delete('a');
    stop();
    await db.upsert({ id: 'a', vector: [1, 2, 3, 4] });
    assert.deepEqual(versions, [1, 2]);
  });
});

describe('a database that vanished since it was last open', () => {
  /** A host whose databases go when `values` are cleared, and one that remembers them. */
  const hostOf = () => {
    const [values, places] = [new Map(), new Set()];
    const platform = {
      ...nodePlatform,
      storage: async () => faultyStorage(values),
      marks: places,
    };
    return { values, places, open: (options) => openOn(platform, 'd', options) };
  };
  const own = { dimensions: 2, storage: 'idb:d', durability: 'strict' };
  /** What is heard by who listens in one turn. */
  const heard = async (db) => {
    const events = [];
    await new Promise((resolve) => setTimeout(resolve));
    for (const who of ['first', 'second']) db.on('evicted', () => events.push(who));
    await new Promise((resolve) => setTimeout(resolve));
    return events;
  };

  it('says so, and takes its snapshot anew', async () => {
    const { values, places, open } = hostOf();
    const first = await open(own);
    assert.deepEqual(await heard(first), []);
    await first.upsert({ id: 'a', vector: [1, 2] });
    const snapshot = await bytesOfStream(first.export());
    await first.upsert({ id: 'b', vector: [1, 2] });
    await first.close();
    assert.deepEqual([...places], ['idb:d']);
    const second = await open({ storage: 'idb:d' });
    assert.deepEqual([await heard(second), await second.count()], [[], 2]);
    await second.close();
    values.clear();
    await rejected(open({ storage: 'idb:d' }), 'STORAGE_EVICTED', 'which was here before');
    const third = await open({ ...own, snapshot });
    assert.deepEqual([await heard(third), await third.count()], [['first', 'second'], 1]);
    await third.close();
    const fourth = await open(own);
    assert.deepEqual(await heard(fourth), [], 'it is told once');
    await fourth.close();
    // One that was deleted did not vanish.
    values.clear();
    places.delete('idb:d');
    await rejected(open({ storage: 'idb:d' }), 'INVALID_ARGUMENT', 'there is no database');
  });
});

describe('records that are written together', () => {
  const vector = new Float32Array(1024).fill(1);
  const list = (count) => Array.from({ length: count }, (_, i) => ({ id: `r${i}`, vector }));

  it('are a batch of 64, or as many as the caller says, of whatever size', async (t) => {
    const db = await newDatabase(t, 'd', { dimensions: 1024, index: 'flat' });
    for (const [count, options, kept] of [
      [64, {}, 0],
      [65, {}, 64],
      [2000, { batchSize: 2000 }, 0],
    ]) {
      const items = list(count);
      items.at(-1).vector = new Float32Array(1024).fill(Number.NaN);
      await rejected(db.upsert(items, options), 'INVALID_VECTOR', `items[${count - 1}]`);
      assert.equal(await db.count(), kept);
      await db.clear();
    }
    const { version } = db;
    // 8 MB: more than a value of the storage is by itself.
    await db.upsert(list(2000), { batchSize: 2000 });
    assert.equal(db.version, version + 1);
  });

  it('are all there after a crash, or none', async () => {
    for (const fault of Object.values(FAULTS)) {
      const values = new Map();
      const own = { dimensions: 1024, index: 'flat', durability: 'strict' };
      await (await open('d', { ...own, storage: faultyStorage(values) })).close();
      const db = await open('d', { ...own, storage: faultyStorage(values, { at: 0, fault }) });
      const written = db.upsert(list(2000), { batchSize: 2000 });
      await rejected(written, 'STORAGE_UNAVAILABLE');
      const left = new Map(values); // as a crash leaves it
      await db.close().catch(() => {});
      const next = await open('d', { storage: faultyStorage(left) });
      assert.equal(await next.count(), fault.keeps === 1 ? 2000 : 0);
      await next.close();
    }
  });
});

describe('listeners', () => {
  it('that throw harm no write, and are heard of', () => {
    const { inserted, durableVersion, thrown } = runModule(`
      import { open } from ${JSON.stringify(packageFile())};
      const thrown = [];
      process.on('uncaughtException', ({ message }) => thrown.push(message));
      const db = await open('d', { dimensions: 2, storage: 'memory:', durability: 'strict' });
      for (const type of ['change', 'stored']) db.on(type, () => { throw new Error(type); });
      const { inserted } = await db.upsert({ id: 'a', vector: [1, 2] });
      const { durableVersion } = db;
      await new Promise((resolve) => setTimeout(resolve));
      console.log(JSON.stringify({ inserted, durableVersion, thrown }));
      await db.close();`);
    assert.deepEqual([inserted, durableVersion], [1, 1]);
    assert.deepEqual([...new Set(thrown)], ['change', 'stored']);
  });
});

describe('opening and closing', () => {
  it('gives the memory back: 20 times as much as once', async (t) => {
    const folder = newFolder(t);
    const items = itemsOf(seededVectors({ seed: 3, count: 2000, dimensions: 64 }));
    const db = await open(folder, { dimensions: 64 });
    await db.upsert(items);
    await db.close();
    const sizes = [];
    for (let i = 0; i < 20; ++i) {
      const again = await open(folder);
      sizes.push((await again.stats()).wasmBytes);
      await again.close();
    }
    assert.ok(sizes.at(-1) <= sizes[1], `${sizes}`);
  });

  it('works for 20 databases at once', async () => {
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, i) => open(`d${i}`, { dimensions: 4 })),
    );
    await Promise.all(all.map((db, i) => db.upsert({ id: `${i}`, vector: [1, 2, 3, i] })));
    for (const [i, db] of all.entries()) assert.deepEqual((await db.list()).ids, [`${i}`]);
    await Promise.all(all.map((db) => db.close()));
  });
});
