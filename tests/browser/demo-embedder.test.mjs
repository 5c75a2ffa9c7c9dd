// The choice of an embedder in the demo page: MiniLM over a stub of the network, cancelled, and offline.
import assert from 'node:assert/strict';
import test from 'node:test';
import { ask, hits, openDemo, paste, visit } from './demo.mjs';
import { network } from './minilm-network.mjs';

const PASTED = 'Grandmother Petronella folded quark dumplings. The oven was cold. Rain fell.';

const inUse = (page) => page.locator('#embedder-list .used h3').textContent();

const cut = (page) => page.context().route(/^https:/, (route) => route.abort());

test('the choice of an embedder', async (t) => {
  const { server, inPage } = await openDemo(t);

  await t.test('MiniLM takes over the glossary and the texts, here and after a reload', () =>
    inPage({ prepare: network() }, async (page) => {
      await paste(page, PASTED);
      assert.equal(await inUse(page), 'Built-in');
      await page.getByRole('button', { name: 'Use MiniLM' }).click();
      await page.getByText('MiniLM is in use.').waitFor();
      assert.doesNotMatch(await page.locator('#texts-said').textContent(), /another tab/);
      await ask(page, PASTED);
      // The stub's vectors are equal for equal texts, and unrelated for all others.
      const first = hits(page).first();
      await first.getByText('Grandmother').first().waitFor();
      await first.getByText('Score 1.000').waitFor();
      await first.getByText('nearest sentence underlined').waitFor();
      assert.equal(await first.locator('.nearest').count(), 1);
      await ask(page, 'The oven was cold.');
      await page.getByLabel('In', { exact: true }).selectOption('Your texts');
      await page.locator('#search[data-state="none"]').waitFor();

      await visit(page, server.url);
      assert.equal(await inUse(page), 'MiniLM');
      assert.equal(await page.locator('#texts-list li').count(), 1);
      await page.getByRole('button', { name: 'Use Built-in' }).click();
      await page.getByText('Built-in is in use.').waitFor();
      await ask(page, 'petronella');
      await hits(page).first().getByText('Grandmother').first().waitFor();
    }),
  );

  await t.test('an export says whose vectors it has', () =>
    inPage({ prepare: network() }, async (page) => {
      await paste(page, PASTED);
      const [exported] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Export' }).click(),
      ]);
      const path = await exported.path();
      await page.getByRole('button', { name: 'Use MiniLM' }).click();
      await page.getByText('MiniLM is in use.').waitFor();
      await page.getByRole('button', { name: 'Remove Grandmother' }).click();
      await page.locator('#texts-said').getByText('Removed').waitFor();
      await page.locator('#texts-import-file').setInputFiles(path);
      await page.locator('#texts-problems').getByText('made with').waitFor();
      await page.getByRole('button', { name: 'Embed its texts anew' }).click();
      await page.locator('#texts-said').getByText('Imported 1 passage').waitFor();
      assert.equal(await page.locator('#texts-list li').count(), 1);
    }),
  );

  await t.test('cancelled while it loads, all is as it was', () => {
    let release;
    const hold = new Promise((resolve) => {
      release = resolve;
    });
    return inPage({ prepare: network({ hold }) }, async (page) => {
      await page.getByRole('button', { name: 'Use MiniLM' }).click();
      await page.locator('#embedder-bar').waitFor();
      await page.locator('#embedder-cancel').click();
      await page.getByRole('alert').getByText('Cancelled').waitFor();
      assert.equal(await inUse(page), 'Built-in');
      assert.equal(page.workers().filter((it) => it.url().includes('minilm')).length, 0);
      release();
      await ask(page, 'bread');
      await hits(page).first().waitFor();
    });
  });

  await t.test('offline it says so, and the built-in one stays in use', () =>
    inPage({ prepare: cut }, async (page) => {
      await page.getByRole('button', { name: 'Use MiniLM' }).click();
      const alert = page.locator('#embedder-problem');
      await alert.getByText('needs the network once').waitFor();
      assert.match(await alert.textContent(), /\d+ MB.*Built-in stays in use\.$/);
      assert.equal(await inUse(page), 'Built-in');
    }),
  );

  await t.test('one that was chosen and cannot be had is fallen back from, texts and all', () =>
    inPage({ prepare: network() }, async (page) => {
      await paste(page, PASTED);
      await page.getByRole('button', { name: 'Use MiniLM' }).click();
      await page.getByText('MiniLM is in use.').waitFor();
      await page.context().unrouteAll();
      await cut(page);
      // What was fetched once is there without a network.
      await visit(page, server.url);
      assert.equal(await inUse(page), 'MiniLM');
      await page.getByRole('button', { name: 'Remove MiniLM’s files' }).click();
      await page.getByText('are removed').waitFor();
      await visit(page, server.url);
      await page.locator('#embedder-problem').getByText('stays in use').waitFor();
      await ask(page, 'petronella');
      await hits(page).first().getByText('Grandmother').first().waitFor();
    }),
  );
});
