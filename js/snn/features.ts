import { checkList, checkNumber, unexpected } from '../core/arguments.js';
import { DimensionMismatchError } from '../core/errors.js';
import { LARGEST } from './check.js';

/** The mean of some of `count` vectors by weights that `forEach` visits; zeros where these sum to 0. */
export function weightedMean(
  vectors: ArrayLike<ArrayLike<number>>,
  count: number,
  forEach: (visit: (at: number, weight: number) => void) => void,
): number[] {
  if (vectors?.length !== count)
    throw unexpected('INVALID_ARGUMENT', 'vectors', `${count}, one a neuron`, vectors?.length);
  const dimensions = checkList('vectors[0]', vectors[0]).length;
  const sums = new Array<number>(dimensions).fill(0);
  let total = 0;
  forEach((at, weight) => {
    const vector = checkList(`vectors[${at}]`, vectors[at]);
    if (vector.length !== dimensions)
      throw new DimensionMismatchError(`vectors[${at}]`, dimensions, vector.length);
    total += weight;
    for (let d = 0; d < dimensions; ++d)
      sums[d] =
        (sums[d] as number) +
        weight * checkNumber(`vectors[${at}][${d}]`, vector[d], -LARGEST, LARGEST);
  });
  return total > 0 ? sums.map((sum) => sum / total) : sums;
}

/**
 * A vector some way towards another, such as the mean of its neighbours: (1 - alpha) vector + alpha other.
 * @param alpha 0 to 1; by default 0.1
 * @throws INVALID_ARGUMENT, DIMENSION_MISMATCH
 */
export function updateVector(
  vector: ArrayLike<number>,
  other: ArrayLike<number>,
  alpha: number = 0.1,
): number[] {
  checkNumber('alpha', alpha, 0, 1);
  const dimensions = checkList('vector', vector).length;
  if (checkList('other', other).length !== dimensions)
    throw new DimensionMismatchError('other', dimensions, other.length);
  const checked = (what: string, list: ArrayLike<number>, d: number): number =>
    checkNumber(`${what}[${d}]`, list[d], -LARGEST, LARGEST);
  return Array.from(
    vector,
    (_, d) => (1 - alpha) * checked('vector', vector, d) + alpha * checked('other', other, d),
  );
}
