import { checkInteger, checkList, checkNumber, invalid, unexpected } from '../core/arguments.js';
import type { PerNeuron } from './types.js';

/** Of potentials, currents and weights: of as many as there can be, sums are finite. */
export const LARGEST = 1e9;
export const MAX_MS = 1e6;
export const MIN_MS = 1e-3;
/** Up to here times are exact to 1e-7 ms. */
export const MAX_TIME_MS = 1e9;
/** Masks have a bit for each. */
const MAX_TYPES = 32;

/** A number for each of `count`: the same for all, or as listed. */
export function checkEach(
  what: string,
  given: PerNeuron,
  count: number,
  min: number,
  max: number,
): Float64Array {
  if (typeof given === 'number')
    return new Float64Array(count).fill(checkNumber(what, given, min, max));
  if (checkList(what, given).length !== count)
    throw unexpected('INVALID_ARGUMENT', what, `${count} numbers, or one for all`, given.length);
  return Float64Array.from(given, (value, i) => checkNumber(`${what}[${i}]`, value, min, max));
}

/** One place, or a list of them, below `count`. */
export function checkPlaces(
  what: string,
  given: number | ArrayLike<number>,
  count: number,
): ArrayLike<number> {
  const places = typeof given === 'number' ? [given] : checkList(what, given);
  for (let i = 0; i < places.length; ++i) checkPlace(what, places[i], count);
  return places;
}

export function checkPlace(what: string, value: unknown, count: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value >= count)
    throw invalid(
      what,
      count > 0 ? `an integer from 0 to ${count - 1}` : 'none: there are no',
      value,
    );
  return value;
}

export function checkAbove(what: string, value: number, bound: number, boundName: string): void {
  if (!(value > bound))
    throw unexpected('INVALID_ARGUMENT', what, `above ${boundName}, which is ${bound}`, value);
}

/** A set of types, bit t for type t; by default all. */
export function checkMask(what: string, mask: number | undefined): number {
  return checkInteger(what, mask ?? 2 ** MAX_TYPES - 1, 0, 2 ** MAX_TYPES - 1);
}

export function checkTypes(types: PerNeuron, count: number): Float64Array {
  const each = checkEach('types', types, count, 0, MAX_TYPES - 1);
  for (const type of each) checkInteger('types', type, 0, MAX_TYPES - 1);
  return each;
}
