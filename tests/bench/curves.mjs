// Recall and queries per second of several sides over a ladder of widths, in turns, and what they are
// worth to each other at one recall.
import { recallOf } from './data.mjs';

const LADDER = [10, 14, 20, 28, 40, 56, 80, 110, 160, 220, 320, 450, 640, 900, 1300];
/** A ladder ends at the first width that finds this much. */
const ENOUGH = 0.995;

/** Builds every side in equal steps, in turns; gives seconds a step and side. */
export async function buildInTurns(sides, n, steps = 10) {
  const seconds = new Map(sides.map((side) => [side, []]));
  for (let step = 0; step < steps; ++step) {
    const first = Math.floor((n * step) / steps);
    const count = Math.floor((n * (step + 1)) / steps) - first;
    for (const side of rotated(sides, step)) seconds.get(side).push(await side.build(first, count));
  }
  return seconds;
}

/**
 * The recall of every width first, which warms up, then `turns` times the speed of each: the sides
 * one after another at one rung, then the next rung. Gives points `{ ef, recall, qps: [a turn each] }`.
 */
export async function race(sides, truth, { turns, ms, ladder = LADDER, drop }) {
  const curves = new Map();
  for (const side of sides) await attempt(side, () => climb(side));
  for (let turn = 0; turn < turns; ++turn)
    for (let rung = 0; rung < ladder.length; ++rung)
      for (const side of rotated([...curves.keys()], turn)) {
        const point = curves.get(side)[rung];
        if (point) await attempt(side, async () => point.qps.push(await side.speed(point.ef, ms)));
      }
  return curves;

  async function climb(side) {
    const points = [];
    for (const ef of side.ladder ?? ladder) {
      points.push({ ef, recall: recallOf(truth, await side.find(ef)), qps: [] });
      if (points.at(-1).recall >= ENOUGH) break;
    }
    curves.set(side, points);
  }
  /** One side's failure is its own, where `drop` is told of it. */
  async function attempt(side, work) {
    try {
      await work();
    } catch (error) {
      if (!drop) throw error;
      curves.delete(side);
      drop(side, error);
    }
  }
}

function rotated(list, by) {
  return list.map((_, i) => list[(i + by) % list.length]);
}

/**
 * Queries per second at `recall` in one turn: between the two widths around it, on a line in recall
 * and log QPS. Where the narrowest finds more, that one; undefined where none finds as much.
 */
export function qpsAt(points, recall, turn) {
  const at = points.findIndex((point) => point.recall >= recall);
  if (at < 0) return undefined;
  const high = points[at].qps[turn];
  if (at === 0 || points[at].recall === points[at - 1].recall) return high;
  const low = points[at - 1];
  const share = (recall - low.recall) / (points[at].recall - low.recall);
  return Math.exp((1 - share) * Math.log(low.qps[turn]) + share * Math.log(high));
}

/** QPS of `a` by that of `b` at one recall: of each turn, then the median. */
export function ratioAt(a, b, recall) {
  const turns = a?.[0]?.qps.length ?? 0;
  const ratios = [];
  for (let turn = 0; turn < turns; ++turn) {
    const [x, y] = [qpsAt(a, recall, turn), qpsAt(b, recall, turn)];
    if (x !== undefined && y !== undefined) ratios.push(x / y);
  }
  return spread(ratios);
}

/** Ratios of pairs of measurements that were taken one after the other. */
export function ratioOf(a, b) {
  return spread(a.map((x, i) => x / b[i]));
}

export function median(values) {
  if (values.length === 0) return undefined;
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

function spread(ratios) {
  if (ratios.length === 0) return undefined;
  return {
    median: median(ratios),
    least: Math.min(...ratios),
    most: Math.max(...ratios),
    of: ratios.length,
  };
}

/** The median of the turns' QPS at a recall. */
export function medianAt(points, recall) {
  const turns = points[0]?.qps.length ?? 0;
  const all = Array.from({ length: turns }, (_, turn) => qpsAt(points, recall, turn));
  return median(all.filter((qps) => qps !== undefined));
}

/** A curve in short: `ef recall QPS`, a rung each. */
export function pointsText(points) {
  return points
    .map(({ ef, recall, qps }) => `${ef}: ${recall.toFixed(4)} ${Math.round(median(qps))}`)
    .join('   ');
}
