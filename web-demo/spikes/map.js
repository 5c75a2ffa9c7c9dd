/** The points and what happens to them, whole or close up, on a canvas. */
import { ARMS, EXTENT } from './arms.js';
import { colours, emptied } from './canvas.js';

/** Milliseconds of the network for which a spike is seen. */
const GLOW = 5;
const SHADES = 5;

/** From the query to the nearer edges of what is close up. */
const NEAR = 1.9;

/**
 * @typedef {object} Scene
 * @property {import('./ask.js').Answer} answer
 * @property {import('./arms.js').Place} cursor where the query would be asked next
 * @property {ReturnType<import('./recording.js').Recording['at']>} moment
 */

export class SpikeMap {
  #canvas;
  #points;
  #isClose;
  #place;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {import('./arms.js').ArmPoint[]} points
   * @param {{ isClose?: boolean }} [options] of what is around the query alone, with its hits
   */
  constructor(canvas, points, { isClose = false } = {}) {
    this.#canvas = canvas;
    this.#points = points;
    this.#isClose = isClose;
  }

  /** @param {Scene} scene */
  draw({ answer, cursor, moment }) {
    const { context, width, height } = emptied(this.#canvas);
    if (width === 0) return;
    this.#place = this.#isClose ? answer.place : { x: 0, y: 0 };
    const colour = colours(this.#canvas);
    const scale = this.#scale(width, height);
    const dot = this.#isClose ? 3.2 : Math.max(1.1, scale / 13);
    const at = ({ x, y }) => [
      width / 2 + scale * (x - this.#place.x),
      height / 2 - scale * (y - this.#place.y),
    ];
    const isSeen = (x, y) => x > -dot && x < width + dot && y > -dot && y < height + dot;
    this.#drawSpikes(context, moment, { at, isSeen, dot, colour });
    if (this.#isClose) this.#drawHits(context, answer, at, colour);
    else {
      this.#drawNames(context, at, colour);
      drawFrame(context, at(answer.place), NEAR * scale, colour);
    }
    drawCross(context, at(answer.place), colour.text);
    if (cursor !== answer.place) drawCross(context, at(cursor), colour.text, [3, 3]);
  }

  /** What is under a pointer. */
  placeOf({ offsetX, offsetY }) {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    const scale = this.#scale(width, height);
    return {
      x: this.#place.x + (offsetX - width / 2) / scale,
      y: this.#place.y - (offsetY - height / 2) / scale,
    };
  }

  #scale(width, height) {
    return Math.min(width, height) / 2 / (this.#isClose ? NEAR : EXTENT);
  }

  /** Points of one arm are discs, of the other rings; filled with colour once they have spiked. */
  #drawSpikes(context, { timeMs, last }, { at, isSeen, dot, colour }) {
    const [still, fired] = [newShapes(), newShapes()];
    const glowing = Array.from({ length: SHADES }, () => new Path2D());
    for (const [i, point] of this.#points.entries()) {
      const [x, y] = at(point);
      if (!isSeen(x, y)) continue;
      const { discs, rings } = last[i] === -Infinity ? still : fired;
      if (point.arm === 0) addCircle(discs, x, y, dot);
      else addCircle(rings, x, y, dot - 0.25);
      const age = (timeMs - last[i]) / GLOW;
      if (age < 1) addCircle(glowing[Math.floor(SHADES * age)], x, y, dot * (4 - 2 * age));
    }
    context.fillStyle = colour.accent;
    for (const [shade, path] of glowing.entries()) {
      context.globalAlpha = 0.7 * (1 - shade / SHADES);
      context.fill(path);
    }
    context.globalAlpha = 1;
    for (const [{ discs, rings }, paint] of [
      [still, colour.edge],
      [fired, colour.accent],
    ]) {
      Object.assign(context, {
        fillStyle: paint,
        strokeStyle: paint,
        lineWidth: Math.max(0.8, dot / 2.2),
      });
      context.fill(discs);
      context.stroke(rings);
    }
  }

  /** Squares around the nearest, circles around those that spread ranks first. */
  #drawHits(context, { nearest, ranked }, at, colour) {
    const [squares, circles] = [new Path2D(), new Path2D()];
    for (const { point } of nearest) {
      const [x, y] = at(this.#points[point]);
      squares.rect(x - 6, y - 6, 12, 12);
    }
    for (const { point } of ranked) addCircle(circles, ...at(this.#points[point]), 10);
    Object.assign(context, { strokeStyle: colour.text, lineWidth: 1.4 });
    context.stroke(squares);
    Object.assign(context, { strokeStyle: colour.accent, lineWidth: 2 });
    context.stroke(circles);
  }

  /** At the outer ends of the arms. */
  #drawNames(context, at, colour) {
    Object.assign(context, { fillStyle: colour.text, font: '600 14px system-ui, sans-serif' });
    Object.assign(context, { textAlign: 'center', textBaseline: 'middle' });
    for (const [arm, name] of ARMS.entries()) {
      const { x, y } = this.#points.findLast((point) => point.arm === arm);
      const out = 1 + 0.8 / Math.hypot(x, y);
      context.fillText(name, ...at({ x: x * out, y: y * out }));
    }
  }
}

function newShapes() {
  return { discs: new Path2D(), rings: new Path2D() };
}

function addCircle(path, x, y, radius) {
  path.moveTo(x + radius, y);
  path.arc(x, y, radius, 0, 2 * Math.PI);
}

function drawFrame(context, [x, y], half, colour) {
  Object.assign(context, { strokeStyle: colour.text, lineWidth: 1 });
  context.strokeRect(x - half, y - half, 2 * half, 2 * half);
}

function drawCross(context, [x, y], paint, dashes = []) {
  Object.assign(context, { strokeStyle: paint, lineWidth: 2 });
  context.setLineDash(dashes);
  context.beginPath();
  context.moveTo(x - 8, y);
  context.lineTo(x + 8, y);
  context.moveTo(x, y - 8);
  context.lineTo(x, y + 8);
  context.stroke();
  context.setLineDash([]);
}
