import type { MetadataFilter, MetadataFilters } from '@llamaindex/core/vector-store';
import { unknownKey } from '../core/arguments.js';
import { misfit } from '../filter/operators.js';
import type { AnyFilter, Filter, Operators, Scalar } from '../types.js';

/** LlamaIndex's filters in the grammar of this package; the table is at `RuVectorStore.query`. */

const isText = (value: unknown): boolean => typeof value === 'string';
const isOne = (value: unknown): boolean => isText(value) || typeof value === 'number';
const isList = (value: unknown): boolean => Array.isArray(value) && value.every(isOne);

type Translation = readonly [
  wanted: string,
  holds: (value: unknown) => boolean,
  condition: (value: never) => Operators,
];

const one = (condition: (value: Scalar) => Operators): Translation => [
  'a string or a number',
  isOne,
  condition,
];
const list = (condition: (values: readonly Scalar[]) => Operators): Translation => [
  'an array of strings or numbers',
  isList,
  condition,
];

const OPERATORS: { readonly [operator: string]: Translation } = {
  '==': one((value) => ({ $eq: value })),
  '!=': one((value) => ({ $ne: value, $exists: true })),
  '>': one((value) => ({ $gt: value as number })),
  '>=': one((value) => ({ $gte: value as number })),
  '<': one((value) => ({ $lt: value as number })),
  '<=': one((value) => ({ $lte: value as number })),
  in: list((values) => ({ $in: values })),
  nin: list((values) => ({ $nin: values, $exists: true })),
  any: list((values) => ({ $any: values })),
  all: list((values) => ({ $all: values })),
  contains: one((value) => ({ $any: [value] })),
  text_match: ['a string', isText, (value: string) => ({ $contains: value })],
};

/** @throws INVALID_FILTER */
export function filterOf({ filters, condition = 'and' }: MetadataFilters): Filter {
  if (condition !== 'and' && condition !== 'or')
    throw misfit('filters.condition', "'and' or 'or'", condition);
  const each = filters.map((filter, i) => conditionOf(`filters[${i}]`, filter));
  // Of none there is nothing to ask.
  if (each.length === 0) return {};
  return condition === 'or' ? { $or: each } : { $and: each };
}

function conditionOf(what: string, { key, value, operator }: MetadataFilter): AnyFilter {
  if (!isText(key)) throw misfit(`${what}.key`, 'a string', key);
  if (operator === 'is_empty') return isEmpty(key);
  const known = Object.keys(OPERATORS).concat('is_empty');
  if (!Object.hasOwn(OPERATORS, operator))
    throw unknownKey(
      'INVALID_FILTER',
      `${what}.operator`,
      known.join(' '),
      String(operator),
      known,
    );
  const [wanted, holds, translate] = OPERATORS[operator] as Translation;
  if (!holds(value)) throw misfit(`${what}.value`, wanted, value);
  return { [key]: translate(value as never) };
}

/** Missing, null, '' or []; an array is empty by its length, whatever is in it. */
function isEmpty(key: string): AnyFilter {
  const isArray = { [key]: { $all: [] } };
  return {
    $or: [
      { [key]: { $exists: false } },
      { [key]: { $size: 0 } },
      { [key]: { $in: [null, ''] }, $not: isArray },
    ],
  };
}
