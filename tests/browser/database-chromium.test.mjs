// Databases in Chromium.
import { launchChromium } from './chromium.mjs';
import { testDatabasesIn } from './database.mjs';

testDatabasesIn(
  'Chromium',
  async () => {
    const browser = await launchChromium();
    // Pages of one context share what is stored.
    const context = await browser.newContext();
    return { newPage: () => context.newPage(), close: () => browser.close() };
  },
  async (page) => {
    const session = await page.context().newCDPSession(page);
    const origin = await page.evaluate(() => location.origin);
    await session.send('Storage.clearDataForOrigin', { origin, storageTypes: 'indexeddb' });
  },
);
