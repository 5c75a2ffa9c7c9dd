// A row of the matrix in a browser: the assertions in a page, what the page fetched, and the texts that a
// user reads where the WebAssembly does not load.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { CSP, serve } from '../../web-demo/server.mjs';
import { outcome, stage } from './stage.mjs';

const DIST = '/node_modules/@ruvector/wasm/dist/';

/** Runs page.mjs. */
export const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>matrix</title>
    <link rel="icon" href="data:," />
    <script type="module" src="page.mjs"></script>
  </head>
</html>
`;

/** What a driver calls in the page; each answer is plain JSON. */
const PROGRAM = `import { cold, run, text } from './run.mjs';
const resources = () => performance.getEntriesByType('resource').map(({ name }) => name);
if (location.search === '?without-simd') {
  WebAssembly.validate = () => false;
  WebAssembly.instantiate = async () => {
    throw new WebAssembly.CompileError('SIMD is not supported');
  };
}
globalThis.matrix = {
  run,
  text,
  async fetched() {
    const before = resources();
    await cold();
    return resources().filter((name) => !before.includes(name));
  },
};
globalThis.matrixIsReady?.();
`;

export const inPage = {
  automatic: 'indexeddb',
  worker: true,
  capabilities: {
    simd: true,
    relaxedSimd: true,
    threads: false, // the pages are not cross-origin isolated
    storage: ['indexeddb', 'opfs', 'memory'],
    loadedFrom: 'url',
  },
};

/**
 * @typedef {(url: string, calls: [name: string, argument?: unknown][]) => Promise<unknown[]>} Ask opens a
 *   page of its own and calls functions of `globalThis.matrix`, one after another
 *
 * @param {object} row what the row is run with
 * @param {{ version: string, expected: object, ask: Ask, askWithoutSimd?: Ask }} browser without
 *   `askWithoutSimd`, for engines that cannot be told to do without, WebAssembly is replaced in the page
 */
export async function outcomeInBrowser(row, { version, expected, ask, askWithoutSimd }) {
  const home = await stage(row, `${DIST}index.js`);
  writeFileSync(join(home, 'page.html'), PAGE);
  writeFileSync(join(home, 'page.mjs'), PROGRAM);
  const server = await serve({
    mounts: [
      { at: '/lost/', folder: home, has: () => false },
      { at: '/rewritten/', folder: home, has: () => false, answersWithPage: true },
      { at: '/without-eval/', folder: home, csp: CSP.replace(" 'wasm-unsafe-eval'", '') },
      { at: '/', folder: home },
    ],
  });
  try {
    const page = `${server.url}page.html`;
    const [report] = await ask(page, [['run', { expected }]]);
    const [fetched, control, html, lost] = await ask(page, [
      ['fetched'],
      ['run', { expected, control: true }],
      ['text', '/rewritten/ruvector.wasm'],
      ['text', '/lost/ruvector.wasm'],
    ]);
    const result = await outcome(version, expected, async (options) =>
      options.control ? control : report,
    );
    if (result.outcome === 'fail') return result;
    const [blocked] = await ask(`${server.url}without-eval/page.html`, [['text']]);
    const [bare] = await (askWithoutSimd?.(page, [['text']]) ??
      ask(`${page}?without-simd`, [['text']]));
    const texts = {
      'HTML instead of wasm': html,
      'file not found': lost,
      'wasm blocked by CSP': blocked,
      [askWithoutSimd ? NO_SIMD : `${NO_SIMD}: WebAssembly replaced, this engine has no switch`]:
        bare,
    };
    const silent = Object.entries(texts).filter(
      ([what, text]) => !SAYS[what.replace(/:.*/, '')].test(text),
    );
    if (silent.length > 0)
      return { version, outcome: 'fail', detail: silent.map((it) => it.join(': ')).join('\n') };
    return { ...result, bytes: bytesOf(home, fetched), texts };
  } finally {
    await server.close();
  }
}

const NO_SIMD = 'missing SIMD';

/** What each text must tell: what came, and what to do. */
const SAYS = {
  'HTML instead of wasm': /^WASM_LOAD_FAILED: .*HTML.* Copy dist\/ruvector\.wasm/,
  'file not found': /^WASM_LOAD_FAILED: .*HTTP 404.* Copy dist\/ruvector\.wasm/,
  'wasm blocked by CSP':
    /^WASM_LOAD_FAILED: .*does not start.* Add 'wasm-unsafe-eval' to script-src/,
  [NO_SIMD]: /^WASM_UNSUPPORTED: .*WebAssembly SIMD.*got one without. Update it/,
};

/** What these files of the package weigh as a server sends them. */
function bytesOf(home, urls) {
  const files = urls.map((url) => new URL(url).pathname).filter((path) => path.startsWith(DIST));
  return files.reduce((sum, path) => sum + gzipSync(readFileSync(join(home, path))).length, 0);
}

/** `Ask` of a browser that Playwright or Puppeteer has launched. */
export function askIn(browser) {
  return async (url, calls) => {
    const page = await browser.newPage();
    try {
      await page.goto(url);
      return await page.evaluate(async (calls) => {
        if (globalThis.matrix === undefined)
          await new Promise((ready) => {
            globalThis.matrixIsReady = ready;
          });
        const answers = [];
        for (const [name, argument] of calls) answers.push(await globalThis.matrix[name](argument));
        return answers;
      }, calls);
    } finally {
      await page.close();
    }
  };
}
