/** A plan as an SVG: a box a step, lines along which rows flow. */
import { svg, svgText } from '../common/svg.js';
import { lines, placed, rowsOf } from './layout.js';
import { factsOf, nameOf } from './words.js';

/** Of a letter of 12 pixels, generously. */
const LETTER = 7;
const LINE = 16;
const PADDING = { x: 12, top: 19, bottom: 11 };

/** Where attention is written as a length. */
const BAR = 5;

const LIMIT = '▲ bottleneck';

/**
 * @param {import('@ruvector/wasm').ExplainedPlan} dag
 * @param {{ width: number, label: string }} options in pixels, so that texts keep their size; what it
 *   is called
 */
export function planDrawing(dag, { width, label }) {
  const limits = new Set(dag.bottlenecks);
  const textOf = (step, wide) => [
    ...(limits.has(step.id) ? [LIMIT] : []),
    ...lines(factsOf(step), Math.floor((wide - 2 * PADDING.x) / LETTER)),
  ];
  const heightOf = (step, wide) =>
    PADDING.top + LINE * textOf(step, wide).length + PADDING.bottom + BAR;
  const { boxes, height } = placed(rowsOf(dag), width, heightOf);
  const rows = new Map(dag.steps.map((step) => [step.id, step.rows ?? step.estimatedRows]));
  return svg(
    'svg',
    { viewBox: `0 0 ${Math.round(width)} ${Math.ceil(height)}`, role: 'img', 'aria-label': label },
    ...dag.edges.map(([from, to]) => flowLine(boxes.get(from), boxes.get(to), rows.get(from))),
    ...dag.steps.map((step) => {
      const box = boxes.get(step.id);
      return stepBox(step, box, textOf(step, box.width), limits.has(step.id));
    }),
  );
}

/** As thick as the rows that flow, by their order of magnitude. */
function flowLine(from, to, rows) {
  const [x1, y1] = [from.x + from.width / 2, from.y + from.height];
  const [x2, y2] = [to.x + to.width / 2, to.y];
  const middle = (y1 + y2) / 2;
  const thick = 1 + Math.log10(1 + rows);
  return svg(
    'g',
    { class: 'flow' },
    svg('path', {
      d: `M${x1} ${y1}C${x1} ${middle} ${x2} ${middle} ${x2} ${y2 - 7}`,
      'stroke-width': thick,
    }),
    svg('path', { d: `M${x2 - 6} ${y2 - 9}L${x2 + 6} ${y2 - 9}L${x2} ${y2 - 1}Z`, class: 'tip' }),
  );
}

function stepBox(step, { x, y, width, height }, text, isLimit) {
  const left = x + PADDING.x;
  return svg(
    'g',
    { class: isLimit ? 'step limit' : 'step' },
    svg('rect', { x, y, width, height, rx: 9 }),
    svgText(left, y + PADDING.top, 'start', nameOf(step), 'title'),
    ...text.map((line, i) =>
      svgText(
        left,
        y + PADDING.top + LINE * (i + 1),
        'start',
        line,
        line === LIMIT ? 'bottleneck' : 'fact',
      ),
    ),
    attentionBar(step.attention, left, y + height - PADDING.bottom, width - 2 * PADDING.x),
  );
}

function attentionBar(share, x, y, width) {
  return svg(
    'g',
    { class: 'attention' },
    svg('rect', { x, y, width, height: BAR, rx: BAR / 2, class: 'whole' }),
    svg('rect', { x, y, width: share * width, height: BAR, rx: BAR / 2 }),
  );
}
