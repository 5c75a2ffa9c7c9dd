// The visitor's own texts in the demo page: added, searched, kept, removed, exported and imported.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { makeWeights } from '../../scripts/embedder.mjs';
import { createBuiltIn } from '../../web-demo/embedders/built-in.js';
import { createIndex } from '../support/package.mjs';
import { ask, expectFirst, file, hits, openDemo, paste, visit } from './demo.mjs';

const NOTES = `# Bicycle

## Squeaky brakes

The left brake of the old bicycle squeals in the rain because its pads are glazed; sand them.

## Saddle

The saddle height is seventy-three centimetres from the crank, measured with a folding rule.
`;
const RECIPE = 'Grandmother Petronella folded quark dumplings with nutmeg and stale breadcrumbs.';

const list = (page) => page.locator('#texts-list .file').allTextContents();

const said = (page, text) => page.locator('#texts-said').getByText(text).waitFor();

const alerts = (page) => page.locator('#texts-problems');

function download(page) {
  return Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export' }).click(),
  ]).then(async ([it]) => ({
    name: it.suggestedFilename(),
    bytes: await readFile(await it.path()),
  }));
}

async function importFile(page, bytes, name = 'my-texts.rv') {
  await page
    .locator('#texts-import-file')
    .setInputFiles({ name, mimeType: 'application/octet-stream', buffer: bytes });
}

