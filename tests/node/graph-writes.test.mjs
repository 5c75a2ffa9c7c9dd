// What writes do to an index that has a graph and codes: the answers stay those of the records that
// are there, the same calls give the same bytes from every build, and a snapshot comes back as it was.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { dist, newIndex, refusedUnchanged } from '../support/indexes.mjs';
import { root } from '../support/package.mjs';
import { withPlan } from '../support/plans.mjs';
import { itemsOf, random, seededFor, seededVectors, shuffled } from '../support/random.mjs';
import { clustered, near, recallOf, truthOf } from '../support/sets.mjs';
import { rounds, soak } from '../support/soak.mjs';

/** Cheap to build, for builds without SIMD. */
const SMALL_GRAPH = { type: 'hnsw', M: 6, efConstruction: 30 };

const CONFIGS = ['flat', SMALL_GRAPH, 'auto'].flatMap((index) =>
  [
    'none',
    'int8',
    'rabitq',
    { type: 'int8', keep: false },
    { type: 'rabitq', keep: false },
    { type: 'rabitq', bits: 5 },
    { type: 'rabitq', bits: 4, keep: false },
  ].map((quantization) => ({ index, quantization })),
);
const typeOf = ({ index }) => index.type ?? index;
const nameOf = ({ index, quantization: it }) =>
  `${index.type ?? index}, ${it.type === undefined ? it : `${it.type} ${it.bits ?? ''}${it.keep === false ? ' alone' : ''}`}`;

describe('writes to a graph', () => {
  const DIMENSIONS = 12;
  const { vectors } = clustered({ seed: 71, count: 6000, dimensions: DIMENSIONS, clusters: 30 });
  const queries = near(vectors, { seed: 72, count: 30 });

  for (const [m, metric] of ['cosine', 'dot', 'euclidean'].entries())
    for (const [q, quantization] of ['none', 'int8', 'rabitq'].entries()) {
      if (!soak && m !== q) continue; // each once
      it(`${metric}, ${quantization}: random ones keep the answers right`, async (t) => {
        const options = { dimensions: DIMENSIONS, metric, index: 'hnsw', quantization };
        const start = itemsOf(shuffled(vectors, 73).slice(0, 2000)).map((item, i) => ({
          ...item,
          metadata: { group: i % 7 },
        }));
        const index = await newIndex(t, options, start);
        const model = new Map(start.map((item) => [item.id, item]));
        const next = random(74);
        const pick = (count) =>
          shuffled([...model.keys()], Math.floor(1e9 * next())).slice(0, count);
        let last = 2000;
        const some = (count) =>
          Array.from({ length: count }, () => {
            const vector = vectors[Math.floor(vectors.length * next())];
            return { id: `r${last++}`, vector, metadata: { group: last % 7 } };
          });
        for (let step = 0; step < rounds(t, 12); ++step) {
          const action = Math.floor(6 * next());
          if (action === 0) {
            const fresh = some(300);
            index.upsert(fresh);
            for (const item of fresh) model.set(item.id, item);
          } else if (action === 1) {
            // Existing ids take new vectors: replaced where they are.
            for (const [i, id] of pick(100).entries()) {
              const { vector } = some(1)[0];
              const { metadata } = model.get(id);
              model.set(id, { id, vector, metadata });
              if (i % 2 === 0) assert.equal(index.update(id, { vector }), true);
              else index.upsert({ id, vector, metadata });
            }
          } else if (action === 2) {
            const ids = pick(250);
            const before = ids.map((id) => model.get(id));
            assert.equal(index.delete(ids), ids.length);
            if (step % 2 === 0) index.upsert(before);
            else for (const id of ids) model.delete(id);
          } else if (action === 3) {
            const group = step % 7;
            const gone = [...model.values()].filter((it) => it.metadata.group === group);
            assert.equal(index.deleteWhere({ group }), gone.length);
            for (const { id } of gone) model.delete(id);
            const fresh = some(gone.length);
            index.upsert(fresh);
            for (const item of fresh) model.set(item.id, item);
          } else if (action === 4) index.compact();
          else {
            const bytes = index.export();
            assert.equal(index.import(bytes).inserted, model.size);
          }
          const records = [...model.values()];
          assert.equal(index.count(), records.length);
          const truths = truthOf(metric, records, queries, 10);
          for (const [what, recall] of [
            ['planned', recallOf(truths, queries, (query) => index.query(query, { ef: 100 }))],
            [
              'graph',
              withPlan('graph', () =>
                recallOf(truths, queries, (query) => index.query(query, { ef: 100 })),
              ),
            ],
          ])
            assert.ok(recall >= 0.97, `${what}: recall ${recall} after action ${action}`);
        }
        // Nothing that is gone comes back.
        for (const query of queries)
          for (const { id } of withPlan('graph', () => index.query(query, { topK: 200 })).matches)
            assert.ok(model.has(id), `${id} is deleted`);
      });
    }

  it('an updated record is found where it is now, and not where it was', async (t) => {
    const items = itemsOf(seededVectors({ seed: 75, count: 2000, dimensions: DIMENSIONS }));
    const options = { dimensions: DIMENSIONS, metric: 'euclidean', index: 'hnsw' };
    const index = await newIndex(t, options, items);
    const far = (i) => Array.from({ length: DIMENSIONS }, (_, j) => 5 + i / 100 + j / 10);
    withPlan('graph', () => {
      for (const i of [0, 1, 77, 500, 1999]) {
        index.update(`r${i}`, { vector: far(i) });
        assert.equal(index.query(far(i), { topK: 1 }).matches[0].id, `r${i}`);
        const around = index.query(items[i].vector, { topK: 20 }).matches.map(({ id }) => id);
        assert.ok(!around.includes(`r${i}`));
      }
      index.clear();
      assert.deepEqual(index.query(far(0)).matches, []);
      index.upsert(items);
      assert.equal(index.query(items[9].vector, { topK: 1 }).matches[0].id, 'r9');
    });
  });

  it('all records deleted one by one, and put in again', async (t) => {
    const items = itemsOf(seededVectors({ seed: 76, count: 1500, dimensions: 4 }));
    const index = await newIndex(t, { dimensions: 4, index: 'hnsw' }, items);
    for (const [i, { id }] of shuffled(items, 77).entries()) {
      index.delete(id);
      if (i % 100 === 0 && i < 1400) assert.equal(index.query([1, 1, 1, 1]).count, 10);
    }
    assert.deepEqual(index.query([1, 1, 1, 1]).matches, []);
    index.upsert(items);
    withPlan('graph', () => {
      for (const { id, vector } of items.slice(0, 300))
        assert.equal(index.query(vector, { topK: 1, ef: 100 }).matches[0].id, id);
    });
  });
});

