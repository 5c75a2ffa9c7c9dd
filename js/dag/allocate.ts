/** What is divided, part by part: `start + level * slope` within `least` and `most`, at one level for all. */
interface Part {
  /** -Infinity: it gets its least. */
  readonly start: number;
  readonly slope: number;
  readonly least: number;
  readonly most: number;
}

/** Of what is divided; all lists are as long as the first, and all numbers in their ranges. */
export interface Division {
  readonly shares: readonly number[];
  readonly least: readonly number[];
  readonly most: readonly number[];
}

/** Levels and what they are multiplied with stay finite. */
const HIGHEST = 1e200;

/** Whether all can have their least, and none must have more than its most. */
export function fits(budget: number, { least, most }: Division): boolean {
  return total(least) <= budget && least.every((it, i) => it <= (most[i] as number));
}

/**
 * Each gets `least` and, of what is left, its share, but no more than `most`; what is over goes to the
 * others, by their shares, and where all of those have none, in equal parts. So the sum is the budget
 * or, if that is smaller, that of `most`.
 */
export function divide(budget: number, { shares, least, most }: Division): number[] {
  const parts = shares.map((slope, i) => ({
    start: least[i] as number,
    slope,
    least: least[i] as number,
    most: most[i] as number,
  }));
  const found = fill(budget, parts);
  if (total(found) >= budget) return found;
  // What those with a share cannot take is for the others.
  return fill(
    budget,
    parts.map((it, i) => ({ ...it, start: found[i] as number, slope: 1 })),
  );
}

/**
 * The best division over branches that find 1 - e^(-budget / scale) of what is to be found in them, of
 * which `share` is there: scale * max(0, ln(share / (scale * level))), with one level for all; within
 * least and most. What has no share gets its least. `scales`: above 0.
 */
export function waterFill(
  budget: number,
  { shares, least, most }: Division,
  scales: readonly number[],
): number[] {
  const parts = scales.map((scale, i) => {
    const share = shares[i] as number;
    const start = share > 0 ? scale * Math.log(share / scale) : -Infinity;
    return { start, slope: scale, least: least[i] as number, most: most[i] as number };
  });
  return fill(budget, parts);
}

/** At the greatest level that does not pass the budget, by bisection until no number is between. */
function fill(budget: number, parts: readonly Part[]): number[] {
  const at = (level: number) =>
    parts.map(({ start, slope, least, most }) =>
      Math.min(Math.max(start + level * slope, least), most),
    );
  // Where no part is above its least, and where none can take more.
  let low = HIGHEST;
  let high = -HIGHEST;
  for (const { start, slope, least, most } of parts) {
    if (start === -Infinity || slope === 0) continue;
    low = Math.min(low, (least - start) / slope);
    high = Math.max(high, (Math.min(most, budget) - start) / slope);
  }
  high = Math.min(high, HIGHEST);
  if (low > high) low = high = 0; // none takes anything
  if (total(at(high)) <= budget) low = high;
  for (;;) {
    const level = low + (high - low) / 2;
    if (level <= low || level >= high) return at(low);
    if (total(at(level)) <= budget) low = level;
    else high = level;
  }
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
