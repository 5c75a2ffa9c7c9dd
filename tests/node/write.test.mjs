// What each write does, call by call; tests/node/records.test.mjs reads records back.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { METRICS } from '../support/distances.mjs';
import { fingerprint, newIndex, refused, refusedUnchanged } from '../support/indexes.mjs';
import { itemsOf, seededBytes, seededFor, seededVectors } from '../support/random.mjs';

const ab = [
  { id: 'a', vector: [1, 2], metadata: { n: 1 } },
  { id: 'b', vector: [3, 4] },
];

describe('upsert', () => {
  it('adds records and says how many, and the version', async (t) => {
    const index = await newIndex(t, { dimensions: 2 });
    assert.deepEqual(index.upsert(ab), { inserted: 2, updated: 0, version: index.version });
    assert.equal(index.count(), 2);
    assert.deepEqual(index.get('a'), { id: 'a', vector: [1, 2], metadata: { n: 1 } });
    assert.deepEqual(index.get('b'), { id: 'b', vector: [3, 4] });
  });

  it('calls one record that is refused an item, and one of a list by its place', async (t) => {
    const index = await newIndex(t, { dimensions: 2 }, ab);
    const wrong = { id: 'c', vector: [1, 2, 3] };
    for (const verb of ['upsert', 'insert']) {
      refusedUnchanged(index, () => index[verb](wrong), 'DIMENSION_MISMATCH', /^item\.vector: /);
      const list = [{ id: 'd', vector: [1, 2] }, wrong];
      refusedUnchanged(
        index,
        () => index[verb](list),
        'DIMENSION_MISMATCH',
        /^items\[1\]\.vector: /,
      );
    }
    refusedUnchanged(index, () => index.upsert({ id: 'c' }), 'INVALID_ARGUMENT', /^item: /);
    refusedUnchanged(index, () => index.insert(ab[0]), 'DUPLICATE_ID', /^item\.id: /);
    const nothing = { id: 'c', vector: [0, 0] };
    refusedUnchanged(index, () => index.upsert(nothing), 'INVALID_VECTOR', /^item\.vector: /);
  });

  it('replaces a record whole: without metadata its metadata is gone', async (t) => {
    const index = await newIndex(t, { dimensions: 2 }, ab);
    const { inserted, updated } = index.upsert({ id: 'a', vector: [5, 6] });
    assert.deepEqual([inserted, updated], [0, 1]);
    assert.deepEqual(index.get('a'), { id: 'a', vector: [5, 6] });
  });

  it('takes one record, a list, or any iterable', async (t) => {
    const index = await newIndex(t, { dimensions: 2 });
    index.upsert(ab[0]);
    index.upsert(new Set([ab[1]]));
    index.upsert(
      (function* () {
        yield { id: 'c', values: [1, 1] };
      })(),
    );
    assert.deepEqual(index.list().ids, ['a', 'b', 'c']);
  });

  it('of an id twice in a batch takes the last value, at the place of the first', async (t) => {
    const index = await newIndex(t, { dimensions: 2 }, [ab[1]]);
    const result = index.upsert([
      ab[0],
      { id: 'b', vector: [7, 7] },
      { id: 'c', vector: [1, 1] },
      { id: 'a', vector: [9, 9], metadata: { last: true } },
      { id: 'b', vector: [8, 8] },
    ]);
    assert.deepEqual([result.inserted, result.updated], [2, 1]);
    assert.deepEqual(index.list().ids, ['b', 'a', 'c']);
    assert.deepEqual(index.get('a'), { id: 'a', vector: [9, 9], metadata: { last: true } });
    assert.deepEqual(index.get('b'), { id: 'b', vector: [8, 8] });
    assert.equal(index.queryById('a', { topK: 3 }).count, 3);
  });

  it('of nothing changes nothing, not even the version', async (t) => {
    const index = await newIndex(t, { dimensions: 2 }, ab);
    const before = fingerprint(index);
    assert.deepEqual(index.upsert([]), { inserted: 0, updated: 0, version: before.version });
    assert.deepEqual(index.upsertFlat([], new Float32Array(0)).inserted, 0);
    assert.deepEqual(fingerprint(index), before);
  });

  for (const metric of METRICS)
    it(`${metric}: gives vectors back to the last bit, over many blocks`, async (t) => {
      const dimensions = 1000;
      const vectors = seededFor(metric, { seed: 1, count: 700, dimensions });
      const index = await newIndex(t, { dimensions, metric }, itemsOf(vectors));
      for (const [i, vector] of vectors.entries())
        assert.deepEqual(index.get(`r${i}`).vector, Array.from(vector));
    });
});

