// Queries that mean several things: the mean of held-out images of two or three classes. What is found of
// the classes (subtopic recall), and how much of the ten is of one of them (nDCG), against plain order and
// maximal marginal relevance over the same candidates. MMR's lambda is the best that costs at most 1.5 %
// of nDCG on queries made of one half of the held-out images; ours is the 0.2 of the documentation, found
// with other images; both are judged on queries made of the other half.
import { mean } from '../../support/ndcg.mjs';
import { createIndex } from '../../support/package.mjs';
import { random } from '../../support/random.mjs';
import { digits, itemsOfRows, square } from './digits.mjs';
import { calibrated, gain, SEED } from './gain.mjs';

const TOP = 10;
const CANDIDATES = 50;
const BETA = 0.2;
const LAMBDAS = [0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8];
const KINDS = {
  'halves of two': [0.5, 0.5],
  '3 to 2': [0.6, 0.4],
  'thirds of three': [1 / 3, 1 / 3, 1 / 3],
};
const DISCOUNTS = Array.from({ length: TOP }, (_, i) => 1 / Math.log2(i + 2));

/** The index has the images before; those up to the pilot's are made queries of. */
const KNOWN = 8800;
const PILOT = 9800;

export async function diversity(t, { queries = 250 } = {}) {
  const set = digits(t);
  if (set === undefined) return undefined;
  const { images, labels } = set;
  const index = await createIndex({ dimensions: 784, metric: 'euclidean', index: 'flat' });
  index.upsert(itemsOfRows([...Array(KNOWN).keys()], images));
  const heldOut = [...images.keys()].slice(KNOWN, PILOT);

  const make = (half, weights, seed) => {
    const next = random(seed);
    const from = heldOut.filter((i) => i % 2 === half);
    return Array.from({ length: queries }, () => {
      const parts = [];
      while (parts.length < weights.length) {
        const image = from[Math.floor(next() * from.length)];
        if (parts.every((it) => labels[it] !== labels[image])) parts.push(image);
      }
      const vector = images[0].map((_, d) =>
        parts.reduce((sum, image, i) => sum + weights[i] * images[image][d], 0),
      );
      return { vector, classes: new Set(parts.map((image) => labels[image])) };
    });
  };
  const of = ({ classes }, ids) => {
    const found = ids.map((id) => labels[id]);
    return {
      subtopics: [...classes].filter((it) => found.includes(it)).length / classes.size,
      ndcg: found.reduce((sum, it, i) => sum + (classes.has(it) ? DISCOUNTS[i] : 0), 0),
    };
  };
  const find = (query, options) => index.query(query.vector, options).matches.map(({ id }) => id);
  const mmr = (query) => {
    const { matches } = index.query(query.vector, { topK: CANDIDATES });
    const last = matches.at(-1).distance ** 2;
    const own = matches.map(({ distance }) => 1 - distance ** 2 / (2 * last));
    const [most, least] = [own[0], own.at(-1)];
    const relevances = { false: own, true: own.map((it) => (it - least) / (most - least || 1)) };
    const similarity = matches.map(({ id: a }) =>
      matches.map(({ id: b }) => Math.max(0, 1 - square(images[a], images[b]) / (2 * last))),
    );
    return (scaled, lambda) => {
      const relevance = relevances[scaled];
      const left = new Set(matches.keys());
      const won = [];
      while (won.length < TOP) {
        const worth = (i) =>
          (1 - lambda) * relevance[i] - lambda * Math.max(0, ...won.map((j) => similarity[i][j]));
        const [first] = [...left].sort((a, b) => worth(b) - worth(a) || a - b);
        left.delete(first);
        won.push(first);
      }
      return won.map((i) => matches[i].id);
    };
  };
  const scores = (list, ranking) => list.map((query, i) => of(query, ranking(query, i)));
  const column = (list, name) => list.map((it) => it[name]);

  const tuning = Object.values(KINDS).flatMap((weights, i) => make(0, weights, SEED + i));
  const plainTuning = mean(
    column(
      scores(tuning, (query) => find(query)),
      'ndcg',
    ),
  );
  const rankers = tuning.map(mmr);
  const { scaled, lambda } = calibrated(
    [false, true].flatMap((scaled) =>
      LAMBDAS.map((lambda) => {
        const found = scores(tuning, (_, i) => rankers[i](scaled, lambda));
        const [subtopics, gains] = ['subtopics', 'ndcg'].map((it) => mean(column(found, it)));
        return { scaled, lambda, subtopics, ndcg: gains };
      }),
    ),
    (it) => it.subtopics,
    (it) => it.ndcg >= 0.985 * plainTuning,
  );

  const kinds = Object.entries(KINDS).map(([kind, weights], i) => {
    const list = make(1, weights, SEED + 10 + i);
    return {
      kind,
      plain: scores(list, (query) => find(query)),
      none: scores(list, (query) => find(query, { diversify: 0 })),
      diverse: scores(list, (query) => find(query, { diversify: BETA })),
      mmr: scores(list, (query) => mmr(query)(scaled, lambda)),
    };
  });
  index.dispose();
  const over = (list, arm) =>
    Object.fromEntries(
      ['subtopics', 'ndcg'].map((it) => {
        const [own, plain] = [arm, 'plain'].map((name) =>
          column(
            list.flatMap((kind) => kind[name]),
            it,
          ),
        );
        return [it, gain(own, plain)];
      }),
    );
  const plain = kinds.flatMap((it) => it.plain);
  return {
    mmr: { scaled, lambda },
    all: {
      plain: mean(column(plain, 'subtopics')),
      diverse: over(kinds, 'diverse'),
      mmr: over(kinds, 'mmr'),
      none: over(kinds, 'none'),
    },
    kinds: kinds.map((it) => ({
      kind: it.kind,
      diverse: over([it], 'diverse'),
      mmr: over([it], 'mmr'),
    })),
  };
}
