// The core of the demo in Firefox: search as one types, own texts that stay, a reload without a server.
import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import test from 'node:test';
import { serve } from '../../web-demo/server.mjs';
import { demoSite } from '../../web-demo/site.mjs';
import { packageFile } from '../support/package.mjs';
import { launchFirefox } from './firefox.mjs';

const PATIENCE = 60_000;
const TEXT = 'Grandmother Petronella folded quark dumplings with nutmeg.';

test('the demo page in Firefox', async (t) => {
  const server = await serve(await demoSite(dirname(packageFile('./package.json'))));
  t.after(() => server.close());
  const browser = await launchFirefox();
  t.after(() => browser.close());
  const page = await browser.newPage();
  const errors = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.setDefaultTimeout(PATIENCE);
  const text = (selector) => page.$eval(selector, (node) => node.textContent);
  const open = async () => {
    await page.goto(server.url);
    await page.waitForSelector('body[data-state="ready"] #texts:not([data-texts="opening"])');
  };
  /** Types a search, and waits for a first hit with this in it. */
  const find = async (words, expected) => {
    await page.$eval('#query', (field) => {
      field.value = '';
    });
    await page.type('#query', words);
    await page.waitForFunction(
      (part) => document.querySelector('#results > li')?.textContent.includes(part),
      {},
      expected,
    );
  };

  await open();
  await t.test('searches as one types, with score and why', async () => {
    await find('maillard reaction', 'Maillard reaction');
    assert.match(await text('#summary'), /^\d+ nearest of [\d,]+, searched in/);
    await page.waitForSelector('.reason b');
    assert.match(await text('.hit .score'), /^Score \d\.\d{3}$/);
  });

  await t.test('draws the plan of the search', async () => {
    await page.click('#plan summary');
    await page.waitForSelector('#plan svg');
    const steps = await page.$$eval('#plan .step', (boxes) => boxes.length);
    assert.equal(await page.$$eval('#plan li', (items) => items.length), steps);
    assert.ok(steps >= 2);
  });

  await t.test(
    'a pasted text is found, and is there after a reload with the server gone',
    async () => {
      await page.type('#texts-paste', TEXT);
      await page.click('#texts-add');
      await page.waitForFunction(() =>
        document.getElementById('texts-said').textContent.startsWith('Added'),
      );
      await find('petronella', TEXT);
      await page.waitForFunction(() =>
        document.getElementById('offline-state').textContent.startsWith('Works offline'),
      );
      await server.close();
      await open();
      await find('petronella', TEXT);
      await find('maillard reaction', 'Maillard reaction');
    },
  );
  assert.deepEqual(errors, []);
});
