import { isPlainObject, overLimit, unknownKey } from '../core/arguments.js';
import { misfit, OPERATORS, type Test } from './operators.js';

/**
 * Reads a filter once, all of it, into a tree of conditions. What it does not understand is
 * INVALID_FILTER and names the part: a filter never matches nothing, or all, by mistake.
 */
export type Node = Condition | Group;

/** A test of the field at a path. */
export interface Condition {
  readonly paths: readonly [string];
  readonly test: Test;
}

/** All of `nodes`, any of them, or none of them. */
export interface Group {
  readonly operator: string;
  readonly nodes: readonly Node[];
  /** Of all conditions within. */
  readonly paths: readonly string[];
}

const GROUPS = ['$and', '$or', '$not'];

const MAX_DEPTH = 16;
/** Conditions and values in all. */
const MAX_SIZE = 10_000;

export function parseFilter(what: string, filter: unknown): Node {
  let size = 0;
  return all(what, filter, 1);

  function all(at: string, part: unknown, depth: number): Node {
    if (!isPlainObject(part)) throw misfit(at, 'a filter like { year: { $gte: 2000 } }', part);
    if (depth > MAX_DEPTH) throw overLimit(at, MAX_DEPTH, depth, ' levels');
    return group(
      '$and',
      Object.entries(part).map(([key, inner]) => {
        const inside = `${at}.${key}`;
        if (!key.startsWith('$')) return field(inside, key, inner);
        if (key === '$not') return group(key, [all(inside, inner, depth + 1)]);
        if (GROUPS.includes(key))
          return group(
            key,
            listOf(inside, inner).map((it, i) => all(`${inside}[${i}]`, it, depth + 1)),
          );
        if (Object.hasOwn(OPERATORS, key))
          throw misfit(inside, `it below a field, { field: { ${key}: ... } }`, inner);
        const wanted = `a path or ${GROUPS.join(', ')}`;
        throw unknownKey('INVALID_FILTER', at, wanted, key, GROUPS);
      }),
    );
  }

  function field(at: string, path: string, inner: unknown): Condition {
    if (Array.isArray(inner))
      throw misfit(at, 'one value, or operators like $in, $any and $all', inner);
    const tests = isPlainObject(inner)
      ? Object.entries(inner).map(([name, operand]) => {
          const test = Object.hasOwn(OPERATORS, name) && OPERATORS[name];
          if (test) return test(`${at}.${name}`, counted(operand));
          if (GROUPS.includes(name))
            throw misfit(`${at}.${name}`, `it around the field, { ${name}: ... }`, operand);
          const known = Object.keys(OPERATORS);
          const nested = name.startsWith('$') ? '' : ` or the path '${path}.${name}'`;
          throw unknownKey('INVALID_FILTER', at, known.join(', ') + nested, name, known);
        })
      : [OPERATORS.$eq?.(at, counted(inner)) as Test];
    if (tests.length === 0) throw misfit(at, 'a value or operators', inner);
    const [first] = tests as [Test];
    const test: Test = tests.length === 1 ? first : (value) => tests.every((it) => it(value));
    return { paths: [path], test };
  }

  function listOf(at: string, list: unknown): readonly unknown[] {
    if (!Array.isArray(list) || list.length === 0)
      throw misfit(at, 'an array of filters, at least one', list);
    return counted(list) as readonly unknown[];
  }

  /** `value`, or of an array a copy, whose holes are undefined, which nothing takes. */
  function counted(value: unknown): unknown {
    size += Array.isArray(value) ? value.length + 1 : 1;
    if (size > MAX_SIZE) throw overLimit(what, MAX_SIZE, size, ' conditions and values');
    return Array.isArray(value) ? Array.from(value) : value;
  }
}

function group(operator: string, nodes: readonly Node[]): Node {
  const [first] = nodes;
  if (operator !== '$not' && nodes.length === 1) return first as Node;
  return { operator, nodes, paths: nodes.flatMap(({ paths }) => paths) };
}
