// The demo for everybody: axe, phones, keyboards, reduced motion. In Chromium.
import assert from 'node:assert/strict';
import test from 'node:test';
import axe from 'axe-core';
import { ask, file, hits, openDemo, overflow, paste } from './demo.mjs';

const WINDOWS = {
  phone: { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true },
  desktop: { viewport: { width: 1280, height: 800 } },
};

/** Side of a target that a finger hits, in pixels. */
const TARGET = 44;

const VIOLATION = '<img src="data:,"><button></button><p style="color:#999;background:#aaa">x</p>';

test('the demo page for everybody', async (t) => {
  const { inPage } = await openDemo(t);

  for (const colorScheme of ['light', 'dark'])
    for (const [name, window] of Object.entries(WINDOWS))
      await t.test(`${colorScheme}, on a ${name}: axe finds nothing, and nothing is cut off`, () =>
        inPage({ ...window, colorScheme }, async (page) => {
          await check(page, 'empty');
          await ask(page, 'why does bread rise');
          await hits(page).first().locator('.reason').getByText('carried by').waitFor();
          await page.getByText('How it was found').click();
          await paste(page, 'Donaudampfschifffahrtsgesellschaftskapitän'.repeat(4));
          await page
            .locator('#texts-import-file')
            .setInputFiles([file('bad.rv', 'not a snapshot')]);
          await page.locator('#texts-problems').getByText('INVALID_ARGUMENT').waitFor();
          await page.getByRole('button', { name: 'Open two tabs' }).click();
          for (const side of ['Left', 'Right'])
            await page
              .frameLocator(`iframe[title="${side} tab"]`)
              .getByText('No notes yet.')
              .waitFor();
          await check(page, 'with everything on it');
          await ask(page, '♜♞♝');
          await page.getByText('Nothing resembles this.').first().waitFor();
          await check(page, 'without a hit');
        }),
      );

  await t.test('axe would find what is wrong', () =>
    inPage({}, async (page) => {
      await page.evaluate((html) => {
        // As parsed: the policy is about what the page's own scripts do.
        document
          .querySelector('main')
          .insertAdjacentHTML('beforeend', html.replace(/ style="[^"]*"/, ''));
        const { style } = document.querySelector('main > p:last-child');
        Object.assign(style, { color: '#999', background: '#aaa' });
      }, VIOLATION);
      const found = await violations(page.mainFrame());
      assert.deepEqual(found.map(({ id }) => id).sort(), [
        'button-name',
        'color-contrast',
        'image-alt',
      ]);
    }),
  );

  await t.test('works by keyboard alone, and shows where it is', () =>
    inPage({}, async (page) => {
      const press = (key) => page.keyboard.press(key);
      await page.evaluate(() => document.activeElement.blur());
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
    inPage({ reducedMotion: 'reduce' }, async (page) => {
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

/** axe and measures, of the page and of the tabs in it. */
async function check(page, state) {
  for (const frame of page.frames()) {
    const where = `${state}, ${new URL(frame.url()).pathname}`;
    const found = await violations(frame);
    assert.deepEqual(
      found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`),
      [],
      where,
    );
    assert.ok((await overflow(frame)) <= 0, `${where}: wider than its window`);
    assert.deepEqual(await smallTargets(frame), [], where);
  }
}

async function violations(frame) {
  await frame.evaluate(axe.source);
  // Frames are looked at one by one.
  return frame.evaluate(
    async () => (await globalThis.axe.run(document, { iframes: false })).violations,
  );
}

/** Controls that a finger misses; links within a sentence are as high as it is. */
function smallTargets(frame) {
  return frame.evaluate((side) => {
    const found = [];
    for (const node of document.querySelectorAll(
      'button, select, input, textarea, summary, nav a, .button',
    )) {
      const { width, height } = node.getBoundingClientRect();
      const isSeen = node.checkVisibility() && width > 1;
      if (isSeen && (height < side - 0.5 || width < side - 0.5))
        found.push(`${node.id || node.textContent}: ${width} x ${height}`);
    }
    return found;
  }, TARGET);
}

/** What is in focus, by what it is called. */
function focused(page) {
  return page.evaluate(() => {
    const node = document.activeElement;
    return (node.labels?.[0] ?? node).textContent.trim();
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
