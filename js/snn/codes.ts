import { checkKeys, checkList, checkNumber, invalid } from '../core/arguments.js';
import { DimensionMismatchError } from '../core/errors.js';
import { MAX_MS, MIN_MS } from './check.js';

/**
 * A vector as times of spikes, one a component: T (1 - rank / (n - 1)), where the least component has
 * rank 0 and equal ones the mean of their ranks. So the greatest spikes at 0, the least at T.
 * @param options.windowMs T, 0.001 to 1e6; by default 20
 * @returns in ms, by component
 * @throws INVALID_ARGUMENT
 */
export function latencyCode(
  vector: ArrayLike<number>,
  options: { readonly windowMs?: number } = {},
): number[] {
  checkKeys('options', options, ['windowMs']);
  const windowMs = checkNumber('windowMs', options.windowMs ?? 20, MIN_MS, MAX_MS);
  const components = Array.from(checkList('vector', vector));
  for (const [i, x] of components.entries())
    if (typeof x !== 'number' || !Number.isFinite(x))
      throw invalid(`vector[${i}]`, 'a finite number', x);
  const places = components.map((_, i) => i);
  const value = (place: number): number => components[places[place] as number] as number;
  places.sort((a, b) => (components[a] as number) - (components[b] as number));
  const last = components.length - 1;
  const code = components.map(() => 0);
  for (let from = 0; from <= last; ) {
    let to = from;
    while (to < last && value(to + 1) === value(from)) ++to;
    const time = last === 0 ? 0 : windowMs * (1 - (from + to) / 2 / last);
    for (; from <= to; ++from) code[places[from] as number] = time;
  }
  return code;
}

/**
 * How alike two codes of a spike each are, 0 to 1: 1 - d / 2n, where d is the distance of Victor and
 * Purpura (1996), what it costs to turn one into the other: `costPerMs` a ms for moving a spike, 1 for
 * taking one out or putting one in.
 * @param options.costPerMs 0 to 1e6; by default 0.1, at which spikes 20 ms apart have nothing in common
 * @throws INVALID_ARGUMENT, DIMENSION_MISMATCH
 */
export function codeSimilarity(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  options: { readonly costPerMs?: number } = {},
): number {
  checkKeys('options', options, ['costPerMs']);
  const costPerMs = checkNumber('costPerMs', options.costPerMs ?? 0.1, 0, 1e6);
  const count = checkList('a', a).length;
  if (checkList('b', b).length !== count)
    throw new DimensionMismatchError('b', count, b.length, 'times');
  let cost = 0;
  for (let i = 0; i < count; ++i) {
    const apart = Math.abs(checkTime(`a[${i}]`, a[i]) - checkTime(`b[${i}]`, b[i]));
    cost += Math.min(costPerMs * apart, 2);
  }
  return count === 0 ? 1 : 1 - cost / (2 * count);
}

function checkTime(what: string, value: unknown): number {
  return checkNumber(what, value, -MAX_MS, MAX_MS);
}
