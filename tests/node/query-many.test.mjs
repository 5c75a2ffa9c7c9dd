// Many queries at once, queries by id, and the forms a vector may come in.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { METRICS } from '../support/distances.mjs';
import { comparable, newIndex, refused } from '../support/indexes.mjs';
import { assertNearest } from '../support/oracle.mjs';
import { itemsOf, seededBytes, seededFor, seededVectors } from '../support/random.mjs';

describe('queryMany', () => {
  for (const metric of METRICS)
    it(`${metric}: equals single queries bit for bit at every batch size`, async (t) => {
      const dimensions = 104;
      const records = itemsOf(seededFor(metric, { seed: 1, count: 700, dimensions }));
      const index = await newIndex(t, { dimensions, metric }, records);
      for (const count of [1, 2, 3, 63, 64, 65, 200]) {
        const queries = seededFor(metric, { seed: count, count, dimensions });
        assert.deepEqual(
          index.queryMany(queries, { topK: 7 }).map(comparable),
          queries.map((query) => comparable(index.query(query, { topK: 7 }))),
        );
      }
    });

  it('equals single queries at the largest topK', async (t) => {
    const records = itemsOf(seededVectors({ seed: 2, count: 10_100, dimensions: 4 }));
    const index = await newIndex(t, { dimensions: 4 }, records);
    const queries = seededVectors({ seed: 3, count: 60, dimensions: 4 });
    for (const [i, result] of index.queryMany(queries, { topK: 10_000 }).entries())
      assert.deepEqual(comparable(result), comparable(index.query(queries[i], { topK: 10_000 })));
  });

  it('obeys the options of a single query', async (t) => {
    const records = itemsOf(seededVectors({ seed: 4, count: 50, dimensions: 4 }));
    const items = records.map((item) => ({ ...item, metadata: { is: item.id } }));
    const index = await newIndex(t, { dimensions: 4 }, items);
    const queries = seededVectors({ seed: 5, count: 5, dimensions: 4 });
    const options = { topK: 3, minScore: 0.5, includeMetadata: false, includeVector: true };
    assert.deepEqual(
      index.queryMany(queries, options).map(comparable),
      queries.map((query) => comparable(index.query(query, options))),
    );
  });

  it('gives no results for no queries', async (t) => {
    const index = await newIndex(t, { dimensions: 4 });
    assert.deepEqual(index.queryMany([]), []);
    assert.deepEqual(index.queryMany(new Float32Array(0)), []);
    assert.deepEqual(index.queryMany({ data: new Float32Array(0), dims: [0, 4] }), []);
  });

  it('names each result differently', async (t) => {
    const index = await newIndex(t, { dimensions: 1 }, [{ id: 'a', vector: [1] }]);
    const names = index.queryMany([[1], [2], [3]]).map(({ queryId }) => queryId);
    assert.equal(new Set(names).size, 3);
  });

  it('takes vectors end to end, and tensors [n, d]', async (t) => {
    const vectors = seededVectors({ seed: 6, count: 10, dimensions: 4 });
    const index = await newIndex(t, { dimensions: 4 }, itemsOf(vectors));
    const flat = vectors.flatMap((vector) => Array.from(vector));
    const expected = index.queryMany(vectors).map(comparable);
    for (const input of [
      flat,
      Float32Array.from(flat),
      Float64Array.from(flat),
      { data: flat, dims: [10, 4] },
      { data: Float32Array.from(flat), dims: [10, 4] },
    ])
      assert.deepEqual(index.queryMany(input).map(comparable), expected);
    const one = { data: vectors[3], dims: [1, 4] };
    assert.deepEqual(index.queryMany(one).map(comparable), [expected[3]]);
  });

  it('names the faulty vector, in whichever batch it is', async (t) => {
    const index = await newIndex(t, { dimensions: 2 }, [{ id: 'a', vector: [1, 1] }]);
    for (const at of [0, 63, 64, 130]) {
      const queries = Array.from({ length: 131 }, (_, i) => [1, i === at ? Number.NaN : 1]);
      refused(() => index.queryMany(queries), 'INVALID_VECTOR', `vectors[${at}]`, 'NaN');
      queries[at] = [1];
      refused(() => index.queryMany(queries), 'DIMENSION_MISMATCH', `vectors[${at}]`);
    }
    assert.equal(index.query([1, 1]).count, 1);
  });

  it('refuses tensors whose dims do not say how many vectors of which length', async (t) => {
    const index = await newIndex(t, { dimensions: 2 }, [{ id: 'a', vector: [1, 1] }]);
    const data = Float32Array.of(1, 2, 3, 4);
    refused(() => index.queryMany({ data, dims: [1, 2, 2] }), 'INVALID_ARGUMENT', /1, ?2, ?2/);
    refused(() => index.queryMany({ data, dims: [4] }), 'INVALID_ARGUMENT', 'dims [n, d]');
    refused(() => index.queryMany({ data, dims: [3, 2] }), 'INVALID_ARGUMENT', '6', '4');
    refused(() => index.queryMany({ data, dims: [1, 4] }), 'DIMENSION_MISMATCH', '2', '4');
    refused(() => index.queryMany(data.subarray(1)), 'DIMENSION_MISMATCH', '2', '3');
    refused(() => index.queryMany({ data: [7], dims: [] }), 'INVALID_ARGUMENT', 'dims');
    const empty = { data: new Float32Array(0), dims: [3, 0] };
    refused(() => index.queryMany(empty), 'DIMENSION_MISMATCH', '2', '0');
  });
});

