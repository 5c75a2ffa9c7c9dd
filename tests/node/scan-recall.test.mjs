// Scans of codes on data that are unkind to codes: rows closer together than a code tells apart, and
// rows of which codes say much beside rows of which they say little. No width is tuned here: a scan
// must see by itself how far to look.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { newIndex } from '../support/indexes.mjs';
import { itemsOf, shuffled } from '../support/random.mjs';
import { clustered, isotropic, near, recallOf, truthOf } from '../support/sets.mjs';

const TOP_K = 10;
const KINDS = {
  none: 'none',
  int8: 'int8',
  rabitq: 'rabitq',
  'int8 alone': { type: 'int8', keep: false },
};

/** Recall of what the index finds, against the vectors as they were given. */
async function recall(t, options, vectors, queries) {
  const records = itemsOf(vectors);
  const index = await newIndex(t, { dimensions: vectors[0].length, ...options }, records);
  const truths = truthOf(options.metric, records, queries, TOP_K);
  const found = recallOf(truths, queries, (query) => index.query(query, { topK: TOP_K }));
  const { plan, candidates } = index.explain(queries[0], { topK: TOP_K });
  t.diagnostic(`${plan}, ${candidates} of ${vectors.length} ranked: recall ${found.toFixed(4)}`);
  return found;
}

describe('scans of codes', () => {
  const tight = clustered({ seed: 61, count: 4000, dimensions: 48, clusters: 10, spread: 0.02 });
  const among = near(tight.vectors, { seed: 62, count: 40, spread: 0.02 });
  for (const [name, quantization] of Object.entries(KINDS))
    for (const index of ['auto', 'flat'])
      it(`of tight clusters: ${name}, ${index}`, async (t) => {
        const options = { metric: 'cosine', index, quantization };
        const found = await recall(t, options, tight.vectors, among);
        // Where the vectors are not kept, what eight bits cannot tell apart is lost.
        assert.ok(name === 'int8 alone' ? found >= 0.2 : found >= 0.99, `${found}`);
      });

  it('of a few rows far out among many near the mean', async (t) => {
    const length = Math.sqrt(32); // of a Gaussian vector
    const queries = isotropic({ seed: 63, count: 20, dimensions: 32 }).map((vector) =>
      vector.map((x) => x / Math.hypot(...vector)),
    );
    const inner = isotropic({ seed: 64, count: 12_000, dimensions: 32 });
    const outer = near(queries, { seed: 65, count: 240, spread: 0.97 / length });
    const all = shuffled([...inner.map((it) => it.map((x) => (0.02 * x) / length)), ...outer], 66);
    for (const quantization of ['none', 'rabitq', 'int8']) {
      const found = await recall(t, { metric: 'euclidean', quantization }, all, queries);
      assert.ok(found >= 0.99, `${quantization}: ${found}`);
    }
  });
});
