/** Maps that forget, so that what is remembered is bounded. */

/** The key of the value that is nearest to 0, but for `spared`. */
export function weakest(values: ReadonlyMap<number, number>, spared?: number): number {
  let [key, least] = [Number.NaN, Number.POSITIVE_INFINITY];
  for (const [candidate, value] of values)
    if (candidate !== spared && Math.abs(value) < least)
      [key, least] = [candidate, Math.abs(value)];
  return key;
}

/** Makes an entry the newest one of at most `most`; the oldest goes. */
export function putLast<K, V>(map: Map<K, V>, key: K, value: V, most: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > most) map.delete(map.keys().next().value as K);
}
