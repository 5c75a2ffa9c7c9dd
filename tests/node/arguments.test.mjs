// Vectors, ids and metadata that must be refused by every call that takes them, and their limits: at
// each the call works, one beyond it does not, and a refused call changes nothing.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { newIndex, refused, refusedUnchanged } from '../support/indexes.mjs';
import { DimensionMismatchError } from '../support/package.mjs';

const ab = [
  { id: 'a', vector: [1, 2, 3], metadata: { n: 1 } },
  { id: 'b', vector: [4, 5, 6] },
];

/** Calls that take one vector, by name. */
const takers = {
  query: (index, vector) => index.query(vector),
  explain: (index, vector) => index.explain(vector),
  'queryMany of an array': (index, vector) =>
    index.queryMany([index.metric === 'hamming' ? Uint8Array.of(1, 2) : [1, 1, 1], vector]),
  upsert: (index, vector) => index.upsert({ id: 'x', vector }),
  'upsert as values': (index, vector) => index.upsert({ id: 'x', values: vector }),
  insert: (index, vector) => index.insert({ id: 'x', vector }),
  upsertSteps: (index, vector) => [...index.upsertSteps([{ id: 'x', vector }])],
  update: (index, vector) => index.update('a', { vector }),
};

describe('vectors that are refused', () => {
  const huge = Float32Array.of(1, 1e19, 1);
  const cases = [
    ['NaN', [1, Number.NaN, 3], 'INVALID_VECTOR', { component: 1 }, /got NaN at component 1/],
    ['infinity', [1, 2, Number.POSITIVE_INFINITY], 'INVALID_VECTOR', { component: 2 }, 'Infinity'],
    ['minus infinity', [Number.NEGATIVE_INFINITY, 2, 3], 'INVALID_VECTOR', { component: 0 }],
    ['NaN in a Float32Array', Float32Array.of(Number.NaN, 2, 3), 'INVALID_VECTOR'],
    ['a number beyond f32', [1, 1e39, 3], 'INVALID_VECTOR', { component: 1 }, '1e+39'],
    ['an f64 beyond f32', Float64Array.of(1, -1e300, 3), 'INVALID_VECTOR', { component: 1 }],
    ['a zero vector', [0, 0, 0], 'INVALID_VECTOR', { norm: 0 }, 'zero vector', 'cosine'],
    ['a vector of -0', [-0, 0, -0], 'INVALID_VECTOR', { norm: 0 }],
    ['numbers that f32 rounds to zero', [1e-46, 0, 0], 'INVALID_VECTOR', { norm: 0 }, 'zero'],
    ['too small a norm', [1e-16, 0, 0], 'INVALID_VECTOR', undefined, '1e-15'],
    ['too large a norm', huge, 'INVALID_VECTOR', undefined, '1e18', /got 99999999/],
    ['a string among numbers', [1, '2', 3], 'INVALID_VECTOR', { component: 1 }, '"2"'],
    ['null among numbers', [1, null, 3], 'INVALID_VECTOR', { component: 1 }, 'null'],
    [
      'a hole among numbers',
      Object.assign(Array(3), { 0: 1, 2: 3 }),
      'INVALID_VECTOR',
      { component: 1 },
      'undefined',
    ],
    ['a bigint among numbers', [1, 2, 3n], 'INVALID_VECTOR', { component: 2 }],
    ['too few', [1, 2], 'DIMENSION_MISMATCH', { expected: 3, actual: 2 }, 'expected 3', 'got 2'],
    ['too many', [1, 2, 3, 4], 'DIMENSION_MISMATCH', { expected: 3, actual: 4 }, 'got 4'],
    ['none', [], 'DIMENSION_MISMATCH', { expected: 3, actual: 0 }],
    ['an empty Float32Array', new Float32Array(0), 'DIMENSION_MISMATCH'],
    ['a string', '1,2,3', 'INVALID_ARGUMENT', undefined, 'Float32Array', '"1,2,3"'],
    ['a number', 3, 'INVALID_ARGUMENT', undefined, 'got 3'],
    ['null', null, 'INVALID_ARGUMENT', undefined, 'null'],
    ['a function', () => [1, 2, 3], 'INVALID_ARGUMENT', undefined, 'function'],
    ['a plain object', { 0: 1, 1: 2, 2: 3, length: 3 }, 'INVALID_ARGUMENT', undefined, 'Object'],
    ['a Set', new Set([1, 2, 3]), 'INVALID_ARGUMENT', undefined, 'Set'],
    ['an ArrayBuffer', new ArrayBuffer(12), 'INVALID_ARGUMENT', undefined, 'ArrayBuffer'],
    ['a DataView', new DataView(new ArrayBuffer(12)), 'INVALID_ARGUMENT', undefined, 'DataView'],
    ['an Int32Array', Int32Array.of(1, 2, 3), 'INVALID_ARGUMENT', undefined, 'Int32Array'],
    ['a BigInt64Array', BigInt64Array.of(1n, 2n, 3n), 'INVALID_ARGUMENT', undefined, 'BigInt64'],
    ['a tensor of two rows', { data: [1, 2, 3, 1, 2, 3], dims: [2, 3] }, 'INVALID_ARGUMENT'],
    ['a tensor of three dims', { data: [1, 2, 3], dims: [1, 1, 3] }, 'INVALID_ARGUMENT'],
    ['a tensor without dims', { data: [1, 2, 3], dims: [] }, 'INVALID_ARGUMENT'],
    [
      'a tensor with wrong dims',
      { data: [1, 2, 3], dims: [4] },
      'INVALID_ARGUMENT',
      undefined,
      '4',
    ],
    ['a tensor with odd dims', { data: [1, 2, 3], dims: ['3'] }, 'INVALID_ARGUMENT'],
    ['a tensor with negative dims', { data: [1, 2, 3], dims: [-1, -3] }, 'INVALID_ARGUMENT'],
    ['a tensor of another length', { data: [1, 2], dims: [2] }, 'DIMENSION_MISMATCH'],
    ['a tensor of 64-bit integers', { data: BigInt64Array.of(1n), dims: [1] }, 'INVALID_VECTOR'],
  ];
  for (const [what, vector, code, details, ...words] of cases)
    it(`${what}, by every call that takes a vector`, async (t) => {
      const index = await newIndex(t, { dimensions: 3 }, ab);
      for (const [name, call] of Object.entries(takers)) {
        const error = refusedUnchanged(index, () => call(index, vector), code, ...words);
        if (details !== undefined) assert.deepEqual(error.details, details, name);
        assert.equal(error instanceof DimensionMismatchError, code === 'DIMENSION_MISMATCH', name);
        assert.match(error.message, /vector/, name);
      }
    });

  it('also where no record matches the filter, and among the queries of an audit', async (t) => {
    const index = await newIndex(t, { dimensions: 3 }, ab);
    const bad = [1, Number.NaN, 3];
    const filter = { absent: 1 };
    for (const call of [
      () => index.query(bad, { filter }),
      () => index.explain(bad, { filter }),
      () => index.query(bad, { namespace: 'empty' }),
    ])
      refusedUnchanged(index, call, 'INVALID_VECTOR', 'got NaN at component 1');
    const queries = [[1, 2, 3], bad];
    refusedUnchanged(index, () => index.queryMany(queries, { filter }), 'INVALID_VECTOR', '[1]');
    refusedUnchanged(index, () => index.measureRecall({ queries }), 'INVALID_VECTOR', 'queries[1]');
  });

  it('is read once, so that a getter in it that calls the index does no harm', async (t) => {
    const index = await newIndex(t, { dimensions: 3 }, ab);
    const wanted = index.query([1, 2, 3], { topK: 1 }).matches;
    const asks = [1, 2, 3];
    let reads = 0;
    Object.defineProperty(asks, 1, {
      get: () => {
        ++reads;
        index.queryMany([ab[0].vector, ab[1].vector], { topK: 2 });
        return 2;
      },
    });
    assert.deepEqual(index.query(asks, { topK: 1 }).matches, wanted);
    assert.equal(reads, 1);
  });

  it('a transferred array has no elements left', async (t) => {
    const vector = Float32Array.of(1, 2, 3);
    structuredClone(vector, { transfer: [vector.buffer] });
    const index = await newIndex(t, { dimensions: 3 }, ab);
    for (const call of Object.values(takers))
      refusedUnchanged(index, () => call(index, vector), 'DIMENSION_MISMATCH', 'got 0');
  });

  it('zero and tiny vectors are refused under cosine only', async (t) => {
    for (const metric of ['dot', 'euclidean', 'manhattan']) {
      const index = await newIndex(t, { dimensions: 2, metric });
      index.upsert([
        { id: 'zero', vector: [0, 0] },
        { id: 'tiny', vector: [1e-40, 0] },
      ]);
      assert.equal(index.query([0, 0]).count, 2);
      refusedUnchanged(index, () => index.query([1e19, 0]), 'INVALID_VECTOR', '1e18');
      refusedUnchanged(index, () => index.upsert({ id: 'x', vector: [1e39, 0] }), 'INVALID_VECTOR');
    }
  });

  it('norms are taken up to 1e18, and under cosine down to 1e-15', async (t) => {
    for (const metric of ['cosine', 'dot', 'euclidean', 'manhattan']) {
      const index = await newIndex(t, { dimensions: 2, metric }, [
        { id: 'large', vector: [1e18, 0] },
        { id: 'opposite', vector: [-1e18, 0] },
        { id: 'small', vector: [1e-15, 0] },
      ]);
      for (const query of [
        [1e18, 0],
        [-1e18, 0],
        [1e-15, 0],
      ])
        for (const { distance, score } of index.query(query).matches)
          assert.ok(Number.isFinite(distance) && Number.isFinite(score));
    }
    const cosine = await newIndex(t, { dimensions: 2 }, [{ id: 'large', vector: [1e18, 0] }]);
    assert.ok(Math.abs(cosine.query([1e-15, 0]).matches[0].distance) < 1e-6);
  });

  it('under hamming everything but packed bytes of the right length is refused', async (t) => {
    const index = await newIndex(t, { dimensions: 16, metric: 'hamming' }, [
      { id: 'a', vector: Uint8Array.of(1, 2) },
    ]);
    for (const vector of [
      [1, 2],
      Float32Array.of(1, 2),
      Int8Array.of(1, 2),
      { data: [1, 2], dims: [2] },
    ])
      for (const call of Object.values(takers))
        refusedUnchanged(index, () => call(index, vector), 'INVALID_ARGUMENT', 'Uint8Array');
    const error = refused(() => index.query(Uint8Array.of(1)), 'DIMENSION_MISMATCH', 'bytes');
    assert.deepEqual([error.expected, error.actual], [2, 1]);
    refused(() => index.query(new Uint8Array(16)), 'DIMENSION_MISMATCH', '2', '16');
    const zeros = index.upsert({ id: 'zeros', vector: Uint8Array.of(0, 0) });
    assert.equal(zeros.inserted, 1);
  });
});

