// The demo goes on answering while one types and while it indexes, in Chromium: demo-watch.mjs says what is
// measured.
import assert from 'node:assert/strict';
import test from 'node:test';
import { soak } from '../support/soak.mjs';
import { openDemo } from './demo.mjs';
import { expectSmooth, MOST, watched } from './demo-watch.mjs';
import { network } from './minilm-network.mjs';

const PASSAGES = soak ? 600 : 300;
const TYPED = 'why does the wind turn round at night near the sea';

test('the demo page stays smooth', async (t) => {
  const { browser, server, inPage } = await openDemo(t);

  const isSmooth = (page, what, work) => expectSmooth(t, { browser, page }, what, work);

  await t.test('both measures see what is too long', () =>
    inPage({}, async (page) => {
      const { longTasks } = await watched(browser, page, () => page.evaluate(block, 60));
      assert.ok(longTasks.some((duration) => duration >= 60));
      const { longest } = await watched(browser, page, () => page.evaluate(multiply, 2e8));
      assert.ok(longest > MOST, `${longest} ms`);
    }),
  );

  await t.test('while it indexes the glossary at the first visit', async () => {
    const context = await browser.newContext();
    t.after(() => context.close());
    const page = await context.newPage();
    await page.goto(server.url);
    await page.locator('#progress-text').getByText('Indexing the glossary').waitFor();
    await isSmooth(page, 'indexing the glossary', () =>
      page.locator('body:not([data-state="loading"])').waitFor(),
    );
  });

  await t.test('while one types', () =>
    inPage({}, async (page) => {
      await page.getByText('How it was found').click();
      await isSmooth(page, 'typing, the plan drawn', async () => {
        await page.getByRole('searchbox').pressSequentially(TYPED, { delay: 20 });
        await page.locator('.reason b').first().waitFor();
      });
      assert.equal(await page.locator('#plan svg').count(), 1);
    }),
  );

  await t.test('while it indexes a file that was dropped', () =>
    inPage({}, (page) =>
      isSmooth(page, `indexing ${PASSAGES} passages`, async () => {
        await page.evaluate(drop, long(PASSAGES));
        await page.getByText(`Added ${PASSAGES} passages`).waitFor();
      }),
    ),
  );

  await t.test('while another embedder takes over the glossary and the texts, and back', () =>
    inPage({ prepare: network() }, async (page) => {
      await page.evaluate(drop, long(PASSAGES));
      await page
        .locator('#texts-said')
        .getByText(/^Added/)
        .waitFor();
      for (const name of ['MiniLM', 'Built-in'])
        await isSmooth(page, `taking ${name}`, async () => {
          await page.getByRole('button', { name: `Use ${name}` }).click();
          await page.getByText(`${name} is in use.`).waitFor();
        });
    }),
  );
});

// These run in the page.

function block(milliseconds) {
  setTimeout(() => {
    const end = performance.now() + milliseconds;
    while (performance.now() < end);
  });
}

function multiply(times) {
  let product = 1;
  for (let i = 0; i < times; ++i) product = Math.imul(product, 48271) ^ i;
  return product;
}

function drop(text) {
  const data = new DataTransfer();
  data.items.add(new File([text], 'long.md'));
  dispatchEvent(new DragEvent('drop', { dataTransfer: data }));
}

function long(passages) {
  const words = 'mast keel rudder halyard tiller jib spar anchor hull bilge cleat winch'.split(' ');
  return Array.from({ length: passages }, (_, i) => {
    const sentence = Array.from({ length: 40 }, (_, j) => words[(i * 7 + j * j) % words.length]);
    return `## Part ${i}\n\n${sentence.join(' ')} ${i}.\n`;
  }).join('\n');
}
