// Wasm memory: growth in the middle of calls, the limit, and giving it back.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runModule } from '../support/child.mjs';
import { METRICS } from '../support/distances.mjs';
import {
  comparable,
  fingerprint,
  newIndex,
  ownWasm,
  refused,
  rejected,
} from '../support/indexes.mjs';
import { assertNearest } from '../support/oracle.mjs';
import { createIndex, packageFile } from '../support/package.mjs';
import { itemsOf, seededFor, seededVectors } from '../support/random.mjs';
import { forge, sectionsOf } from '../support/snapshot.mjs';

const wasmBytes = (index) => index.stats().wasmBytes;

describe('growth of the memory', () => {
  /** An index in an instance of its own, whose memory is still small. */
  const small = (t, options) => newIndex(t, { ...options, wasm: ownWasm() });

  for (const metric of METRICS)
    it(`${metric}: happens in the middle of an upsert, and every vector arrives`, async (t) => {
      const dimensions = metric === 'hamming' ? 8192 : 512;
      const items = itemsOf(seededFor(metric, { seed: 1, count: 4000, dimensions }));
      const index = await small(t, { dimensions, metric });
      const before = wasmBytes(index);
      index.upsert(items);
      assert.ok(wasmBytes(index) > before, 'the test must grow the memory');
      for (const { id, vector } of items.filter((_, i) => i % 97 === 0))
        assert.deepEqual(index.get(id).vector, Array.from(vector));
      const query = items[1234].vector;
      assertNearest(index.query(query, { topK: 5 }).matches, metric, items, query, 5);
    });

  it('happens between the steps of upsertSteps', async (t) => {
    const items = itemsOf(seededVectors({ seed: 2, count: 4000, dimensions: 256 }));
    const index = await small(t, { dimensions: 256 });
    const sizes = new Set();
    for (const _ of index.upsertSteps(items)) sizes.add(wasmBytes(index));
    assert.ok(sizes.size > 2, 'the test must grow the memory more than once');
    const plain = await newIndex(t, { dimensions: 256 }, items);
    assert.deepEqual(index.export(), plain.export());
  });

  it('happens in a query, whose buffers are large', async (t) => {
    const items = itemsOf(seededVectors({ seed: 3, count: 12_000, dimensions: 2 }));
    const index = await small(t, { dimensions: 2, metric: 'euclidean' });
    index.upsert(items);
    const queries = seededVectors({ seed: 4, count: 64, dimensions: 2 });
    const before = wasmBytes(index);
    const results = index.queryMany(queries, { topK: 4096, includeVector: true });
    assert.ok(wasmBytes(index) > before, 'the test must grow the memory');
    const plain = await newIndex(t, { dimensions: 2, metric: 'euclidean' }, items);
    for (const [i, result] of results.entries())
      assert.deepEqual(
        result.matches,
        plain.query(queries[i], { topK: 4096, includeVector: true }).matches,
      );
  });

  it('happens in an import, and the bytes are the same again', async (t) => {
    const items = itemsOf(seededVectors({ seed: 5, count: 4000, dimensions: 256 }));
    const bytes = (await newIndex(t, { dimensions: 256 }, items)).export();
    const index = await small(t, { dimensions: 256 });
    const before = wasmBytes(index);
    index.import(bytes);
    assert.ok(wasmBytes(index) > before, 'the test must grow the memory');
    assert.deepEqual(index.export(), bytes);
  });

  it('by one index leaves another one of the same instance whole', async (t) => {
    const wasm = ownWasm();
    const items = itemsOf(seededVectors({ seed: 6, count: 50, dimensions: 16 }));
    const first = await newIndex(t, { dimensions: 16, wasm }, items);
    const before = { print: fingerprint(first), bytes: wasmBytes(first) };
    const second = await newIndex(t, { dimensions: 1024, wasm });
    second.upsert(itemsOf(seededVectors({ seed: 7, count: 2000, dimensions: 1024 })));
    assert.ok(wasmBytes(first) > before.bytes, 'the test must grow the memory');
    assert.deepEqual(fingerprint(first), before.print);
  });
});

