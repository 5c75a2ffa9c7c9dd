// A class that the index does not have: how well novelty tells its images from new ones of the classes
// that it has, against the distance of the nearest, and of the ten nearest. Every class is left out in
// turn. The constants were found with the images from 8,000 on as new ones; judged are others.

import { mean } from '../../support/ndcg.mjs';
import { createIndex } from '../../support/package.mjs';
import { shuffled } from '../../support/random.mjs';
import { bootstrap, ranksOf } from '../../support/rank.mjs';
import { digits, itemsOfRows } from './digits.mjs';
import { SEED } from './gain.mjs';

const PILOT = 8000;

export async function novelty(
  t,
  {
    metric = 'euclidean',
    known = 8000,
    judged = 1000,
    classes = [...Array(10).keys()],
    rounds = 200,
  } = {},
) {
  const set = digits(t);
  if (set === undefined) return undefined;
  const { images, labels } = set;
  // The file has easy images first.
  const drawn = shuffled([...images.keys()], SEED);
  const tests = drawn.filter((row) => row < PILOT).slice(0, judged);
  const others = drawn.filter((row) => !tests.includes(row)).slice(0, known);
  const left = [];
  for (const missing of classes) {
    const index = await createIndex({ dimensions: 784, metric, index: 'flat' });
    const rows = others.filter((row) => labels[row] !== missing);
    index.upsert(itemsOfRows(rows, images));
    const isNew = tests.map((row) => labels[row] === missing);
    const arms = { novelty: [], nearest: [], 'ten nearest': [] };
    for (const row of tests) {
      const { matches, novelty } = index.query(images[row], { topK: 10, novelty: true });
      arms.novelty.push(novelty);
      arms.nearest.push(matches[0].distance);
      arms['ten nearest'].push(mean(matches.map(({ distance }) => distance)));
    }
    index.dispose();
    left.push({ missing, isNew, arms });
  }
  const names = Object.keys(left[0].arms);
  const areas = Object.fromEntries(
    names.map((arm) => [
      arm,
      // Images are drawn anew, the same for all classes.
      bootstrap(
        tests.length,
        (drawn) =>
          mean(
            left.map((it) =>
              area(
                drawn.map((i) => it.arms[arm][i]),
                drawn.map((i) => it.isNew[i]),
              ),
            ),
          ),
        SEED,
        rounds,
      ),
    ]),
  );
  const byClass = left.map(({ missing, isNew, arms }) => ({
    missing,
    ...Object.fromEntries(names.map((arm) => [arm, area(arms[arm], isNew)])),
  }));
  return { n: tests.length, classes: classes.length, areas, byClass };
}

/** Under the ROC curve: the chance that a new one has the greater value (Mann-Whitney). */
export function area(values, isNew) {
  const ranks = ranksOf(values);
  const positives = isNew.filter(Boolean).length;
  const sum = ranks.reduce((total, rank, i) => total + (isNew[i] ? rank + 1 : 0), 0);
  return (sum - (positives * (positives + 1)) / 2) / (positives * (values.length - positives));
}
