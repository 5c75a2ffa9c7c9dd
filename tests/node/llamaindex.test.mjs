// A vector store as LlamaIndex's newest release wants one: the same contract over an index and over a
// database, with a fake model. Its filters are also held to what its documentation and its own store
// say of each operator.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { newDatabase, newFolder } from '../support/databases.mjs';
import { cosine, DIMENSIONS, diverse, embed } from '../support/embedder.mjs';
import { dist, newIndex, refused, rejected } from '../support/indexes.mjs';
import { packageFile, root } from '../support/package.mjs';
import { random } from '../support/random.mjs';
import { assertCompiles, beside, FRAMEWORKS } from '../support/third-party.mjs';

const { home, missing } = beside('llamaindex', FRAMEWORKS.llamaindex);
if (missing) console.log(`left out: the contract with @llamaindex/core: ${missing}`);

const { filterOf } = await import(pathToFileURL(join(dist, 'llamaindex/filters.js')));

/** What each operator asks of the value of a field, which is there but for is_empty. */
const ORACLE = {
  '==': (field, value) => field === value,
  '!=': (field, value) => field !== value,
  '>': (field, value) => typeof field === typeof value && field > value,
  '>=': (field, value) => typeof field === typeof value && field >= value,
  '<': (field, value) => typeof field === typeof value && field < value,
  '<=': (field, value) => typeof field === typeof value && field <= value,
  in: (field, value) => value.includes(field),
  nin: (field, value) => !value.includes(field),
  any: (field, value) => Array.isArray(field) && value.some((it) => field.includes(it)),
  all: (field, value) => Array.isArray(field) && value.every((it) => field.includes(it)),
  contains: (field, value) => Array.isArray(field) && field.includes(value),
  text_match: (field, value) => field !== null && Object(field).includes?.(value) === true,
};
const isEmpty = (field) =>
  field === undefined || field === null || field === '' || (Array.isArray(field) && !field.length);

function passes(metadata, { filters, condition = 'and' }) {
  const one = ({ key, value, operator }) => {
    const field = metadata[key];
    if (operator === 'is_empty') return isEmpty(field);
    return field !== undefined && ORACLE[operator](field, value);
  };
  return condition === 'and' ? filters.every(one) : filters.some(one);
}

/** By operator: fields to ask, and values to ask for. */
const SCALARS = [[['lang', ['en', 'de', 'zz', '']]], [['year', [0, 1999, 2001]]]];
const ASKS = Object.fromEntries(
  Object.keys(ORACLE).map((operator) => {
    if (['in', 'nin'].includes(operator))
      return [
        operator,
        [
          ['lang', [['en'], ['en', ''], []]],
          ['year', [[0, 2001], [1999]]],
        ],
      ];
    if (['any', 'all'].includes(operator))
      return [
        operator,
        [
          ['tags', [['x'], ['x', 'y'], ['z', ''], []]],
          ['lang', [['en']]],
        ],
      ];
    if (operator === 'contains')
      return [
        operator,
        [
          ['tags', ['x', '', 'q']],
          ['lang', ['e']],
        ],
      ];
    if (operator === 'text_match')
      return [
        operator,
        [
          ['lang', ['e', 'E', '', 'n']],
          ['tags', ['x', '', 'q']],
          ['year', ['1']],
        ],
      ];
    return [operator, SCALARS.flat()];
  }),
);
ASKS.is_empty = ['lang', 'year', 'tags', 'none'].map((key) => [key, [undefined]]);

const FILTERS = Object.entries(ASKS).flatMap(([operator, asks]) =>
  asks.flatMap(([key, values]) => values.map((value) => ({ key, value, operator }))),
);

/** Metadata with fields of each kind, absent, empty and null ones among them. */
const RECORDS = (() => {
  const next = random(3);
  const pick = (list) => list[Math.floor(list.length * next())];
  return Array.from({ length: 150 }, (_, i) => {
    const metadata = {
      lang: pick(['en', 'de', 'fr-en', 'EN', '', null, undefined]),
      year: pick([0, 1999, 2000, 2001, undefined]),
      tags: pick([['x'], ['x', 'y'], ['', 'z'], [''], [], null, undefined]),
    };
    for (const key of Object.keys(metadata)) if (metadata[key] === undefined) delete metadata[key];
    return { id: `r${i}`, vector: [i + 1, 1], metadata };
  });
})();

