// The demo page in Chromium: the project's documentation, searched as one types.
import assert from 'node:assert/strict';
import test from 'node:test';
import { wordsOf } from '../../web-demo/embedder.js';
import { EXAMPLES } from '../../web-demo/indexing.js';
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

  for (const width of [360, 1280])
    await t.test(`fits a window of ${width} pixels`, () =>
      inPage({ viewport: { width, height: 740 } }, async (page) => {
        await page.getByRole('searchbox').fill(EXAMPLES[0]);
        assert.ok((await page.getByRole('listitem').count()) > 0);
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
