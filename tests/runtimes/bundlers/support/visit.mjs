// Opens a built page in real browsers, and makes the outcome of a row of what it says.
import { setTimeout } from 'node:timers/promises';
import { serve } from '../../../../web-demo/server.mjs';
import { launchChromium } from '../../../browser/chromium.mjs';
import { launchFirefox } from '../../../browser/firefox.mjs';
import { gzipped, sum } from './entries.mjs';

export const BOTH = ['Chromium', 'Firefox'];

const LAUNCH = { Chromium: launchChromium, Firefox: launchFirefox };

/** Milliseconds for a page; a development server makes it on the first request. */
const PATIENCE = 300_000;

/** What the page at `url` says in each browser, Chromium first. */
export async function visit(url, browsers = ['Chromium']) {
  const said = {};
  for (const name of browsers) {
    const browser = await LAUNCH[name]();
    try {
      said[name] = await outcomeIn(browser, url);
    } finally {
      await browser.close();
    }
  }
  return said;
}

/**
 * The same of a folder of files, served under the policy of the demo.
 * @param {string} folder
 * @param {{ browsers?: string[], has?: (path: string) => boolean, csp?: string }} [options] `has`: which
 *   files there are; `csp`: another policy
 */
export async function visitFolder(folder, { browsers, has, csp } = {}) {
  const server = await serve({ mounts: [{ at: '/', folder, has, csp }] });
  try {
    return await visit(server.url, browsers);
  } finally {
    await server.close();
  }
}

async function outcomeIn(browser, url) {
  const page = await browser.newPage();
  const errors = [];
  page.on('pageerror', (error) => errors.push(`page error: ${error.message}`));
  await page.goto(url, { timeout: PATIENCE });
  const waited = new AbortController();
  const late = setTimeout(PATIENCE, undefined, { signal: waited.signal }).then(() => {
    throw new Error(`${url}: no outcome after ${PATIENCE / 1000} s. ${errors.join('\n')}`);
  });
  late.catch(() => {}); // when it is not waited for any more
  try {
    const { resources, ...said } = await Promise.race([outcomeOf(page, waited.signal), late]);
    const sizes = await Promise.all(resources.map(bytesAt));
    const bytes = sizes.reduce(sum, 0);
    return { ...said, failures: [...said.failures, ...errors], bytes };
  } finally {
    waited.abort();
  }
}

/** Asked again where the page was reloaded meanwhile, as development servers do. */
async function outcomeOf(page, signal) {
  while (!signal.aborted) {
    const said = await page.evaluate(() => globalThis.outcome).catch(() => undefined);
    if (said !== undefined) return said;
    await setTimeout(200);
  }
}

/** What the file at `url` weighs as gzip. */
export async function bytesAt(url) {
  return gzipped(Buffer.from(await (await fetch(url)).arrayBuffer()));
}

/**
 * The outcome of a row: nothing may fail in any browser, and the WebAssembly must be the file's.
 * @param {{ version: string, said: object, line?: string, weights?: object }} options `line`: what
 *   must be configured; `weights`: what the bundler made, for the table
 */
export function outcome({ version, said, line, weights }) {
  const broken = Object.entries(said).flatMap(([browser, { failures, loadedFrom }]) => [
    ...failures.map((failure) => `${browser}: ${failure}`),
    ...(loadedFrom === 'url'
      ? []
      : [`${browser}: the WebAssembly is '${loadedFrom}', not the file`]),
  ]);
  const [{ coldStartMs, bytes }] = Object.values(said);
  if (broken.length > 0) return { version, outcome: 'fail', detail: broken.join('\n') };
  const detail = `in ${Object.keys(said).join(' and ')}`;
  const kind = line ? { outcome: 'configured', line } : { outcome: 'pass' };
  return { version, ...kind, detail, coldStartMs, bytes, ...weights };
}
