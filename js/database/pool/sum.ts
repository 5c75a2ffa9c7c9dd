import type { Call, Verb } from '../calls.js';

/** A call that is of no namespace. */
export function whole(verb: Verb, ...args: readonly unknown[]): Call {
  return { verb, namespace: '', args };
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** The sums of some fields; what is not there is 0. */
export function sums<K extends string>(
  all: readonly { readonly [key in K]?: number }[],
  ...keys: readonly K[]
): Record<K, number> {
  return Object.fromEntries(keys.map((key) => [key, sum(all.map((it) => it[key] ?? 0))])) as never;
}

/** The largest of one field. */
export function most<K extends string>(
  all: readonly { readonly [key in K]?: number }[],
  key: K,
): number {
  return Math.max(...all.map((it) => it[key] ?? 0));
}
