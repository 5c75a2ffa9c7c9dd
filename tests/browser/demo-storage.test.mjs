// The demo's storage panel in Chromium: two tabs share notes, are killed, and lose none.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openDemo, overflow, visit } from './demo.mjs';

const TABS = ['Left', 'Right'];
const BURST = 200;

test('the storage panel', async (t) => {
  const { server, inPage } = await openDemo(t);

  await t.test('a note added in one tab is found in the other', () =>
    inPage({}, async (page) => {
      await begin(page);
      await add(page, 'Left', 'Buy oats and milk');
      await add(page, 'Right', 'Call the plumber');
      for (const name of TABS) {
        assert.deepEqual(await standing(page, name), { version: '2', stored: '2', notes: '2' });
        assert.deepEqual(await texts(page, name), ['Call the plumber', 'Buy oats and milk']);
        await tab(page, name).getByRole('textbox').fill('plumbing');
        await tab(page, name).getByText('Nearest first').waitFor();
        assert.deepEqual(await texts(page, name), ['Call the plumber']);
      }
      await tab(page, 'Left').getByRole('textbox').fill('♜');
      await tab(page, 'Left').getByText('No note resembles this.').waitFor();
      await tab(page, 'Left').getByRole('button', { name: 'Add', exact: true }).click();
      await tab(page, 'Left').getByText('A note needs letters or digits.').waitFor();
    }),
  );

  await t.test(
    'the writer is killed as both write: the other takes over, and nothing is lost',
    () =>
      inPage({}, async (page) => {
        await begin(page);
        const { writer, follower } = await roles(page);
        for (const name of TABS)
          await tab(page, name).getByRole('button', { name: 'without pause' }).click();
        await tab(page, writer)
          .getByText(/^Note ([5-9]|\d\d+) of/)
          .first()
          .waitFor();
        await button(page, writer).click();
        const story = page.getByRole('region', { name: `${writer} tab` });
        await story.getByText('Killed. It was the writer.').waitFor();
        await story.getByText(`The ${follower.toLowerCase()} tab took over after`).waitFor();
        await story
          .getByText(/^Acknowledged on this page: \d+, of which none missing\.$/)
          .waitFor();
        await tab(page, follower).getByText('writer', { exact: true }).waitFor();

        // What the survivor was about to ask of the one killed is done as well, once.
        await tab(page, follower).getByText(`Note ${BURST} of ${BURST}`).waitFor();
        await tab(page, follower).locator('[aria-pressed="false"]').waitFor();
        await button(page, writer).click();
        await tab(page, writer).getByText('follower').waitFor();
        assert.deepEqual(await standing(page, writer), await standing(page, follower));
        const { version, notes } = await standing(page, follower);
        assert.equal(notes, version);
        const lastOf = (name) => page.evaluate(countOf, name);
        assert.equal(await lastOf(follower), BURST);
        assert.ok((await lastOf(writer)) >= 5);
      }),
  );

  await t.test('the notes are there after both tabs died, and after a reload of the page', () =>
    inPage({}, async (page) => {
      await begin(page);
      await add(page, 'Left', 'Still there');
      for (const name of TABS) await button(page, name).click();
      await button(page, 'Right').click();
      await tab(page, 'Right').getByText('Still there').waitFor();
      await visit(page, server.url);
      for (const name of TABS) await tab(page, name).getByText('Still there').waitFor();
    }),
  );

  await t.test('reports the storage, and asks for persistence', () =>
    inPage({}, async (page) => {
      await begin(page);
      await add(page, 'Left', 'Some bytes');
      assert.equal((await report(page)).Backend, 'indexeddb');
      assert.match((await report(page))['This site uses'], /^[\d.]+ [kM]B of [\d.]+ [GT]B$/);
      assert.match((await report(page))['Journal since'], /^[\d.]+ kB$/);
      await page.getByRole('button', { name: 'Ask the browser' }).click();
      await page.getByText('The browser promised').waitFor();
      const promised = await page.evaluate(() => navigator.storage.persisted());
      await page
        .getByLabel('Storage report')
        .getByText(promised ? 'yes' : 'no', { exact: true })
        .waitFor();
      assert.equal((await report(page))['Eviction risk'], promised ? 'none' : 'low');
    }),
  );

  await t.test('deletes the notes under all tabs, a real third one too', () =>
    inPage({}, async (page) => {
      await begin(page);
      await add(page, 'Left', 'Doomed');
      const [third] = await Promise.all([
        page.context().waitForEvent('page'),
        page.getByRole('link', { name: 'third tab' }).click(),
      ]);
      await third.getByText('Doomed').waitFor();
      await third.getByRole('button', { name: 'without pause' }).click();
      await third.getByText(/^\d+ of 200 stored/).waitFor();
      await tab(page, 'Left').getByText('Note 5 of').waitFor();
      page.once('dialog', (dialog) => dialog.accept());
      await page.getByRole('button', { name: 'Delete the notes' }).click();
      await page.getByText('Deleted.').waitFor();
      assert.doesNotMatch(await page.locator('#storage-report').textContent(), /kB$/);
      await third.getByText('The notes were deleted').waitFor();
      for (const name of TABS) await tab(page, name).getByText('No notes yet.').waitFor();
      assert.match((await report(page))['Journal since'], /^(0|\d{1,3}) bytes$/);
      await add(page, 'Right', 'A new one');
      await third.getByRole('button', { name: 'Open the notes again' }).click();
      await third.getByText('A new one').waitFor();
    }),
  );

  await t.test('works by keyboard alone', () =>
    inPage({}, async (page) => {
      const focused = () => page.evaluate(() => document.activeElement.textContent);
      await page.getByRole('button', { name: 'Make the network' }).focus();
      await page.keyboard.press('Tab');
      assert.equal(await focused(), 'Open two tabs');
      await page.keyboard.press('Enter');
      assert.equal(await focused(), 'Kill this tab');
      for (const name of TABS) await tab(page, name).getByText('No notes yet.').waitFor();
      await page.keyboard.press('Tab');
      await page.keyboard.type('Typed');
      await page.keyboard.press('Enter');
      await tab(page, 'Right').getByText('Typed').waitFor();
      await page.keyboard.press('Shift+Tab');
      assert.equal(await focused(), 'Kill this tab');
      await page.keyboard.press('Enter');
      assert.equal(await focused(), 'Reopen');
      await page.keyboard.press('Space');
      assert.equal(await focused(), 'Kill this tab');
      await tab(page, 'Left').getByText('Typed').waitFor();
      // Left's field and two buttons, then on to the right one.
      for (let i = 0; i < 4; ++i) await page.keyboard.press('Tab');
      assert.equal(await focused(), 'Kill this tab');
      assert.equal(await button(page, 'Right').evaluate(isFocused), true);
    }),
  );

  await t.test('fits windows of 360 and of 1280 pixels', () =>
    inPage({}, async (page) => {
      await begin(page);
      await add(page, 'Left', 'Donaudampfschifffahrtsgesellschaftskapitän'.repeat(4));
      for (const width of [360, 1280]) {
        await page.setViewportSize({ width, height: 740 });
        for (const frame of page.frames())
          assert.ok((await overflow(frame)) <= 0, `${width}: ${frame.url()}`);
      }
    }),
  );

  await t.test('says so where there is no IndexedDB, and the rest of the page goes on', () =>
    inPage(
      { prepare: (page) => page.addInitScript(() => delete globalThis.indexedDB) },
      async (page) => {
        await page.getByText('this browser has no IndexedDB').waitFor();
        assert.equal(await page.getByRole('button', { name: 'Open two tabs' }).isVisible(), false);
        assert.equal(await page.getByRole('searchbox').isVisible(), true);
      },
    ),
  );
});

