// Whether the demo goes on answering, in Chromium: no task takes the page's thread for over 50 ms. A task is
// measured by the processor's time, which a trace has, since on a busy machine any task is long by the
// clock; what the browser itself calls long tasks is printed, and under `npm run soak`, on a machine that
// has nothing else to do, asserted too.
import assert from 'node:assert/strict';
import { soak } from '../support/soak.mjs';

/** Milliseconds of a task. */
export const MOST = 50;

/** Asserts that no task of `work` is longer than `most`. */
export async function expectSmooth(t, { browser, page, most = MOST }, what, work) {
  const { longest, longTasks } = await watched(browser, page, work);
  t.diagnostic(
    `${what}: ${longest.toFixed(1)} ms of processor time in one task; long tasks by the clock: ${longTasks.join(', ') || 'none'}`,
  );
  assert.ok(longest > 0 && longest <= most, `${longest} ms`);
  if (soak) assert.ok(longTasks.every((duration) => duration <= most));
}

/**
 * What the page's thread does while `work` goes on.
 * @returns milliseconds of processor time of the longest task, and of the clock of what the browser
 *   calls long tasks
 */
export async function watched(browser, page, work) {
  await browser.startTracing(page, {
    categories: ['toplevel', 'disabled-by-default-lighthouse'],
  });
  await page.evaluate(observe);
  await work();
  const longTasks = await page.evaluate(observed);
  const { traceEvents } = JSON.parse(await browser.stopTracing());
  const key = ({ pid, tid }) => `${pid} ${tid}`;
  const pages = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
      .map(key),
  );
  const tasks = traceEvents.filter(
    (event) => event.name.endsWith('RunTask') && pages.has(key(event)) && event.tdur > 0,
  );
  return { longest: Math.max(0, ...tasks.map(({ tdur }) => tdur / 1000)), longTasks };
}

// These run in the page.

function observe() {
  globalThis.seen = [];
  globalThis.observer = new PerformanceObserver((list) =>
    globalThis.seen.push(...list.getEntries()),
  );
  globalThis.observer.observe({ type: 'longtask' });
}

async function observed() {
  await new Promise((resolve) => setTimeout(resolve, 200));
  globalThis.seen.push(...globalThis.observer.takeRecords());
  globalThis.observer.disconnect();
  return globalThis.seen.map(({ duration }) => Math.round(duration));
}
