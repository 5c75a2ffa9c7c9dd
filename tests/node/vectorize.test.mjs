// The binding is what a Worker knows as a Vectorize index: the same contract over an index and over a
// database, from Cloudflare's documentation and types.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { newDatabase } from '../support/databases.mjs';
import { distance } from '../support/distances.mjs';
import { newIndex, refused, rejected } from '../support/indexes.mjs';
import { packageFile, root } from '../support/package.mjs';
import { random, seededVectors } from '../support/random.mjs';
import { assertCompiles, link } from '../support/third-party.mjs';

const { createVectorizeBinding } = await import(pathToFileURL(packageFile('./vectorize')));

const TARGETS = {
  'an index': newIndex,
  'a database': (t, options) => newDatabase(t, 'vectorize', { storage: 'memory:', ...options }),
};

const idsOf = ({ matches }) => matches.map(({ id }) => id);

for (const [what, newTarget] of Object.entries(TARGETS))
  describe(`over ${what}`, () => {
    const bindingOf = async (t, options, { metric = 'euclidean', dimensions = 2 } = {}) =>
      createVectorizeBinding(await newTarget(t, { dimensions, metric }), options);

    const VECTORS = [
      { id: 'a', values: [1, 0], namespace: 'text', metadata: { genre: 'news', year: 2001 } },
      { id: 'b', values: [2, 0], namespace: 'text', metadata: { genre: 'fun', by: { name: 'x' } } },
      { id: 'c', values: Float32Array.of(3, 0), namespace: 'images', metadata: { genre: 'news' } },
      { id: 'd', values: Float64Array.of(4, 0) },
    ];

    it('insert adds new ids only, and of an id that comes twice the first', async (t) => {
      const binding = await bindingOf(t);
      const first = await binding.insert([
        { id: 'a', values: [1, 0] },
        { id: 'b', values: [2, 0] },
        { id: 'a', values: [9, 9] },
      ]);
      assert.deepEqual([first.ids, first.count], [['a', 'b'], 2]);
      const second = await binding.insert([
        { id: 'b', values: [8, 8] },
        { id: 'c', values: [3, 0] },
      ]);
      assert.deepEqual([second.ids, second.count], [['c'], 1]);
      assert.notEqual(first.mutationId, second.mutationId);
      const stored = await binding.getByIds(['a', 'b', 'c']);
      assert.deepEqual(
        stored.map(({ values }) => values),
        [
          [1, 0],
          [2, 0],
          [3, 0],
        ],
      );
    });

    it('insert does so too where several are under way', async (t) => {
      const binding = await bindingOf(t);
      const all = await Promise.all(
        [1, 2, 3].map((x) => binding.insert([{ id: 'a', values: [x, 0] }])),
      );
      assert.deepEqual(
        all.map(({ count }) => count),
        [1, 0, 0],
      );
      assert.deepEqual((await binding.getByIds(['a']))[0].values, [1, 0]);
    });

    it('upsert replaces a vector whole, its namespace too', async (t) => {
      const binding = await bindingOf(t);
      await binding.upsert(VECTORS);
      const { ids, count } = await binding.upsert([
        { id: 'a', values: [5, 5], namespace: 'images' },
        { id: 'e', values: [1, 1] },
      ]);
      assert.deepEqual([ids, count], [['a', 'e'], 2]);
      assert.deepEqual(await binding.getByIds(['a']), [
        { id: 'a', values: [5, 5], namespace: 'images' },
      ]);
      assert.equal((await binding.describe()).vectorCount, 5);
    });

    it('a mutation that fails changes nothing and stops none after it', async (t) => {
      const binding = await bindingOf(t);
      const many = Array.from({ length: 300 }, (_, i) => ({ id: `v${i}`, values: [i, 1] }));
      const wrong = binding.upsert([...many, { id: 'b', values: [1] }]);
      const right = binding.upsert([{ id: 'c', values: [1, 0] }]);
      await rejected(wrong, 'DIMENSION_MISMATCH');
      assert.equal((await right).count, 1);
      assert.equal((await binding.describe()).vectorsCount, 1);
    });

    it('getByIds gives back what is there, in the order of the ids', async (t) => {
      const binding = await bindingOf(t);
      await binding.upsert(VECTORS);
      assert.deepEqual(await binding.getByIds(['d', 'nobody', 'b']), [
        { id: 'd', values: [4, 0] },
        { ...VECTORS[1] },
      ]);
    });

    it('deleteByIds says which ids it found', async (t) => {
      const binding = await bindingOf(t);
      await binding.upsert(VECTORS);
      const { ids, count } = await binding.deleteByIds(['d', 'nobody', 'a', 'd']);
      assert.deepEqual([ids, count], [['d', 'a'], 2]);
      assert.deepEqual(idsOf(await binding.query([0, 0])), ['b', 'c']);
    });

    it('describe tells what a VectorizeIndex and a Vectorize do', async (t) => {
      const binding = await bindingOf(t, { name: 'docs' }, { metric: 'dot', dimensions: 3 });
      const { mutationId } = await binding.upsert([{ id: 'a', values: [1, 2, 3] }]);
      const { id, processedUpToDatetime, ...told } = await binding.describe();
      assert.deepEqual(told, {
        name: 'docs',
        config: { dimensions: 3, metric: 'dot-product' },
        vectorsCount: 1,
        vectorCount: 1,
        dimensions: 3,
        processedUpToMutation: mutationId,
      });
      assert.match(id, /^[\da-f-]{36}$/);
      assert.match(mutationId, /^[\da-f-]{36}$/);
      assert.ok(Date.parse(processedUpToDatetime) <= Date.now());
      const { mutationId: next } = await binding.deleteByIds(['a']);
      assert.equal((await binding.describe()).processedUpToMutation, next);
    });

    it('query gives 5 matches, with ids, scores and namespaces only', async (t) => {
      const binding = await bindingOf(t);
      await binding.upsert(VECTORS);
      await binding.upsert([5, 6].map((x) => ({ id: `x${x}`, values: [x, 0] })));
      assert.deepEqual(await binding.query([0, 0]), {
        matches: [
          { id: 'a', score: 1, namespace: 'text' },
          { id: 'b', score: 2, namespace: 'text' },
          { id: 'c', score: 3, namespace: 'images' },
          { id: 'd', score: 4 },
          { id: 'x5', score: 5 },
        ],
        count: 5,
      });
    });

    for (const [metric, name, scoreOf] of [
      ['cosine', 'cosine', (a, b) => 1 - distance('cosine', a, b)],
      ['dot', 'dot-product', (a, b) => distance('dot', a, b)],
      ['euclidean', 'euclidean', (a, b) => distance('euclidean', a, b)],
    ])
      it(`scores as Vectorize does, best first: ${name}`, async (t) => {
        const binding = await bindingOf(t, {}, { metric, dimensions: 24 });
        const [query, ...vectors] = seededVectors({ seed: 5, count: 101, dimensions: 24 });
        await binding.upsert(vectors.map((values, i) => ({ id: `v${i}`, values })));
        assert.equal((await binding.describe()).config.metric, name);
        const { matches } = await binding.query(query, { topK: 100 });
        const truth = vectors.map((vector) => scoreOf(query, vector));
        for (const { id, score } of matches)
          assert.ok(Math.abs(score - truth[id.slice(1)]) < 1e-4, `${id}: ${score}`);
        const order = [...truth].sort((a, b) => (metric === 'cosine' ? b - a : a - b));
        for (const [i, { score }] of matches.entries())
          assert.ok(Math.abs(score - order[i]) < 1e-4);
        assert.equal(matches.length, 100);
      });

    it('queryById is query with that vector, and refuses an id that is not there', async (t) => {
      const binding = await bindingOf(t);
      await binding.upsert(VECTORS);
      const options = { topK: 3, returnValues: true };
      assert.deepEqual(await binding.queryById('b', options), await binding.query([2, 0], options));
      await rejected(binding.queryById('nobody'), 'NOT_FOUND', 'nobody');
    });

    it('returns values and metadata as asked', async (t) => {
      const long = {
        text: `${'é'.repeat(32)}x`,
        count: 3,
        ok: true,
        list: ['a'],
        by: { name: 'n' },
      };
      const indexed = { text: 'é'.repeat(32), count: 3, ok: true, by: { name: 'n' } };
      const vector = { id: 'a', values: [1, 0], metadata: long };
      const binding = await bindingOf(t);
      await binding.upsert([vector]);
      const firstOf = async (options, from = binding) =>
        (await from.query([1, 0], options)).matches[0];
      const match = { id: 'a', score: 0 };
      assert.deepEqual(await firstOf({ returnMetadata: 'none' }), match);
      assert.deepEqual(await firstOf({ returnMetadata: false }), match);
      assert.deepEqual(await firstOf({ returnMetadata: 'all' }), { ...match, metadata: long });
      assert.deepEqual(await firstOf({ returnMetadata: true }), { ...match, metadata: long });
      assert.deepEqual(await firstOf({ returnMetadata: 'indexed' }), {
        ...match,
        metadata: indexed,
      });
      assert.deepEqual(await firstOf({ returnValues: true }), { ...match, values: [1, 0] });

      const some = await bindingOf(t, { metadataIndexes: ['by.name', 'count', 'absent'] });
      await some.upsert([vector, { id: 'b', values: [0, 1] }]);
      assert.deepEqual((await firstOf({ returnMetadata: 'indexed' }, some)).metadata, {
        count: 3,
        by: { name: 'n' },
      });
      const { matches } = await some.query([0, 1], { returnMetadata: 'indexed', topK: 1 });
      assert.deepEqual(matches, [{ id: 'b', score: 0 }]);
    });

    it('a namespace narrows a query, and without one all are searched', async (t) => {
      const binding = await bindingOf(t);
      await binding.upsert(VECTORS);
      assert.deepEqual(idsOf(await binding.query([0, 0])), ['a', 'b', 'c', 'd']);
      assert.deepEqual(idsOf(await binding.query([0, 0], { namespace: 'text' })), ['a', 'b']);
      assert.deepEqual(idsOf(await binding.query([0, 0], { namespace: 'nobody' })), []);
      const both = { namespace: 'text', filter: { genre: 'news' } };
      assert.deepEqual(idsOf(await binding.query([0, 0], both)), ['a']);
      await rejected(binding.query([0, 0], { namespace: '' }), 'INVALID_ARGUMENT', 'namespace');
      await rejected(
        binding.upsert([{ id: 'a', values: [0, 0], metadata: { '"namespace"': 'text' } }]),
        'INVALID_ARGUMENT',
        'use namespace',
      );
    });

    it('filters as documented', async (t) => {
      const binding = await bindingOf(t);
      const next = random(7);
      const genres = ['news', 'fun', 'sport', undefined];
      const vectors = Array.from({ length: 60 }, (_, i) => {
        const genre = genres[Math.floor(4 * next())];
        const metadata = { year: 1990 + Math.floor(20 * next()), by: { age: i % 5 } };
        return { id: `v${i}`, values: [i, 0], metadata: genre ? { ...metadata, genre } : metadata };
      });
      await binding.upsert(vectors);
      for (const [filter, holds] of [
        [{ genre: 'news' }, ({ genre }) => genre === 'news'],
        [{ genre: { $eq: 'news' } }, ({ genre }) => genre === 'news'],
        [{ genre: { $ne: 'news' } }, ({ genre }) => genre !== 'news'],
        [{ genre: { $in: ['news', 'fun'] } }, ({ genre }) => ['news', 'fun'].includes(genre)],
        [{ genre: { $nin: ['news', 'fun'] } }, ({ genre }) => !['news', 'fun'].includes(genre)],
        [{ year: { $gte: 1995, $lt: 2000 } }, ({ year }) => year >= 1995 && year < 2000],
        [{ year: { $gt: 1995, $lte: 2000 } }, ({ year }) => year > 1995 && year <= 2000],
        [{ 'by.age': 3, genre: 'fun' }, ({ by, genre }) => by.age === 3 && genre === 'fun'],
      ]) {
        const wanted = vectors.filter(({ metadata }) => holds(metadata)).map(({ id }) => id);
        assert.ok(wanted.length > 0 && wanted.length < 60);
        assert.deepEqual(idsOf(await binding.query([0, 0], { topK: 60, filter })), wanted);
      }
      await rejected(binding.query([0, 0], { filter: { genre: { $like: 1 } } }), 'INVALID_FILTER');
      await rejected(binding.query([0, 0], { filter: 'news' }), 'INVALID_FILTER', 'filter');
      const some = await bindingOf(t, { metadataIndexes: ['genre'] });
      await rejected(some.query([0, 0], { filter: { year: 1 } }), 'INVALID_FILTER', 'year');
      const either = { $or: [{ genre: 'news' }, { genre: 'law' }] };
      assert.equal((await some.query([0, 0], { filter: either })).count, 0); // it has no records
    });

    it('refuses what is no argument of the verb', async (t) => {
      const binding = await bindingOf(t);
      await rejected(binding.query([1, 2, 3]), 'DIMENSION_MISMATCH');
      await rejected(binding.query([0, 0], { topk: 1 }), 'INVALID_ARGUMENT', "'topK'");
      await rejected(binding.query([0, 0], { topK: 0 }), 'INVALID_ARGUMENT', 'topK');
      await rejected(binding.query([0, 0], { returnMetadata: 'some' }), 'INVALID_ARGUMENT', 'all');
      await rejected(binding.upsert({ id: 'a', values: [0, 0] }), 'INVALID_ARGUMENT', 'vectors');
      await rejected(binding.upsert([{ id: 'a', vector: [0, 0] }]), 'INVALID_ARGUMENT', 'vector');
      await rejected(binding.upsert([{ id: 'a' }]), 'INVALID_ARGUMENT');
      await rejected(binding.getByIds('a'), 'INVALID_ARGUMENT', 'ids');
      await rejected(binding.deleteByIds([1]), 'INVALID_ARGUMENT', 'ids[0]');
      await rejected(
        binding.upsert([{ id: 'a', values: [0, 0], metadata: [] }]),
        'INVALID_ARGUMENT',
        'metadata',
      );
    });

    it('has the limits of the service where they are asked for, and not where they are not', async (t) => {
      const free = await bindingOf(t, {}, { dimensions: 2000 });
      const limited = await bindingOf(t, { limits: 'vectorize' });
      const zeros = new Float32Array(2000);
      const values = [0, 0];
      const many = (count) => Array.from({ length: count }, (_, i) => `id${i}`);
      const text = (bytes) => 'é'.repeat(bytes / 2);
      const vector = (id, rest = {}) => [{ id, values, ...rest }];
      const long = (bytes) => ({ text: 'x'.repeat(bytes - '{"text":""}'.length) });
      for (const [verb, within, beyond] of [
        ['upsert', [vector(text(64))], [vector(text(66))]],
        ['upsert', [vector('a', { namespace: text(64) })], [vector('a', { namespace: text(66) })]],
        [
          'upsert',
          [vector('a', { metadata: long(10_240) })],
          [vector('a', { metadata: long(10_241) })],
        ],
        [
          'upsert',
          [many(1000).map((id) => ({ id, values }))],
          [many(1001).map((id) => ({ id, values }))],
        ],
        [
          'insert',
          [many(1000).map((id) => ({ id, values }))],
          [many(1001).map((id) => ({ id, values }))],
        ],
        ['getByIds', [many(20)], [many(21)]],
        ['deleteByIds', [many(100)], [many(101)]],
        ['query', [values, { topK: 100, returnMetadata: 'indexed' }], [values, { topK: 101 }]],
        [
          'query',
          [values, { topK: 20, returnValues: true }],
          [values, { topK: 21, returnValues: true }],
        ],
        [
          'query',
          [values, { topK: 20, returnMetadata: 'all' }],
          [values, { topK: 21, returnMetadata: 'all' }],
        ],
        ['query', [values, { filter: long(2047) }], [values, { filter: long(2048) }]],
        [
          'query',
          [values, { filter: { ['x'.repeat(512)]: 1 } }],
          [values, { filter: { ['x'.repeat(513)]: 1 } }],
        ],
      ]) {
        await limited[verb](...within);
        await rejected(limited[verb](...beyond), 'LIMIT_EXCEEDED', 'at most');
        const widened = JSON.parse(JSON.stringify(beyond), (key, value) =>
          key === 'values' ? zeros : value,
        );
        await free[verb](...(verb === 'query' ? [zeros, beyond[1]] : widened));
      }
      for (const key of ['', '$a', 'a.b', 'a"b']) {
        await rejected(
          limited.upsert(vector('a', { metadata: { [key]: 1 } })),
          'INVALID_ARGUMENT',
          'metadata key',
        );
      }
      for (const filter of [{}, { 'a|b': 1 }, { 'a..b': 1 }, { genre: { $startsWith: 'n' } }])
        await rejected(limited.query(values, { filter }), 'INVALID_FILTER');
      assert.equal((await free.query(zeros, { filter: { genre: { $startsWith: 'n' } } })).count, 0);
    });
  });

