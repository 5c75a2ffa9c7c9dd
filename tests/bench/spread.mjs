// What ranking by activation costs a query: time and counted work beside plain searches of the same
// index, and that its memory does not grow.
import { createIndex } from '@ruvector/wasm';
import { mean } from '../support/ndcg.mjs';
import { clustered, near } from '../support/sets.mjs';
import { median } from './curves.mjs';
import { SEED } from './data.mjs';

const DIM = 128;
const TOP_K = 10;
const QUERIES = 200;

export async function spread(plan, results) {
  results.spread = [];
  console.log(
    `\nqueries of ${TOP_K} with spread and without; clustered, dim ${DIM}, ${QUERIES} queries, seed ${SEED}`,
  );
  for (const count of plan.spread) {
    const { vectors } = clustered({ seed: SEED, count, dimensions: DIM });
    const queries = near(vectors, { seed: SEED, count: QUERIES });
    const index = await createIndex({ dimensions: DIM, metric: 'cosine', index: 'hnsw' });
    index.upsert(vectors.map((vector, i) => ({ id: String(i), vector })));
    while (index.maintain({ budgetMs: 100 }).pending > 0);
    const search = (options) => {
      for (const query of queries) index.query(query, { topK: TOP_K, ...options });
    };
    const told = (options) =>
      queries.map((query) => index.explain(query, { topK: TOP_K, ...options }));
    search({ spread: true });
    const { memoryBytes } = index.stats();
    const [plain, ours] = [{}, { spread: true }].map((options) => ({
      us: medianMicroseconds(() => search(options), plan.turns) / QUERIES,
      bytes: mean(told(options).map(({ bytesRead }) => bytesRead)),
    }));
    const grown = index.stats().memoryBytes - memoryBytes;
    const spikes = mean(told({ spread: true }).map((it) => it.spread.spikes));
    console.log(
      `  n ${String(count).padStart(6)}: ${plain.us.toFixed(0)} us, with spread ${ours.us.toFixed(0)} us (x${(ours.us / plain.us).toFixed(2)}); bytes x${(ours.bytes / plain.bytes).toFixed(2)}; ${spikes.toFixed(0)} spikes; memory grown by ${grown} bytes`,
    );
    results.spread.push({ count, plain, ours, spikes, grown });
    index.dispose();
  }
}

function medianMicroseconds(call, turns) {
  return median(
    Array.from({ length: turns }, () => {
      const start = performance.now();
      call();
      return 1000 * (performance.now() - start);
    }),
  );
}
