// mnist-784 as the experiments take it: all 10,000 images in the order of the file, and their labels.
import { realLines, realSet } from '../../support/data.mjs';

export function digits(t) {
  const set = realSet(t, 'mnist-784');
  if (set === undefined) return undefined;
  const labels = ['texts.jsonl', 'query_texts.jsonl'].flatMap((file) =>
    realLines(t, 'mnist-784', file).map(({ label }) => label),
  );
  return { images: [...set.base, ...set.queries], labels };
}

export function itemsOfRows(rows, images) {
  return rows.map((row) => ({ id: `${row}`, vector: images[row] }));
}

export function square(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; ++i) sum += (a[i] - b[i]) ** 2;
  return sum;
}