describe('a batch is all or nothing', () => {
  const good = itemsOf(seededVectors({ seed: 2, count: 300, dimensions: 3 }), 'new');
  const bad = {
    'no id': [{ vector: [1, 2, 3] }, 'INVALID_ARGUMENT'],
    'a short vector': [{ id: 'x', vector: [1, 2] }, 'DIMENSION_MISMATCH'],
    NaN: [{ id: 'x', vector: [1, Number.NaN, 3] }, 'INVALID_VECTOR'],
    'a zero vector': [{ id: 'x', vector: [0, 0, 0] }, 'INVALID_VECTOR'],
    'bad metadata': [{ id: 'x', vector: [1, 2, 3], metadata: { f() {} } }, 'INVALID_ARGUMENT'],
    'an unknown key': [{ id: 'x', vector: [1, 2, 3], text: 'n' }, 'INVALID_ARGUMENT'],
    null: [null, 'INVALID_ARGUMENT'],
  };
  for (const [what, [item, code]] of Object.entries(bad))
    for (const at of [0, 150, 300])
      it(`${what} at place ${at} of 301 changes nothing`, async (t) => {
        const old = itemsOf(seededVectors({ seed: 3, count: 20, dimensions: 3 }));
        const index = await newIndex(t, { dimensions: 3 }, old);
        const batch = [...good.slice(0, at), item, ...good.slice(at)];
        batch.push({ id: 'r1', vector: [1, 1, 1] });
        refusedUnchanged(index, () => index.upsert(batch), code, `items[${at}]`);
        refusedUnchanged(index, () => index.insert(batch.slice(0, -1)), code, `items[${at}]`);
        assert.equal(index.upsert(good).inserted, 300);
      });

  it('an iterable that throws changes nothing, and its own error comes through', async (t) => {
    const index = await newIndex(t, { dimensions: 2 }, ab);
    const before = fingerprint(index);
    const broken = new Error('broken source');
    assert.throws(
      () =>
        index.upsert(
          (function* () {
            yield { id: 'c', vector: [1, 1] };
            throw broken;
          })(),
        ),
      broken,
    );
    assert.deepEqual(fingerprint(index), before);
  });
});

describe('insert', () => {
  it('adds new records', async (t) => {
    const index = await newIndex(t, { dimensions: 2 });
    assert.deepEqual(index.insert(ab), { inserted: 2, updated: 0, version: index.version });
  });

  it('refuses an id that exists, and one that comes twice, and adds nothing', async (t) => {
    const index = await newIndex(t, { dimensions: 2 }, ab);
    const c = { id: 'c', vector: [1, 1] };
    const exists = () => index.insert([c, ab[1]]);
    const error = refusedUnchanged(index, exists, 'DUPLICATE_ID', 'items[1]', '"b"');
    assert.deepEqual(error.details, { id: 'b' });
    refusedUnchanged(index, () => index.insert([c, c]), 'DUPLICATE_ID', 'items[1]', '"c"');
  });
});

describe('update', () => {
  it('merges keys into the metadata and keeps the vector', async (t) => {
    const index = await newIndex(t, { dimensions: 2 }, ab);
    assert.equal(index.update('a', { metadata: { m: 2 } }), true);
    assert.equal(index.update('a', { metadata: { n: 3, skipped: undefined } }), true);
    assert.deepEqual(index.get('a'), { id: 'a', vector: [1, 2], metadata: { n: 3, m: 2 } });
    index.update('b', { metadata: { first: [1] } });
    assert.deepEqual(index.get('b').metadata, { first: [1] });
  });

  it('replaces the vector, by either name, and keeps the metadata', async (t) => {
    const index = await newIndex(t, { dimensions: 2 }, ab);
    index.update('a', { vector: [5, 6] });
    assert.deepEqual(index.get('a'), { id: 'a', vector: [5, 6], metadata: { n: 1 } });
    index.update('a', { values: [7, 8], metadata: { n: 2 } });
    assert.deepEqual(index.get('a'), { id: 'a', vector: [7, 8], metadata: { n: 2 } });
    const { matches } = index.query([7, 8], { topK: 1 });
    assert.equal(matches[0].id, 'a');
  });

  it('of an unknown id is false and changes nothing', async (t) => {
    const index = await newIndex(t, { dimensions: 2 }, ab);
    const before = fingerprint(index);
    assert.equal(index.update('nobody', { vector: [1, 1] }), false);
    assert.equal(index.update('a', {}), true);
    assert.deepEqual(fingerprint(index), before);
  });

  it('refuses what upsert refuses, whether or not the id exists', async (t) => {
    const index = await newIndex(t, { dimensions: 2 }, ab);
    for (const id of ['a', 'nobody']) {
      const update = (patch) => () => index.update(id, patch);
      refusedUnchanged(index, update({ vector: [1] }), 'DIMENSION_MISMATCH', 'vector');
      refusedUnchanged(index, update({ metadata: { x: 1n } }), 'INVALID_ARGUMENT', 'metadata.x');
      refusedUnchanged(index, update({ metadata: null }), 'INVALID_ARGUMENT', 'null');
      refusedUnchanged(index, update({ vector: null }), 'INVALID_ARGUMENT', 'vector', 'null');
      refusedUnchanged(index, update({ vector: [1, 2], values: [1, 2] }), 'INVALID_ARGUMENT');
      refusedUnchanged(index, update({ id: 'b' }), 'INVALID_ARGUMENT', "'id'");
      refusedUnchanged(index, update(undefined), 'INVALID_ARGUMENT', 'undefined');
    }
    refusedUnchanged(index, () => index.update('a', { vector: [0, 0] }), 'INVALID_VECTOR', 'zero');
  });

  it('refuses a merge that is too large in sum', async (t) => {
    const index = await newIndex(t, { dimensions: 2 }, ab);
    index.update('a', { metadata: { one: 'x'.repeat(40_000) } });
    const grow = () => index.update('a', { metadata: { two: 'x'.repeat(40_000) } });
    refusedUnchanged(index, grow, 'LIMIT_EXCEEDED', '64000');
  });
});

