// Ranking by activation that spreads from the nearest, against plain kNN, against alpha query expansion
// (the mean of the query and its ten nearest, searched for), and against the dense solve that it
// approaches: with epsilon this small the residual, which bounds what is missing, is next to nothing.
// mnist-784, where what belongs together is a label: the constants were found with the last images of the
// file as queries, here the first ones are. And two collections of texts, where each query has its own few
// answers.
import { readFileSync } from 'node:fs';
import { realLines, realSet, setFile } from '../../support/data.mjs';
import { mean, ndcg, pairedBootstrap } from '../../support/ndcg.mjs';
import { createIndex } from '../../support/package.mjs';
import { averagePrecision } from '../../support/rank.mjs';
import { digits, itemsOfRows } from './digits.mjs';
import { SEED } from './gain.mjs';

const QUERIES = 300;
const EXPANDED_BY = 10;
const DENSE = { epsilon: 1e-6 };

/** Of each number of matches: mean average precision, and the work over that of plain kNN. */
export async function spreadOverDigits(t, depths = [10, 50, 100]) {
  const set = digits(t);
  if (set === undefined) return undefined;
  const { images, labels } = set;
  const index = await createIndex({ dimensions: 784, metric: 'euclidean', index: 'hnsw' });
  const known = [...images.keys()].slice(QUERIES);
  index.upsert(itemsOfRows(known, images));
  const queries = images.slice(0, QUERIES);
  const countOf = (label) => known.filter((row) => labels[row] === label).length;

  const found = depths.map((topK) => {
    const precision = ({ matches }, query) => {
      const wanted = labels[query];
      const relevant = matches.map(({ id }) => labels[id] === wanted);
      return averagePrecision(relevant, Math.min(topK, countOf(wanted)));
    };
    const arm = (options) => {
      const told = queries.map((vector) => index.explain(vector, { topK, ...options }));
      return {
        scores: told.map(({ result }, i) => precision(result, i)),
        bytes: mean(told.map(({ bytesRead }) => bytesRead)),
        residual: mean(told.map(({ spread }) => spread?.residual ?? 0)),
      };
    };
    const expanded = queries.map((vector, i) => {
      const near = index.query(vector, { topK: EXPANDED_BY, includeVector: true }).matches;
      const mid = vector.map(
        (x, d) => near.reduce((sum, match) => sum + match.vector[d], x) / (near.length + 1),
      );
      return precision(index.query(mid, { topK }), i);
    });
    const [plain, ours, dense] = [{}, { spread: true }, { spread: DENSE }].map(arm);
    return {
      topK,
      plain: mean(plain.scores),
      expanded: mean(expanded),
      spread: mean(ours.scores),
      dense: mean(dense.scores),
      points: inPoints(ours.scores, plain.scores),
      overExpanded: inPoints(ours.scores, expanded),
      work: ours.bytes / plain.bytes,
      residual: dense.residual,
    };
  });
  index.dispose();
  return { n: queries.length, found };
}

/** nDCG@10 of queries about texts. */
export async function spreadOverTexts(t, name) {
  const set = realSet(t, name);
  if (set === undefined) return undefined;
  const [documents, queries] = ['corpus', 'queries'].map((file) =>
    realLines(t, name, `${file}.jsonl`).map(({ _id, id = _id }) => `${id}`),
  );
  const grades = new Map();
  for (const line of readFileSync(setFile(name, 'qrels.tsv'), 'utf8').trim().split('\n').slice(1)) {
    const [query, document, grade] = line.split('\t');
    if (!(Number(grade) > 0)) continue;
    grades.set(query, (grades.get(query) ?? new Map()).set(document, Number(grade)));
  }
  const index = await createIndex({ dimensions: set.base[0].length, index: 'hnsw' });
  index.upsert(set.base.map((vector, i) => ({ id: documents[i], vector })));
  const judged = queries.map((id, i) => [id, set.queries[i]]).filter(([id]) => grades.has(id));
  const [plain, ours] = [false, true].map((spread) =>
    judged.map(([id, vector]) =>
      ndcg(
        index.query(vector, { spread }).matches.map((match) => match.id),
        grades.get(id),
      ),
    ),
  );
  index.dispose();
  return { name, n: judged.length, plain: mean(plain), points: inPoints(ours, plain) };
}

function inPoints(a, b) {
  const { difference, low, high } = pairedBootstrap(a, b, SEED);
  return { value: 100 * difference, low: 100 * low, high: 100 * high };
}
