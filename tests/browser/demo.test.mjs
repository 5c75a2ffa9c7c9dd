// The demo page in Chromium: the project's documentation, searched as one types.
import assert from 'node:assert/strict';
import test from 'node:test';
import { wordsOf } from '../../web-demo/embedders/words.js';
import { EXAMPLES } from '../../web-demo/indexing.js';
import { DEFAULT_SIZE, SIZES } from '../../web-demo/measure.js';
import { splitDocuments } from '../../web-demo/passages.js';
import { readDocuments } from '../../web-demo/server.mjs';
import { root } from '../support/package.mjs';
import { launchChromium } from './chromium.mjs';
import { serveAll } from './drive.mjs';

/** The words of a passage that the fewest passages have: they say which one is meant. */
function rarestWords(passage, passages, count) {
  const sets = passages.map(({ text }) => new Set(wordsOf(text)));
  const passagesWith = (word) => sets.filter((words) => words.has(word)).length;
  return [...new Set(wordsOf(passage.text))]
    .sort((a, b) => passagesWith(a) - passagesWith(b))
    .slice(0, count);
}

/** Runs the panel to its end, however long this machine takes. */
async function measured(page, size) {
  await page.getByLabel('Vectors', { exact: true }).selectOption(String(size));
  await page.getByRole('button', { name: 'Measure' }).click();
  await page.locator('#speed:not([data-state="running"])').waitFor({ timeout: 180_000 });
  assert.match(await page.locator('#speed-phase').textContent(), /^Measured/);
}

test('the demo page', async (t) => {
  const server = await serveAll();
  t.after(() => server.close());
  const browser = await launchChromium();
  t.after(() => browser.close());
  const passages = splitDocuments(await readDocuments(root));

  /** Opens the page in a context of its own, and afterwards checks that nothing went wrong in it. */
  async function inPage(options, use) {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    const [errors, requests] = [[], []];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    page.on('request', (request) => requests.push(request.url()));
    try {
      await page.goto(server.url);
      await page.locator('body:not([data-state="loading"])').waitFor();
      assert.equal(await page.locator('#error').textContent(), '');
      await use(page, requests);
      assert.deepEqual(errors, []);
    } finally {
      await context.close();
    }
  }

  await t.test('ranks the passage that the words come from first, and asks no server', () =>
    inPage({}, async (page, requests) => {
      const loading = requests.length;
      const input = page.getByRole('searchbox', { name: 'Search for' });
      for (const passage of [passages[0], passages.at(-1), passages[passages.length >> 1]]) {
        const words = rarestWords(passage, passages, 8).join(' ');
        await input.fill('');
        await input.pressSequentially(words);
        const first = page.getByRole('listitem').first();
        assert.equal(await first.getByRole('paragraph').textContent(), passage.text);
        assert.ok((await first.getByRole('heading').textContent()).startsWith(passage.file));
        const scores = (await page.locator('.score').allTextContents()).map((text) =>
          Number(text.replace('Score ', '')),
        );
        assert.deepEqual(
          scores,
          scores.toSorted((a, b) => b - a),
        );
        assert.match(await page.getByRole('status').textContent(), /^Nearest \d+ of \d+ passages/);
      }
      assert.deepEqual(requests.slice(loading), []);
    }),
  );

  await t.test('answers a question about security from the security policy', () =>
    inPage({}, async (page) => {
      await page.getByRole('button', { name: EXAMPLES[1] }).click();
      const heading = page.getByRole('listitem').first().getByRole('heading');
      assert.match(await heading.textContent(), /^SECURITY\.md/);
    }),
  );

  await t.test('says so when nothing resembles the words, and Escape starts over', () =>
    inPage({}, async (page) => {
      await page.keyboard.press('/');
      await page.keyboard.type('♜♞♝');
      assert.match(await page.getByRole('status').textContent(), /^No passage/);
      await page.keyboard.press('Escape');
      assert.equal(await page.getByRole('searchbox').inputValue(), '');
      assert.equal(await page.getByRole('status').textContent(), '');
    }),
  );

  await t.test('searches in one document where told to, and names the plan', () =>
    inPage({}, async (page) => {
      const { file } = passages.at(-1);
      const count = passages.filter((passage) => passage.file === file).length;
      await page.getByLabel('In', { exact: true }).selectOption(file);
      await page.getByRole('searchbox').fill(rarestWords(passages.at(-1), passages, 8).join(' '));
      const headings = page.getByRole('listitem').getByRole('heading');
      for (const heading of await headings.allTextContents()) assert.ok(heading.startsWith(file));
      assert.ok((await headings.count()) > 0);
      assert.match(
        await page.getByRole('status').textContent(),
        new RegExp(`^Nearest \\d+ of ${count} passages`),
      );
      assert.equal(
        await page.locator('#plan').textContent(),
        `Plan: flat, prefilter; ${count} of ${passages.length} vectors compared`,
      );
    }),
  );

  await t.test('measures searches in this browser, in small steps, and hands out the report', () =>
    inPage({ permissions: ['clipboard-read', 'clipboard-write'] }, async (page, requests) => {
      const loading = requests.length;
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
      assert.deepEqual(requests.slice(loading), []);
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

  for (const width of [360, 1280])
    await t.test(`fits a window of ${width} pixels`, () =>
      inPage({ viewport: { width, height: 740 } }, async (page) => {
        await page.getByRole('searchbox').fill(EXAMPLES[0]);
        assert.ok((await page.getByRole('listitem').count()) > 0);
        await measured(page, SIZES[0]);
        const { scrollWidth, clientWidth } = await page.evaluate(() => {
          const { scrollWidth, clientWidth } = document.documentElement;
          return { scrollWidth, clientWidth };
        });
        assert.equal(clientWidth, width);
        assert.ok(scrollWidth <= width, `${scrollWidth} pixels wide`);
      }),
    );

  await t.test('says what is wrong when the documents are missing', async () => {
    const page = await browser.newPage();
    await page.route('**/documents.json', (route) => route.fulfill({ status: 500 }));
    await page.goto(server.url);
    const alert = page.getByRole('alert');
    await alert.getByText('HTTP 500').waitFor({ timeout: 20_000 });
    assert.equal(await page.getByRole('searchbox').isVisible(), false);
  });
});