describe("LlamaIndex's filters", () => {
  const matching = (index, filters) => index.list({ filter: filterOf(filters), limit: 1000 }).ids;
  const wanted = (filters) =>
    RECORDS.filter(({ metadata }) => passes(metadata, filters)).map(({ id }) => id);

  for (const operator of Object.keys(ASKS))
    it(`mean what they say: ${operator}`, async (t) => {
      const index = await newIndex(t, { dimensions: 2 }, RECORDS);
      const counts = FILTERS.filter((filter) => filter.operator === operator).map((filter) => {
        const ids = wanted({ filters: [filter] });
        assert.deepEqual(matching(index, { filters: [filter] }), ids, JSON.stringify(filter));
        return ids.length;
      });
      // Some of the questions tell the records apart.
      assert.ok(counts.some((count) => count > 0 && count < RECORDS.length));
    });

  it('combine by and, by or, and mean all where there are none', async (t) => {
    const index = await newIndex(t, { dimensions: 2 }, RECORDS);
    const next = random(9);
    for (let i = 0; i < 300; ++i) {
      const filters = Array.from(
        { length: 1 + Math.floor(3 * next()) },
        () => FILTERS[Math.floor(FILTERS.length * next())],
      );
      const asked = { filters, ...(next() < 0.7 && { condition: next() < 0.5 ? 'and' : 'or' }) };
      assert.deepEqual(matching(index, asked), wanted(asked), JSON.stringify(asked));
    }
    for (const condition of ['and', 'or'])
      assert.equal(matching(index, { filters: [], condition }).length, RECORDS.length);
  });

  it('are refused where they cannot be understood', () => {
    for (const [filter, ...words] of [
      [{ key: 'a', value: 1, operator: 'like' }, 'operator', 'is_empty'],
      [{ key: 'a', value: 1, operator: 'toString' }, 'operator'],
      [{ key: 'a', operator: '==' }, 'value', 'a string or a number'],
      [{ key: 'a', value: ['x'], operator: '==' }, 'value'],
      [{ key: 'a', value: 'x', operator: 'in' }, 'value', 'an array'],
      [{ key: 'a', value: [{}], operator: 'any' }, 'value'],
      [{ key: 'a', value: 5, operator: 'text_match' }, 'value', 'a string'],
      [{ key: 5, value: 5, operator: '==' }, 'key'],
    ])
      refused(() => filterOf({ filters: [filter] }), 'INVALID_FILTER', ...words);
    refused(() => filterOf({ filters: [], condition: 'not' }), 'INVALID_FILTER', 'condition');
  });
});

const TARGETS = {
  'an index': (t) => newIndex(t, { dimensions: DIMENSIONS }),
  'a database': (t) => newDatabase(t, 'nodes', { dimensions: DIMENSIONS, storage: 'memory:' }),
};

const TEXTS = [
  'the cat sat on the mat',
  'the cat sat on the map',
  'a cat slept on a mat',
  'stock prices fell on monday',
  'stock markets fell again',
  'rain is expected on sunday',
];

