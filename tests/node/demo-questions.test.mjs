// The questions that the demo page begins with: the built-in embedder finds what answers them.
import assert from 'node:assert/strict';
import test from 'node:test';
import { makeWeights } from '../../scripts/embedder.mjs';
import { createBuiltIn } from '../../web-demo/embedders/built-in.js';
import { readGlossary } from '../../web-demo/glossary/read.mjs';
import { FIRST_QUESTIONS } from '../../web-demo/search/first-questions.js';
import { indexEntries, indexOptions } from '../../web-demo/search/glossary-index.js';
import { search } from '../../web-demo/search/search.js';
import { wordsThatCarry } from '../../web-demo/search/why.js';
import { createIndex } from '../support/package.mjs';

test('the built-in embedder has the answer to each first question among the three nearest', async () => {
  const { entries } = await readGlossary();
  const embedder = createBuiltIn(makeWeights());
  const glossary = await createIndex(indexOptions(embedder));
  await indexEntries(glossary, entries, embedder);
  const subjects = new Set(entries.map(({ subject }) => subject));
  assert.deepEqual(FIRST_QUESTIONS.map(({ subject }) => subject).sort(), [...subjects].sort());
  for (const { question, term, subject } of FIRST_QUESTIONS) {
    const { hits } = await search({ embedder, glossary }, question, { glossary: {} });
    const found = hits.slice(0, 3).map(({ place, title }) => `${place}/${title}`);
    assert.ok(found.includes(`${subject}/${term}`), `${question}: ${found.join(', ')}`);
  }
  // The visitor's texts, which come a moment later, are missing where they were asked for.
  const engine = { embedder, glossary, areTextsComing: true };
  const isPartial = async (where) => (await search(engine, 'bread', where)).isPartial;
  assert.equal(await isPartial({ glossary: {}, texts: {} }), true);
  assert.equal(await isPartial({ glossary: {} }), false);
  engine.areTextsComing = false;
  assert.equal(await isPartial({ glossary: {}, texts: {} }), false);
  glossary.dispose();
});

test('the parts of a score add up to it, and words that a text has are named, no others', async () => {
  const embedder = createBuiltIn(makeWeights());
  const query = 'how do bees keep honey warm: beekeeping in winters';
  const texts = [
    'People wrap a hive before winter. The bees eat their honey to keep warm.',
    'Coffee machines need descaling every six weeks.',
  ];
  const [asked, ...vectors] = await embedder.embed([query, ...texts]);
  const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);
  const parts = embedder.partsOf(query);
  for (const [i, vector] of vectors.entries()) {
    const sum = [...parts.values()].reduce((total, part) => total + dot(part, vector), 0);
    assert.ok(Math.abs(sum - dot(asked, vector)) < 1e-5, texts[i]);
  }
  const hits = texts.map((embedded, i) => ({ embedded, vector: vectors[i] }));
  const [first, second] = wordsThatCarry(embedder, query, hits);
  const its = ['bees', 'honey', 'keep', 'warm', 'winters'];
  assert.ok(first.length >= 3);
  for (const { word } of first) assert.ok(its.includes(word), word);
  assert.deepEqual(second, []);
});
