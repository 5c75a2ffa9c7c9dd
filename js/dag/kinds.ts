import {
  checkArray,
  checkBoolean,
  checkInteger,
  checkKeys,
  invalid,
  isPlainObject,
  unknownKey,
} from '../core/arguments.js';
import { LIMITS } from '../core/limits.js';
import { parseFilter } from '../filter/parse.js';
import { metadataText } from '../index/metadata.js';
import { checkEf } from '../index/recall.js';
import type { Kind, Operator } from './operators.js';

/** What each kind of operator takes, and how many inputs: the one table that all checks go by. */

/** A field's value after its check, or INVALID_ARGUMENT; undefined is absent and never asked. */
type Check = (what: string, value: unknown) => unknown;

interface KindOf {
  readonly fields: { readonly [name: string]: Check };
  readonly required?: readonly string[];
  /** The least and the most inputs of a plan that is whole. */
  readonly inputs: readonly [number, number];
  /** Whether the order of its inputs means something. */
  readonly ordered?: boolean;
  /** Whether `run()` can run it. */
  readonly runs?: boolean;
}

const count =
  (min = 0, max: number = Number.MAX_SAFE_INTEGER): Check =>
  (what, value) =>
    checkInteger(what, value, min, max);
const amount: Check = (what, value) => {
  if (typeof value === 'number' && value >= 0 && Number.isFinite(value)) return value;
  throw invalid(what, 'a number from 0', value);
};
const share: Check = (what, value) => {
  if (typeof value === 'number' && value >= 0 && value <= 1) return value;
  throw invalid(what, 'a number from 0 to 1', value);
};
const text: Check = (what, value) => {
  if (typeof value === 'string' && value !== '') return value;
  throw invalid(what, 'a string that is not empty', value);
};
const flag: Check = (what, value) => checkBoolean(what, value, false);
const listOf =
  (check: Check): Check =>
  (what, value) =>
    checkArray(what, value).map((one, i) => check(`${what}[${i}]`, one));
const filter: Check = (what, value) => {
  parseFilter(what, value);
  // A filter may compare with infinity, which a plan as JSON could not keep.
  const kept = JSON.stringify(value, (_, inner) => {
    if (typeof inner !== 'number' || Number.isFinite(inner)) return inner;
    throw invalid(what, 'numbers that JSON has', inner);
  });
  return JSON.parse(kept);
};
const json: Check = (what, value) => JSON.parse(metadataText(what, value) as string);
const field: Check = (what, value) => {
  if (typeof value === 'string' && /^(distance|score|id|metadata\..+)$/s.test(value)) return value;
  throw invalid(what, "'distance', 'score', 'id' or 'metadata.<path>'", value);
};

const topK = count(1, LIMITS.topK);
const ef: Check = (what, value) => checkEf(value, what);
const JOIN = { fields: { on: text, conditions: count() }, inputs: [2, 2], ordered: true } as const;
const ONE = [1, 1] as const;
const NONE = [0, 0] as const;
const ANY = Number.POSITIVE_INFINITY;

export const KINDS: { readonly [K in Kind]: KindOf } = {
  'sequential-scan': {
    fields: { table: text, conditions: count(), workers: count() },
    required: ['table'],
    inputs: NONE,
  },
  'index-scan': {
    fields: {
      table: text,
      index: text,
      indexSelectivity: share,
      indexConditions: count(),
      conditions: count(),
      repeats: count(1),
      bitmap: flag,
      workers: count(),
    },
    required: ['table', 'index'],
    inputs: NONE,
  },
  'hnsw-scan': { fields: { topK, ef, filter }, inputs: NONE, runs: true },
  'flat-scan': { fields: { topK, filter }, inputs: NONE, runs: true },
  'rabitq-scan': { fields: { topK, ef, filter }, inputs: NONE, runs: true },
  'text-scan': { fields: { text, topK }, required: ['text'], inputs: NONE },
  filter: { fields: { filter }, required: ['filter'], inputs: ONE, runs: true },
  'nested-loop-join': JOIN,
  'hash-join': JOIN,
  'merge-join': JOIN,
  aggregate: { fields: { by: listOf(text), functions: count() }, inputs: ONE },
  sort: { fields: { by: field, descending: flag }, inputs: ONE, runs: true },
  limit: {
    fields: { limit: count(), offset: count() },
    required: ['limit'],
    inputs: ONE,
    runs: true,
  },
  rerank: { fields: { depth: count(1) }, inputs: ONE, runs: true },
  fuse: {
    fields: { k: amount, weights: listOf(amount) },
    inputs: [1, ANY],
    ordered: true,
    runs: true,
  },
  union: { fields: {}, inputs: [1, ANY], runs: true },
  result: { fields: {}, inputs: ONE, runs: true },
  custom: {
    fields: { name: text, parameters: json },
    required: ['name'],
    inputs: [0, ANY],
    ordered: true,
    runs: true,
  },
};

const ESTIMATES: { readonly [name: string]: Check } = {
  rows: amount,
  selectivity: share,
  width: amount,
  cost: amount,
  candidates: amount,
};

/** Names of what a signature leaves out unless it is asked for. */
export const ESTIMATE_FIELDS: readonly string[] = Object.keys(ESTIMATES);

/**
 * A frozen copy of an operator, its fields in the order of the table above.
 * @throws INVALID_ARGUMENT, LIMIT_EXCEEDED, INVALID_FILTER
 */
export function readOperator(what: string, value: unknown): Operator {
  if (!isPlainObject(value)) throw invalid(what, "an object like { kind: 'flat-scan' }", value);
  const { kind } = value;
  const kinds = Object.keys(KINDS);
  if (typeof kind !== 'string') throw invalid(`${what}.kind`, 'the kind of an operator', kind);
  if (!Object.hasOwn(KINDS, kind))
    throw unknownKey('INVALID_ARGUMENT', `${what}.kind`, kinds.join(', '), kind, kinds);
  const { fields, required = [] } = KINDS[kind as Kind];
  const checks = { ...fields, ...ESTIMATES };
  checkKeys(what, value, ['kind', ...Object.keys(checks)]);
  const operator: { [name: string]: unknown } = { kind };
  for (const [name, check] of Object.entries(checks)) {
    const given = value[name];
    if (given !== undefined) operator[name] = check(`${what}.${name}`, given);
    else if (required.includes(name)) throw invalid(`${what}.${name}`, 'a value', given);
  }
  return freeze(operator) as unknown as Operator;
}

function freeze<T extends object>(value: T): T {
  for (const inner of Object.values(value)) if (Object(inner) === inner) freeze(inner);
  return Object.freeze(value);
}