if (!missing) {
  const { Document, NodeRelationship, TextNode } = await import('@llamaindex/core/schema');
  const { BaseEmbedding } = await import('@llamaindex/core/embeddings');
  const { BaseVectorStore, FilterOperator, VectorStoreQueryMode } = await import(
    '@llamaindex/core/vector-store'
  );
  const { RuVectorStore } = await import(pathToFileURL(packageFile('./llamaindex')));

  class Fake extends BaseEmbedding {
    async getTextEmbedding(text) {
      return embed(text);
    }
  }
  const embedModel = new Fake();

  const nodesOf = () =>
    TEXTS.map((text, i) => {
      const node = new TextNode({
        id_: `n${i}`,
        text,
        metadata: { topic: ['cats', 'cats', 'cats', 'money', 'money', 'rain'][i], i, tags: ['t'] },
        excludedEmbedMetadataKeys: ['topic', 'i', 'tags'], // the model sees the text alone
      });
      const document = new Document({ id_: i < 3 ? 'first' : 'second', text: 'whole' });
      node.relationships[NodeRelationship.SOURCE] = document.asRelatedNodeInfo();
      return node;
    });
  const orderOf = (query, indexes = [...TEXTS.keys()]) =>
    [...indexes].sort(
      (a, b) => cosine(embed(query), embed(TEXTS[b])) - cosine(embed(query), embed(TEXTS[a])),
    );
  const ids = (indexes) => Array.from(indexes, (i) => `n${i}`);
  const ask = (text, rest = {}) => ({
    queryEmbedding: embed(text),
    similarityTopK: 6,
    mode: VectorStoreQueryMode.DEFAULT,
    ...rest,
  });

  for (const [what, newTarget] of Object.entries(TARGETS))
    describe(`LlamaIndex over ${what}`, () => {
      const storeOf = async (t, params = {}) => {
        const store = new RuVectorStore({ index: await newTarget(t), embedModel, ...params });
        // As VectorStoreIndex does: the model of the store gives the nodes their embeddings.
        assert.deepEqual(await store.add(await store.embedModel(nodesOf())), ids(TEXTS.keys()));
        return store;
      };

      it('is a BaseVectorStore that keeps the texts', async (t) => {
        const store = await storeOf(t);
        assert.ok(store instanceof BaseVectorStore);
        assert.equal(store.storesText, true);
        assert.equal(store.embedModel, embedModel);
        assert.equal(await store.client().count(), 6);
      });

      it('finds the nearest nodes, as they were, with their scores', async (t) => {
        const store = await storeOf(t);
        const order = orderOf('cat on a mat').slice(0, 4);
        const found = await store.query(ask('cat on a mat', { similarityTopK: 4 }));
        assert.deepEqual(found.ids, ids(order));
        const before = nodesOf();
        for (const [i, node] of found.nodes.entries()) {
          assert.ok(node instanceof TextNode);
          assert.deepEqual(node.toJSON(), before[order[i]].toJSON());
          const exact = cosine(embed('cat on a mat'), embed(TEXTS[order[i]]));
          assert.ok(Math.abs(found.similarities[i] - exact) < 1e-5);
        }
      });

      it('filters, by metadata and by document', async (t) => {
        const store = await storeOf(t);
        const filters = {
          filters: [
            { key: 'topic', value: 'cats', operator: FilterOperator.EQ },
            { key: 'i', value: 5, operator: FilterOperator.GTE },
          ],
          condition: 'or',
        };
        const found = await store.query(ask('cat', { filters }));
        assert.deepEqual(found.ids, ids(orderOf('cat', [0, 1, 2, 5])));
        const both = await store.query(ask('cat', { filters, docIds: ['second', 'third'] }));
        assert.deepEqual(both.ids, ['n5']);
        const second = await store.query(ask('cat', { docIds: ['second'] }));
        assert.deepEqual(second.ids, ids(orderOf('cat', [3, 4, 5])));
        const none = await store.query(ask('cat', { docIds: [] }));
        assert.deepEqual(none, { nodes: [], ids: [], similarities: [] });
      });

      it('mode mmr chooses near and unlike ones', async (t) => {
        const store = await storeOf(t);
        const mode = VectorStoreQueryMode.MMR;
        const order = orderOf('cats and maps');
        const vectors = order.map((i) => embed(TEXTS[i]));
        for (const mmrThreshold of [undefined, 1]) {
          const query = ask('cats and maps', { mode, similarityTopK: 2, mmrThreshold });
          const wanted = diverse(query.queryEmbedding, vectors, mmrThreshold ?? 0.5, 2);
          assert.deepEqual((await store.query(query)).ids, ids(wanted.map((i) => order[i])));
        }
        const all = await store.query(ask('cat', { mode }));
        assert.deepEqual([...all.ids].sort(), ids(TEXTS.keys()));
        const filters = { filters: [{ key: 'topic', value: 'x', operator: '==' }] };
        assert.deepEqual((await store.query(ask('cat', { mode, filters }))).ids, []);
      });

      it('refuses the modes that it has not, and what is no query', async (t) => {
        const store = await storeOf(t);
        for (const mode of Object.values(VectorStoreQueryMode)) {
          if (mode === 'default' || mode === 'mmr') continue;
          await rejected(store.query(ask('cat', { mode })), 'INVALID_ARGUMENT', 'mode', mode);
        }
        const { queryEmbedding: _, ...without } = ask('cat');
        await rejected(store.query(without), 'INVALID_ARGUMENT', 'queryEmbedding');
        await rejected(store.query(ask('cat', { similarityTopK: 0 })), 'INVALID_ARGUMENT');
        await rejected(store.query(ask('cat', { queryEmbedding: [1] })), 'DIMENSION_MISMATCH');
      });

      it('deletes the nodes of a document, and replaces nodes by id', async (t) => {
        const store = await storeOf(t);
        await store.delete('first');
        await store.delete('nobody');
        assert.deepEqual((await store.query(ask('cat'))).ids.sort(), ['n3', 'n4', 'n5']);
        const text = 'sunny spells';
        await store.add([new TextNode({ id_: 'n5', text, embedding: embed(text) })]);
        const { nodes } = await store.query(ask(text, { similarityTopK: 1 }));
        assert.deepEqual([nodes[0].id_, nodes[0].text], ['n5', text]);
        assert.equal(await store.client().count(), 3);
      });

      it('deletes of no document what is of none', async (t) => {
        const store = await storeOf(t);
        const loose = ['rain', 'snow'].map(
          (text, i) => new TextNode({ id_: `loose${i}`, text, embedding: embed(text) }),
        );
        await store.add(loose);
        await store.delete('None');
        assert.equal(await store.client().count(), 8);
        const { nodes } = await store.query(ask('rain', { similarityTopK: 1 }));
        assert.deepEqual([nodes[0].text, nodes[0].metadata], ['rain', {}]);
        for (const refDocId of [undefined, 7, { $exists: false }])
          await rejected(store.delete(refDocId), 'INVALID_ARGUMENT', 'refDocId');
        assert.equal(await store.client().count(), 8);
      });

      it('keeps to its namespace', async (t) => {
        const store = await storeOf(t, { namespace: 'tenant' });
        assert.equal(await store.client().count(), 0);
        assert.equal((await store.query(ask('cat'))).ids.length, 6);
      });
    });

  describe('LlamaIndex', () => {
    it('refuses a store over nothing', () => {
      refused(() => new RuVectorStore({ embedModel }), 'INVALID_ARGUMENT', 'params.index');
      refused(() => new RuVectorStore({ collection: 'a' }), 'INVALID_ARGUMENT', 'params');
    });

    it('persists a database; an index it cannot', async (t) => {
      const storage = `file:${newFolder(t)}`;
      const db = await newDatabase(t, 'nodes', { dimensions: DIMENSIONS, storage });
      const store = new RuVectorStore({ index: db, embedModel });
      await store.add(await embedModel(nodesOf()));
      await store.persist();
      assert.equal(db.durableVersion, db.version);
      const wanted = await store.query(ask('cat'));
      await db.close();
      const again = new RuVectorStore({
        index: await newDatabase(t, 'nodes', { storage }),
        embedModel,
      });
      assert.deepEqual(await again.query(ask('cat')), wanted);
      const index = await newIndex(t, { dimensions: DIMENSIONS });
      const unkept = new RuVectorStore({ index, embedModel });
      await rejected(unkept.persist(), 'STORAGE_UNAVAILABLE', 'client().export()');
    });

    it('type-checks on its own types', () => {
      assertCompiles(home, join(root, 'tests/support/llamaindex-consumer.ts'));
    });
  });
}