describe('queryById', () => {
  for (const metric of METRICS)
    it(`${metric}: is the query of the record's own vector`, async (t) => {
      const vectors = seededFor(metric, { seed: 8, count: 40, dimensions: 56 });
      const index = await newIndex(t, { dimensions: 56, metric }, itemsOf(vectors));
      const options = { topK: 40, includeVector: true };
      assert.deepEqual(
        comparable(index.queryById('r5', options)),
        comparable(index.query(vectors[5], options)),
      );
    });

  it('has the record itself among its matches', async (t) => {
    const vectors = seededVectors({ seed: 9, count: 40, dimensions: 5 });
    const index = await newIndex(t, { dimensions: 5, metric: 'euclidean' }, itemsOf(vectors));
    assert.deepEqual(index.queryById('r5', { topK: 1 }).matches, [
      { id: 'r5', score: 1, distance: 0 },
    ]);
  });

  it('is NOT_FOUND for an id that is not there, or is no more', async (t) => {
    const index = await newIndex(t, { dimensions: 1 }, [{ id: 'a', vector: [1] }]);
    const error = refused(() => index.queryById('b'), 'NOT_FOUND', '"b"');
    assert.deepEqual(error.details, { id: 'b' });
    index.delete('a');
    refused(() => index.queryById('a'), 'NOT_FOUND', '"a"');
  });
});

