// Random filters on random metadata against the oracle; and columns, which must never be seen: the
// same answers from an index that makes them, one that has them listed, and one without.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { distance } from '../support/distances.mjs';
import { matches } from '../support/filter-oracle.mjs';
import { newIndex } from '../support/indexes.mjs';
import { random } from '../support/random.mjs';
import { rounds } from '../support/soak.mjs';

// Few values, so that conditions meet them; text on both sides of the surrogates.
const text = fc.constantFrom(
  '',
  'a',
  'ab',
  'b',
  '2020-01-02',
  '\uffee',
  '\u{1f600}',
  '\ud83d',
  '1',
);
const number = fc.constantFrom(0, -0, 1, 2, -1.5, 1e300, 5e-324);
const scalar = fc.oneof(text, number, fc.boolean(), fc.constant(null));
const list = fc.array(scalar, { maxLength: 3 });
const { value: field } = fc.letrec((tie) => ({
  value: fc.oneof(
    { weight: 5, arbitrary: scalar },
    { weight: 2, arbitrary: list },
    { weight: 1, arbitrary: fc.array(tie('value'), { maxLength: 2 }) },
    { weight: 2, arbitrary: tie('object') },
  ),
  object: fc.dictionary(fc.constantFrom('a', 'b', '', '__proto__'), tie('value'), { maxKeys: 2 }),
}));
const metadata = fc.option(
  fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__'), field, { maxKeys: 3 }),
  { nil: undefined, freq: 8 },
);

const path = fc.constantFrom('a', 'b', 'c', 'a.a', 'a.b', 'b.a.', 'a.b.a', '__proto__', 'length');
const ordered = fc.oneof(text, number, fc.constant(Number.NEGATIVE_INFINITY));
const operators = fc
  .record(
    {
      $eq: scalar,
      $ne: scalar,
      $gt: ordered,
      $gte: ordered,
      $lt: ordered,
      $lte: ordered,
      $in: list,
      $nin: list,
      $exists: fc.boolean(),
      $startsWith: text,
      $contains: scalar,
      $any: list,
      $all: list,
      $size: fc.nat(3),
    },
    { requiredKeys: [] },
  )
  .map((all) => Object.entries(all))
  .chain((all) => fc.subarray(all, { minLength: Math.min(1, all.length), maxLength: 2 }))
  .map((some) => (some.length > 0 ? Object.fromEntries(some) : { $exists: true }));
