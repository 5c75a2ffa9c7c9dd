// A service worker, which has no import(): bundled into one file, where everything holds; and of the
// package's files as they are, where createIndex() works and open() says what to do.
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { serve } from '../../../web-demo/server.mjs';
import { launchChromium } from '../../browser/chromium.mjs';
import { launchFirefox } from '../../browser/firefox.mjs';
import { askIn, inPage, PAGE } from '../browsers.mjs';
import { outcome, stage } from '../stage.mjs';

const LINE = 'one bundled file (no code splitting), with the .wasm files beside it';

/** Has a service worker answer. */
const PROGRAM = `globalThis.matrix = {
  async ask({ file, question }) {
    const options = { type: 'module', scope: '/of-' + file + '/' };
    const { installing, active } = await navigator.serviceWorker.register(file, options);
    const { port1, port2 } = new MessageChannel();
    const answered = new Promise((resolve, reject) => {
      port1.onmessage = ({ data }) => (data.error ? reject(new Error(data.error)) : resolve(data.answer));
    });
    (installing ?? active).postMessage(question, [port2]);
    return answered;
  },
};
globalThis.matrixIsReady?.();
`;

const ANSWERING = `addEventListener('message', (event) => {
  const [port] = event.ports;
  event.waitUntil(answerTo(event.data).then(
    (answer) => port.postMessage({ answer }),
    (error) => port.postMessage({ error: String(error.stack ?? error) }),
  ));
});
`;

const OF_ONE_FILE = `import { run } from './run.mjs';
const answerTo = (options) => run(options);
${ANSWERING}`;

const OF_MANY_FILES = `import { createIndex, deleteDatabase, listDatabases, open } from './node_modules/@ruvector/wasm/dist/index.js';
const errorOf = ({ code, message }) => code + ': ' + message;
async function answerTo() {
  const index = await createIndex({ dimensions: 2 });
  index.upsert([{ id: 'a', vector: [1, 0] }, { id: 'b', vector: [0, 1] }]);
  const errors = [() => open('matrix', { dimensions: 2 }), () => deleteDatabase('matrix'), listDatabases];
  return {
    found: index.query([1, 0.1]).matches[0].id,
    texts: await Promise.all(errors.map((call) => call().then(() => 'no error', errorOf))),
  };
}
${ANSWERING}`;

const TEXT =
  /^STORAGE_UNAVAILABLE: .*service worker, which has no import\(\).* Bundle it into one file/;

async function run(row, launch) {
  const home = await stage(row);
  const bundled = { contents: OF_ONE_FILE, resolveDir: home };
  const outfile = join(home, 'one.js');
  await build({ stdin: bundled, outfile, bundle: true, format: 'esm', logLevel: 'error' });
  for (const file of ['ruvector.wasm', 'ruvector.relaxed.wasm'])
    copyFileSync(join(home, 'node_modules/@ruvector/wasm/dist', file), join(home, file));
  writeFileSync(join(home, 'many.js'), OF_MANY_FILES);
  writeFileSync(join(home, 'page.html'), PAGE);
  writeFileSync(join(home, 'page.mjs'), PROGRAM);
  const server = await serve({ mounts: [{ at: '/', folder: home }] });
  const browser = await launch();
  try {
    const version = (await browser.version()).replace(/^firefox\//i, '');
    const page = `${server.url}page.html`;
    const ask = async (file, question) =>
      (await askIn(browser)(page, [['ask', { file, question }]]))[0];
    const result = await outcome(version, { ...inPage, worker: false }, (options) =>
      ask('one.js', options),
    );
    if (result.outcome === 'fail') return result;
    const { found, texts } = await ask('many.js', {});
    if (found !== 'a' || !texts.every((text) => TEXT.test(text)))
      return { version, outcome: 'fail', detail: [found, ...texts].join('\n') };
    const [text] = texts;
    return {
      ...result,
      outcome: 'configured',
      line: LINE,
      texts: { 'open() of many files': text },
    };
  } finally {
    await browser.close();
    await server.close();
  }
}

const LAUNCH = { chromium: launchChromium, firefox: launchFirefox };

export const rows = Object.entries(LAUNCH).map(([name, launch]) => ({
  name: `service-worker-${name}`,
  group: 'host',
  bounded: name === 'chromium',
  run: (row) => run(row, () => launch()),
}));
