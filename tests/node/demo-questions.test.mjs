// The questions that the demo page begins with: the built-in embedder finds what answers them.
import assert from 'node:assert/strict';
import test from 'node:test';
import { makeWeights } from '../../scripts/embedder.mjs';
import { createBuiltIn } from '../../web-demo/embedders/built-in.js';
import { readGlossary } from '../../web-demo/glossary/read.mjs';
import { FIRST_QUESTIONS } from '../../web-demo/search/first-questions.js';
import { indexEntries, indexOptions } from '../../web-demo/search/glossary-index.js';
import { search } from '../../web-demo/search/search.js';
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
  glossary.dispose();
});
