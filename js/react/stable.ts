import { useState } from 'react';

/** The value of the first call, until one comes that is another by its contents. */
export function useStable<T extends object>(value: T): T {
  const [kept, keep] = useState(value);
  if (same(kept, value)) return kept;
  keep(value); // React renders this component anew at once
  return value;
}

/**
 * Whether two inputs ask for the same, so that literals in a component's body are no change. Functions
 * are always the same, and objects that show nothing of theirs if they are of one class.
 */
function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b) || (typeof a === 'function' && typeof b === 'function')) return true;
  if (!isObject(a) || !isObject(b)) return false;
  if (isList(a) && isList(b))
    return a.length === b.length && Array.prototype.every.call(a, (it, i) => same(it, b[i]));
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.length > 0 ? keys.every((key) => same(a[key], b[key])) : String(a) === String(b);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isList(value: object): value is ArrayLike<unknown> {
  return Array.isArray(value) || ArrayBuffer.isView(value);
}
