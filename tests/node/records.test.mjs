// Reading records back: ids, pages, metadata, copies; and what there is to know about an index.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { comparable, fingerprint, newIndex } from '../support/indexes.mjs';
import { itemsOf, seededVectors } from '../support/random.mjs';

const ab = [
  { id: 'a', vector: [1, 2], metadata: { n: 1 } },
  { id: 'b', vector: [3, 4] },
];

describe('reading', () => {
  it('getMany() and has() answer in the order asked, unknown ids included', async (t) => {
    const index = await newIndex(t, { dimensions: 2 }, ab);
    assert.deepEqual(index.getMany(['b', 'nobody', 'a', 'b']), [
      index.get('b'),
      undefined,
      index.get('a'),
      index.get('b'),
    ]);
    assert.deepEqual(index.has(['b', 'nobody', 'a']), [true, false, true]);
    assert.deepEqual([index.getMany([]), index.has([])], [[], []]);
    assert.equal(index.get('nobody'), undefined);
  });

  it('ids are any text: prototype names, numbers, every script', async (t) => {
    const ids = ['__proto__', 'constructor', 'toString', '0', '-1', ' ', 'é', '日本', '😀', '\0'];
    const index = await newIndex(t, { dimensions: 1 });
    index.upsert(ids.map((id, i) => ({ id, vector: [i + 1], metadata: { id } })));
    assert.deepEqual(index.list().ids, ids);
    for (const [i, id] of ids.entries())
      assert.deepEqual(index.get(id), { id, vector: [i + 1], metadata: { id } });
    assert.equal(index.get('hasOwnProperty'), undefined);
  });

  it('list() pages through all ids once, whatever the page', async (t) => {
    const items = itemsOf(seededVectors({ seed: 5, count: 230, dimensions: 2 }));
    const index = await newIndex(t, { dimensions: 2 }, items);
    assert.equal(index.list().ids.length, 100);
    for (const limit of [1, 7, 100, 115, 229, 230, 231, 10_000]) {
      const ids = [];
      let page;
      do {
        page = index.list({ limit, cursor: page?.cursor });
        assert.ok(page.ids.length <= limit);
        ids.push(...page.ids);
      } while (page.cursor !== undefined);
      assert.deepEqual(
        ids,
        items.map(({ id }) => id),
      );
    }
  });

  it('list() goes on where it was, through inserts, deletes and compaction', async (t) => {
    const items = itemsOf(seededVectors({ seed: 6, count: 30, dimensions: 2 }));
    const index = await newIndex(t, { dimensions: 2 }, items);
    const { ids, cursor } = index.list({ limit: 10 });
    assert.equal(ids.at(-1), 'r9');
    index.delete(['r0', 'r9', 'r10', 'r20']);
    index.compact();
    index.upsert({ id: 'late', vector: [1, 1] });
    const rest = index.list({ cursor }).ids;
    const expected = items.slice(11).map(({ id }) => id);
    assert.deepEqual(rest, [...expected.filter((id) => id !== 'r20'), 'late']);
    index.delete(rest);
    assert.deepEqual(index.list({ cursor }), { ids: [] });
  });

  it('list() pages through an index that was compacted, through one more compaction', async (t) => {
    const items = itemsOf(seededVectors({ seed: 6, count: 60, dimensions: 2 }));
    const index = await newIndex(t, { dimensions: 2 }, items);
    index.delete(items.slice(0, 20).map(({ id }) => id));
    index.compact();
    const { ids, cursor } = index.list({ limit: 10 });
    assert.deepEqual(
      ids,
      items.slice(20, 30).map(({ id }) => id),
    );
    index.delete(ids.slice(0, 5));
    index.compact();
    assert.deepEqual(
      index.list({ cursor }).ids,
      items.slice(30).map(({ id }) => id),
    );
  });
});

describe('metadata', () => {
  it('comes back as it went in', async (t) => {
    const metadata = {
      text: 'é😀\u2028 "quoted" \\ \n \u0000',
      half: 'a\ud800b',
      numbers: [0, -1.5, 1e-300, Number.MAX_SAFE_INTEGER, 5e-324],
      nested: { a: [{ b: [[]] }, {}], '': null, t: true, f: false },
      'key with spaces': 1,
    };
    const index = await newIndex(t, { dimensions: 1 }, [{ id: 'a', vector: [1], metadata }]);
    assert.deepEqual(index.get('a').metadata, metadata);
    assert.deepEqual(index.query([1]).matches[0].metadata, metadata);
    assert.deepEqual(Object.keys(index.get('a').metadata), Object.keys(metadata));
  });

  it('may have the key __proto__, which is data and nothing else', async (t) => {
    const metadata = JSON.parse('{"__proto__": {"admin": true}}');
    const index = await newIndex(t, { dimensions: 1 }, [{ id: 'a', vector: [1], metadata }]);
    index.update('a', { metadata: { more: 1 } });
    const stored = index.get('a').metadata;
    assert.equal(stored.admin, undefined);
    assert.deepEqual(Object.keys(stored), ['__proto__', 'more']);
    assert.equal({}.admin, undefined);
  });

  it('may be an empty object, which is not none', async (t) => {
    const index = await newIndex(t, { dimensions: 1 }, [{ id: 'a', vector: [1], metadata: {} }]);
    assert.deepEqual(index.get('a').metadata, {});
  });

  it('may be an object without prototype; keys that are undefined are left out', async (t) => {
    const metadata = Object.assign(Object.create(null), { a: 1, b: undefined });
    const index = await newIndex(t, { dimensions: 1 }, [{ id: 'a', vector: [1], metadata }]);
    assert.deepEqual(index.get('a').metadata, { a: 1 });
  });
});