describe('maxMemoryBytes', () => {
  const dimensions = 256;
  const batch = (count, prefix = 'r') =>
    itemsOf(seededVectors({ seed: 8, count, dimensions }), prefix);

  it('refuses a write beyond it, whole, and the index goes on', async (t) => {
    const index = await newIndex(t, { dimensions, maxMemoryBytes: 3_000_000 }, batch(1000));
    const before = fingerprint(index);
    for (const call of [
      () => index.upsert(batch(5000, 'new')),
      () => index.insert(batch(5000, 'new')),
      () =>
        index.upsertFlat(
          batch(5000).map(({ id }) => id),
          new Float32Array(5000 * dimensions).fill(1),
        ),
    ]) {
      refused(call, 'OUT_OF_MEMORY', 'maxMemoryBytes');
      assert.deepEqual(fingerprint(index), before);
    }
    index.upsert(batch(10, 'more'));
    assert.equal(index.count(), 1010);
    assert.ok(index.stats().memoryBytes <= 3_100_000);
  });

  it('holds for the vectors of an index filled to the brim, which still answers', async (t) => {
    const maxMemoryBytes = 2_500_000;
    const index = await newIndex(t, { dimensions, maxMemoryBytes });
    const items = batch(5000);
    let count = 0;
    const fill = () => {
      for (const item of items) {
        index.upsert(item);
        ++count;
      }
    };
    refused(fill, 'OUT_OF_MEMORY');
    assert.equal(index.count(), count);
    assert.ok(count * dimensions * 4 <= maxMemoryBytes);
    const query = items[7].vector;
    for (const topK of [10, 1000])
      assertNearest(
        index.query(query, { topK }).matches,
        'cosine',
        items.slice(0, count),
        query,
        topK,
      );
    assert.equal(index.queryMany(items.slice(0, 64).map(({ vector }) => vector)).length, 64);
    const bytes = index.export();
    const copy = await newIndex(t, { dimensions });
    copy.import(bytes);
    assert.equal(copy.count(), count);
  });

  it('makes room of deleted records before it refuses', async (t) => {
    const index = await newIndex(t, { dimensions, maxMemoryBytes: 2_500_000 });
    index.upsert(batch(900, 'old'));
    for (let round = 0; round < 20; ++round) {
      index.delete(batch(900, round === 0 ? 'old' : `round${round - 1}-`).map(({ id }) => id));
      index.upsert(batch(900, `round${round}-`));
      assert.equal(index.count(), 900);
    }
  });

  it('leaves no trace of a refused write in what later calls can do', async (t) => {
    const bytes = (await newIndex(t, { dimensions }, batch(1500))).export();
    for (let maxMemoryBytes = 1_700_000; maxMemoryBytes < 3_400_000; maxMemoryBytes += 113_000) {
      const outcome = async (spoil) => {
        const index = await newIndex(t, { dimensions, maxMemoryBytes }, batch(500));
        if (spoil) refused(() => index.upsert(batch(9000, 'new')), 'OUT_OF_MEMORY');
        const attempt = (call) => {
          try {
            return JSON.stringify(call());
          } catch (error) {
            return error.code;
          }
        };
        const queries = batch(64).map(({ vector }) => vector);
        return [
          attempt(() => index.queryMany(queries, { topK: 400 }).map(comparable)),
          attempt(() => index.upsert(batch(1200)).inserted),
          attempt(() => index.import(bytes).inserted),
          attempt(() => Buffer.from(index.export()).toString('base64')),
        ];
      };
      assert.deepEqual(
        await outcome(true),
        await outcome(false),
        `maxMemoryBytes ${maxMemoryBytes}`,
      );
    }
  });

  it('gives back what a refused write took', async (t) => {
    for (const count of [0, 1, 500]) {
      const index = await newIndex(t, { dimensions, maxMemoryBytes: 15_000_000 }, batch(count));
      index.compact();
      const before = index.stats().memoryBytes;
      refused(() => index.upsert(batch(50_000, 'new')), 'OUT_OF_MEMORY');
      assert.equal(index.stats().memoryBytes, before);
      const bad = batch(5000, 'new');
      bad.push({ id: 'bad', vector: new Float32Array(dimensions).fill(NaN) });
      refused(() => index.upsert(bad), 'INVALID_VECTOR');
      assert.equal(index.stats().memoryBytes, before);
    }
  });

  it('that a refused batch met exactly still takes a single record', async (t) => {
    const rows = (bytes) => ({ dimensions: 384, maxMemoryBytes: bytes });
    const index = await newIndex(t, rows(786_438));
    const vectors = seededVectors({ seed: 5, count: 512, dimensions: 384 });
    refused(() => index.upsert(itemsOf(vectors)), 'OUT_OF_MEMORY');
    assert.equal(index.upsert(itemsOf(vectors.slice(0, 1))).inserted, 1);
  });

  it('refuses an import beyond it, and the index goes on', async (t) => {
    const bytes = (await newIndex(t, { dimensions }, batch(5000))).export();
    const index = await newIndex(t, { dimensions, maxMemoryBytes: 3_000_000 }, batch(100));
    const before = fingerprint(index);
    refused(() => index.import(bytes), 'OUT_OF_MEMORY');
    assert.deepEqual(fingerprint(index), before);
  });

  it('of a single byte makes an index that refuses every write', async (t) => {
    const index = await newIndex(t, { dimensions: 3, maxMemoryBytes: 1 });
    refused(() => index.upsert({ id: 'a', vector: [1, 2, 3] }), 'OUT_OF_MEMORY');
    assert.deepEqual(index.query([1, 2, 3]).matches, []);
    assert.equal(index.count(), 0);
  });
});

