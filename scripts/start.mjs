// `npm start`: provisions, builds, searches the glossary of the demo page, and serves that
// page.
//   npm start -- [--no-serve] [--port N]
import { readArguments } from './arguments.mjs';
import { build, SHIPPED } from './build.mjs';
import { provision } from './setup.mjs';

const USAGE = `usage: npm start -- [--no-serve] [--port N]
  --no-serve  end after the printed searches
  --port N    port of the page (8080; another one if it is taken)`;
const QUESTIONS = 3;
const HITS = 3;

const { 'no-serve': isOver, port } = readArguments(USAGE, {
  'no-serve': { type: 'boolean', default: false },
  port: { type: 'string', default: '8080' },
});

let began = performance.now();
build(provision('wasm'), ...SHIPPED);
console.log(`Tools and build ready in ${seconds(began)}.`);

// Only now: on a fresh machine the package did not exist before.
const { createIndex } = await import('@ruvector/wasm');
const { createBuiltIn } = await import('../web-demo/embedders/built-in.js');
const { readGlossary } = await import('../web-demo/glossary/read.mjs');
const { FIRST_QUESTIONS } = await import('../web-demo/search/first-questions.js');
const { indexEntries, indexOptions } = await import('../web-demo/search/glossary-index.js');
const { search } = await import('../web-demo/search/search.js');
const { serveDemo } = await import('./demo.mjs');
const { makeWeights } = await import('./embedder.mjs');

await runMainJob();
if (!isOver) await serveDemo(port);

async function runMainJob() {
  began = performance.now();
  const { entries } = await readGlossary();
  const embedder = createBuiltIn(makeWeights());
  const index = await createIndex(indexOptions(embedder));
  await indexEntries(index, entries, embedder);
  const { count, dimensions, metric, memoryBytes } = index.stats();
  const subjects = new Set(entries.map(({ subject }) => subject));
  console.log(
    `Indexed ${count} entries of a glossary of ${subjects.size} subjects in ${seconds(began)}: ` +
      `${dimensions} dimensions, ${metric}, ${(memoryBytes / 1e6).toFixed(1)} MB.`,
  );
  for (const { question } of FIRST_QUESTIONS.slice(0, QUESTIONS)) {
    const { hits, embedMs, searchMs } = await search({ embedder, glossary: index }, question, {
      glossary: {},
    });
    console.log(
      `\n"${question}"  (${embedMs.toFixed(2)} ms to embed, ${searchMs.toFixed(2)} ms to search)`,
    );
    for (const { score, title, place, text } of hits.slice(0, HITS)) {
      console.log(`  ${score.toFixed(3)}  ${title} (${place})`);
      console.log(`         ${firstWords(text)}`);
    }
    if (hits.length === 0) console.log('  no hits');
  }
  console.log();
  index.dispose();
}

function seconds(since) {
  return `${((performance.now() - since) / 1000).toFixed(2)} s`;
}

function firstWords(text) {
  return text.length <= 100 ? text : `${text.slice(0, text.lastIndexOf(' ', 100))} ...`;
}
