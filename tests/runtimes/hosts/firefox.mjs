import { launchFirefox } from '../../browser/firefox.mjs';
import { askIn, inPage, outcomeInBrowser } from '../browsers.mjs';

async function run(row) {
  const browser = await launchFirefox();
  try {
    return await outcomeInBrowser(row, {
      version: (await browser.version()).replace(/^firefox\//i, ''),
      expected: inPage,
      ask: askIn(browser),
    });
  } finally {
    await browser.close();
  }
}

export const rows = [{ name: 'firefox', group: 'host', bounded: true, run }];
