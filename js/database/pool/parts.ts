import { shardOf } from '../../index/shard.js';

/** What goes to each shard; undefined for one that gets nothing. `keyOf` says whose an element is. */
export function partsOf<T>(
  list: readonly T[],
  shards: number,
  keyOf: (element: T) => { readonly namespace: string; readonly id: string },
): (T[] | undefined)[] {
  const parts: (T[] | undefined)[] = new Array(shards).fill(undefined);
  for (const element of list) {
    const { namespace, id } = keyOf(element);
    const shard = shardOf(namespace, id, shards);
    const part = parts[shard] ?? [];
    part.push(element);
    parts[shard] = part;
  }
  return parts;
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** The sum of one field. */
export function total<K extends string>(
  all: readonly { readonly [key in K]: number }[],
  key: K,
): number {
  return sum(all.map((it) => it[key]));
}