describe('createVectorizeBinding', () => {
  it('refuses what it cannot be', async (t) => {
    const index = await newIndex(t, { dimensions: 2 });
    refused(() => createVectorizeBinding(), 'INVALID_ARGUMENT', 'createIndex()');
    refused(() => createVectorizeBinding(Promise.resolve(index)), 'INVALID_ARGUMENT', 'awaited');
    refused(() => createVectorizeBinding(index, { limit: 1 }), 'INVALID_ARGUMENT', "'limits'");
    refused(() => createVectorizeBinding(index, { limits: 'all' }), 'INVALID_ARGUMENT', 'limits');
    refused(
      () => createVectorizeBinding(index, { limits: { topk: 5 } }),
      'INVALID_ARGUMENT',
      "'topK'",
    );
    refused(
      () => createVectorizeBinding(index, { limits: { topK: 0 } }),
      'INVALID_ARGUMENT',
      'limits.topK',
    );
    const manhattan = await newIndex(t, { dimensions: 2, metric: 'manhattan' });
    refused(() => createVectorizeBinding(manhattan), 'METRIC_MISMATCH', 'manhattan');
    const wide = await newIndex(t, { dimensions: 1537 });
    refused(() => createVectorizeBinding(wide, { limits: 'vectorize' }), 'LIMIT_EXCEEDED', '1536');
    const metadataIndexes = Array.from({ length: 11 }, (_, i) => `p${i}`);
    refused(
      () => createVectorizeBinding(index, { limits: 'vectorize', metadataIndexes }),
      'LIMIT_EXCEEDED',
      'metadataIndexes',
    );
    createVectorizeBinding(wide, { limits: { dimensions: 1537 } });
  });

  it('takes other limits, as the service moves on', async (t) => {
    const index = await newIndex(t, { dimensions: 2 });
    const binding = createVectorizeBinding(index, { limits: { topKWithValues: 50 } });
    await binding.query([1, 0], { topK: 50, returnValues: true });
    await rejected(binding.query([1, 0], { topK: 51, returnValues: true }), 'LIMIT_EXCEEDED');
    await rejected(binding.query([1, 0], { topK: 101 }), 'LIMIT_EXCEEDED');
  });

  it('is, to TypeScript, a VectorizeIndex and a Vectorize of @cloudflare/workers-types', (t) => {
    const home = mkdtempSync(join(tmpdir(), 'rv-vectorize-'));
    t.after(() => rmSync(home, { recursive: true }));
    writeFileSync(join(home, 'package.json'), '{ "type": "module" }');
    const types = '@cloudflare/workers-types';
    link(home, types, join(root, 'node_modules', types));
    link(home, '@ruvector/wasm', dirname(packageFile('./package.json')));
    assertCompiles(home, join(root, 'tests/support/vectorize-consumer.ts'));
  });
});
