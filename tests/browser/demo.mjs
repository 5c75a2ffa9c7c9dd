// What the tests of the demo page share: a server, a Chromium, and a page in which nothing may go wrong.
import assert from 'node:assert/strict';
import { launchChromium } from './chromium.mjs';
import { serveAll } from './drive.mjs';

const PATIENCE = 60_000;

/** demo-offline.test.mjs is about service workers; the others want the page as it is served. */
const BLOCKED = { serviceWorkers: 'block' };

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

  let shared;

  /**
   * Opens the demo where nothing is stored but the vectors of the glossary, which take a while to make.
   * @param {object} options `prepare(page)` comes first; `viewport`, `media` and `permissions` are the page's;
   *   with `own`, options of a context, it has one to itself
   * @param {(page: object) => Promise<void>} use
   */
  async function inPage({ prepare, viewport, media, permissions, own }, use) {
    const context =
      (own === undefined && shared) || (await browser.newContext({ ...BLOCKED, ...own }));
    if (own === undefined) shared = context;
    await context.route('**/favicon.ico', (route) => route.fulfill({ status: 204 }));
    const errors = [];
    const onError = (error) => errors.push(error.error().message);
    const onMessage = (message) => message.type() === 'error' && errors.push(message.text());
    context.on('weberror', onError).on('console', onMessage);
    try {
      const page = await context.newPage();
      page.setDefaultTimeout(PATIENCE);
      if (viewport) await page.setViewportSize(viewport);
      if (media) await page.emulateMedia(media);
      if (permissions) await context.grantPermissions(permissions);
      if (own === undefined) await forget(page, server.url);
      await prepare?.(page);
      await visit(page, server.url);
      await use(page);
      assert.deepEqual(errors, []);
    } finally {
      context.off('weberror', onError).off('console', onMessage);
      if (own === undefined) {
        await Promise.all(context.pages().map((page) => page.close()));
        await context.unrouteAll({ behavior: 'ignoreErrors' });
        await context.clearPermissions();
      } else await context.close();
    }
  }
  return { server, browser, asked, inPage };
}

/** What another test stored. */
async function forget(page, url) {
  await page.goto(`${url}manifest.webmanifest`);
  await page.evaluate(async () => {
    localStorage.clear();
    await caches.delete('demo-minilm');
    const gone = ({ name }) =>
      new Promise((done, fail) => {
        const request = indexedDB.deleteDatabase(name);
        request.onsuccess = done;
        request.onerror = fail;
      });
    await Promise.all((await indexedDB.databases()).map(gone));
  });
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
