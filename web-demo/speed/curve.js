/** Recall against time as an SVG: how much of the truth searches find, and what that costs. */
import { round, svg, svgText as text } from '../common/svg.js';
import { TOP_K } from './measure.js';

const HEIGHT = 310;
const MARGIN = { top: 44, right: 18, bottom: 46, left: 46 };

/**
 * @param {readonly { name: string, ef?: number, recall: number, milliseconds: number }[]} searches
 * @param {{ width: number, chosen?: number }} options `width` in pixels, so that texts keep their
 *   size; `chosen`: the `ef` that the index searches with
 */
export function curve(searches, { width, chosen }) {
  const x = logScale(
    searches.map(({ milliseconds }) => milliseconds),
    [MARGIN.left + 12, width - MARGIN.right - 12],
  );
  const y = recallScale(
    searches.map(({ recall }) => recall),
    [HEIGHT - MARGIN.bottom, MARGIN.top],
  );
  const points = searches.map((search) => ({
    ...search,
    x: x.at(search.milliseconds),
    y: y.at(search.recall),
    chosen: search.ef !== undefined && search.ef === chosen,
  }));
  const rungs = points.filter(({ ef }) => ef !== undefined);
  const line = rungs.map((point) => `${round(point.x)},${round(point.y)}`).join(' ');
  return svg(
    'svg',
    { viewBox: `0 0 ${width} ${HEIGHT}`, role: 'img', 'aria-labelledby': 'curve-title' },
    svg('title', { id: 'curve-title' }, description(searches)),
    ...y.ticks.map((tick) => horizontal(tick, y.at(tick), width)),
    ...x.ticks.map((tick) => vertical(tick, x.at(tick))),
    text(width - MARGIN.right, HEIGHT - 6, 'end', 'milliseconds a query (log)', 'axis'),
    text(4, 14, 'start', `recall@${TOP_K}`, 'axis'),
    ...(rungs.length > 1 ? [svg('polyline', { points: line, class: 'line' })] : []),
    ...points.map(marker),
    ...labels(points, rungs, width).map(({ left, baseline, name }) =>
      text(left, baseline, 'start', name, 'label'),
    ),
  );
}

function description(searches) {
  const found = searches.map(
    ({ name, recall, milliseconds }) =>
      `${name} ${recall.toFixed(3)} in ${significant(milliseconds)} ms`,
  );
  return `Recall against milliseconds a query: ${found.join('; ')}. The table has the same numbers.`;
}

/** At least two digits, and no exponent. */
export function significant(number) {
  return number >= 10 ? number.toFixed(0) : number.toPrecision(2);
}

/** As far as the values go, and at least over half a decade. */
function logScale(values, [from, to]) {
  const [least, most] = [Math.min(...values), Math.max(...values)].map(Math.log10);
  const more = Math.max(0.06, (0.5 - (most - least)) / 2);
  const [low, high] = [least - more, most + more];
  const at = (value) => from + ((Math.log10(value) - low) / (high - low)) * (to - from);
  const few = ticksWithin(low, high, [1, 2, 5]);
  return { at, ticks: few.length > 2 ? few : ticksWithin(low, high, [1, 2, 3, 4, 5, 6, 7, 8, 9]) };
}

function ticksWithin(low, high, digits) {
  const ticks = [];
  for (let power = Math.floor(low); power <= high; ++power)
    for (const digit of digits) {
      const tick = Number(`${digit}e${power}`);
      if (Math.log10(tick) >= low && Math.log10(tick) <= high) ticks.push(tick);
    }
  return ticks;
}

/** From the least recall, or 0.95, to 1, in at most six steps. */
function recallScale(values, [from, to]) {
  const missing = Math.max(0.05, 1 - Math.min(...values));
  const step = [0.01, 0.02, 0.05, 0.1, 0.2].find((size) => missing <= 6 * size) ?? 0.5;
  const steps = Math.ceil(missing / step - 1e-9);
  const low = 1 - steps * step;
  const at = (value) => from + ((value - low) / (1 - low)) * (to - from);
  return { at, ticks: Array.from({ length: steps + 1 }, (_, i) => low + i * step) };
}

function horizontal(tick, y, width) {
  return svg(
    'g',
    {},
    svg('line', { x1: MARGIN.left, x2: width - MARGIN.right, y1: y, y2: y, class: 'grid' }),
    text(MARGIN.left - 8, y + 4, 'end', tick.toFixed(2), 'axis'),
  );
}

function vertical(tick, x) {
  const foot = HEIGHT - MARGIN.bottom;
  return svg(
    'g',
    {},
    svg('line', { x1: x, x2: x, y1: MARGIN.top, y2: foot, class: 'grid' }),
    text(x, foot + 17, 'middle', String(tick), 'axis'),
  );
}

/** Circles along the graph's line, squares for scans: told apart without colours. */
function marker({ x, y, ef, chosen }) {
  if (ef === undefined)
    return svg('rect', { x: x - 5, y: y - 5, width: 10, height: 10, class: 'scan' });
  return svg('circle', { cx: x, cy: y, r: chosen ? 7 : 4.5, class: chosen ? 'chosen' : 'rung' });
}

const LETTER = 6.7;
/** Between a name and the picture's edge. */
const EDGE = 10;
const LINE = 14;

/** Names beside the points, each at the first place where it covers no point, line or other name. */
function labels(points, rungs, width) {
  const taken = [
    ...points.map(({ x, y }) => box(x - 7, y - 7, 14, 14)),
    ...rungs.slice(1).flatMap((to, i) => along(rungs[i], to)),
  ];
  return points.map(({ x, y, name, chosen }) => {
    const full = chosen ? `${name}, chosen` : name;
    const size = full.length * LETTER;
    const left = Math.min(Math.max(x - size / 2, MARGIN.left), width - size - EDGE);
    const places = [
      [left, y - 10],
      [x + 11, y + 4],
      [left, y + 21],
      [x - 11 - size, y + 4],
      [x + 8, y + 18],
      [left, y + 21 + LINE],
      [left, y + 21 + 2 * LINE],
      [x + 8, y + 18 + LINE],
      [x + 8, y + 18 + 2 * LINE],
    ];
    const fits = ([from, baseline]) => {
      const area = box(from, baseline - LINE + 3, size, LINE);
      return (
        from >= MARGIN.left && area.right <= width - EDGE && !taken.some((b) => overlap(area, b))
      );
    };
    const [from, baseline] = places.find(fits) ?? places[0];
    taken.push(box(from, baseline - LINE + 3, size, LINE));
    return { left: from, baseline, name: full };
  });
}

/** Small boxes from one point to another. */
function along(from, to) {
  const steps = Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / 5);
  return Array.from({ length: steps }, (_, i) =>
    box(
      from.x + (i / steps) * (to.x - from.x) - 2,
      from.y + (i / steps) * (to.y - from.y) - 2,
      4,
      4,
    ),
  );
}

function box(left, top, width, height) {
  return { left, top, right: left + width, bottom: top + height };
}

function overlap(a, b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