describe('buffers of queries', () => {
  it('stay small in queryMany, however many queries and matches there are', async (t) => {
    const items = itemsOf(seededVectors({ seed: 12, count: 12_000, dimensions: 2 }));
    const index = await newIndex(t, { dimensions: 2 }, items);
    const before = index.stats().memoryBytes;
    const queries = seededVectors({ seed: 13, count: 60, dimensions: 2 });
    index.queryMany(queries, { topK: 10_000, includeMetadata: false });
    const bytes = index.stats().memoryBytes - before;
    assert.ok(bytes < 3 * 2 ** 20, `${bytes} bytes; at once the matches alone take 4.8 MB`);
  });
});

describe('dispose', () => {
  const items = itemsOf(seededVectors({ seed: 9, count: 300, dimensions: 64 }));

  it('twice is harmless', async () => {
    const index = await createIndex({ dimensions: 64 });
    index.upsert(items);
    assert.equal(index.dispose(), undefined);
    assert.equal(index.dispose(), undefined);
    index[Symbol.dispose]();
  });

  it('makes every method throw CLOSED', async () => {
    const index = await createIndex({ dimensions: 64 });
    index.upsert(items);
    const bytes = index.export();
    const args = {
      upsert: [items],
      upsertFlat: [['a'], new Float32Array(64).fill(1)],
      insert: [items],
      upsertSteps: [items],
      update: ['r1', {}],
      delete: ['r1'],
      deleteWhere: [{}],
      namespace: ['n'],
      get: ['r1'],
      getMany: [['r1']],
      has: [['r1']],
      query: [items[0].vector],
      queryById: ['r1'],
      queryMany: [[items[0].vector]],
      explain: [items[0].vector],
      maintain: [{ budgetMs: 1 }],
      import: [bytes],
    };
    index.dispose();
    const prototype = Object.getPrototypeOf(index);
    const methods = [prototype, Object.getPrototypeOf(prototype)]
      .flatMap((it) => Object.entries(Object.getOwnPropertyDescriptors(it)))
      .filter(([name, { value }]) => typeof value === 'function' && name !== 'constructor')
      .map(([name]) => name)
      .filter((name) => name !== 'dispose');
    assert.ok(methods.length >= 23, `only ${methods}`);
    for (const name of methods)
      refused(
        () => {
          const result = index[name](...(args[name] ?? []));
          if (name === 'upsertSteps') result.next(); // a generator runs when asked for a step
        },
        'CLOSED',
        'dispose()',
      );
    assert.equal(index.dimensions, 64);
    assert.equal(index.metric, 'cosine');
  });

  it('in the middle of upsertSteps ends it with CLOSED', async () => {
    const index = await createIndex({ dimensions: 64 });
    const steps = index.upsertSteps(items);
    steps.next();
    index.dispose();
    refused(() => steps.next(), 'CLOSED');
  });

  it('of one index leaves the others open', async (t) => {
    const [first, second] = [
      await newIndex(t, { dimensions: 64 }, items),
      await newIndex(t, { dimensions: 64 }, items),
    ];
    const before = fingerprint(second);
    first.dispose();
    assert.deepEqual(fingerprint(second), before);
  });

  it('gives the memory back: 1,000 indexes one after another take no more than a few', async () => {
    const wasm = ownWasm();
    let size;
    for (let i = 0; i < 1000; ++i) {
      const index = await createIndex({ dimensions: 64, wasm });
      index.upsert(items);
      index.query(items[0].vector, { topK: 300 });
      index.delete('r0');
      if (i % 10 === 0) index.import(index.export());
      if (i === 10) size = wasmBytes(index);
      if (i > 10) assert.equal(wasmBytes(index), size);
      index.dispose();
    }
  });
});

