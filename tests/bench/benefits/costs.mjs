// What the options cost: medians of single queries on 10,000 clustered vectors of 128 dimensions, by a
// graph, and what the first question of novelty costs, which finds out what is usual.
import { createIndex } from '../../support/package.mjs';
import { clustered, near } from '../../support/sets.mjs';
import { SEED } from './gain.mjs';

export async function costs({ count = 10_000, queries = 200 } = {}) {
  const { vectors } = clustered({ seed: SEED, count, dimensions: 128 });
  const index = await createIndex({ dimensions: 128, index: 'hnsw' });
  index.upsert(vectors.map((vector, i) => ({ id: `${i}`, vector })));
  const asked = near(vectors, { seed: SEED + 1, count: queries });
  const ask = (query, options) => {
    const from = performance.now();
    const result = index.query(query, options);
    return { result, us: 1000 * (performance.now() - from) };
  };
  const median = (optionsOf) => {
    const all = asked.map((query, i) => ask(query, optionsOf(i)).us).sort((a, b) => a - b);
    return all[all.length >> 1];
  };
  for (const query of asked) ask(query, {});
  const first = ask(asked[0], { novelty: true }).us;
  // Three clicks each, in what is near the query.
  for (const [i, query] of asked.entries()) {
    const { matches, queryId } = ask(query, { session: { id: `${i}`, at: 0 } }).result;
    for (const { id } of matches.slice(0, 3)) index.feedback({ query: queryId, id });
  }
  const found = {
    plain: median(() => ({})),
    diversify: median(() => ({ diversify: 0.2 })),
    'diversify, 100 of them': median(() => ({ diversify: 0.2, topK: 100 })),
    session: median((i) => ({ session: { id: `${i}`, at: 1 } })),
    novelty: median(() => ({ novelty: true })),
    'the first novelty': first,
  };
  index.dispose();
  return { count, found };
}
