// Hubs are neurons that fire too often: records that are among the ten nearest of far too many queries.
// Against plain order, per-record thresholds: homeostatic ones, which rise while a record is found more
// often than others by the records of the index (never by the judged queries); the classical competitor
// CSLS (Conneau et al. 2018), whose threshold is the mean distance to a record's own neighbours; and local
// scaling (Zelnik-Manor & Perona 2004). Counts of chance alone have a skewness of 1 / sqrt(10). Judged by held-out queries: the skewness of how often a record is
// found, and for digits the share of right labels by the vote of ten, for words how many of the ten
// nearest are among the ten nearest by other vectors, those of GloVe.
import { realLines, realSet } from '../../support/data.mjs';
import { mean, pairedBootstrap } from '../../support/ndcg.mjs';
import { createIndex } from '../../support/package.mjs';
import { shuffled } from '../../support/random.mjs';
import { bootstrap } from '../../support/rank.mjs';
import { digits } from './digits.mjs';
import { SEED } from './gain.mjs';

const K = 10;
const CANDIDATES = 100;
const ROUNDS = 15;
/** A share of the mean distance, for a rate that is wrong by all of the target. */
const STEPS = { gently: 0.001, strongly: 0.008 };

export async function hubness(t, { known = 5000, judged = 5000 } = {}) {
  const [set, words] = [digits(t), bothWords(t)];
  if (set === undefined || words === undefined) return undefined;
  // The file has easy images first.
  const drawn = shuffled([...set.labels.keys()], SEED).slice(0, known + judged);
  const [vectors, labels] = [set.images, set.labels].map((list) => drawn.map((row) => list[row]));
  const vote = (row, ids) => {
    const votes = new Map();
    for (const id of ids) votes.set(labels[id], (votes.get(labels[id]) ?? 0) + 1);
    const [label] = [...votes].sort((a, b) => b[1] - a[1])[0];
    return Number(label === labels[row]);
  };
  const half = words.w2v.length >> 1;
  return [
    {
      set: 'mnist-784',
      ...(await study('euclidean', vectors, known, vote)),
    },
    {
      set: 'word2vec-300d-1k',
      ...(await study('cosine', words.w2v, half, await agreement(words.glove, half))),
    },
  ];
}

/** The vectors before `known` are the index, those from it on are queries. */
async function study(metric, vectors, known, qualityOf) {
  const base = vectors.slice(0, known);
  const { own, asked } = await lists(metric, base, vectors.slice(known));
  // Squared under euclidean, so that all metrics add up alike.
  const local = own.map((list) => mean(list.slice(0, K).map(([, distance]) => distance)));
  const typical = mean(local);
  const raised = (step) => {
    const thresholds = homeostasis(own, step * typical);
    return (id, distance) => distance + thresholds[id];
  };
  const arms = {
    plain: (_, distance) => distance,
    'homeostatic, gently': raised(STEPS.gently),
    'homeostatic, strongly': raised(STEPS.strongly),
    CSLS: (id, distance) => 2 * distance - local[id],
    'local scaling': (id, distance) => distance / Math.sqrt(local[id]),
  };
  const result = {};
  for (const [arm, rank] of Object.entries(arms)) {
    const found = asked.map((list) => nearestBy(list, rank));
    const counts = Array(known).fill(0);
    for (const id of found.flat()) ++counts[id];
    result[arm] = {
      skewness: bootstrap(known, (rows) => skewness(rows.map((row) => counts[row])), SEED, 200),
      quality: found.map((ids, i) => qualityOf(known + i, ids)),
    };
  }
  return {
    n: asked.length,
    known,
    arms: Object.fromEntries(
      Object.entries(result).map(([arm, { skewness, quality }]) => [
        arm,
        {
          skewness,
          quality: mean(quality),
          over: pairedBootstrap(quality, result.plain.quality, SEED),
        },
      ]),
    ),
  };
}

/** Thresholds that rise where a record is found more often than is usual, and fall where less. */
function homeostasis(own, step) {
  const thresholds = Array(own.length).fill(0);
  for (let round = 0; round < ROUNDS; ++round) {
    const rates = Array(own.length).fill(0);
    for (const list of own)
      for (const id of nearestBy(list, (id, distance) => distance + thresholds[id])) ++rates[id];
    for (const [id, rate] of rates.entries()) thresholds[id] += step * (rate / K - 1);
  }
  return thresholds;
}

function nearestBy(list, rank) {
  return list
    .map(([id, distance]) => [rank(id, distance), id])
    .sort((a, b) => a[0] - b[0] || a[1] - b[1])
    .slice(0, K)
    .map(([, id]) => id);
}

/** The candidates of each record, itself left out, and of each query. */
async function lists(metric, base, queries) {
  const index = await createIndex({ dimensions: base[0].length, metric, index: 'flat' });
  index.upsert(base.map((vector, i) => ({ id: `${i}`, vector })));
  const ask = (vectors) =>
    index
      .queryMany(vectors, { topK: CANDIDATES + 1 })
      .map(({ matches }) =>
        matches.map(({ id, distance }) => [
          Number(id),
          metric === 'euclidean' ? distance ** 2 : distance,
        ]),
      );
  const own = ask(base).map((list, i) => list.filter(([id]) => id !== i).slice(0, CANDIDATES));
  const asked = ask(queries).map((list) => list.slice(0, CANDIDATES));
  index.dispose();
  return { own, asked };
}

function skewness(values) {
  const centre = mean(values);
  const moment = (power) => mean(values.map((it) => (it - centre) ** power));
  return moment(3) / moment(2) ** 1.5;
}

/** The words that both sets have, by their vectors in each. */
function bothWords(t) {
  const load = (name) => {
    const set = realSet(t, name);
    if (set === undefined) return undefined;
    const words = ['texts.jsonl', 'query_texts.jsonl'].flatMap((file) =>
      realLines(t, name, file).map(({ text }) => text.toLowerCase()),
    );
    return new Map(words.map((word, i) => [word, [...set.base, ...set.queries][i]]));
  };
  const [w2v, glove] = ['word2vec-300d-1k', 'glove-50d-5k'].map(load);
  if (w2v === undefined || glove === undefined) return undefined;
  // Frequent words come first in both: taken in turns, so that index and queries are of all kinds.
  const words = [...w2v.keys()].filter((word) => glove.has(word));
  const order = [...words.filter((_, i) => i % 2 === 0), ...words.filter((_, i) => i % 2 === 1)];
  return { w2v: order.map((word) => w2v.get(word)), glove: order.map((word) => glove.get(word)) };
}

async function agreement(vectors, known) {
  const { asked } = await lists('cosine', vectors.slice(0, known), vectors.slice(known));
  const truth = asked.map((list) => new Set(list.slice(0, K).map(([id]) => id)));
  return (row, ids) => ids.filter((id) => truth[row - known].has(id)).length / K;
}
