// The demo for everybody, in Chromium: axe, phones, light and dark.
import assert from 'node:assert/strict';
import test from 'node:test';
import { soak } from '../support/soak.mjs';
import { ask, file, hits, openDemo, paste } from './demo.mjs';
import { check, violations } from './demo-check.mjs';

const WINDOWS = {
  phone: { own: { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true } },
  desktop: { viewport: { width: 1280, height: 800 } },
};

const VIOLATION =
  '<img src="data:,"><button></button><p style="color:#999;background:#aaa">grey on grey</p>';

test('the demo page for everybody', async (t) => {
  const { inPage } = await openDemo(t);

  const looks = ['light', 'dark'].flatMap((colorScheme) =>
    Object.entries(WINDOWS).map(([name, window]) => ({ colorScheme, name, window })),
  );
  // In tier one each colour and each window once.
  for (const { colorScheme, name, window } of soak ? looks : [looks[0], looks[3]])
    await t.test(`${colorScheme}, on a ${name}: axe finds nothing, and nothing is cut off`, () =>
      inPage({ ...window, media: { colorScheme } }, async (page) => {
        await check(page, 'empty');
        await ask(page, 'why does bread rise');
        await hits(page).first().locator('.reason').getByText('carried by').waitFor();
        await page.getByText('How it was found').click();
        await page.locator('#plan svg').waitFor();
        await paste(page, 'Donaudampfschifffahrtsgesellschaftskapitän'.repeat(4));
        await page.locator('#texts-import-file').setInputFiles([file('bad.rv', 'not a snapshot')]);
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

  await t.test('on a phone a long hit begins with some of its lines', () =>
    inPage(WINDOWS.phone, async (page) => {
      await paste(page, 'The quokka of Rottnest Island hops at dusk, and eats leaves. '.repeat(10));
      await ask(page, 'quokka');
      const first = hits(page).first();
      // One that gives way to the hits of a newer search has no height any more.
      const height = async () => {
        const measured = await first.locator('.text').evaluate((text) => text.clientHeight);
        return measured > 0 ? measured : height();
      };
      const clamped = await height();
      assert.ok(clamped < 150, `${clamped} pixels of text`);
      await first.getByRole('button', { name: 'More' }).click();
      assert.ok((await height()) > clamped);
      await first.getByRole('button', { name: 'Less' }).click();
      assert.equal(await height(), clamped);
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
});
