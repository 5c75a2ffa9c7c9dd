/** Maps that forget, so that what is remembered is bounded. */

/** The key of the value that is nearest to 0, but for `spared`. */
export function weakest(values: ReadonlyMap<number, number>, spared: number): number {
  const others = [...values].filter(([key]) => key !== spared);
  others.sort(([, a], [, b]) => Math.abs(a) - Math.abs(b));
  return others[0]?.[0] as number;
}

/** Makes an entry the newest one of at most `most`; the oldest goes. */
export function putLast<K, V>(map: Map<K, V>, key: K, value: V, most: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > most) map.delete(map.keys().next().value as K);
}
