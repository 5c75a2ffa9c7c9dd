// Code of the caller that runs in the middle of a call (iterators, getters), and buffers that the
// caller uses again: what is stored is what was given when it was looked at.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { newIndex, refused, refusedUnchanged } from '../support/indexes.mjs';

const dimensions = 4;
const wanted = [0, 1, 2].map((i) => [i + 1, i + 1, i + 1, i + 1]);

/** Records whose vectors are all one buffer, filled anew for each. */
function* inOneBuffer(buffer) {
  for (const [i, [value]] of wanted.entries()) {
    buffer.fill(value);
    yield { id: `v${i}`, vector: buffer };
  }
}

const stored = (index) => index.getMany(['v0', 'v1', 'v2']).map(({ vector }) => vector);

describe('a generator that uses one buffer for all its vectors', () => {
  for (const [what, buffer] of Object.entries({
    Float32Array: () => new Float32Array(dimensions),
    Float64Array: () => new Float64Array(dimensions),
    'number[]': () => [0, 0, 0, 0],
  }))
    it(`${what}: upsert, insert and upsertSteps store each as it was`, async (t) => {
      for (const write of [
        (index) => index.upsert(inOneBuffer(buffer())),
        (index) => index.insert(inOneBuffer(buffer())),
        (index) => [...index.upsertSteps(inOneBuffer(buffer()))],
      ]) {
        const index = await newIndex(t, { dimensions });
        write(index);
        assert.deepEqual(stored(index), wanted);
      }
    });
});

describe('a generator that uses one array of packed bytes', () => {
  for (const [what, buffer] of Object.entries({
    Uint8Array: new Uint8Array(2),
    Buffer: Buffer.alloc(2),
  }))
    it(`${what}: each is stored as it was`, async (t) => {
      function* items() {
        for (const i of [0, 1, 2]) {
          buffer[0] = i;
          yield { id: `v${i}`, vector: buffer };
        }
      }
      const index = await newIndex(t, { dimensions: 16, metric: 'hamming' });
      index.upsert(items());
      assert.deepEqual(stored(index), [
        [0, 0],
        [1, 0],
        [2, 0],
      ]);
    });
});

describe('a vector that changes after it was looked at', () => {
  const late = (change) =>
    function* () {
      const vector = [1, 1, 1, 1];
      yield { id: 'v0', vector };
      change(vector);
      yield { id: 'v1', vector: wanted[1] };
    };
  for (const [what, change] of Object.entries({
    'gets shorter': (vector) => vector.splice(0),
    'gets longer': (vector) => vector.push(...new Array(100_000).fill(7)),
    'gets NaN': (vector) => vector.fill(NaN),
    'gets strings': (vector) => vector.fill('7'),
  }))
    it(`and ${what} is stored as it was, and no other memory is touched`, async (t) => {
      const other = await newIndex(t, { dimensions }, [{ id: 'v0', vector: wanted[2] }]);
      const index = await newIndex(t, { dimensions });
      index.upsert(late(change)());
      assert.deepEqual(index.get('v0').vector, wanted[0]);
      assert.deepEqual(other.get('v0').vector, wanted[2]);
      assert.equal(other.query(wanted[2]).count, 1);
    });

  it('in a metadata getter of update: the vector is the one that was given', async (t) => {
    const index = await newIndex(t, { dimensions }, [{ id: 'v0', vector: wanted[0] }]);
    const vector = [2, 2, 2, 2];
    const metadata = {
      get late() {
        vector.fill(9);
        return 1;
      },
    };
    assert.equal(index.update('v0', { vector, metadata }), true);
    assert.deepEqual(index.get('v0'), { id: 'v0', vector: wanted[1], metadata: { late: 1 } });
  });

  it('in a metadata getter of upsertFlat: the vectors are checked after it', async (t) => {
    const index = await newIndex(t, { dimensions });
    const vectors = new Float32Array(8).fill(1);
    const metadata = [
      undefined,
      {
        get late() {
          vectors.fill(NaN);
          return 1;
        },
      },
    ];
    refusedUnchanged(
      index,
      () => index.upsertFlat(['v0', 'v1'], vectors, { metadata }),
      'INVALID_VECTOR',
    );
  });
});

describe('a caller that changes the index in the middle of its own call', () => {
  it('by a getter of update: the record is looked for afterwards', async (t) => {
    const index = await newIndex(
      t,
      { dimensions },
      wanted.map((vector, i) => ({ id: `v${i}`, vector })),
    );
    const metadata = {
      get late() {
        index.delete('v0');
        index.compact();
        return 1;
      },
    };
    assert.equal(index.update('v0', { metadata }), false);
    assert.deepEqual(index.list().ids, ['v1', 'v2']);
    const copy = await newIndex(t, { dimensions });
    assert.equal(copy.import(index.export()).inserted, 2);
  });

  it('by dispose() in its iterator gets CLOSED', async (t) => {
    for (const verb of ['upsert', 'insert']) {
      const index = await newIndex(t, { dimensions });
      function* disposing() {
        yield { id: 'v0', vector: wanted[0] };
        index.dispose();
      }
      refused(() => index[verb](disposing()), 'CLOSED');
    }
  });

  it('by dispose() in a getter of its query gets CLOSED', async (t) => {
    for (const call of [
      (index, vector) => index.query(vector),
      (index, vector) => index.queryMany(vector),
      (index, vector) => index.explain(vector),
    ]) {
      const index = await newIndex(t, { dimensions }, [{ id: 'v0', vector: wanted[0] }]);
      const vector = {
        dims: [1, 4],
        get data() {
          index.dispose();
          return wanted[0];
        },
      };
      refused(() => call(index, vector), 'CLOSED');
    }
  });
});

describe('an array with holes', () => {
  it('of vectors, items or ids is refused, with the place', async (t) => {
    const index = await newIndex(t, { dimensions }, [{ id: 'v0', vector: wanted[0] }]);
    refused(() => index.queryMany(new Array(2)), 'INVALID_ARGUMENT', 'vectors[0]');
    // biome-ignore lint/suspicious/noSparseArray: the hole is what is tested
    refused(() => index.queryMany([wanted[0], , wanted[1]]), 'INVALID_ARGUMENT', 'vectors[1]');
    refused(() => index.upsert(new Array(2)), 'INVALID_ARGUMENT', 'items[0]');
    refused(
      () => index.upsertFlat(new Array(1), new Float32Array(4)),
      'INVALID_ARGUMENT',
      'ids[0]',
    );
  });
});

describe('a tensor', () => {
  it('takes any list of numbers as its data', async (t) => {
    const index = await newIndex(t, { dimensions });
    index.upsert({ id: 'v0', vector: { data: Int32Array.of(1, 1, 1, 1), dims: [4] } });
    index.upsert({
      id: 'v1',
      vector: { data: { length: 4, 0: 2, 1: 2, 2: 2, 3: 2 }, dims: [1, 4] },
    });
    index.upsert({ id: 'v2', vector: wanted[2] });
    assert.deepEqual(stored(index), wanted);
  });
});