describe('the forms of a vector', () => {
  const numbers = [3, -1, 2, 0];

  it('are the same vector: arrays, typed arrays, views and tensors', async (t) => {
    const padded = Float32Array.of(9, 9, ...numbers, 9);
    const frozen = Object.freeze([...numbers]);
    const forms = [
      numbers,
      frozen,
      Float32Array.from(numbers),
      Float64Array.from(numbers),
      Int8Array.from(numbers),
      padded.subarray(2, 6),
      { data: Float32Array.from(numbers), dims: [4] },
      { data: Float32Array.from(numbers), dims: [1, 4] },
      { data: numbers, dims: [4], type: 'float32', size: 4 },
    ];
    const index = await newIndex(t, { dimensions: 4 });
    const [first, ...others] = forms.map((vector, i) => {
      index.clear();
      index.upsert({ id: 'a', [i % 2 === 0 ? 'vector' : 'values']: vector });
      return { got: index.get('a').vector, matches: index.query(vector).matches };
    });
    assert.deepEqual(first.got, numbers);
    for (const other of others) assert.deepEqual(other, first);
  });

  it('round to f32 as Math.fround does', async (t) => {
    const index = await newIndex(t, { dimensions: 3, metric: 'dot' });
    const values = [0.1, 1 / 3, 16_777_217];
    index.upsert([
      { id: 'array', vector: values },
      { id: 'f64', vector: Float64Array.from(values) },
    ]);
    for (const { vector } of index.getMany(['array', 'f64']))
      assert.deepEqual(vector, values.map(Math.fround));
  });

  it('of bytes are numbers, not bits, unless the metric is hamming', async (t) => {
    const index = await newIndex(t, { dimensions: 2, metric: 'dot' });
    index.upsert({ id: 'a', vector: Uint8Array.of(200, 1) });
    assert.deepEqual(index.get('a').vector, [200, 1]);
  });

  it('keep the sign of zero', async (t) => {
    const index = await newIndex(t, { dimensions: 2, metric: 'dot' });
    index.upsert({ id: 'a', vector: [-0, 0] });
    assert.deepEqual(index.get('a').vector, [-0, 0]);
  });

  it('under hamming are packed bytes, a view of them, or a tensor around them', async (t) => {
    const [bytes] = seededBytes({ seed: 10, count: 1, bytes: 5 });
    const index = await newIndex(t, { dimensions: 40, metric: 'hamming' });
    for (const vector of [
      bytes,
      Buffer.from(bytes),
      Uint8Array.of(0, ...bytes, 0).subarray(1, 6),
      { data: bytes, dims: [5] },
      { data: bytes, dims: [1, 5] },
    ]) {
      index.upsert({ id: 'a', vector });
      assert.deepEqual(index.get('a').vector, Array.from(bytes));
      assert.equal(index.query(vector).matches[0].distance, 0);
    }
  });
});

describe('truncateDim', () => {
  for (const metric of METRICS)
    it(`${metric}: compares and returns the first components only`, async (t) => {
      const [full, kept] = [64, 24];
      const cut = metric === 'hamming' ? kept / 8 : kept;
      const vectors = seededFor(metric, { seed: 11, count: 41, dimensions: full });
      const [query, ...rows] = vectors.map((vector) => vector.slice(0, cut));
      const options = { dimensions: full, truncateDim: kept, metric };
      const index = await newIndex(t, options, itemsOf(vectors.slice(1)));
      const { matches } = index.query(vectors[0], { includeVector: true });
      assertNearest(matches, metric, itemsOf(rows), query, 10);
      for (const { id, vector } of matches)
        assert.deepEqual(vector, Array.from(rows[Number(id.slice(1))]));
      assert.equal(index.dimensions, full);
      assert.equal(index.stats().dimensions, kept);
    });

  it('takes vectors of the full and of the kept length, in every call', async (t) => {
    const index = await newIndex(t, { dimensions: 4, truncateDim: 2 });
    index.upsert([
      { id: 'full', vector: [1, 2, 3, 4] },
      { id: 'kept', vector: [1, 2] },
    ]);
    assert.deepEqual(index.get('full').vector, index.get('kept').vector);
    assert.deepEqual(
      comparable(index.query([1, 2])),
      comparable(index.query(Float32Array.of(1, 2, 9, 9))),
    );
    index.update('kept', { vector: [5, 6, 7, 8] });
    assert.deepEqual(index.get('kept').vector, [5, 6]);
    index.upsertFlat(['x', 'y'], Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8));
    assert.deepEqual(index.get('y').vector, [5, 6]);
    for (const tensor of [
      { data: [1, 2, 3, 4, 5, 6, 7, 8], dims: [2, 4] },
      { data: [1, 2, 5, 6], dims: [2, 2] },
    ])
      assert.deepEqual(
        index.queryMany(tensor).map(comparable),
        index
          .queryMany([
            [1, 2],
            [5, 6],
          ])
          .map(comparable),
      );
    refused(() => index.query([1, 2, 3]), 'DIMENSION_MISMATCH', '4', '3');
  });

  it('equal to dimensions changes nothing', async (t) => {
    const [plain, truncated] = await Promise.all([
      newIndex(t, { dimensions: 3 }, [{ id: 'a', vector: [1, 2, 3] }]),
      newIndex(t, { dimensions: 3, truncateDim: 3 }, [{ id: 'a', vector: [1, 2, 3] }]),
    ]);
    assert.deepEqual(truncated.export(), plain.export());
  });
});
