// A snapshot that a browser wrote.
import { launchChromium } from '../browser/chromium.mjs';
import { serveAll } from '../browser/drive.mjs';

/** export() of an index that a page of Chromium made of seeded vectors `r0`, `r1`, ... */
export async function browserSnapshot(options, seeded) {
  const server = await serveAll();
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    await page.goto(`${server.url}suite/suite.html?set=none`);
    const bytes = await page.evaluate(write, { options, seeded });
    return { bytes: Uint8Array.from(bytes), version: browser.version() };
  } finally {
    await browser.close();
    await server.close();
  }
}

/** Runs in the page. */
async function write({ options, seeded }) {
  const { createIndex } = await import('/package/dist/index.js');
  const { itemsOf, seededVectors } = await import('/support/random.mjs');
  const index = await createIndex(options);
  index.upsert(itemsOf(seededVectors(seeded)));
  return [...index.export()];
}
