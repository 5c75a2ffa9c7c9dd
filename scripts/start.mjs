// `npm start`: provisions, builds, runs the main job on the project's own documentation, and serves
// a page that does the same.
//   npm start -- [--no-serve] [--port N]
import { readArguments } from './arguments.mjs';
import { build, SHIPPED } from './build.mjs';
import { provision, root } from './setup.mjs';

const USAGE = `usage: npm start -- [--no-serve] [--port N]
  --no-serve  end after the printed searches
  --port N    port of the page (8080; another one if it is taken)`;
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
const { demoMounts, readDocuments, serve } = await import('../web-demo/server.mjs');
const { splitDocuments } = await import('../web-demo/passages.js');
const { EXAMPLES, indexOptions, indexPassages, search } = await import('../web-demo/indexing.js');
const { createBuiltIn } = await import('../web-demo/embedders/built-in.js');
const { makeWeights } = await import('./embedder.mjs');

const documents = await readDocuments(root);
const weights = makeWeights();
await runMainJob();
if (!isOver) await servePage();

async function runMainJob() {
  began = performance.now();
  const passages = splitDocuments(documents);
  const embedder = createBuiltIn(weights);
  const index = await createIndex(indexOptions(embedder));
  await indexPassages(index, passages, embedder);
  const { count, dimensions, metric, memoryBytes } = index.stats();
  console.log(
    `Indexed ${count} passages of ${documents.map(({ file }) => file).join(', ')} in ${seconds(began)}: ` +
      `${dimensions} dimensions, ${metric}, ${(memoryBytes / 1e6).toFixed(1)} MB.`,
  );
  for (const text of EXAMPLES) {
    const { matches, milliseconds } = await search(index, embedder, text, { topK: HITS });
    console.log(`\n"${text}"  (${milliseconds.toFixed(2)} ms, embedding included)`);
    for (const { score, metadata } of matches) {
      const { file, heading } = metadata;
      console.log(`  ${score.toFixed(3)}  ${[file, heading].filter(Boolean).join(' > ')}`);
      console.log(`         ${firstWords(metadata.text)}`);
    }
    if (matches.length === 0) console.log('  no hits');
  }
  index.dispose();
}

async function servePage() {
  const mounts = await demoMounts(root);
  const bytes = { '/documents.json': JSON.stringify(documents), '/embedder.bin': weights };
  const server = await serve({ mounts, bytes, port }).catch((error) => {
    if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES') throw error;
    console.log(`\nPort ${port} cannot be had (${error.code}); taking a free one.`);
    return serve({ mounts, bytes });
  });
  console.log(`\nThe same in the browser: ${server.url}  (Ctrl-C ends it)`);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => server.close());
}

function seconds(since) {
  return `${((performance.now() - since) / 1000).toFixed(2)} s`;
}

function firstWords(text) {
  return text.length <= 100 ? text : `${text.slice(0, text.lastIndexOf(' ', 100))} ...`;
}