const conditions = fc.dictionary(path, fc.oneof(scalar, operators), { minKeys: 1, maxKeys: 2 });
const { filter } = fc.letrec((tie) => ({
  filter: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    conditions,
    fc.record({ $and: fc.array(tie('filter'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ $or: fc.array(tie('filter'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ $not: tie('filter') }),
    fc.tuple(conditions, tie('filter')).map(([left, right]) => ({ ...left, $not: right })),
  ),
}));

const options = { dimensions: 2, metric: 'euclidean' };

describe('random filters', () => {
  it('match what the oracle says, by columns and without', async (t) => {
    const [columns, listed, none] = [
      await newIndex(t, options),
      await newIndex(t, { ...options, indexed: ['a', 'a.b'] }),
      await newIndex(t, { ...options, indexed: [] }),
    ];
    fc.assert(
      fc.property(
        fc.array(metadata, { maxLength: 70 }),
        fc.array(filter, { minLength: 1, maxLength: 8 }),
        (all, filters) => {
          for (const index of [columns, listed, none]) {
            index.clear();
            index.upsert(
              all.map((it, i) => ({ id: `${i}`, vector: [1, 1], ...(it && { metadata: it }) })),
            );
          }
          for (const it of filters) {
            const wanted = all.flatMap((data, i) => (matches(it, data) ? [`${i}`] : []));
            for (const index of [columns, listed, none]) {
              assert.deepEqual(index.list({ filter: it }).ids, wanted);
              assert.equal(index.count(it), wanted.length);
            }
          }
        },
      ),
      { seed: 7, numRuns: rounds(t, 500) },
    );
  });
});

describe('columns', () => {
  const FILTERS = [
    { lang: 'en' },
    { lang: { $in: ['en', 'fr'] }, year: { $gte: 2000 } },
    { tags: { $any: ['t1', 't5'] } },
    { 'author.name': { $startsWith: 'n1' } },
    { $or: [{ year: { $lt: 1960 } }, { $not: { tags: 't2' } }] },
    { serial: { $gt: 500 } },
    { gone: { $exists: false } },
  ];

  const data = (next, serial) => ({
    lang: ['en', 'de', 'fr'][Math.floor(3 * next())],
    year: 1950 + Math.floor(75 * next()),
    ...(next() < 0.7 && { tags: [`t${Math.floor(6 * next())}`, 'x'] }),
    author: { name: `n${Math.floor(30 * next())}` },
    serial,
  });

  /** The index against a Map from [namespace, id] to the record. */
  function compare(index, model) {
    for (const namespace of ['', 'n', 'm']) {
      const view = namespace === '' ? index : index.namespace(namespace);
      const records = [...model.values()].filter((it) => it.namespace === namespace);
      assert.deepEqual(
        view.list({ limit: 10_000 }).ids,
        records.map(({ id }) => id),
      );
      for (const it of FILTERS) {
        const wanted = records.filter((record) => matches(it, record.metadata));
        assert.deepEqual(
          view.list({ filter: it, limit: 10_000 }).ids,
          wanted.map(({ id }) => id),
        );
        const nearest = wanted
          .map(({ id, vector }) => [distance('euclidean', vector, [3, 4]), id])
          .sort((a, b) => a[0] - b[0])
          .slice(0, 5);
        assert.deepEqual(
          view
            .query([3, 4], { filter: it, topK: 5 })
            .matches.map((match) => [match.distance, match.id]),
          nearest,
        );
      }
    }
  }

  for (const [what, more] of Object.entries({
    'that filters ask for': {},
    'that are listed': { indexed: ['lang', 'serial', 'never'] },
    'that are not there': { indexed: [] },
  }))
    it(`${what} follow every write, delete, compaction and reload`, async (t) => {
      const index = await newIndex(t, { ...options, ...more });
      const model = new Map();
      const next = random(99);
      const key = (namespace, id) => `${namespace}/${id}`;
      for (let step = 0; step < rounds(t, 100); ++step) {
        const action = next();
        const namespace = ['', '', 'n', 'm'][Math.floor(4 * next())];
        const view = namespace === '' ? index : index.namespace(namespace);
        const ids = Array.from({ length: 40 }, () => `r${Math.floor(200 * next())}`);
        if (action < 0.4) {
          const items = ids.map((id, i) => ({
            id,
            vector: [Math.floor(10 * next()), Math.floor(10 * next())],
            metadata: data(next, step * 40 + i),
          }));
          view.upsert(items);
          for (const item of items) model.set(key(namespace, item.id), { ...item, namespace });
        } else if (action < 0.6) {
          const patch = { lang: 'en', gone: true };
          for (const id of ids) {
            const record = model.get(key(namespace, id));
            assert.equal(view.update(id, { metadata: patch }), record !== undefined);
            if (record) record.metadata = { ...record.metadata, ...patch };
          }
        } else if (action < 0.75) {
          view.delete(ids);
          for (const id of ids) model.delete(key(namespace, id));
        } else if (action < 0.9) {
          const filter = { year: { $gte: 1990, $lt: 2000 } };
          let deleted = 0;
          for (const [name, record] of [...model])
            if (record.namespace === namespace && matches(filter, record.metadata))
              deleted += Number(model.delete(name));
          assert.equal(view.deleteWhere(filter), deleted);
        } else index.import(index.export());
        if (next() < 0.4) index.compact();
        if (step % 2 === 0) compare(index, model);
      }
      compare(index, model);
    });

  it('tell lists from texts that read like them', async (t) => {
    const index = await newIndex(t, { dimensions: 1, metric: 'dot' });
    const values = [['a'], '["a"]', 'a', ['["a"]'], ['a', 'b'], 'a,b', ['a,b'], [{}], ['{}'], '{}'];
    index.upsert(values.map((v, i) => ({ id: `${i}`, vector: [1], metadata: { v } })));
    for (const v of ['a', '["a"]', 'a,b', '{}'])
      for (const filter of [{ v }, { v: { $contains: v } }, { v: { $any: [v] } }])
        assert.deepEqual(
          index.list({ filter }).ids.map(Number),
          values.flatMap((it, i) => (matches(filter, { v: it }) ? [i] : [])),
        );
  });

  it('of unlike values each, and of values that change for ever, stay right', async (t) => {
    const count = 20_000; // beyond the values that a column looks up
    const index = await newIndex(t, { dimensions: 1, metric: 'dot' });
    const items = (from) =>
      Array.from({ length: count }, (_, i) => ({
        id: `r${i}`,
        vector: [1],
        metadata: { n: from + i, text: `text ${from + i}`, list: [from + i] },
      }));
    for (const from of [0, 5, 50_000, 70_000, 0]) {
      index.upsert(items(from));
      const half = from + count / 2;
      assert.equal(index.count({ n: { $gte: half } }), count / 2);
      assert.equal(index.count({ list: { $lt: half } }), count / 2);
      assert.equal(index.count({ text: { $in: [`text ${half}`, `text ${from - 1}`] } }), 1);
    }
  });

  it('that are larger than there is room for are given up, and the answers are the same', async (t) => {
    const index = await newIndex(t, { dimensions: 1, metric: 'dot' });
    const long = (i) => `${i} ${'x'.repeat(30_000)}`;
    for (let i = 0; i < 1500; i += 100)
      index.upsert(
        Array.from({ length: 100 }, (_, j) => ({
          id: `r${i + j}`,
          vector: [1],
          metadata: { long: long(i + j), n: i + j },
        })),
      );
    for (let round = 0; round < 2; ++round) {
      assert.equal(index.count({ n: { $lt: 100 } }), 100);
      assert.equal(index.count({ long: long(7) }), 1);
      assert.equal(index.count({ long: { $startsWith: '14' }, n: { $gte: 1000 } }), 100);
    }
  });
});
