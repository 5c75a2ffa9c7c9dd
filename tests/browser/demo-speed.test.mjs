// The demo's speed panel in Chromium: it measures, goes on answering, and hands out its report.
import assert from 'node:assert/strict';
import test from 'node:test';
import { DEFAULT_SIZE, SIZES } from '../../web-demo/speed/measure.js';
import { openDemo, overflow } from './demo.mjs';

/** Runs in the page: how many milliseconds are marked, and how far names are from the right edge. */
function measurePicture(svg) {
  const { right } = svg.getBoundingClientRect();
  const names = [...svg.querySelectorAll('.label')];
  const marks = [...svg.querySelectorAll('.axis[text-anchor="middle"]')];
  return {
    ticks: marks.length,
    gap: Math.min(...names.map((name) => right - name.getBoundingClientRect().right)),
  };
}

/** Runs the panel to its end, however long this machine takes. */
async function measured(page, size) {
  await page.getByLabel('Vectors', { exact: true }).selectOption(String(size));
  await page.getByRole('button', { name: 'Measure' }).click();
  await page.locator('#speed:not([data-state="running"])').waitFor({ timeout: 180_000 });
  assert.match(await page.locator('#speed-phase').textContent(), /^Measured/);
}

test('the speed panel', async (t) => {
  const { asked, inPage } = await openDemo(t);

  await t.test('measures searches in this browser, in small steps, and hands out the report', () =>
    inPage({ permissions: ['clipboard-read', 'clipboard-write'] }, async (page) => {
      const loading = asked.length;
      await measured(page, DEFAULT_SIZE);
      await page.getByRole('button', { name: 'Copy as JSON' }).click();
      await page.getByText('Copied.').waitFor();
      const report = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
      const { data, load, graph, searches, ef } = report;

      // What keeps the page smooth: no step is large, whatever the machine.
      assert.equal(data.count, DEFAULT_SIZE);
      assert.ok(load.recordsPerStep <= 64, `${load.recordsPerStep} records in one step`);
      assert.ok(load.steps >= data.count / 64);
      assert.ok(graph.steps > 0);

      const [exact, scan, ...rungs] = searches;
      assert.deepEqual([exact.plan, exact.recall], ['flat', 1]);
      assert.ok(scan.recall >= 0.95 && scan.plan !== 'hnsw');
      for (const rung of rungs) assert.deepEqual([rung.name, rung.plan], [`ef ${rung.ef}`, 'hnsw']);
      const widths = rungs.map((rung) => rung.ef);
      assert.deepEqual(
        widths,
        widths.toSorted((a, b) => a - b),
      );
      assert.ok(rungs.find((rung) => rung.ef === ef).recall >= 0.9);
      for (const { milliseconds, compared } of searches)
        assert.ok(milliseconds > 0 && compared > 0);

      const rows = await page
        .locator('#speed-rows tr')
        .evaluateAll((list) =>
          list.map(({ cells }) => Array.from(cells, (cell) => cell.textContent).slice(0, 3)),
        );
      assert.deepEqual(
        rows,
        searches.map(({ name, plan, recall }) => [name, plan, recall.toFixed(3)]),
      );
      const picture = page.getByRole('img', { name: /^Recall against milliseconds/ });
      assert.equal(await picture.locator('circle').count(), rungs.length);
      assert.equal(await picture.locator('rect').count(), 2);
      assert.deepEqual(asked.slice(loading), []);
      // A report without a graph, on a phone.
      await page.setViewportSize({ width: 360, height: 740 });
      await measured(page, SIZES[0]);
      assert.ok((await overflow(page)) <= 0, 'on a phone');
      const { ticks, gap } = await page.locator('#speed-curve svg').evaluate(measurePicture);
      assert.ok(ticks >= 3, `${ticks} ticks of time`);
      assert.ok(gap >= 4, `${gap} pixels between a name and the edge`);
      const facts = await page.locator('#speed-facts').textContent();
      assert.match(facts, /Loading[\d.]+ m?s of work, [\d.]+ m?s by the clock/);
    }),
  );

  await t.test('answers while it measures, and stops when told to', () =>
    inPage({}, async (page) => {
      const start = page.getByRole('button', { name: 'Measure' });
      await page.getByLabel('Vectors', { exact: true }).selectOption(String(SIZES.at(-1)));
      // A timer of the page's own gets its turn between two slices, and ends them.
      await page.evaluate(
        () =>
          new Promise((done) => {
            const poll = () => {
              if (!document.getElementById('speed-phase').textContent.startsWith('Loading'))
                return setTimeout(poll);
              document.getElementById('speed-cancel').click();
              done();
            };
            document.getElementById('speed-start').click();
            poll();
          }),
      );
      await page.getByText('Cancelled.').waitFor();
      assert.equal(await page.locator('#speed-report').isVisible(), false);
      assert.equal(await start.evaluate((button) => button === document.activeElement), true);
    }),
  );
});
