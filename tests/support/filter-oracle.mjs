// Filters a second time, straight from the rules of their documentation (Filter and Operators in
// js/types.ts) and in no hurry: no columns, no sets, one record at a time.

/** The value at a dotted path of a record's metadata; `absent` where there is none. */
const absent = Symbol('absent');
function at(metadata, path) {
  let here = metadata ?? absent;
  for (const key of path.split('.')) {
    const object = here !== absent && here !== null && Object(here) === here;
    if (!object || Array.isArray(here)) return absent;
    const entry = Object.entries(here).find(([name]) => name === key);
    here = entry === undefined ? absent : entry[1];
  }
  return here;
}

/** Less than, equal, greater: -1, 0, 1; undefined where the two cannot be compared. */
function compare(a, b) {
  if (typeof a === 'number' && typeof b === 'number') return Math.sign(a - b);
  if (typeof a !== 'string' || typeof b !== 'string') return undefined;
  const [left, right] = [a, b].map((text) => Array.from(text, (it) => it.codePointAt(0)));
  for (let i = 0; ; ++i) {
    if (i === left.length || i === right.length) return Math.sign(left.length - right.length);
    if (left[i] !== right[i]) return Math.sign(left[i] - right[i]);
  }
}

const isScalar = (value) =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value);
const same = (a, b) =>
  isScalar(a) && isScalar(b) && (Object.is(a + 0, b + 0) || a === b) && typeof a === typeof b;
const oneOf = (value, list) => list.some((it) => same(value, it));

/** One operator on one field. */
function holds(operator, operand, value) {
  const candidates = value === absent ? [] : Array.isArray(value) ? value : [value];
  const any = (test) => candidates.some(test);
  switch (operator) {
    case '$eq':
      return any((it) => same(it, operand));
    case '$ne':
      return !holds('$eq', operand, value);
    case '$gt':
      return any((it) => compare(it, operand) === 1);
    case '$gte':
      return any((it) => [0, 1].includes(compare(it, operand)));
    case '$lt':
      return any((it) => compare(it, operand) === -1);
    case '$lte':
      return any((it) => [0, -1].includes(compare(it, operand)));
    case '$in':
      return any((it) => oneOf(it, operand));
    case '$nin':
      return !holds('$in', operand, value);
    case '$exists':
      return operand === (value !== absent);
    case '$startsWith':
      return any((it) => typeof it === 'string' && it.slice(0, operand.length) === operand);
    case '$contains':
      if (Array.isArray(value)) return oneOf(operand, value);
      return (
        typeof value === 'string' &&
        typeof operand === 'string' &&
        value.split(operand).length > 1 - Number(operand === '')
      );
    case '$any':
      return Array.isArray(value) && operand.some((it) => oneOf(it, value));
    case '$all':
      return Array.isArray(value) && operand.filter((it) => !oneOf(it, value)).length === 0;
    case '$size':
      return Array.isArray(value) && value.length === operand;
    default:
      throw new Error(`no operator ${operator}`);
  }
}

/** Whether a record with this metadata, undefined for none, matches. */
export function matches(filter, metadata) {
  return Object.entries(filter).every(([key, condition]) => {
    if (key === '$and') return condition.every((it) => matches(it, metadata));
    if (key === '$or') return condition.some((it) => matches(it, metadata));
    if (key === '$not') return !matches(condition, metadata);
    const value = at(metadata, key);
    if (isScalar(condition)) return holds('$eq', condition, value);
    return Object.entries(condition).every(([operator, operand]) =>
      holds(operator, operand, value),
    );
  });
}
