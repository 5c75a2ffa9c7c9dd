// The demo without a network: a service worker that keeps one version of the page, whole.
import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import test from 'node:test';
import { contents, serve } from '../../web-demo/server.mjs';
import { demoSite } from '../../web-demo/site.mjs';
import { packageFile } from '../support/package.mjs';
import { launchChromium } from './chromium.mjs';
import { ask, file, hits, paste, visit } from './demo.mjs';

const LATE = '/files/read-files.js';
const KEPT = 'Works offline: a reload needs no network.';

const folder = dirname(packageFile('./package.json'));
const site = await demoSite(folder);

test('the demo page without a network', async (t) => {
  const browser = await launchChromium();
  t.after(() => browser.close());

  /** The demo from a server of its own, which `use` may end. */
  async function inPage(use) {
    const asked = [];
    const server = await serve({ ...site, onRequest: (path) => asked.push(path) });
    const context = await browser.newContext();
    try {
      const page = await context.newPage();
      page.setDefaultTimeout(30_000);
      await visit(page, server.url);
      await page.getByText(KEPT).waitFor();
      await use({ page, server, asked });
    } finally {
      await context.close();
      await server.close();
    }
  }

  await t.test('once loaded it asks for nothing, whatever one does', () =>
    inPage(async ({ page, asked }) => {
      const before = asked.length;
      await everything(page);
      // But for the browser, which asks for a newer service worker when a frame is opened.
      const since = asked.slice(before).filter((path) => path !== '/service-worker.js');
      assert.deepEqual(since, []);
    }),
  );

  await t.test('a reload with the server gone has all of it', () =>
    inPage(async ({ page, server }) => {
      await paste(page, 'Grandmother Petronella folded quark dumplings.');
      await server.close();
      await assert.rejects(fetch(server.url));
      await visit(page, server.url);
      await ask(page, 'petronella');
      await hits(page).first().getByText('Grandmother').first().waitFor();
      await everything(page);
      await page.waitForURL(/[?]q=/);
      const address = page.url();
      await visit(page, `${server.url}index.html?q=petronella`);
      await hits(page).first().getByText('Grandmother').first().waitFor();
      await visit(page, address);
      assert.equal(await page.getByRole('searchbox').inputValue(), 'why does bread rise');
      await hits(page).first().waitFor();
      await page.keyboard.press('Escape');
      await page.waitForURL(server.url);
      const tab = await page.context().newPage();
      await tab.goto(`${server.url}storage/tab.html?tab=Third`);
      await tab.getByText('No notes yet.').or(tab.getByText('Newest first')).waitFor();
    }),
  );

  await t.test('a new version takes over whole, when asked to, in every tab at once', async () => {
    let version = 'first';
    const { page: html, late } = await originals();
    const changing = await demoSite(folder, {
      '/index.html': async () => html.replace('<body', `<body data-version="${version}"`),
      [LATE]: async () => `${late}// version ${version}\n`,
    });
    const server = await serve(changing);
    const context = await browser.newContext();
    try {
      const tabs = [await context.newPage(), await context.newPage()];
      for (const tab of tabs) {
        tab.setDefaultTimeout(30_000);
        await visit(tab, server.url);
        await tab.getByText(KEPT).waitFor();
      }
      const [old] = await caches(tabs[0]);
      version = 'second';
      await tabs[0].evaluate(async () => void (await navigator.serviceWorker.ready).update());
      await tabs[0].getByText('A new version of this page is here.').waitFor();
      // It is there beside the old one, which still answers for everything.
      assert.equal((await caches(tabs[0])).length, 2);
      for (const tab of tabs) assert.deepEqual(await versions(tab), ['first', 'first']);
      await tabs[0].getByRole('button', { name: 'Reload with it' }).click();
      for (const tab of tabs) {
        await tab.locator('body[data-version="second"]').waitFor();
        await tab.getByText(KEPT).waitFor();
        assert.deepEqual(await versions(tab), ['second', 'second']);
      }
      const now = await caches(tabs[0]);
      assert.equal(now.length, 1);
      assert.notEqual(now[0], old);
    } finally {
      await context.close();
      await server.close();
    }
  });

  await t.test('a version of which a file is another is not taken', async () => {
    const changing = await demoSite(folder);
    const worker = await changing.bytes['/service-worker.js']();
    const wrong = worker.replace(/("\.\/app\.js",")[0-9a-f]{4}/, '$10000');
    assert.notEqual(wrong, worker);
    const server = await serve({
      ...changing,
      bytes: { ...changing.bytes, '/service-worker.js': wrong },
    });
    const context = await browser.newContext();
    try {
      const tab = await context.newPage();
      await visit(tab, server.url);
      await tab.evaluate(
        () =>
          new Promise((done) => {
            navigator.serviceWorker.getRegistration().then((registration) => {
              // One that was not taken is gone, perhaps already.
              const installing = registration?.installing;
              if (!installing || installing.state === 'redundant') return done();
              installing.addEventListener(
                'statechange',
                () => installing.state === 'redundant' && done(),
              );
            });
          }),
      );
      assert.equal(
        await tab.evaluate(
          async () => (await navigator.serviceWorker.getRegistration())?.active ?? null,
        ),
        null,
      );
    } finally {
      await context.close();
      await server.close();
    }
  });
});

/** What one can do on the page, but for what needs the network: MiniLM. */
async function everything(page) {
  await ask(page, 'why does bread rise');
  await hits(page).first().locator('.reason').getByText('carried by').waitFor();
  await paste(page, 'The rudder of the dinghy is held by two pintles.');
  await page
    .locator('#texts-files')
    .setInputFiles([file('boat.md', '# Boat\n\nA tiller turns it.')]);
  await page.locator('#texts-list').getByText('boat.md').first().waitFor();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export' }).click();
  await (await download).path();
  if (await page.getByRole('button', { name: 'Open two tabs' }).isVisible())
    await page.getByRole('button', { name: 'Open two tabs' }).click();
  for (const name of ['Left', 'Right'])
    await page.frameLocator(`iframe[title="${name} tab"]`).locator('[data-state="open"]').waitFor();
}

async function originals() {
  const read = (path) => contents(path, site.mounts, site.bytes).then(String);
  return { page: await read('/index.html'), late: await read(LATE) };
}

/** The page's, and that of a module which it loads late. */
function versions(tab) {
  return tab.evaluate(async (path) => {
    const late = await (await fetch(path)).text();
    return [document.body.dataset.version, /version (\w+)$/.exec(late.trim())[1]];
  }, LATE);
}

function caches(tab) {
  return tab.evaluate(async () =>
    (await globalThis.caches.keys()).filter((name) => name.startsWith('demo-page-')),
  );
}
