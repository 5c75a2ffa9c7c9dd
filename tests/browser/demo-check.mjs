// What holds of the demo page in every state: axe finds nothing, nothing is cut off, fingers hit.
import assert from 'node:assert/strict';
import axe from 'axe-core';
import { overflow } from './demo.mjs';

/** Side of a target that a finger hits, in pixels. */
const TARGET = 44;

/** axe and measures, of the page and of the tabs in it. */
export async function check(page, state) {
  for (const frame of page.frames()) {
    const where = `${state}, ${new URL(frame.url()).pathname}`;
    const found = await violations(frame);
    assert.deepEqual(
      found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`),
      [],
      where,
    );
    assert.ok((await overflow(frame)) <= 0, `${where}: wider than its window`);
    assert.deepEqual(await smallTargets(frame), [], where);
  }
}

/** What axe finds in a frame. */
export async function violations(frame) {
  await frame.evaluate(axe.source);
  // Frames are looked at one by one.
  return frame.evaluate(
    async () => (await globalThis.axe.run(document, { iframes: false })).violations,
  );
}

/** Controls that a finger misses; links within a sentence are as high as it is. */
function smallTargets(frame) {
  return frame.evaluate((side) => {
    const found = [];
    for (const node of document.querySelectorAll(
      'button, select, input, textarea, summary, nav a, .button',
    )) {
      const { width, height } = node.getBoundingClientRect();
      const isSeen = node.checkVisibility() && width > 1;
      if (isSeen && (height < side - 0.5 || width < side - 0.5))
        found.push(`${node.id || node.textContent}: ${width} x ${height}`);
    }
    return found;
  }, TARGET);
}
