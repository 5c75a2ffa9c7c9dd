/** What the drivers share: where the browsers are, what is served, what becomes of the results. */
import assert from 'node:assert/strict';
import { accessSync, constants } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import test from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { CSP, serve, shipped } from '../../web-demo/server.mjs';
import { demoSite } from '../../web-demo/site.mjs';
import { createIndex, packageFile } from '../support/package.mjs';
import { snapshot } from './data.js';
import { SETS } from './suite.js';

/** Milliseconds for one assertion, which takes a few seconds at most. */
const PATIENCE = 60_000;

/** The path of a browser: what the variable says, or the first of `names` on PATH. */
export function findBrowser(variable, names) {
  const given = process.env[variable];
  const candidates = given
    ? [given]
    : (process.env.PATH ?? '')
        .split(delimiter)
        .flatMap((folder) => names.map((name) => join(folder, name)));
  const found = candidates.find(isExecutable);
  if (found === undefined)
    throw new Error(
      given
        ? `${variable}=${given}: expected a program there, found none`
        : `expected one of ${names.join(', ')} on PATH, or its path in ${variable}; found none`,
    );
  return found;
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * The demo, and the suite at /suite/ and /without-eval/ with what it expects beside it; and `bytes` by
 * their paths. `more`: other options of `serve()`.
 */
export async function serveAll(bytes = {}, more = {}) {
  const folder = dirname(packageFile('./package.json'));
  const has = await shipped(folder);
  const hasButWasm = (path) => has(path) && !path.endsWith('.wasm');
  const demo = await demoSite(folder);
  const suite = fileURLToPath(new URL('.', import.meta.url));
  return serve({
    mounts: [
      { at: '/suite/', folder: suite },
      { at: '/support/', folder: join(suite, '../support') }, // data.js imports from there
      { at: '/without-eval/', folder: suite, csp: CSP.replace(" 'wasm-unsafe-eval'", '') },
      { at: '/lost/', folder, has: hasButWasm },
      { at: '/rewritten/', folder, has: hasButWasm, answersWithPage: true },
      ...demo.mounts,
    ],
    bytes: {
      ...demo.bytes,
      '/snapshot.rv': await snapshot(createIndex),
      ...bytes,
    },
    ...more,
  });
}

/**
 * Defines the tests of one browser, as Playwright or Puppeteer launches it.
 * @param {string} name
 * @param {() => Promise<{ newPage(): Promise<object>, close(): Promise<void> }>} launch
 */
export function testIn(name, launch) {
  test(name, async (t) => {
    const server = await serveAll();
    t.after(() => server.close());
    const browser = await launch();
    t.after(() => browser.close());

    await t.test('all assertions hold under a strict content security policy', async (all) => {
      const outcome = await visit(browser, `${server.url}suite/suite.html`);
      for (const { name, ok, error } of outcome.results)
        await all.test(name, () => assert.ok(ok, error));
      assert.equal(outcome.title, 'done');
      assert.deepEqual(outcome.errors, []);
      assert.deepEqual(outcome.violations, []);
      assert.equal(outcome.results.length, 2 * Object.keys(SETS.all).length);
      assert.ok(outcome.results.length >= 36, `only ${outcome.results.length} assertions ran`);
    });

    await t.test("a policy without 'wasm-unsafe-eval' is named in the error", async () => {
      const url = `${server.url}without-eval/suite.html?set=without-eval`;
      const { results, violations } = await visit(browser, url);
      assert.deepEqual(
        results.map(({ ok, error }) => error ?? ok),
        [true, true],
      );
      assert.match(violations.join('\n'), /^script-src.*wasm-eval/m);
    });

    await t.test('an assertion that does not hold is reported', async () => {
      const { results } = await visit(browser, `${server.url}suite/suite.html?set=failing`);
      assert.deepEqual(
        results.map(({ ok }) => ok),
        [true, false, true, false],
      );
      assert.match(results[1].error, /expected 3, got 2/);
    });
  });
}

/** What becomes of the suite at `url`, in a page of its own. */
async function visit(browser, url) {
  const page = await browser.newPage();
  const errors = [];
  page.on('pageerror', (error) => errors.push(`page error: ${error.message}`));
  const over = new AbortController();
  try {
    await page.goto(url);
    const outcome = await Promise.race([
      page.evaluate(outcomeOfPage),
      standstill(page, url, errors, over.signal),
    ]);
    return { ...outcome, errors: [...outcome.trouble, ...errors] };
  } finally {
    over.abort();
    await page.close();
  }
}

/** A page under the demo's policy that does nothing by itself, and asks for no icon. */
export const BLANK = '<!doctype html><title>Blank</title><link rel="icon" href="data:,">';

/** Waits for what comes a moment later, as the end of a worker does. */
export async function until(holds) {
  for (let i = 0; i < 500 && !holds(); ++i) await setTimeout(20);
  assert.ok(holds(), holds.toString());
}

/** Runs in the page. */
async function outcomeOfPage() {
  if (globalThis.finished === undefined)
    throw new Error('page.js did not run: it, or a module that it imports, did not load');
  await globalThis.finished;
  const { results, trouble, violations } = globalThis;
  return { results, trouble, violations, title: document.title };
}

/** Rejects when no assertion began for PATIENCE, and says which ones did and what went wrong there. */
async function standstill(page, url, errors, signal) {
  let begun = [];
  const look = () =>
    page
      .evaluate(() => globalThis.begun)
      .then(
        (now) => now,
        () => begun,
      );
  for (let since = Date.now(); Date.now() - since < PATIENCE; ) {
    await setTimeout(1000);
    if (signal.aborted) return;
    // A page that is busy does not answer.
    const now = await Promise.race([look(), setTimeout(1000, begun)]);
    if (now.length > begun.length) [begun, since] = [now, Date.now()];
  }
  throw new Error(
    [`${url}: standing still for ${PATIENCE / 1000} s`, ...errors, ...begun].join('\n'),
  );
}
