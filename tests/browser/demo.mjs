// What the tests of the demo page share: a server, a Chromium, and a page in which nothing may go wrong.
import assert from 'node:assert/strict';
import { launchChromium } from './chromium.mjs';
import { serveAll } from './drive.mjs';

const PATIENCE = 30_000;

/**
 * @param {import('node:test').TestContext} t which ends both
 * @returns {Promise<{ server: object, browser: object, asked: string[], inPage: Function }>} `asked`:
 *   paths that the server was asked for
 */
export async function openDemo(t) {
  const asked = [];
  const server = await serveAll({}, { onRequest: (path) => asked.push(path) });
  t.after(() => server.close());
  const browser = await launchChromium();
  t.after(() => browser.close());

  /**
   * Opens the demo in a context of its own.
   * @param {object} options of the context; `prepare(page)` comes first
   * @param {(page: object) => Promise<void>} use
   */
  async function inPage({ prepare, ...options }, use) {
    const context = await browser.newContext({ serviceWorkers: 'block', ...options });
    const errors = [];
    context.on('weberror', (error) => errors.push(error.error().message));
    context.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    try {
      const page = await context.newPage();
      page.setDefaultTimeout(PATIENCE);
      await prepare?.(page);
      await visit(page, server.url);
      await use(page);
      assert.deepEqual(errors, []);
    } finally {
      await context.close();
    }
  }
  return { server, browser, asked, inPage };
}

/** Opens the demo, and waits until its texts are open too. */
export async function visit(page, url) {
  await page.goto(url);
  await page.locator('body:not([data-state="loading"])').waitFor();
  assert.equal(await page.locator('#error').textContent(), '');
  await page.locator('#texts:not([data-texts="opening"])').waitFor();
}

export const hits = (page) => page.locator('#results > li');

/** Types a search, and waits for its hits. */
export async function ask(page, text) {
  await page.getByRole('searchbox').fill(text);
  await page.locator('#search:not([data-state="empty"])').waitFor();
}

/** Waits for the first hit to have this title. */
export async function expectFirst(page, title) {
  await hits(page).first().getByRole('heading', { name: title, exact: true }).waitFor();
}

/** Adds a text by the field. */
export async function paste(page, text) {
  await page.getByLabel('Or paste a text').fill(text);
  await page.getByRole('button', { name: 'Add this text' }).click();
  await page
    .locator('#texts-said')
    .getByText(/^Added/)
    .waitFor();
}

/** Of Playwright's `setInputFiles`. */
export function file(name, text, mimeType = 'text/plain') {
  return { name, mimeType, buffer: Buffer.from(text) };
}

/** Pixels that a page, or a frame, is wider than its window. */
export function overflow(frame) {
  return frame.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth - clientWidth;
  });
}
