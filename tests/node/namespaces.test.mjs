// Namespaces: records of the same id that do not meet, on every verb, and through snapshots.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { comparable, newIndex, refused, refusedUnchanged } from '../support/indexes.mjs';
import { forge, parse, sectionsOf, strings, textsOf } from '../support/snapshot.mjs';

const options = { dimensions: 2, metric: 'euclidean' };
const record = (id, x, more) => ({ id, vector: [x, 0], ...more });

/** `a` in three namespaces, and one more record in each. */
async function three(t, more = {}) {
  const index = await newIndex(t, { ...options, ...more });
  index.upsert([
    record('a', 1, { metadata: { of: 'root' } }),
    record('a', 2, { metadata: { of: 'x' }, namespace: 'x' }),
    record('b', 3),
    record('a', 4, { metadata: { of: 'y' }, namespace: 'y' }),
    record('c', 5, { namespace: 'x' }),
    record('d', 6, { namespace: 'y' }),
  ]);
  return { index, x: index.namespace('x'), y: index.namespace('y') };
}

const found = (of, given) =>
  of.query([0, 0], given).matches.map(({ id, distance }) => [id, distance]);

describe('a namespace', () => {
  it('has records of its own, which name it', async (t) => {
    const { index, x, y } = await three(t);
    assert.deepEqual(index.get('a'), { id: 'a', vector: [1, 0], metadata: { of: 'root' } });
    assert.deepEqual(x.get('a'), {
      id: 'a',
      namespace: 'x',
      vector: [2, 0],
      metadata: { of: 'x' },
    });
    assert.deepEqual([index.get('c'), x.get('b'), y.get('c')], [undefined, undefined, undefined]);
    assert.deepEqual(x.getMany(['c', 'b']), [x.get('c'), undefined]);
    assert.deepEqual(index.has(['a', 'b', 'c', 'd']), [true, true, false, false]);
    assert.deepEqual(y.has(['a', 'b', 'c', 'd']), [true, false, false, true]);
    assert.deepEqual(
      [index, x, y].map((it) => it.list().ids),
      [
        ['a', 'b'],
        ['a', 'c'],
        ['a', 'd'],
      ],
    );
    assert.deepEqual([index.count(), x.count(), y.count(), index.stats().count], [2, 2, 2, 6]);
    assert.deepEqual([x.count({ of: 'x' }), x.count({ of: 'y' })], [1, 0]);
    assert.equal('namespace' in index.query([0, 0]).matches[0], false);
  });

  it('is searched alone, by its view or by the option', async (t) => {
    const { index, x } = await three(t);
    assert.deepEqual(found(index), [
      ['a', 1],
      ['b', 3],
    ]);
    assert.deepEqual(found(x), [
      ['a', 2],
      ['c', 5],
    ]);
    assert.deepEqual(
      comparable(x.query([0, 0])),
      comparable(index.query([0, 0], { namespace: 'x' })),
    );
    assert.deepEqual(x.query([0, 0]).matches[0], {
      id: 'a',
      namespace: 'x',
      distance: 2,
      score: 1 / 3,
      metadata: { of: 'x' },
    });
    assert.deepEqual(found(x, { filter: { of: 'x' }, namespace: 'x' }), [['a', 2]]);
    assert.deepEqual(found(index, { namespace: 'nobody' }), []);
    assert.equal(
      x.queryMany(
        [
          [0, 0],
          [9, 9],
        ],
        { topK: 1 },
      )[1].matches[0].id,
      'c',
    );
    assert.equal(index.queryById('c', { namespace: 'x' }).matches[0].id, 'c');
    refused(() => index.queryById('c'), 'NOT_FOUND');
    const { records, reason } = x.explain([0, 0]);
    assert.deepEqual([records, reason], [2, 'there are fewer records']);
  });

  it('is written alone', async (t) => {
    const { index, x, y } = await three(t);
    assert.deepEqual(x.upsert([record('a', 7), record('e', 8)]).inserted, 1);
    refusedUnchanged(index, () => x.insert(record('a', 9)), 'DUPLICATE_ID', 'a');
    assert.equal(x.insert([record('b', 9)]).inserted, 1);
    assert.equal(x.upsertFlat(['f'], Float32Array.of(1, 1)).inserted, 1);
    for (const _ of x.upsertSteps([record('g', 1)]));
    assert.equal(x.update('c', { metadata: { more: 1 } }), true);
    assert.equal(x.update('d', { metadata: { more: 1 } }), false);
    assert.deepEqual(x.list().ids, ['a', 'c', 'e', 'b', 'f', 'g']);
    assert.equal(x.delete(['a', 'd', 'e']), 2);
    assert.equal(x.deleteWhere({ more: { $exists: true } }), 1);
    assert.deepEqual(
      [index.list().ids, y.list().ids],
      [
        ['a', 'b'],
        ['a', 'd'],
      ],
    );
    assert.deepEqual(index.get('a').vector, [1, 0]);
    x.clear();
    assert.deepEqual([x.count(), index.count(), y.count()], [0, 2, 2]);
    assert.deepEqual(found(y), [
      ['a', 4],
      ['d', 6],
    ]);
    assert.equal(index.deleteWhere({}), 2);
    assert.deepEqual([index.count(), y.count()], [0, 2]);
    index.clear();
    assert.deepEqual([index.stats().count, y.list()], [0, { ids: [] }]);
    y.upsert(record('z', 1));
    assert.deepEqual(y.list().ids, ['z']);
  });

  it('takes the same id twice in a batch, once a namespace', async (t) => {
    const index = await newIndex(t, options);
    const items = ['x', 'y', 'x'].map((namespace, i) => record('same', i + 1, { namespace }));
    refused(() => index.insert(items), 'DUPLICATE_ID');
    assert.deepEqual(index.upsert(items), { inserted: 2, updated: 0, version: index.version });
    assert.deepEqual(index.upsert(items), { inserted: 0, updated: 2, version: index.version });
    assert.deepEqual(index.namespace('x').get('same').vector, [3, 0]);
    assert.deepEqual(index.namespace('y').get('same').vector, [2, 0]);
    // Names and ids that read the same when they are put together.
    index.upsert(record('bc', 1, { namespace: 'a' }));
    index.upsert(record('c', 2, { namespace: 'ab' }));
    assert.deepEqual([index.namespace('a').count(), index.namespace('ab').count()], [1, 1]);
  });

  it('does not contradict its items and options', async (t) => {
    const { index, x } = await three(t);
    assert.equal(x.upsert(record('c', 5, { namespace: 'x' })).updated, 1);
    const item = record('q', 1, { namespace: 'y' });
    for (const call of [
      () => x.upsert(item),
      () => x.insert([item]),
      () => [...x.upsertSteps([item])],
      () => x.query([0, 0], { namespace: 'y' }),
      () => x.queryById('a', { namespace: 'y' }),
      () => x.queryMany([[0, 0]], { namespace: 'y' }),
      () => x.explain([0, 0], { namespace: 'y' }),
    ])
      refusedUnchanged(index, call, 'INVALID_ARGUMENT', 'namespace', '"x"', '"y"');
  });

  it('has a name of 1 to 512 bytes of UTF-8', async (t) => {
    const { index } = await three(t);
    for (const name of ['', 5, null, '\ud800', {}])
      for (const call of [
        () => index.namespace(name),
        () => index.query([0, 0], { namespace: name }),
        () => index.upsert(record('q', 1, { namespace: name })),
      ])
        refusedUnchanged(index, call, 'INVALID_ARGUMENT', 'namespace');
    refused(() => index.namespace('é'.repeat(257)), 'LIMIT_EXCEEDED', '512', '514');
    for (const name of ['é'.repeat(256), '__proto__', 'constructor', '\0', ' ', '\u{1f600}']) {
      index.namespace(name).upsert(record('a', 1));
      assert.deepEqual(index.namespace(name).list().ids, ['a']);
    }
  });

  it('lists page by page, and compacts with the others', async (t) => {
    const index = await newIndex(t, options);
    for (let i = 0; i < 300; ++i)
      index.upsert(record(`r${i}`, i + 1, i % 3 === 0 ? {} : { namespace: `n${i % 3}` }));
    const view = index.namespace('n1');
    const { ids, cursor } = view.list({ limit: 30 });
    index.namespace('n2').clear();
    index.delete(['r0', 'r3']);
    index.compact();
    assert.equal(index.stats().deleted, 0);
    const rest = view.list({ cursor }).ids;
    assert.deepEqual(
      [...ids, ...rest],
      Array.from({ length: 100 }, (_, i) => `r${3 * i + 1}`),
    );
    assert.deepEqual(found(view, { topK: 2 }), [
      ['r1', 2],
      ['r4', 5],
    ]);
  });

  it('has the verbs on records only, and is CLOSED with its index', async (t) => {
    const { index, x } = await three(t);
    for (const name of ['export', 'import', 'dispose', 'compact', 'maintain', 'stats', 'namespace'])
      assert.equal(x[name], undefined, name);
    index.dispose();
    for (const call of [
      () => x.count(),
      () => x.query([0, 0]),
      () => x.upsert(record('a', 1)),
      () => x.clear(),
      () => index.namespace('x'),
    ])
      refused(call, 'CLOSED');
  });
});