describe('ids that are refused', () => {
  const cases = [
    ['a number', 7, 'INVALID_ARGUMENT', 'got 7'],
    ['undefined', undefined, 'INVALID_ARGUMENT', 'undefined'],
    ['null', null, 'INVALID_ARGUMENT', 'null'],
    ['an empty string', '', 'INVALID_ARGUMENT', 'non-empty', '""'],
    ['a String object', Object('a'), 'INVALID_ARGUMENT'],
    ['an array', ['a'], 'INVALID_ARGUMENT'],
    ['half a surrogate pair', 'a\ud800', 'INVALID_ARGUMENT', 'surrogate'],
    ['513 bytes', 'x'.repeat(513), 'LIMIT_EXCEEDED', '512', '513'],
    ['514 bytes in 257 characters', 'é'.repeat(257), 'LIMIT_EXCEEDED', '512', '514'],
    ['516 bytes in 129 emoji', '😀'.repeat(129), 'LIMIT_EXCEEDED', '512', '516'],
  ];
  for (const [what, id, code, ...words] of cases)
    it(`${what}, by every call that takes an id`, async (t) => {
      const index = await newIndex(t, { dimensions: 3 }, ab);
      const vector = [1, 1, 1];
      for (const call of [
        () => index.upsert({ id, vector }),
        () => index.upsert([ab[0], { id, vector }]),
        () => index.insert({ id, vector }),
        () => [...index.upsertSteps([{ id, vector }])],
        () => index.upsertFlat([id], Float32Array.from(vector)),
        () => index.update(id, { vector }),
        () => index.delete([id]),
        () => index.get(id),
        () => index.getMany(['a', id]),
        () => index.has(['a', id]),
        () => index.queryById(id),
      ])
        refusedUnchanged(index, call, code, 'id', ...words);
    });

  it('none of exactly 512 bytes, whatever the script', async (t) => {
    const index = await newIndex(t, { dimensions: 3 });
    for (const id of [
      'x'.repeat(512),
      'é'.repeat(256),
      '😀'.repeat(128),
      `${'日'.repeat(170)}xx`,
    ]) {
      assert.equal(Buffer.byteLength(id), 512);
      index.upsert({ id, vector: [1, 2, 3] });
      assert.equal(index.get(id).id, id);
    }
    assert.equal(index.count(), 4);
  });

  it('lists that are no arrays', async (t) => {
    const index = await newIndex(t, { dimensions: 3 }, ab);
    for (const ids of ['a', undefined, null, 7, new Set(['a']), { 0: 'a', length: 1 }])
      for (const call of [
        () => index.getMany(ids),
        () => index.has(ids),
        () => index.upsertFlat(ids, new Float32Array(3)),
        ...(ids === 'a' ? [] : [() => index.delete(ids)]),
      ])
        refusedUnchanged(index, call, 'INVALID_ARGUMENT', 'ids', 'array');
  });
});