test("the visitor's own texts", async (t) => {
  const { server, inPage } = await openDemo(t);

  await t.test('what is pasted or chosen is found together with the glossary, or alone', () =>
    inPage({}, async (page) => {
      await paste(page, RECIPE);
      await page.locator('#texts-files').setInputFiles([file('bicycle.md', NOTES)]);
      await said(page, /^Added [12] passages?: bicycle\.md\.$/);
      const [pasted, chosen] = await list(page);
      assert.match(pasted, /^Grandmother Petronella folded/);
      assert.equal(chosen, 'bicycle.md');

      await ask(page, 'petronella folded quark dumplings and stale breadcrumbs');
      await expectFirst(page, pasted);
      await page.locator('.place:not(.own)').first().waitFor();
      await page.getByLabel('In', { exact: true }).selectOption('Your texts');
      await ask(page, 'squealing bicycle brake');
      await hits(page).first().getByText('glazed').waitFor();
      assert.equal(await page.locator('.place:not(.own)').count(), 0);
      await page.getByLabel('In', { exact: true }).selectOption('The glossary');
      await page.locator('.place:not(.own)').first().waitFor();
      assert.equal(await page.locator('.place.own').count(), 0);
    }),
  );

  await t.test('a file that is dropped is indexed', () =>
    inPage({}, async (page) => {
      const transfer = await page.evaluateHandle((text) => {
        const data = new DataTransfer();
        data.items.add(new File([text], 'dropped.md', { type: 'text/markdown' }));
        return data;
      }, long(120));
      await page.dispatchEvent('#texts-drop', 'dragenter', { dataTransfer: transfer });
      assert.match(await page.locator('#texts-drop').getAttribute('class'), /over/);
      await page.dispatchEvent('#texts-drop', 'drop', { dataTransfer: transfer });
      await said(page, 'Added 120 passages: dropped.md.');
      assert.deepEqual(await list(page), ['dropped.md']);
    }),
  );

  await t.test('they are there after a reload, and gone once removed', () =>
    inPage({}, async (page) => {
      await paste(page, RECIPE);
      await paste(page, `${RECIPE} Twice.`);
      const [name] = await list(page);
      assert.deepEqual(await list(page), [name, `${name} (2)`]);
      await visit(page, server.url);
      assert.deepEqual(await list(page), [name, `${name} (2)`]);
      await ask(page, 'petronella');
      await expectFirst(page, name);
      const remove = page.getByRole('button', { name: `Remove ${name}`, exact: true });
      await remove.focus();
      await page.keyboard.press('Enter');
      await said(page, `Removed ${name}`);
      // Also once the database has told of the change.
      await page.waitForTimeout(300);
      const focused = () => page.evaluate(() => document.activeElement.ariaLabel);
      assert.equal(await focused(), `Remove ${name} (2)`);
      await page.getByRole('button', { name: 'Undo' }).click();
      await said(page, `Added 1 passage: ${name}`);
      assert.deepEqual(await list(page), [`${name} (2)`, name]);
      page.once('dialog', (dialog) => dialog.accept());
      await page.getByRole('button', { name: 'Remove all' }).click();
      await said(page, 'All removed.');
      await visit(page, server.url);
      assert.deepEqual(await list(page), []);
      await page.getByText('a reload finds them').waitFor();
    }),
  );

  await t.test('what is not whole yet is not shown, and cancelled, it leaves nothing behind', () =>
    inPage({}, async (page) => {
      const shown = await page.evaluate(cancelMidway, long(4000));
      await said(page, /^Cancelled/);
      assert.deepEqual(shown, { own: 0, listed: ['short.md'], isGoingOn: true });
      assert.deepEqual(await list(page), []);
      await ask(page, 'halyard winch');
      await hits(page).first().waitFor();
      assert.equal(await page.locator('.place.own').count(), 0);
      await visit(page, server.url);
      assert.deepEqual(await list(page), []);
    }),
  );

  await t.test('an export is imported by another browser, beside what is there', () =>
    inPage({ own: {} }, async (page) => {
      await page.locator('#texts-files').setInputFiles([file('bicycle.md', NOTES)]);
      await said(page, 'Added');
      const exported = await download(page);
      assert.equal(exported.name, 'my-texts.rv');
      await inPage({}, async (other) => {
        await paste(other, RECIPE);
        await importFile(other, exported.bytes);
        await said(other, /^Imported [12] passages?: bicycle\.md\.$/);
        await importFile(other, exported.bytes);
        await said(other, 'Imported 0 passages: none. Here already: bicycle.md.');
        assert.deepEqual((await list(other)).slice(1), ['bicycle.md']);
        await ask(other, 'squealing bicycle brake');
        await hits(other).first().getByText('glazed').waitFor();
      });
    }),
  );

  await t.test('what cannot be imported says why, and whose it is', () =>
    inPage({}, async (page) => {
      await page.locator('#texts-files').setInputFiles([file('bicycle.md', NOTES)]);
      await said(page, 'Added');
      const { bytes } = await download(page);
      const damaged = Buffer.from(bytes);
      damaged[damaged.length >> 1] ^= 1;
      for (const [name, given, code, words] of [
        ['damaged.rv', damaged, 'FORMAT_CHECKSUM', 'damaged or cut off'],
        ['short.rv', bytes.subarray(0, 100), 'FORMAT_', 'This file'],
        ['text.rv', Buffer.from('not a snapshot'), 'INVALID_ARGUMENT', 'not an export'],
        ['other.rv', await made({ model: 'other-model' }), 'MODEL_MISMATCH', 'other-model'],
        ['small.rv', await made({ dimensions: 3 }), 'DIMENSION_MISMATCH', 'have 3'],
      ]) {
        await importFile(page, given, name);
        await alerts(page).getByText(name).waitFor();
        const text = await alerts(page).textContent();
        assert.ok(text.includes(code) && text.includes(words), text);
      }
      // The texts in it are as good as any.
      await page.getByRole('button', { name: 'Embed its texts anew' }).click();
      await said(page, 'Imported 1 passage: a.txt.');
      await ask(page, 'petronella');
      await hits(page).first().getByText('Grandmother').first().waitFor();
      await importFile(page, await made({ metadata: { lang: 'en' } }), 'foreign.rv');
      await alerts(page).getByText('expected an export of this page').waitFor();
      assert.deepEqual(await list(page), ['bicycle.md', 'a.txt']);
    }),
  );

  await t.test('without IndexedDB they last until one leaves, and the page says so', () =>
    inPage(
      { prepare: (page) => page.addInitScript(() => delete globalThis.indexedDB) },
      async (page) => {
        await page.getByText('This browser keeps nothing for the page').waitFor();
        await paste(page, RECIPE);
        await ask(page, 'petronella');
        await hits(page).first().getByText('Grandmother').first().waitFor();
      },
    ),
  );

  await t.test('what is pasted is kept as it is, and its hit says it once', () =>
    inPage({}, async (page) => {
      const text =
        'Map<String, Integer> is `<b>generic</b>`, says *Bob* <bob@example.org> Quokkington.';
      await paste(page, text);
      await ask(page, 'quokkington');
      const first = hits(page).first();
      await first.locator('.text mark').waitFor();
      assert.equal(await first.locator('.text').textContent(), text);
      const seen = await first.evaluate((hit) =>
        [...hit.querySelectorAll('h3:not(.unseen), .place, .text')].map((node) => node.textContent),
      );
      assert.deepEqual(seen, ['Your texts', text]);
      assert.match(await first.locator('.reason').textContent(), /^carried by quokkington/);
    }),
  );

  await t.test('a file that is here is not added twice; one of its name replaces it or not', () =>
    inPage({}, async (page) => {
      const choose = (...texts) =>
        page.locator('#texts-files').setInputFiles(texts.map((text) => file('notes.txt', text)));
      await choose('The ferry leaves at seven.');
      await said(page, 'Added 1 passage: notes.txt.');
      await choose('The ferry leaves at seven.');
      await said(page, 'Here already, with the same words: notes.txt.');
      await choose('The ferry leaves at eight.');
      await page.getByText('There is another notes.txt').waitFor();
      assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Replace it');
      await page.locator('#texts-cancel').click();
      await said(page, /^Cancelled/);
      await choose('The ferry leaves at eight.');
      await page.getByRole('button', { name: 'Keep both' }).click();
      await said(page, 'Added 1 passage: notes.txt (2).');
      await choose('The ferry leaves at nine.');
      await page.getByRole('button', { name: 'Replace it' }).click();
      await said(page, 'Added 1 passage: notes.txt.');
      assert.deepEqual((await list(page)).sort(), ['notes.txt', 'notes.txt (2)']);
      await page.getByLabel('In', { exact: true }).selectOption('Your texts');
      await ask(page, 'ferry leaves');
      await page.getByText('at nine').waitFor();
      assert.equal(await page.getByText('at seven').count(), 0);
      assert.equal(await hits(page).count(), 2);
    }),
  );

  await t.test('a file that is dropped too early is added once the page is ready', () => {
    const prepare = (page) =>
      page.route('**/glossary.json', async (route) => {
        await page.waitForFunction(() => document.getElementById('loading-waits') !== null);
        await page.evaluate(dropFile, ['early.txt', 'The walrus waited at the gate.']);
        await page.getByText('Added once the page is ready: early.txt.').waitFor();
        await route.continue();
      });
    return inPage({ prepare }, async (page) => {
      await said(page, 'Added 1 passage: early.txt.');
      assert.deepEqual(await list(page), ['early.txt']);
    });
  });

  await t.test('what is asked for while work goes on waits for it', () =>
    inPage({}, async (page) => {
      await paste(page, RECIPE);
      const [name] = await list(page);
      await page.evaluate(dropFile, ['long.md', long(400)]);
      await page.locator('#texts[data-work="busy"]').waitFor();
      await page.getByRole('button', { name: `Remove ${name}` }).click();
      await page.evaluate(dropFile, ['other.jpg', 'The walrus waited at the gate.']);
      await alerts(page).getByText('other.jpg').waitFor();
      assert.match(await alerts(page).textContent(), /got "other\.jpg"\.$/);
      assert.deepEqual(await list(page), ['long.md']);
      // A refusal is not there any longer than it is true.
      await page.getByRole('button', { name: 'Add this text' }).click();
      await alerts(page).getByText('Paste or write something first.').waitFor();
      await page.getByLabel('Or paste a text').fill('x');
      assert.equal(await alerts(page).textContent(), '');
    }),
  );

  await t.test('two tabs have the same texts', () =>
    inPage({}, async (page) => {
      const second = await page.context().newPage();
      await visit(second, server.url);
      await paste(second, RECIPE);
      await page.locator('#texts-list').getByText('Grandmother').first().waitFor();
    }),
  );
});

