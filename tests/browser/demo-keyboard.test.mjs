// The demo by keyboard alone, and without motion. In Chromium.
import assert from 'node:assert/strict';
import test from 'node:test';
import { hits, openDemo } from './demo.mjs';

test('the demo page by keyboard', async (t) => {
  const { inPage } = await openDemo(t);

  await t.test('works by keyboard alone, and shows where it is', () =>
    inPage({}, async (page) => {
      const press = (key) => page.keyboard.press(key);
      await page.evaluate(() => {
        document.querySelector('.skip').focus();
        document.querySelector('.skip').blur();
      });
      await press('Shift+Tab');
      await press('Tab');
      assert.equal(await focused(page), 'Skip to the search field');
      await press('Enter');
      for (let i = 0; i < 3; ++i) await press('Tab');
      assert.ok(await page.evaluate(() => document.activeElement.matches('#example-list button')));
      await press('Enter');
      await page.keyboard.press('Escape');
      await page.keyboard.type('why does bread rise');
      await hits(page).first().waitFor();
      const order = [];
      for (let i = 0; i < 40; ++i) {
        await press('Tab');
        order.push(await focused(page));
        assert.ok(await outlined(page), `${order.at(-1)}: no outline`);
        if (order.at(-1) === 'Measure') break;
      }
      for (const name of [
        'In',
        'How it was found',
        'Choose files',
        'Or paste a text',
        'Add this text',
        'Import',
        'Use MiniLM',
        'Vectors',
        'Measure',
      ])
        assert.ok(order.includes(name), `${name} is not reached: ${order.join(', ')}`);

      // A text, and off again.
      await page.getByLabel('Or paste a text').focus();
      await page.keyboard.type('The rudder of the dinghy is held by two pintles.');
      await press('Tab');
      await press('Enter');
      await page.locator('#texts-list li').waitFor();
      await page.locator('#texts-list button').focus();
      await press('Enter');
      await page.locator('#texts-list li').waitFor({ state: 'detached' });
      assert.equal(await focused(page), 'Or paste a text');
    }),
  );

  await t.test('does not move for those who do not want it to', () =>
    inPage({ media: { reducedMotion: 'reduce' } }, async (page) => {
      const moving = await page.evaluate(() =>
        [...document.querySelectorAll('*')]
          .filter((node) => {
            const { transitionDuration, animationName, scrollBehavior } = getComputedStyle(node);
            return (
              transitionDuration !== '0s' || animationName !== 'none' || scrollBehavior === 'smooth'
            );
          })
          .map(({ id, tagName }) => id || tagName),
      );
      assert.deepEqual(moving, []);
    }),
  );
});

/** What is in focus, by what it is called. */
function focused(page) {
  return page.evaluate(() => {
    const node = document.activeElement;
    return (node.labels?.[0] ?? node.querySelector('h2') ?? node).textContent.trim();
  });
}

function outlined(page) {
  return page.evaluate(() => {
    const node = document.activeElement;
    const seen = node.matches('.unseen') ? node.nextElementSibling : node;
    const { outlineStyle, outlineWidth } = getComputedStyle(seen);
    return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2;
  });
}