describe('copies', () => {
  it('changing what was given changes nothing in the index', async (t) => {
    const vector = Float32Array.of(1, 2);
    const tags = ['x'];
    const item = { id: 'a', vector, metadata: { tags } };
    const items = [item];
    const index = await newIndex(t, { dimensions: 2 }, items);
    const before = fingerprint(index);
    vector.fill(9);
    tags.push('y');
    item.id = 'b';
    item.metadata.more = 1;
    items.length = 0;
    assert.deepEqual(fingerprint(index), before);
  });

  it('changing what was returned changes nothing in the index', async (t) => {
    const metadata = { tags: ['x'] };
    const index = await newIndex(t, { dimensions: 2 }, [{ id: 'a', vector: [1, 2], metadata }]);
    const before = fingerprint(index);
    const [match] = index.query([1, 2], { includeVector: true }).matches;
    const stored = index.get('a');
    for (const result of [match, stored]) {
      result.vector[0] = 9;
      result.metadata.tags.push('y');
      result.id = 'b';
    }
    index.list().ids.push('z');
    index.export().fill(0);
    assert.deepEqual(fingerprint(index), before);
  });

  it('what was returned stays as it is when the index changes', async (t) => {
    const index = await newIndex(t, { dimensions: 2 }, ab);
    const result = index.query([1, 2], { includeVector: true });
    const [stored, bytes] = [index.get('a'), index.export()];
    const before = structuredClone([result, stored, bytes]);
    index.clear();
    index.upsert(itemsOf(seededVectors({ seed: 7, count: 50_000, dimensions: 2 })));
    assert.deepEqual([result, stored, bytes], before);
  });

  it('frozen input is taken', async (t) => {
    const item = Object.freeze({
      id: 'a',
      vector: Object.freeze([1, 2]),
      metadata: Object.freeze({ list: Object.freeze([1]) }),
    });
    const index = await newIndex(t, Object.freeze({ dimensions: 2 }), Object.freeze([item]));
    assert.equal(index.query(item.vector, Object.freeze({ topK: 1 })).count, 1);
  });
});

describe('compact, maintain and stats', () => {
  it('compact() removes deleted rows and changes nothing that can be seen', async (t) => {
    const items = itemsOf(seededVectors({ seed: 11, count: 100, dimensions: 3 }));
    const index = await newIndex(t, { dimensions: 3 }, items);
    index.delete(['r0', 'r50', 'r99']);
    assert.equal(index.stats().deleted, 3);
    const before = [index.version, index.list(), comparable(index.query([1, 0, 0]))];
    const { removed, memoryBytes } = index.compact();
    assert.equal(removed, 3);
    assert.equal(memoryBytes, index.stats().memoryBytes);
    assert.deepEqual([index.version, index.list(), comparable(index.query([1, 0, 0]))], before);
    assert.equal(index.stats().deleted, 0);
    assert.equal(index.compact().removed, 0);
  });

  it('maintain() has nothing to do in the flat index', async (t) => {
    const index = await newIndex(t, { dimensions: 2 }, ab);
    assert.deepEqual(index.maintain({ budgetMs: 0 }), { pending: 0 });
    assert.deepEqual(index.maintain({ budgetMs: 5.5 }), { pending: 0 });
  });

  it('stats() describes the index', async (t) => {
    const index = await newIndex(t, { dimensions: 16, metric: 'dot', model: 'mini' }, []);
    index.upsert(itemsOf(seededVectors({ seed: 12, count: 10, dimensions: 16 })));
    index.delete('r3');
    const { memoryBytes, wasmBytes, bytesPerVector, ...rest } = index.stats();
    assert.deepEqual(rest, {
      count: 9,
      deleted: 1,
      index: 'auto',
      quantization: 'none',
      linked: 0,
      pending: 0,
      ef: 64,
      metric: 'dot',
      dimensions: 16,
      model: 'mini',
      version: index.version,
      simd: true,
    });
    assert.ok(memoryBytes >= 10 * 64 && memoryBytes < wasmBytes);
    assert.ok(bytesPerVector >= 64 && bytesPerVector < 70);
    assert.equal(wasmBytes % 65_536, 0);
    assert.equal('model' in (await newIndex(t, { dimensions: 1 })).stats(), false);
  });

  it('the version grows with every call that changes something, and with no other', async (t) => {
    const index = await newIndex(t, { dimensions: 2 });
    const grows = (action) => {
      const before = index.version;
      action();
      return index.version > before;
    };
    assert.equal(index.version, 0);
    for (const change of [
      () => index.upsert(ab),
      () => index.upsert(ab),
      () => index.upsertFlat(['c'], Float32Array.of(1, 1)),
      () => index.insert({ id: 'd', vector: [1, 1] }),
      () => index.update('a', { vector: [2, 2] }),
      () => index.update('a', { metadata: { n: 5 } }),
      () => index.delete('a'),
      () => index.import(index.export()),
      () => index.clear(),
    ])
      assert.ok(grows(change), String(change));
    index.upsert(ab);
    for (const read of [
      () => index.query([1, 1]),
      () => index.queryMany([[1, 1]]),
      () => index.get('a'),
      () => index.list(),
      () => index.stats(),
      () => index.export(),
      () => index.compact(),
      () => index.delete('nobody'),
      () => index.update('nobody', {}),
      () => index.update('a', {}),
      () => index.upsert([]),
    ])
      assert.ok(!grows(read), String(read));
  });
});
