// How well the demo's built-in embedder finds what is meant, through our index, beside BM25: nDCG@10
// over the judged queries of a collection, and whether the difference could be chance.
import { createIndex } from '@ruvector/wasm';
import { makeWeights } from '../../scripts/embedder.mjs';
import { createHashedEmbedder } from '../../web-demo/embedders/hashed.js';
import { learnWeights } from '../../web-demo/embedders/learn.js';
import { DIMENSIONS, embedPlain } from '../../web-demo/embedders/plain.js';
import { isTelling, stemOf } from '../../web-demo/embedders/words.js';
import { mean, ndcg, pairedBootstrap } from '../support/ndcg.mjs';
import { cranfield, glossary } from './collections.mjs';
import { SEED } from './data.mjs';
import { installPeer } from './install.mjs';
import { load } from './peers/load.mjs';

const MINISEARCH = { name: 'minisearch', packages: { minisearch: '7.2.0' } };
const BM25 = 'BM25, with the same stems';
const PLAIN = { dimensions: DIMENSIONS, embed: embedPlain };
const K = 10;

export async function embedder(_, results) {
  const MiniSearch = await bm25();
  const shipped = createHashedEmbedder(makeWeights());
  results.embedder = [];
  console.log(
    'The constants of the built-in embedder were chosen with these questions at hand: that flatters it a little.',
  );
  for (const read of [cranfield, glossary]) {
    const { name, about, documents, queries, missing } = read();
    if (missing !== undefined) {
      console.log(`\n${name}: ${missing}`);
      continue;
    }
    const own = createHashedEmbedder(learnWeights(documents.map(({ text }) => text)));
    const ways = {
      ...(MiniSearch && {
        'BM25, as minisearch is': wordSearch(MiniSearch, documents),
        [BM25]: wordSearch(MiniSearch, documents, { processTerm }),
      }),
      'hashed words, nothing learned': await vectorSearch(documents, PLAIN),
      'built-in, as the page has it': await vectorSearch(documents, shipped),
      'built-in, learned from these texts': await vectorSearch(documents, own),
    };
    const found = compare(ways, queries);
    print(`${name}: ${documents.length} texts, ${queries.length} questions. ${about}`, found);
    const took = times(shipped, documents, queries);
    console.log(
      `embedding a question takes ${took.question.toFixed(3)} ms, a text ${took.text.toFixed(3)} ms (medians)`,
    );
    results.embedder.push({ name, found, took });
  }
}

/** Milliseconds. */
function times({ embed }, documents, queries) {
  const median = (texts) => {
    const each = texts.map(({ text }) => {
      const began = performance.now();
      embed(text);
      return performance.now() - began;
    });
    return each.sort((a, b) => a - b)[each.length >> 1];
  };
  return { question: median(queries), text: median(documents) };
}

/** undefined, said so, where it cannot be had. */
async function bm25() {
  const why = installPeer(MINISEARCH);
  if (why === undefined) return (await load(MINISEARCH, 'minisearch')).default;
  console.log(`no BM25: ${why}`);
}

/** Words as the built-in embedder has them. */
function processTerm(word) {
  return isTelling(word.toLowerCase()) && stemOf(word.toLowerCase());
}

function wordSearch(MiniSearch, documents, options = {}) {
  const search = new MiniSearch({ fields: ['text'], ...options });
  search.addAll(documents);
  return (text) => search.search(text).map(({ id }) => id);
}

async function vectorSearch(documents, { dimensions, embed }) {
  const index = await createIndex({ dimensions, metric: 'cosine' });
  const vectors = documents.map(({ id, text }) => ({ id, vector: embed(text) }));
  // Two texts of Cranfield are empty, and have no direction.
  index.upsert(vectors.filter(({ vector }) => vector.some((component) => component !== 0)));
  return (text) => index.query(embed(text), { topK: K }).matches.map(({ id }) => id);
}

function compare(ways, queries) {
  const scores = Object.entries(ways).map(([way, rank]) => ({
    way,
    of: queries.map(({ text, grades }) => ndcg(rank(text), grades, K)),
  }));
  const base = scores.find(({ way }) => way === BM25);
  return scores.map(({ way, of }) => ({
    way,
    ndcg: mean(of),
    ...(base && way !== BM25 && pairedBootstrap(of, base.of, SEED)),
  }));
}

function print(title, found) {
  console.log(`\n${title}`);
  console.log(`${''.padEnd(36)} nDCG@${K}   less BM25 (95 % of resamples)`);
  for (const { way, ndcg, difference, low, high } of found) {
    const beside =
      difference === undefined
        ? ''
        : `${signed(difference)} (${signed(low)} to ${signed(high)}): ${verdict(low, high)}`;
    console.log(`${way.padEnd(36)} ${ndcg.toFixed(4)}    ${beside}`.trimEnd());
  }
}

function signed(value) {
  return `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(4)}`;
}

function verdict(low, high) {
  if (low > 0) return 'better';
  return high < 0 ? 'worse' : 'no difference shown';
}
