// A vector store as LangChain's newest release wants one: the same contract over an index and over a
// database, with a fake model.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { newDatabase, newFolder } from '../support/databases.mjs';
import { cosine, DIMENSIONS, diverse, embed } from '../support/embedder.mjs';
import { newIndex, refused, rejected } from '../support/indexes.mjs';
import { packageFile, root } from '../support/package.mjs';
import { assertCompiles, beside, FRAMEWORKS } from '../support/third-party.mjs';

const { home, missing } = beside('langchain', FRAMEWORKS.langchain);
if (missing) console.log(`left out: the contract with @langchain/core: ${missing}`);

const TARGETS = {
  'an index': (t) => newIndex(t, { dimensions: DIMENSIONS }),
  'a database': (t) => newDatabase(t, 'docs', { dimensions: DIMENSIONS, storage: 'memory:' }),
};

const TEXTS = [
  'the cat sat on the mat',
  'the cat sat on the map',
  'a cat slept on a mat',
  'stock prices fell on monday',
  'stock markets fell again',
  'rain is expected on sunday',
];
const METADATA = TEXTS.map((_, i) => ({ topic: ['cats', 'money', 'rain'][Math.floor(i / 3)], i }));
METADATA[5].topic = 'rain';

if (!missing) {
  const { Document } = await import('@langchain/core/documents');
  const { Embeddings } = await import('@langchain/core/embeddings');
  const { VectorStore } = await import('@langchain/core/vectorstores');
  const { RunnableLambda } = await import('@langchain/core/runnables');
  const { RuVectorStore } = await import(pathToFileURL(packageFile('./langchain')));

  class Fake extends Embeddings {
    constructor() {
      super({});
      this.calls = [];
    }
    async embedDocuments(texts) {
      this.calls.push(['documents', texts.length]);
      return texts.map(embed);
    }
    async embedQuery(text) {
      this.calls.push(['query', text]);
      return embed(text);
    }
  }

  const nearest = (query, indexes = TEXTS.keys()) =>
    [...indexes].sort(
      (a, b) => cosine(embed(query), embed(TEXTS[b])) - cosine(embed(query), embed(TEXTS[a])),
    );
  const contentsOf = (documents) => documents.map(({ pageContent }) => pageContent);

  for (const [what, newTarget] of Object.entries(TARGETS))
    describe(`LangChain over ${what}`, () => {
      const storeOf = async (t, config = {}) =>
        RuVectorStore.fromTexts(TEXTS, METADATA, new Fake(), {
          index: await newTarget(t),
          ...config,
        });

      it('is a VectorStore', async (t) => {
        const store = await storeOf(t);
        assert.ok(store instanceof VectorStore);
        assert.equal(store._vectorstoreType(), 'ruvector');
        assert.deepEqual(store.embeddings.calls, [['documents', 6]]);
        assert.deepEqual(store.lc_namespace, ['langchain', 'vectorstores', 'ruvector']);
        assert.doesNotThrow(() => JSON.stringify(store));
      });

      it('similaritySearchVectorWithScore finds the nearest, with cosines', async (t) => {
        const store = await storeOf(t);
        const query = embed('cat on a mat');
        const found = await store.similaritySearchVectorWithScore(query, 4);
        const order = nearest('cat on a mat').slice(0, 4);
        assert.deepEqual(
          found.map(([{ pageContent }]) => pageContent),
          order.map((i) => TEXTS[i]),
        );
        for (const [i, [document, score]] of found.entries()) {
          assert.ok(document instanceof Document);
          assert.deepEqual(document.metadata, METADATA[order[i]]);
          assert.equal(typeof document.id, 'string');
          assert.ok(Math.abs(score - cosine(query, embed(TEXTS[order[i]]))) < 1e-5);
        }
      });

      it('similaritySearch and similaritySearchWithScore embed the query', async (t) => {
        const store = await storeOf(t);
        const texts = contentsOf(await store.similaritySearch('stock prices', 2));
        assert.deepEqual(
          texts,
          nearest('stock prices')
            .slice(0, 2)
            .map((i) => TEXTS[i]),
        );
        const [[document, score]] = await store.similaritySearchWithScore(TEXTS[3], 1);
        assert.equal(document.pageContent, TEXTS[3]);
        assert.ok(Math.abs(score - 1) < 1e-6);
        assert.equal((await store.similaritySearch('stock')).length, 4);
      });

      it('passes filters on, in the grammar of this package', async (t) => {
        const store = await storeOf(t);
        for (const [filter, holds] of [
          [{ topic: 'money' }, ({ topic }) => topic === 'money'],
          [{ i: { $gte: 2, $lt: 5 } }, ({ i }) => i >= 2 && i < 5],
          [{ $or: [{ topic: 'rain' }, { i: 0 }] }, ({ topic, i }) => topic === 'rain' || i === 0],
        ]) {
          const wanted = nearest(
            'cat',
            [...TEXTS.keys()].filter((i) => holds(METADATA[i])),
          );
          const found = await store.similaritySearch('cat', 6, filter);
          assert.deepEqual(
            contentsOf(found),
            wanted.map((i) => TEXTS[i]),
          );
        }
        await rejected(
          store.similaritySearch('cat', 6, { topic: { $like: 'x' } }),
          'INVALID_FILTER',
        );
      });

      it('maxMarginalRelevanceSearch chooses near and unlike ones', async (t) => {
        const store = await storeOf(t);
        const query = 'cats and maps';
        const order = nearest(query);
        for (const lambda of [0.1, 0.5, 0.9, 1]) {
          const fetched = order.slice(0, 5);
          const vectors = fetched.map((i) => embed(TEXTS[i]));
          const wanted = diverse(embed(query), vectors, lambda, 3).map((i) => TEXTS[fetched[i]]);
          const found = await store.maxMarginalRelevanceSearch(query, { k: 3, fetchK: 5, lambda });
          assert.deepEqual(contentsOf(found), wanted, `lambda ${lambda}`);
        }
        const filter = { topic: 'cats' };
        assert.equal((await store.maxMarginalRelevanceSearch(query, { k: 9, filter })).length, 3);
        const only = { k: 2, filter: { topic: 'nothing' } };
        assert.deepEqual(await store.maxMarginalRelevanceSearch(query, only), []);
      });

      it('is a retriever, by similarity and by marginal relevance', async (t) => {
        const store = await storeOf(t);
        const retriever = store.asRetriever({ k: 2, filter: { topic: 'cats' } });
        const found = await retriever.invoke('stock prices');
        assert.deepEqual(
          contentsOf(found),
          nearest('stock prices', [0, 1, 2])
            .slice(0, 2)
            .map((i) => TEXTS[i]),
        );
        const searchKwargs = { fetchK: 6, lambda: 0.5 };
        const mmr = store.asRetriever({ k: 3, searchType: 'mmr', searchKwargs });
        assert.deepEqual(
          contentsOf(await mmr.invoke('the cat sat')),
          contentsOf(
            await store.maxMarginalRelevanceSearch('the cat sat', { k: 3, ...searchKwargs }),
          ),
        );
        const chain = retriever.pipe(RunnableLambda.from((documents) => documents.length));
        assert.equal(await chain.invoke('cat'), 2);
        await retriever.addDocuments([
          new Document({ pageContent: 'stock prices', metadata: { topic: 'cats' } }),
        ]);
        assert.equal((await retriever.invoke('stock prices'))[0].pageContent, 'stock prices');
      });

      it('names documents by the given id, their own, or a new one, and replaces', async (t) => {
        const store = new RuVectorStore(new Fake(), { index: await newTarget(t) });
        const documents = [
          new Document({ pageContent: 'one', id: 'own' }),
          new Document({ pageContent: 'two' }),
        ];
        const [own, made] = await store.addDocuments(documents);
        assert.equal(own, 'own');
        assert.match(made, /^[\da-f-]{36}$/);
        assert.deepEqual(await store.addDocuments(documents, { ids: ['a', 'b'] }), ['a', 'b']);
        await store.addDocuments([new Document({ pageContent: 'three', id: 'own' })]);
        const all = await store.similaritySearch('one', 10);
        assert.equal(all.length, 4);
        assert.equal(all.find(({ id }) => id === 'own').pageContent, 'three');
        assert.deepEqual(await store.addDocuments([]), []);
      });

      it('deletes by ids or by a filter, and by one of the two', async (t) => {
        const store = new RuVectorStore(new Fake(), { index: await newTarget(t) });
        const documents = TEXTS.map(
          (pageContent, i) => new Document({ pageContent, metadata: METADATA[i], id: `d${i}` }),
        );
        await store.addDocuments(documents);
        await store.delete({ ids: ['d0', 'nobody'] });
        await store.delete({ filter: { topic: 'money' } });
        const left = (await store.similaritySearch('cat', 9)).map(({ id }) => id).sort();
        assert.deepEqual(left, ['d1', 'd2', 'd5']);
        for (const params of [{}, { ids: ['d1'], filter: {} }])
          await rejected(store.delete(params), 'INVALID_ARGUMENT', 'either ids or a filter');
        await rejected(store.delete({ id: 'd1' }), 'INVALID_ARGUMENT', "'ids'");
      });

      it('keeps the text where it is told, apart by namespace', async (t) => {
        const index = await newTarget(t);
        const config = { index, namespace: 'tenant', textKey: 'text' };
        const store = await RuVectorStore.fromTexts(TEXTS, { lang: 'en' }, new Fake(), config);
        assert.equal(await index.count(), 0);
        assert.equal(await index.namespace('tenant').count({ text: TEXTS[0], lang: 'en' }), 1);
        const [{ metadata }] = await store.similaritySearch('cat', 1);
        assert.deepEqual(metadata, { lang: 'en' });
        await index.upsert({ id: 'raw', vector: embed('cat'), metadata: { lang: 'en' } });
        const raw = await RuVectorStore.fromExistingIndex(new Fake(), { index });
        assert.deepEqual(await raw.similaritySearch('cat', 1), [
          new Document({ pageContent: '', metadata: { lang: 'en' }, id: 'raw' }),
        ]);
      });

      it('refuses what does not fit, and adds nothing', async (t) => {
        const index = await newTarget(t);
        const store = new RuVectorStore(new Fake(), { index });
        const document = (metadata) => new Document({ pageContent: 'x', metadata });
        const add = (...documents) => store.addDocuments(documents);
        await rejected(add(document({ pageContent: 'y' })), 'INVALID_ARGUMENT', 'textKey');
        await rejected(add(document({}), document({ at: new Date() })), 'INVALID_ARGUMENT', 'at');
        await rejected(store.addVectors([[1]], [document({})]), 'DIMENSION_MISMATCH');
        await rejected(store.addVectors([], [document({})]), 'INVALID_ARGUMENT', 'vectors');
        await rejected(
          store.addDocuments([document({})], { ids: ['a', 'b'] }),
          'INVALID_ARGUMENT',
          'ids',
        );
        await rejected(
          RuVectorStore.fromTexts(['a', 'b'], [{}], new Fake(), { index }),
          'INVALID_ARGUMENT',
          'metadatas',
        );
        assert.equal(await index.count(), 0);
      });

      it('embeds nothing where ids or documents do not fit', async (t) => {
        const embeddings = new Fake();
        const store = new RuVectorStore(embeddings, { index: await newTarget(t) });
        const document = new Document({ pageContent: 'x' });
        for (const [documents, ids, text] of [
          [[document], ['a', 'b'], 'ids'],
          [[document], [7], 'ids[0]'],
          [[document, document], ['a', ''], 'ids[1]'],
          [[{ pageContent: 'x', metadata: { pageContent: 'y' } }], undefined, 'textKey'],
          [[document, { pageContent: 'x', metadata: 'y' }], undefined, 'documents[1].metadata'],
          [[{ metadata: {} }], undefined, 'documents[0].pageContent'],
          ['x', undefined, 'documents'],
        ])
          await rejected(store.addDocuments(documents, ids && { ids }), 'INVALID_ARGUMENT', text);
        assert.deepEqual(embeddings.calls, []);
        assert.deepEqual(await store.addDocuments([document], { ids: ['a'] }), ['a']);
        assert.deepEqual(embeddings.calls, [['documents', 1]]);
      });

      it('takes a document without metadata', async (t) => {
        const store = new RuVectorStore(new Fake(), { index: await newTarget(t) });
        await store.addDocuments([{ pageContent: 'the cat' }], { ids: ['a'] });
        const [found] = await store.similaritySearch('cat', 1);
        assert.deepEqual([found.id, found.pageContent, found.metadata], ['a', 'the cat', {}]);
      });
    });

  describe('LangChain', () => {
    it('refuses a store over nothing', () => {
      const over = (config) => () => new RuVectorStore(new Fake(), config);
      refused(over({}), 'INVALID_ARGUMENT', 'config.index');
      refused(over({ index: {}, textkey: 'a' }), 'INVALID_ARGUMENT', "'textKey'");
    });

    it('finds in a loaded snapshot, and in a reopened database, what was stored', async (t) => {
      const index = await newIndex(t, { dimensions: DIMENSIONS });
      const store = await RuVectorStore.fromTexts(TEXTS, METADATA, new Fake(), { index });
      const wanted = await store.similaritySearchWithScore('cat', 6);
      const loaded = await newIndex(t, { dimensions: DIMENSIONS });
      loaded.import(store.index.export());

      const storage = `file:${newFolder(t)}`;
      const db = await newDatabase(t, 'docs', { dimensions: DIMENSIONS, storage });
      await db.import(index.export());
      await db.close();
      for (const index of [loaded, await newDatabase(t, 'docs', { storage })]) {
        const again = await RuVectorStore.fromExistingIndex(new Fake(), { index });
        assert.deepEqual(await again.similaritySearchWithScore('cat', 6), wanted);
      }
    });

    it('has code in the README that runs, and compiles', (t) => {
      const readme = readFileSync(join(root, 'README.md'), 'utf8');
      const [, code] = /^```javascript\n([\s\S]*?)^```$/m.exec(readme);
      const program = `import { SyntheticEmbeddings } from '@langchain/core/utils/testing';
        const embeddings = new SyntheticEmbeddings({ vectorSize: 384 });
        const texts = ${JSON.stringify(TEXTS)};
        ${code}
        console.log(JSON.stringify(await retriever.invoke(${JSON.stringify(TEXTS[3])})));
        await index.close();`;
      const folder = newFolder(t);
      writeFileSync(join(folder, 'readme-example.ts'), program);
      assertCompiles(home, join(folder, 'readme-example.ts'));
      writeFileSync(join(home, 'readme-example.mjs'), program);
      // The package is a link; what it imports is beside that.
      const args = ['--preserve-symlinks', join(home, 'readme-example.mjs')];
      const { stdout, stderr } = spawnSync(process.execPath, args, {
        cwd: folder,
        encoding: 'utf8',
      });
      assert.equal(stderr, '');
      const found = JSON.parse(stdout);
      assert.equal(found.length, 5);
      assert.equal(found[0].pageContent, TEXTS[3]);
      assert.deepEqual(found[0].metadata, { lang: 'en' });
    });

    it('type-checks on its own types', () => {
      assertCompiles(home, join(root, 'tests/support/langchain-consumer.ts'));
    });
  });
}