/** A snapshot of one record, as another program would make it. */
async function made({ dimensions, model, metadata } = {}) {
  const shape = pageShape();
  const index = await createIndex({
    dimensions: dimensions ?? shape.dimensions,
    model: model ?? (dimensions === undefined ? shape.model : undefined),
  });
  index.upsert({
    id: 'a.txt#0',
    vector: new Array(index.dimensions).fill(1),
    metadata: metadata ?? { file: 'a.txt', heading: '', text: RECIPE },
  });
  const bytes = Buffer.from(index.export());
  index.dispose();
  return bytes;
}

function pageShape() {
  return createBuiltIn(makeWeights());
}

/**
 * Runs in the page: drops a short file and `text`, searches for what is in it once some of it is
 * indexed, and cancels once that is answered, whatever the machine.
 * @returns {Promise<{ own: number, listed: string[], isGoingOn: boolean }>} what was shown then
 */
async function cancelMidway(text) {
  const [bar, phase, query, summary] = ['texts-bar', 'texts-phase', 'query', 'summary'].map((id) =>
    document.getElementById(id),
  );
  const data = new DataTransfer();
  data.items.add(new File(['A short one, about nothing of the sea.'], 'short.md'));
  data.items.add(new File([text], 'long.md'));
  const holds = async (condition) => {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve));
  };
  dispatchEvent(new DragEvent('drop', { dataTransfer: data }));
  await holds(() => phase.textContent === 'Indexing long.md' && bar.value >= 64);
  query.value = 'halyard winch';
  query.dispatchEvent(new Event('input'));
  await holds(() => summary.textContent !== '');
  const shown = {
    own: document.querySelectorAll('.place.own').length,
    listed: Array.from(document.querySelectorAll('#texts-list .file'), (it) => it.textContent),
    isGoingOn: phase.textContent === 'Indexing long.md',
  };
  document.getElementById('texts-cancel').click();
  return shown;
}

/** Runs in the page. */
function dropFile([name, text]) {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([text], name));
  const event = new DragEvent('drop', { dataTransfer, cancelable: true });
  dispatchEvent(event);
  if (!event.defaultPrevented) throw new Error('the browser would open the file');
}

/** Markdown of that many passages. */
function long(passages) {
  const words = 'mast keel rudder halyard tiller jib spar anchor hull bilge cleat winch'.split(' ');
  return Array.from({ length: passages }, (_, i) => {
    const sentence = Array.from({ length: 30 }, (_, j) => words[(i * 7 + j * j) % words.length]);
    return `## Part ${i}\n\n${sentence.join(' ')} ${i}.\n`;
  }).join('\n');
}
