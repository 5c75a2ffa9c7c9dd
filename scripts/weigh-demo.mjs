// What a first visit to the demo page costs, counted by the server that Chromium asks.
import { extname } from 'node:path';
import { gzipSync } from 'node:zlib';
import { launchChromium } from '../tests/browser/chromium.mjs';
import { serve } from '../web-demo/server.mjs';

const PATIENCE = 120_000;

/** @param {object} site what `serve()` takes */
export async function weighDemo(site) {
  const asked = [];
  const server = await serve({
    ...site,
    onRequest: (path, status, body) => asked.push({ path, status, body }),
  });
  const browser = await launchChromium();
  try {
    // The page by itself, then what its service worker asks for on top of that.
    await visit(browser, server.url, 'block', '#texts[data-texts="none"]');
    const page = asked.splice(0);
    await visit(browser, server.url, 'allow', 'text=Works offline');
    const before = new Set(page.map(({ path }) => path));
    console.log('First load of the page:');
    console.table(byKind(page));
    console.log('Then, in the background, for a reload without a network:');
    console.table(byKind(asked.filter(({ path, status }) => !before.has(path) && status === 200)));
  } finally {
    await browser.close();
    await server.close();
  }
}

async function visit(browser, url, serviceWorkers, sign) {
  const context = await browser.newContext({ serviceWorkers });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  await page.goto(url);
  await page.locator(sign).waitFor();
  await page.waitForLoadState('networkidle');
  await context.close();
}

function byKind(answers) {
  const rows = { all: row() };
  for (const { path, status, body } of answers) {
    const [raw, gzip] =
      status === 200 ? [Buffer.byteLength(body), gzipSync(body, { level: 9 }).length] : [0, 0];
    rows[kindOf(path)] ??= row();
    for (const sum of [rows[kindOf(path)], rows.all]) {
      sum.requests += 1;
      sum['answered 304'] += status === 304 ? 1 : 0;
      sum.bytes += raw;
      sum['bytes, gzip -9'] += gzip;
    }
  }
  const { all, ...kinds } = rows;
  return { ...kinds, all };
}

function row() {
  return { requests: 0, 'answered 304': 0, bytes: 0, 'bytes, gzip -9': 0 };
}

function kindOf(path) {
  const { pathname } = new URL(path, 'http://localhost');
  const kind = extname(pathname).slice(1) || 'html';
  return pathname.startsWith('/package/') ? `the package, ${kind}` : kind;
}