describe('metadata that is refused', () => {
  class Model {}
  const circular = { list: [] };
  circular.list.push(circular);
  const deep = (levels) =>
    Array.from({ length: levels - 1 }).reduce((inner) => ({ inner }), { leaf: 1 });
  const listed = Object.assign([1], { toJSON: () => 'bent' });
  const cases = [
    ['a string', 'text', 'INVALID_ARGUMENT', 'object', '"text"'],
    ['null', null, 'INVALID_ARGUMENT', 'null'],
    ['an array', [1], 'INVALID_ARGUMENT', 'Array'],
    ['a class instance', new Model(), 'INVALID_ARGUMENT'],
    ['a Map', new Map([['a', 1]]), 'INVALID_ARGUMENT', 'Map'],
    ['NaN inside', { a: [{ b: Number.NaN }] }, 'INVALID_ARGUMENT', 'a[0].b', 'NaN'],
    ['infinity inside', { a: Number.POSITIVE_INFINITY }, 'INVALID_ARGUMENT', 'a', 'Infinity'],
    ['a date inside', { at: new Date(0) }, 'INVALID_ARGUMENT', 'at', 'toISOString'],
    ['a function inside', { f() {} }, 'INVALID_ARGUMENT', 'f', 'function'],
    ['a symbol inside', { s: Symbol('x') }, 'INVALID_ARGUMENT', 's'],
    ['a bigint inside', { n: 1n }, 'INVALID_ARGUMENT', 'n', '1'],
    ['undefined in a list', { a: [undefined] }, 'INVALID_ARGUMENT', 'a[0]', 'undefined'],
    [
      'a hole in a list',
      { a: Object.assign(Array(3), { 0: 1, 2: 3 }) },
      'INVALID_ARGUMENT',
      'a[1]',
      'undefined',
    ],
    ['a typed array inside', { v: Float32Array.of(1) }, 'INVALID_ARGUMENT', 'v', 'Float32Array'],
    ['a class instance inside', { m: new Model() }, 'INVALID_ARGUMENT', 'm'],
    ['toJSON() inside', { o: { toJSON: () => 1 } }, 'INVALID_ARGUMENT', 'o', 'toJSON'],
    ['a list with toJSON() inside', { o: listed }, 'INVALID_ARGUMENT', 'o'],
    ['17 levels', deep(17), 'LIMIT_EXCEEDED', '16'],
    ['an object inside itself', circular, 'LIMIT_EXCEEDED', '16', 'itself'],
    ['64,001 bytes', { text: 'x'.repeat(64_001 - 11) }, 'LIMIT_EXCEEDED', '64000', '64001'],
    ['64,001 bytes of é', { text: `${'é'.repeat(31_995)}` }, 'LIMIT_EXCEEDED', '64000', '64001'],
  ];
  for (const [what, metadata, code, ...words] of cases)
    it(`${what}, by every call that takes metadata`, async (t) => {
      const index = await newIndex(t, { dimensions: 3 }, ab);
      const vector = [1, 1, 1];
      for (const call of [
        () => index.upsert([ab[1], { id: 'x', vector, metadata }]),
        () => index.insert({ id: 'x', vector, metadata }),
        () => [...index.upsertSteps([{ id: 'x', vector, metadata }])],
        () => index.upsertFlat(['x'], Float32Array.from(vector), { metadata: [metadata] }),
        () => index.update('a', { metadata }),
      ])
        refusedUnchanged(index, call, code, 'metadata', ...words);
    });

  it('none of exactly 64,000 bytes and 16 levels', async (t) => {
    const index = await newIndex(t, { dimensions: 3 });
    for (const metadata of [
      { text: 'x'.repeat(64_000 - 11) },
      { text: `x${'é'.repeat(31_994)}` },
      deep(16),
    ]) {
      index.upsert({ id: 'a', vector: [1, 2, 3], metadata });
      assert.deepEqual(index.get('a').metadata, metadata);
    }
  });
});