describe('a snapshot of namespaces', () => {
  const kinds = (bytes) => parse(bytes).sections.map(({ kind }) => kind);
  const section = (codes, names) => {
    const head = Buffer.alloc(4 * codes.length);
    for (const [row, code] of codes.entries()) head.writeUInt32LE(code, 4 * row);
    return { kind: 'NAMS', bytes: Buffer.concat([head, strings('', names).bytes]) };
  };

  it('keeps them, and gives the same bytes again', async (t) => {
    const { index, x } = await three(t);
    x.delete('a');
    const bytes = index.export();
    const copy = await newIndex(t, options);
    assert.equal(copy.import(bytes).inserted, 5);
    assert.deepEqual(copy.export(), bytes);
    for (const name of ['x', 'y'])
      assert.deepEqual(
        copy.namespace(name).getMany(['a', 'b', 'c', 'd']),
        index.namespace(name).getMany(['a', 'b', 'c', 'd']),
      );
    assert.deepEqual(found(copy), found(index));
    assert.deepEqual(found(copy.namespace('y')), found(index.namespace('y')));
  });

  it('has them in a required section, in order of their first records', async (t) => {
    const { index } = await three(t);
    const bytes = index.export();
    const names = parse(bytes).sections.find(({ kind }) => kind === 'NAMS');
    assert.deepEqual([names.flags, names.version], [1, 1]);
    assert.deepEqual(
      Array.from({ length: 6 }, (_, row) => names.bytes.readUInt32LE(4 * row)),
      [0, 1, 0, 2, 1, 2],
    );
    assert.deepEqual(textsOf(names.bytes.subarray(24)), ['x', 'y']);
    index.namespace('x').clear();
    index.namespace('y').clear();
    assert.ok(!kinds(index.export()).includes('NAMS'), 'none without namespaces');
  });

  const records = ['a', 'a', 'b'].map((id, i) => record(id, i + 1));
  const withNames = (codes, names) =>
    forge([...sectionsOf('euclidean', 2, records), section(codes, names)]);

  it('is what an independent writer makes', async (t) => {
    const index = await newIndex(t, options);
    const bytes = withNames([0, 1, 1], ['n']);
    assert.equal(index.import(bytes).inserted, 3);
    assert.deepEqual(index.export(), bytes);
    assert.deepEqual(index.namespace('n').list().ids, ['a', 'b']);
  });

  for (const [what, forged] of Object.entries({
    'none but the default one': withNames([0, 0, 0], []),
    'the same id twice in one': withNames([1, 1, 0], ['n']),
    'a number that skips one': withNames([0, 2, 1], ['n', 'm']),
    'a number without a name': withNames([0, 1, 2], ['n']),
    'a name without records': withNames([0, 1, 1], ['n', 'm']),
    'a name twice': withNames([0, 1, 2], ['n', 'n']),
    'an empty name': withNames([0, 1, 1], ['']),
    'a name that is too long': withNames([0, 1, 1], ['x'.repeat(513)]),
    'too few rows': withNames([0, 1], ['n']),
    'too many rows': withNames([0, 1, 1, 1], ['n']),
    'no bytes': forge([
      ...sectionsOf('euclidean', 2, records),
      { kind: 'NAMS', bytes: Buffer.alloc(0) },
    ]),
  }))
    it(`with ${what} is refused`, async (t) => {
      const { index } = await three(t);
      refusedUnchanged(index, () => index.import(forged), 'FORMAT_CHECKSUM', 'damaged');
    });

  it('explain() tells the share of the namespace that matches, not of all records', async (t) => {
    const index = await newIndex(t, { dimensions: 2 });
    for (let i = 0; i < 30; ++i) index.upsert({ id: `${i}`, vector: [1, i] });
    index.namespace('one').upsert({ id: 'a', vector: [1, 1], metadata: { n: 1 } });
    const { filter, selectivity } = index.namespace('one').explain([1, 1]);
    assert.deepEqual([filter, selectivity], [undefined, { actual: 1, estimated: 1 }]);
    assert.equal(index.namespace('one').explain([1, 1], { filter: { n: 1 } }).filter, 'prefilter');
  });
});
