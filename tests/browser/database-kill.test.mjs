// Whole browsers killed while a database is written: the next start finds what was acknowledged.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import puppeteer from 'puppeteer-core';
import { random } from '../support/random.mjs';
import { soak } from '../support/soak.mjs';
import { CHROMIUM_ARGS, CHROMIUM_NAMES } from './chromium.mjs';
import { findBrowser, serveAll } from './drive.mjs';
import { FIREFOX_NAMES, FIREFOX_PREFS } from './firefox.mjs';

const ROUNDS = soak ? 100 : 3;

const BROWSERS = {
  Chromium: { executable: ['CHROMIUM', CHROMIUM_NAMES], own: { args: CHROMIUM_ARGS } },
  Firefox: {
    executable: ['FIREFOX', FIREFOX_NAMES],
    own: { browser: 'firefox', extraPrefsFirefox: FIREFOX_PREFS },
  },
};

const isTidying = (profile) => readdirSync(profile).some((name) => name.endsWith('.puppeteer'));

for (const [name, { executable, own }] of Object.entries(BROWSERS))
  test(`${name} killed while it saves, ${ROUNDS} times`, async (t) => {
    const server = await serveAll();
    t.after(() => server.close());
    const home = mkdtempSync(join(tmpdir(), 'rv-kill-'));
    t.after(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }));
    const start = async () => {
      const browser = await puppeteer.launch({
        executablePath: findBrowser(...executable),
        headless: true,
        timeout: 30_000,
        userDataDir: join(home, 'profile'),
        env: { ...process.env, HOME: home },
        ...own,
      });
      const page = await browser.newPage();
      await page.goto(`${server.url}suite/database.html`);
      return { browser, page };
    };
    /** Of the process and what it started. */
    const kill = async ({ browser }) => {
      const child = browser.process();
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await gone;
      await browser.disconnect().catch?.(() => {});
      // Puppeteer puts the preferences of Firefox back, which the next start is not to meet half done.
      for (let tries = 0; tries < 100 && isTidying(join(home, 'profile')); ++tries)
        await new Promise((resolve) => setTimeout(resolve, 50));
    };
    let running;
    t.after(() => running?.browser.process().kill('SIGKILL'));

    const next = random(11);
    const all = [];
    for (let round = 0; round < ROUNDS; ++round) {
      running = await start();
      const { page } = running;
      const prefix = `r${round}-`;
      const options = { dimensions: 2, durability: 'strict' };
      const found = await page.evaluate((options) => tab.open('killed', options), options);
      const ids = await page.evaluate(() => tab.call('list', { limit: 10_000 }));
      const present = new Set(ids.result.ids);
      const lost = all.filter((id) => !present.has(id));
      assert.deepEqual(lost, [], `round ${round}: ${lost.length} of ${all.length} lost`);
      assert.equal(found.count, present.size);
      page.evaluate((prefix) => tab.write(prefix, 100_000), prefix).catch(() => {});
      const until = Date.now() + 100 + 900 * next();
      let acknowledged = [];
      while (Date.now() < until || acknowledged.length === 0)
        acknowledged = await page.evaluate(() => tab.acknowledged());
      all.push(...acknowledged);
      await kill(running);
    }
    running = await start();
    const { page, browser } = running;
    await page.evaluate(() => tab.open('killed'));
    for (let from = 0; from < all.length; from += 5000) {
      const wanted = all.slice(from, from + 5000);
      const { result } = await page.evaluate((ids) => tab.call('has', ids), wanted);
      assert.ok(result.every(Boolean));
    }
    t.diagnostic(`${all.length} acknowledged writes, all there`);
    await browser.close();
  });