describe('memory of refused calls', () => {
  it('comes back: refusing 1,000 times takes no more than refusing once', async (t) => {
    const items = itemsOf(seededVectors({ seed: 10, count: 100, dimensions: 64 }));
    const index = await newIndex(t, { dimensions: 64, wasm: ownWasm() }, items);
    const bytes = index.export();
    const [cut, flipped] = [bytes.slice(0, -1), Uint8Array.from(bytes)];
    flipped[bytes.length - 3000] ^= 1;
    // Its vectors are good, so it is refused late: when they are in the memory.
    const twice = forge(sectionsOf('cosine', 64, [...items.slice(1), { ...items[1] }]));
    const bad = [...items, { id: 'x', vector: new Float32Array(64) }];
    const refuse = () => {
      for (const snapshot of [cut, flipped, twice])
        refused(() => index.import(snapshot), 'FORMAT_CHECKSUM');
      refused(() => index.upsert(bad), 'INVALID_VECTOR');
      refused(() => index.query(new Float32Array(64)), 'INVALID_VECTOR');
      assert.deepEqual(index.export(), bytes);
    };
    for (let i = 0; i < 5; ++i) refuse();
    const before = [wasmBytes(index), index.stats().memoryBytes];
    for (let i = 0; i < 1000; ++i) refuse();
    assert.deepEqual([wasmBytes(index), index.stats().memoryBytes], before);
  });

  it('of failed loads is not kept: a bad source can be tried again and again', async () => {
    for (let i = 0; i < 20; ++i)
      await rejected(createIndex({ dimensions: 3, wasm: new Uint8Array(8) }), 'WASM_LOAD_FAILED');
  });
});

describe('instances', () => {
  it('20 indexes made at once share one', () => {
    const counted = runModule(`
      let instances = 0;
      const { instantiate } = WebAssembly;
      WebAssembly.instantiate = (...args) => (++instances, instantiate(...args));
      const { createIndex, capabilities } = await import(${JSON.stringify(packageFile())});
      const made = Array.from({ length: 20 }, () => createIndex({ dimensions: 300 }));
      const [indexes] = await Promise.all([Promise.all(made), capabilities()]);
      indexes.forEach((index, i) => index.upsert({ id: 'a', vector: Array(300).fill(i + 1) }));
      const wholes = new Set(indexes.map((index) => index.stats().wasmBytes));
      const firsts = indexes.map((index) => index.get('a').vector[0]);
      console.log(JSON.stringify({ instances, wholes: wholes.size, firsts }));
    `);
    assert.deepEqual(counted, {
      instances: 1,
      wholes: 1,
      firsts: Array.from({ length: 20 }, (_, i) => i + 1),
    });
  });

  it('of one given source are one, of two sources two', async (t) => {
    const [wasm, other] = [ownWasm(), ownWasm()];
    const [first, second, third] = await Promise.all([
      newIndex(t, { dimensions: 1024, wasm }),
      newIndex(t, { dimensions: 1024, wasm }),
      newIndex(t, { dimensions: 1024, wasm: other }),
    ]);
    const before = wasmBytes(third);
    first.upsert(itemsOf(seededVectors({ seed: 11, count: 1000, dimensions: 1024 })));
    assert.equal(wasmBytes(second), wasmBytes(first));
    assert.equal(wasmBytes(third), before);
  });
});
