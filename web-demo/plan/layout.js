/** Where the steps of a plan are drawn: from the top down, each a row above those that read from it. */

/**
 * @typedef {import('@ruvector/wasm').PlanStep} Step
 * @typedef {{ x: number, y: number, width: number, height: number }} Box in pixels
 */

/** Between rows, and between boxes side by side. */
const GAP = { down: 26, across: 12 };

/**
 * Rows of steps. What feeds a step is right above it where it can be, so that lines that meet are
 * short; steps of one row are side by side.
 * @param {{ steps: readonly Step[], edges: readonly (readonly [string, string])[] }} dag steps after
 *   those that they read from
 * @returns {Step[][]}
 */
export function rowsOf({ steps, edges }) {
  const toEnd = new Map();
  for (const { id } of steps.toReversed()) {
    const after = edges.filter(([from]) => from === id).map(([, to]) => toEnd.get(to) + 1);
    toEnd.set(id, Math.max(0, ...after));
  }
  const rows = [];
  for (const step of steps) {
    const row = Math.max(...toEnd.values()) - toEnd.get(step.id);
    rows[row] ??= [];
    rows[row].push(step);
  }
  return rows;
}

/**
 * @param {Step[][]} rows
 * @param {(step: Step, width: number) => number} heightOf a box that is so wide
 * @returns {{ boxes: Map<string, Box>, height: number }} boxes by the id of their step
 */
export function placed(rows, width, heightOf) {
  const boxes = new Map();
  let y = 2;
  for (const row of rows) {
    // Two pixels for the edge of a box.
    const each = (width - 4 - GAP.across * (row.length - 1)) / row.length;
    const height = Math.max(...row.map((step) => heightOf(step, each)));
    for (const [i, { id }] of row.entries())
      boxes.set(id, { x: 2 + i * (each + GAP.across), y, width: each, height });
    y += height + GAP.down;
  }
  return { boxes, height: y - GAP.down + 2 };
}

/** Parts of a text in lines of at most so many letters, as far as the parts allow. */
export function lines(parts, letters) {
  const all = [];
  for (const part of parts) {
    const longer = all.length === 0 ? part : `${all.at(-1)} · ${part}`;
    if (all.length > 0 && longer.length <= letters) all[all.length - 1] = longer;
    else all.push(part);
  }
  return all;
}