describe('snapshots', () => {
  /** A sequence of every kind of write. */
  function write(index, metric, dimensions) {
    const items = itemsOf(seededFor(metric, { seed: 78, count: 1200, dimensions }));
    index.upsert(items.slice(0, 1100));
    index.delete(items.slice(100, 200).map(({ id }) => id));
    for (let i = 400; i < 440; ++i) index.update(`r${i}`, { vector: items[i - 390].vector });
    index.upsert(items.slice(120, 1200));
    index.maintain({ budgetMs: 1000 });
    return items;
  }

  const builds = {
    scalar: join(root, 'build/wasm/ruvector_scalar.wasm'),
    relaxed: join(dist, 'ruvector.relaxed.wasm'),
  };
  for (const config of CONFIGS)
    it(`${nameOf(config)}: are the same bytes from every build, and after a load`, async (t) => {
      const codes = config.quantization !== 'none';
      for (const metric of [
        'cosine',
        'dot',
        'euclidean',
        ...(codes ? [] : ['manhattan', 'hamming']),
      ]) {
        const options = { dimensions: 40, metric, ...config };
        const index = await newIndex(t, options);
        const items = write(index, metric, 40);
        const bytes = index.export();
        const answers = (it) =>
          it.queryMany(
            items.slice(0, 20).map(({ vector }) => vector),
            { ef: 50 },
          );
        const expected = answers(index).map(({ matches }) => matches);
        for (const [name, file] of Object.entries(builds)) {
          if (!existsSync(file) || !WebAssembly.validate(readFileSync(file))) continue;
          const other = await newIndex(t, { ...options, wasm: new Uint8Array(readFileSync(file)) });
          write(other, metric, 40);
          assert.ok(Buffer.compare(other.export(), bytes) === 0, `${metric}: ${name} differs`);
          assert.deepEqual(
            answers(other).map(({ matches }) => matches),
            expected,
          );
          other.dispose();
        }
        const copy = await newIndex(t, options);
        copy.import(bytes);
        assert.ok(Buffer.compare(copy.export(), bytes) === 0, `${metric}: differs after a load`);
        for (const { id } of items.slice(0, 50)) assert.deepEqual(copy.get(id), index.get(id));
        const { linked, quantization, index: type, count } = copy.stats();
        assert.equal(linked, index.stats().linked);
        assert.deepEqual(
          [quantization, type, count],
          [index.stats().quantization, typeOf(config), 1180],
        );
        // It goes on as the first one does.
        for (const it of [index, copy]) {
          it.delete('r7');
          it.upsert({ id: 'new', vector: items[3].vector });
        }
        assert.ok(
          Buffer.compare(copy.export(), index.export()) === 0,
          `${metric}: goes on otherwise`,
        );
        index.dispose();
        copy.dispose();
      }
    });

  it('of other options are refused, and both are named', async (t) => {
    const items = itemsOf(seededVectors({ seed: 79, count: 1100, dimensions: 8 }));
    const made = (options) => newIndex(t, { dimensions: 8, ...options }, items);
    for (const [from, to, words] of [
      [{ index: 'hnsw' }, { index: 'flat' }, ['index flat', 'index hnsw']],
      [{ index: 'auto' }, { index: 'hnsw' }, ['index hnsw', 'index auto']],
      [{ quantization: 'int8' }, { quantization: 'rabitq' }, ['quantization rabitq', 'int8']],
      [{ index: 'hnsw' }, { index: 'hnsw', quantization: 'int8' }, ['quantization int8', 'none']],
      [
        { quantization: { type: 'rabitq', bits: 4 } },
        { quantization: { type: 'rabitq', bits: 5 } },
        ['bits 5', 'bits 4'],
      ],
      [
        { quantization: { type: 'int8', keep: false } },
        { quantization: 'int8' },
        ['keep true', 'keep false'],
      ],
    ]) {
      const bytes = (await made(from)).export();
      const index = await newIndex(t, { dimensions: 8, ...to }, items.slice(0, 3));
      refusedUnchanged(index, () => index.import(bytes), 'INVALID_ARGUMENT', 'snapshot', ...words);
      // Options that leave it open take what the snapshot is.
      const open = await newIndex(t, { dimensions: 8 });
      open.import(bytes);
      assert.deepEqual(open.export(), bytes);
    }
  });

  it('of vectors alone become what the options say', async (t) => {
    const items = itemsOf(seededVectors({ seed: 80, count: 1500, dimensions: 16 }));
    const flat = await newIndex(t, { dimensions: 16, index: 'flat' }, items);
    const bytes = flat.export();
    for (const config of CONFIGS) {
      const index = await newIndex(t, { dimensions: 16, ...config });
      assert.equal(index.import(bytes).inserted, 1500);
      const { linked, index: type, count } = index.stats();
      assert.deepEqual(
        [linked, type, count],
        [typeOf(config) === 'hnsw' ? 1500 : 0, typeOf(config), 1500],
      );
      const direct = await newIndex(t, { dimensions: 16, ...config }, items);
      assert.ok(Buffer.compare(index.export(), direct.export()) === 0, nameOf(config));
      const [match] = index.query(items[5].vector, { topK: 1 }).matches;
      assert.equal(match.id, 'r5', nameOf(config));
    }
  });

  it('any damage is refused or cannot matter', async (t) => {
    const items = itemsOf(seededVectors({ seed: 81, count: 1100, dimensions: 8 }));
    const options = { dimensions: 8, index: 'hnsw', quantization: { type: 'rabitq', bits: 3 } };
    const bytes = (await newIndex(t, options, items)).export();
    const index = await newIndex(t, options);
    const next = random(82);
    for (let i = 0; i < rounds(t, 150); ++i) {
      const damaged = Uint8Array.from(bytes);
      damaged[Math.floor(damaged.length * next())] ^= 1 << Math.floor(8 * next());
      assert.throws(() => index.import(damaged), {
        code: /^(FORMAT_CHECKSUM|FORMAT_VERSION|INVALID_ARGUMENT)$/,
      });
      assert.equal(index.count(), 0);
    }
    assert.equal(index.import(bytes).inserted, 1100);
  });
});
