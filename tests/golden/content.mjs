// What is in the golden snapshots: seeded data, one file a metric, each of another shape.
import { itemsOf, seededFor } from '../support/random.mjs';

export const goldenOptions = {
  cosine: { metric: 'cosine', dimensions: 21, model: 'golden' },
  dot: { metric: 'dot', dimensions: 1 },
  euclidean: { metric: 'euclidean', dimensions: 32, truncateDim: 19 },
  manhattan: { metric: 'manhattan', dimensions: 16, model: 'modèle 😀', truncateDim: 3 },
  hamming: { metric: 'hamming', dimensions: 72 },
};

const vectors = (metric, seed, count) =>
  seededFor(metric, { seed, count, dimensions: goldenOptions[metric].dimensions });

/** 12 records; metadata on every third, none at all under dot. */
export function goldenRecords(metric) {
  return itemsOf(vectors(metric, 1001, 12), `${metric} é `).map((item, i) =>
    metric === 'dot' || i % 3 !== 0
      ? item
      : { ...item, metadata: { i, tags: ['a', null], t: '日' } },
  );
}

export function goldenQueries(metric) {
  return vectors(metric, 1002, 3);
}
