import { kindOf, unexpected } from '../core/arguments.js';
import type { RuVectorError } from '../core/errors.js';
import type { Json, Scalar } from '../types.js';

/**
 * What each operator means, once for all ways to evaluate it. An operand of the wrong type is
 * refused when the filter is read; a field of another type just does not pass.
 */

/** Whether the value of a field passes; undefined is a missing field. */
export type Test = (value: Json | undefined) => boolean;

export function misfit(what: string, wanted: string, got: unknown): RuVectorError {
  return unexpected('INVALID_FILTER', what, wanted, kindOf(got));
}

/** An operand that was checked, or INVALID_FILTER. */
type Check<T> = (what: string, operand: unknown) => T;

const a =
  <T>(wanted: string, holds: (operand: unknown) => boolean): Check<T> =>
  (what, operand) => {
    if (holds(operand)) return operand as T;
    const date = operand instanceof Date ? ' (of a date: toISOString() or getTime())' : '';
    throw misfit(what, wanted + date, operand);
  };

const text = a<string>('a string', (operand) => typeof operand === 'string');
const truth = a<boolean>('true or false', (operand) => typeof operand === 'boolean');
const size = a<number>('an integer from 0', (n) => Number.isInteger(n) && (n as number) >= 0);
const ordered = a<string | number>('a string or a number', isOrdered);
const scalar = a<Scalar>(
  'a string, number, boolean or null',
  (operand) => operand === null || typeof operand === 'boolean' || isOrdered(operand),
);
const list: Check<readonly Scalar[]> = (what, operand) => {
  if (!Array.isArray(operand)) throw misfit(what, 'an array of values', operand);
  return operand.map((one, i) => scalar(`${what}[${i}]`, one));
};

function isOrdered(operand: unknown): boolean {
  return typeof operand === 'string' || (typeof operand === 'number' && !Number.isNaN(operand));
}

const operator =
  <T>(check: Check<T>, testFor: (operand: T) => Test): Check<Test> =>
  (what, operand) =>
    testFor(check(what, operand));

export const OPERATORS: { readonly [name: string]: Check<Test> } = {
  $eq: operator(scalar, equals),
  $ne: operator(scalar, (operand) => not(equals(operand))),
  $gt: operator(ordered, (operand) => compares(operand, (sign) => sign > 0)),
  $gte: operator(ordered, (operand) => compares(operand, (sign) => sign >= 0)),
  $lt: operator(ordered, (operand) => compares(operand, (sign) => sign < 0)),
  $lte: operator(ordered, (operand) => compares(operand, (sign) => sign <= 0)),
  $in: operator(list, isIn),
  $nin: operator(list, (operands) => not(isIn(operands))),
  $exists: operator(truth, (wanted) => (value) => (value !== undefined) === wanted),
  $startsWith: operator(text, (start) =>
    some((one) => typeof one === 'string' && one.startsWith(start)),
  ),
  $contains: operator(
    scalar,
    (operand) => (value) =>
      typeof value === 'string'
        ? typeof operand === 'string' && value.includes(operand)
        : Array.isArray(value) && value.includes(operand),
  ),
  $any: operator(list, (operands) => {
    const test = isIn(operands);
    return (value) => Array.isArray(value) && test(value);
  }),
  $all: operator(
    list,
    (operands) => (value) =>
      Array.isArray(value) && operands.every((operand) => value.includes(operand)),
  ),
  $size: operator(size, (length) => (value) => Array.isArray(value) && value.length === length),
};

function not(test: Test): Test {
  return (value) => !test(value);
}

/** A test of one value, which of an array any element may pass. */
function some(test: Test): Test {
  return (value) => (Array.isArray(value) ? value.some(test) : test(value));
}

function equals(operand: Scalar): Test {
  return some((one) => one === operand);
}

function isIn(operands: readonly Scalar[]): Test {
  const set = new Set<unknown>(operands);
  return some((one) => set.has(one));
}

function compares(operand: string | number, holds: (sign: number) => boolean): Test {
  if (typeof operand === 'number')
    return some((one) => typeof one === 'number' && holds(one - operand));
  // Without surrogates on one side, code units are in the order of code points.
  const sign = /[\ud800-\uffff]/.test(operand) ? compareCodePoints : compareUnits;
  return some((one) => typeof one === 'string' && holds(sign(one, operand)));
}

function compareUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function compareCodePoints(a: string, b: string): number {
  for (let i = 0; i < a.length && i < b.length; ++i) {
    const difference = (a.codePointAt(i) as number) - (b.codePointAt(i) as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
