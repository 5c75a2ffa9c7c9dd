import { useState } from 'react';

/** The value of the first call, until one comes that is another by its contents. */
export function useStable<T extends object>(value: T): T {
  const [kept, keep] = useState(value);
  if (same(kept, value)) return kept;
  keep(value); // React renders this component anew at once
  return value;
}

/**
 * Whether two inputs ask for the same, so that literals in a component's body are no change: objects and
 * lists by what is in them, dates and locations by what they say. Functions, what can be read only once, and
 * what shows nothing are always the same; others, as keys, only themselves.
 */
function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b) || (typeof a === 'function' && typeof b === 'function')) return true;
  if (!isObject(a) || !isObject(b)) return false;
  if (isList(a) && isList(b))
    return a.length === b.length && Array.prototype.every.call(a, (it, i) => same(it, b[i]));
  const keys = Object.keys(a);
  if (kindOf(a) !== kindOf(b) || keys.length !== Object.keys(b).length) return false;
  if (keys.length > 0) return keys.every((key) => same(a[key], b[key]));
  if (typeof a.toJSON === 'function') return JSON.stringify(a) === JSON.stringify(b);
  return ALIKE.test(kindOf(a));
}

const ALIKE = /\b(Object|Promise|Response|ReadableStream)]$/;

function kindOf(value: object): string {
  return Object.prototype.toString.call(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isList(value: object): value is ArrayLike<unknown> {
  return Array.isArray(value) || ArrayBuffer.isView(value);
}