describe('delete and clear', () => {
  it('delete() says how many records there were, passing over unknown ids', async (t) => {
    const index = await newIndex(t, { dimensions: 2 }, ab);
    assert.equal(index.delete(['nobody', 'a', 'a']), 1);
    assert.equal(index.delete('a'), 0);
    assert.equal(index.delete([]), 0);
    assert.deepEqual(
      [index.count(), index.get('a'), index.has(['a', 'b'])],
      [1, undefined, [false, true]],
    );
    assert.deepEqual(
      index.query([1, 2]).matches.map(({ id }) => id),
      ['b'],
    );
  });

  it('delete() with one bad id deletes nothing', async (t) => {
    const index = await newIndex(t, { dimensions: 2 }, ab);
    refusedUnchanged(index, () => index.delete(['a', '']), 'INVALID_ARGUMENT', 'ids[1]');
    refusedUnchanged(index, () => index.delete(['a', 7]), 'INVALID_ARGUMENT', 'ids[1]', '7');
    refusedUnchanged(index, () => index.delete(new Set(['a'])), 'INVALID_ARGUMENT', 'ids', 'Set');
  });

  it('thousands of deletes leave the right records, in order', async (t) => {
    const items = itemsOf(seededVectors({ seed: 4, count: 5000, dimensions: 3 }));
    const index = await newIndex(t, { dimensions: 3, metric: 'euclidean' }, items);
    const kept = items.filter((_, i) => i % 7 === 3);
    for (const { id } of items.filter((_, i) => i % 7 !== 3)) index.delete(id);
    assert.deepEqual(
      index.list({ limit: 10_000 }).ids,
      kept.map(({ id }) => id),
    );
    const fresh = await newIndex(t, { dimensions: 3, metric: 'euclidean' }, kept);
    const options = { topK: 1000, includeVector: true };
    assert.deepEqual(
      index.query([0, 0, 0], options).matches,
      fresh.query([0, 0, 0], options).matches,
    );
  });

  it('clear() empties the index, which stays usable', async (t) => {
    const index = await newIndex(t, { dimensions: 2, model: 'm' }, ab);
    const { version } = index;
    assert.equal(index.clear(), undefined);
    assert.ok(index.version > version);
    assert.deepEqual(
      [index.count(), index.list(), index.query([1, 1]).matches],
      [0, { ids: [] }, []],
    );
    const empty = await newIndex(t, { dimensions: 2, model: 'm' });
    assert.deepEqual(index.export(), empty.export());
    index.upsert(ab);
    assert.deepEqual(index.list().ids, ['a', 'b']);
  });

  it('clear() of an empty index changes nothing', async (t) => {
    const index = await newIndex(t, { dimensions: 2 });
    index.clear();
    assert.equal(index.version, 0);
  });
});

