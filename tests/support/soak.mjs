// RV_SOAK=1 repeats what is random or exhaustive about twenty times as often.
export const soak = process.env.RV_SOAK === '1';

/** `count`, or 20 times that when soaking; says so in the report. */
export function rounds(t, count) {
  const times = soak ? 20 * count : count;
  if (soak) t.diagnostic(`${times} rounds`);
  return times;
}
