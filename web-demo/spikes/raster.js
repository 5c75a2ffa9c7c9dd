/** Spikes as marks, on a canvas: time to the right, points from the inside out of each arm downwards. */
import { ARMS, COUNT } from './arms.js';
import { colours, emptied } from './canvas.js';
import { GATE, LENGTH } from './recording.js';

const MARGIN = { left: 22, right: 8, top: 4, bottom: 20 };
const MARK = 2;

/** Milliseconds between two marks of the axis. */
const TICK = 25;

/**
 * @param {HTMLCanvasElement} canvas
 * @param {ReturnType<import('./recording.js').Recording['at']>} moment
 * @param {boolean} isGated whether the gate's openings are drawn
 */
export function drawRaster(canvas, { timeMs, spikes }, isGated) {
  const { context, width, height } = emptied(canvas);
  if (width === 0) return;
  const colour = colours(canvas);
  const [right, bottom] = [width - MARGIN.right, height - MARGIN.bottom];
  const x = (time) => MARGIN.left + ((right - MARGIN.left) * time) / LENGTH;
  const y = (point) => MARGIN.top + ((bottom - MARGIN.top) * point) / COUNT;

  if (isGated) {
    context.fillStyle = colour.tint;
    for (const [from, to] of openings())
      context.fillRect(x(from), MARGIN.top, x(to) - x(from), bottom - MARGIN.top);
  }
  Object.assign(context, { strokeStyle: colour.line, fillStyle: colour.quiet, lineWidth: 1 });
  context.font = '12px system-ui, sans-serif';
  for (let point = 0; point <= COUNT; point += COUNT / ARMS.length)
    line(context, [MARGIN.left, y(point)], [right, y(point)]);
  Object.assign(context, { textAlign: 'left', textBaseline: 'middle' });
  for (const [arm, name] of ARMS.entries())
    context.fillText(name, 4, y(((arm + 0.5) * COUNT) / ARMS.length));
  context.textBaseline = 'alphabetic';
  for (let time = 0; time <= LENGTH; time += TICK) {
    context.textAlign = time === 0 ? 'left' : time === LENGTH ? 'right' : 'center';
    context.fillText(time === LENGTH ? `${time} ms` : String(time), x(time), height - 5);
  }

  context.fillStyle = colour.accent;
  for (const { timeMs, point } of spikes)
    context.fillRect(x(timeMs) - MARK / 2, y(point) - MARK / 2, MARK, MARK);
  context.strokeStyle = colour.text;
  line(context, [x(timeMs), MARGIN.top], [x(timeMs), bottom]);
}

/** When the gate is open, within a run. */
function openings() {
  const cycle = 1000 / GATE;
  const all = [];
  for (let middle = 0; middle - cycle / 4 < LENGTH; middle += cycle)
    all.push([Math.max(0, middle - cycle / 4), Math.min(LENGTH, middle + cycle / 4)]);
  return all;
}

function line(context, from, to) {
  context.beginPath();
  context.moveTo(...from);
  context.lineTo(...to);
  context.stroke();
}