async function begin(page) {
  await page.getByRole('button', { name: 'Open two tabs' }).click();
  for (const name of TABS) await tab(page, name).getByText('No notes yet.').waitFor();
}

function tab(page, name) {
  return page.frameLocator(`iframe[title="${name} tab"]`);
}

/** That kills the tab, or opens it anew. */
function button(page, name) {
  return page.getByRole('region', { name: `${name} tab` }).getByRole('button');
}

/** Adds a note, and waits until both tabs have it. */
async function add(page, name, text) {
  await tab(page, name).getByRole('textbox').fill(text);
  await tab(page, name).getByRole('textbox').press('Enter');
  for (const each of TABS) await tab(page, each).getByText(text).waitFor();
}

async function roles(page) {
  const [left] = await tab(page, TABS[0]).locator('#role').allTextContents();
  const [writer, follower] = left === 'writer' ? TABS : TABS.toReversed();
  assert.equal(await tab(page, follower).locator('#role').textContent(), 'follower');
  return { writer, follower };
}

async function standing(page, name) {
  const [version, stored, notes] = await Promise.all(
    ['#version', '#durable', '#count'].map((it) => tab(page, name).locator(it).textContent()),
  );
  return { version, stored, notes };
}

function texts(page, name) {
  return tab(page, name).locator('#notes li > span').allTextContents();
}

function report(page) {
  return page
    .getByLabel('Storage report')
    .locator('div')
    .evaluateAll((facts) =>
      Object.fromEntries(facts.map(({ children }) => Array.from(children, (it) => it.textContent))),
    );
}

/** Runs in the page: the stored notes of a tab, each text once. */
async function countOf(name) {
  const { open } = await import('/package/dist/index.js');
  const db = await open('demo-notes', { tabs: 'readonly' });
  const { ids } = await db.list({ filter: { tab: name }, limit: 10_000 });
  const texts = (await db.getMany(ids)).map(({ metadata }) => metadata.text);
  await db.close();
  if (new Set(texts).size !== texts.length) throw new Error(`a note of ${name} is there twice`);
  return texts.length;
}

function isFocused(node) {
  return node === document.activeElement;
}