describe('upsertFlat', () => {
  it('is upsert of vectors that lie end to end', async (t) => {
    const vectors = seededVectors({ seed: 8, count: 100, dimensions: 5 });
    const metadata = vectors.map((_, i) => (i % 3 === 0 ? { i } : undefined));
    const items = itemsOf(vectors).map((item, i) => ({ ...item, metadata: metadata[i] }));
    const [flat, plain] = [
      await newIndex(t, { dimensions: 5 }),
      await newIndex(t, { dimensions: 5 }, items),
    ];
    const values = Float32Array.from(vectors.flatMap((vector) => Array.from(vector)));
    const ids = items.map(({ id }) => id);
    assert.equal(flat.upsertFlat(ids, values, { metadata }).inserted, 100);
    assert.deepEqual(flat.export(), plain.export());
    assert.equal(flat.upsertFlat(ids, values).updated, 100);
    assert.equal('metadata' in flat.get('r0'), false);
  });

  it('takes packed bytes under hamming', async (t) => {
    const vectors = seededBytes({ seed: 9, count: 10, bytes: 3 });
    const options = { dimensions: 24, metric: 'hamming' };
    const [flat, plain] = [
      await newIndex(t, options),
      await newIndex(t, options, itemsOf(vectors)),
    ];
    flat.upsertFlat(
      itemsOf(vectors).map(({ id }) => id),
      Buffer.concat(vectors),
    );
    assert.deepEqual(flat.export(), plain.export());
  });

  it('is all or nothing', async (t) => {
    const index = await newIndex(t, { dimensions: 2 }, ab);
    const bad = Float32Array.of(1, 1, Number.POSITIVE_INFINITY, 1);
    const flat =
      (...args) =>
      () =>
        index.upsertFlat(...args);
    refusedUnchanged(index, flat(['c', 'd'], bad), 'INVALID_VECTOR', 'vectors[1]', 'Infinity');
    const four = Float32Array.of(1, 2, 3, 4);
    refusedUnchanged(index, flat(['c', ''], four), 'INVALID_ARGUMENT', 'ids[1]');
    refusedUnchanged(index, flat(['c'], four), 'INVALID_ARGUMENT', '1', '2');
    refusedUnchanged(index, flat(['c'], four.subarray(1)), 'DIMENSION_MISMATCH', '2', '3');
    refusedUnchanged(index, flat(['c', 'd'], [1, 2, 3, 4]), 'INVALID_ARGUMENT', 'Float32Array');
    const metadata = [{}, { at: new Date(0) }];
    refusedUnchanged(
      index,
      flat(['c', 'd'], four, { metadata }),
      'INVALID_ARGUMENT',
      'metadata[1]',
    );
    const one = { metadata: [{}] };
    refusedUnchanged(index, flat(['c', 'd'], four, one), 'INVALID_ARGUMENT', 'metadata', '2', '1');
  });
});

describe('upsertSteps', () => {
  const items = itemsOf(seededVectors({ seed: 10, count: 200, dimensions: 3 }));

  /** Runs `steps` to its end: the progress reported, and the result. */
  function drain(steps) {
    const progress = [];
    for (;;) {
      const { done, value } = steps.next();
      if (done) return { progress, result: value };
      progress.push(value);
    }
  }

  it('does in steps what upsert does at once', async (t) => {
    const [stepped, plain] = [
      await newIndex(t, { dimensions: 3 }),
      await newIndex(t, { dimensions: 3 }, items),
    ];
    const { progress, result } = drain(stepped.upsertSteps(items));
    assert.deepEqual(stepped.export(), plain.export());
    assert.deepEqual(result, { inserted: 200, updated: 0, version: stepped.version });
    assert.ok(progress.length > 1);
    for (const [i, { done, total }] of progress.entries()) {
      assert.equal(total, 200);
      assert.ok(done > (progress[i - 1]?.done ?? 0));
    }
    assert.equal(progress.at(-1).done, 200);
    assert.equal(drain(stepped.upsertSteps(new Set(items))).result.updated, 200);
  });

  it('left early, keeps the records that are done, whole', async (t) => {
    const index = await newIndex(t, { dimensions: 3 });
    let done;
    for (const progress of index.upsertSteps(items)) {
      done = progress.done;
      break;
    }
    assert.equal(index.count(), done);
    assert.deepEqual(
      index.list({ limit: 200 }).ids,
      items.slice(0, done).map(({ id }) => id),
    );
  });

  it('at a bad record throws, and keeps the steps before its own', async (t) => {
    const index = await newIndex(t, { dimensions: 3 });
    const broken = [...items];
    broken[150] = { id: 'r150', vector: [1] };
    const steps = index.upsertSteps(broken);
    let done = 0;
    refused(
      () => {
        for (const progress of steps) ({ done } = progress);
      },
      'DIMENSION_MISMATCH',
      'items[150]',
    );
    assert.ok(done > 0 && done <= 150);
    assert.equal(index.count(), done);
  });

  it('leaves room for other calls between steps', async (t) => {
    const index = await newIndex(t, { dimensions: 3 });
    for (const { done } of index.upsertSteps(items)) {
      assert.equal(index.count(), done);
      assert.equal(index.query([1, 0, 0]).count, 10);
      index.update('r0', { metadata: { done } });
      if (done < 200) index.export();
    }
    assert.deepEqual(index.get('r0').metadata, { done: 200 });
  });
});
