// The demo's embedders in Chromium. The network is a stub, and transformers.js a fake one; `npm run soak`
// runs the real one, with a model of a few words.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { makeWeights } from '../../scripts/embedder.mjs';
import { createHashedEmbedder } from '../../web-demo/embedders/hashed.js';
import { NEEDS, TRANSFORMERS } from '../../web-demo/embedders/minilm-source.js';
import { vectorOf } from '../support/fake-transformers.js';
import { root } from '../support/package.mjs';
import { soak } from '../support/soak.mjs';
import { filesOf } from '../support/tarball.mjs';
import { expectedVector, filesOfModel } from '../support/tiny-bert.mjs';
import { launchChromium } from './chromium.mjs';
import { BLANK, serveAll, until } from './drive.mjs';

const FAKE = readFileSync(new URL('../support/fake-transformers.js', import.meta.url), 'utf8');
const MODEL_BYTES = 1000;
const headers = { 'access-control-allow-origin': '*' };

/** What answers in the place of each host. */
const HOSTS = {
  'cdn.jsdelivr.net': (route) =>
    route.fulfill({ headers, contentType: 'text/javascript', body: FAKE }),
  'huggingface.co': (route) => route.fulfill({ headers, body: '' }),
  'cdn-lfs.hf.co': (route) => route.fulfill({ headers, body: Buffer.alloc(MODEL_BYTES) }),
};
const never = () => {};
const unreachable = (route) => route.abort('internetdisconnected');

test('the embedders', async (t) => {
  // A page under the demo's policy that does nothing by itself.
  const server = await serveAll({ '/blank.html': BLANK });
  t.after(() => server.close());
  const browser = await launchChromium();
  t.after(() => browser.close());

  /** `requests` are those to other hosts than the server. */
  async function inPage(hosts, use) {
    const context = await browser.newContext();
    const requests = [];
    await context.route(/^https:/, (route) => {
      const { href, hostname } = new URL(route.request().url());
      requests.push(href);
      return (hosts[hostname] ?? unreachable)(route);
    });
    try {
      const page = await context.newPage();
      page.setDefaultTimeout(20_000);
      await page.goto(`${server.url}blank.html`);
      await use(page, requests);
    } finally {
      await context.close();
    }
  }

  await t.test('MiniLM loads with progress, and gives a vector a text, in their order', () =>
    inPage(HOSTS, async (page, requests) => {
      const texts = Array.from({ length: 19 }, (_, i) => (i === 5 ? ' … ' : `text ${i}`));
      const got = await page.evaluate(loadAndEmbed, { id: 'minilm', texts });
      assert.deepEqual(got.loading, [
        { file: 'onnx/model_quantized.onnx', loaded: MODEL_BYTES / 2, total: MODEL_BYTES },
        { file: 'onnx/model_quantized.onnx', loaded: MODEL_BYTES, total: MODEL_BYTES },
      ]);
      assert.deepEqual(got.embedding, [
        [8, 19],
        [16, 19],
        [19, 19],
      ]);
      assert.equal(got.dimensions, 384);
      assert.match(got.model, /MiniLM.*q8/);
      const empty = new Float32Array(384);
      const expected = texts.map((text, i) => Array.from(i === 5 ? empty : vectorOf(text)));
      assert.deepEqual(got.vectors, expected);
      const hosts = requests.map((url) => new URL(url).hostname);
      const [library, ...model] = Object.keys(HOSTS);
      assert.deepEqual(hosts, [library, library, library, ...model]);
      await until(() => page.workers().length === 0);
    }),
  );

  await t.test('MiniLM is fetched once, and again only when its files were removed', () =>
    inPage(HOSTS, async (page, requests) => {
      const start = async () => {
        const before = requests.length;
        await page.evaluate(loadAndEmbed, { id: 'minilm', texts: ['words'] });
        return requests.slice(before);
      };
      const files = (verb) =>
        page.evaluate(async (it) => {
          const { EMBEDDERS } = await import('/embedders/index.js');
          return EMBEDDERS.find(({ id }) => id === 'minilm').files[it]();
        }, verb);
      assert.equal(await files('areKept'), false);
      const first = await start();
      assert.ok(first.length > 0);
      assert.equal(await files('areKept'), true);
      assert.deepEqual(await start(), []);
      await files('remove');
      assert.equal(await files('areKept'), false);
      assert.deepEqual(await start(), first);
    }),
  );

  await t.test('its worker may ask for the model and the library, and for nothing else', () =>
    inPage(HOSTS, async (page, requests) => {
      await page.evaluate(async () => {
        const { EMBEDDERS } = await import('/embedders/index.js');
        globalThis.embedder = await EMBEDDERS.find(({ id }) => id === 'minilm').load({});
      });
      /** Which requests come of it that `where`, the page or the worker, asks for `url`. */
      const asks = async (where, url) => {
        const before = requests.length;
        await where.evaluate((address) => fetch(address).catch(() => {}), url);
        return requests.slice(before);
      };
      const [worker] = page.workers();
      const allowed = 'https://huggingface.co/Xenova/all-MiniLM-L6-v2/resolve/main/config.json';
      assert.deepEqual(await asks(worker, allowed), [allowed]);
      for (const url of [
        'https://huggingface.co/another/model/config.json',
        'https://cdn.jsdelivr.net/npm/another/index.js',
        'https://example.org/',
        `${server.url}index.html`,
      ])
        assert.deepEqual(await asks(worker, url), [], url);
      assert.deepEqual(await asks(page, allowed), []);
    }),
  );

  await t.test('MiniLM stops between batches, goes on afterwards, and ends with what it owes', () =>
    inPage(HOSTS, async (page) => {
      const outcomes = await page.evaluate(async () => {
        const { EMBEDDERS } = await import('/embedders/index.js');
        const embedder = await EMBEDDERS.find(({ id }) => id === 'minilm').load({});
        const controller = new AbortController();
        const outcome = (vectors) => vectors.then(({ length }) => length).catch(String);
        const stopped = await outcome(
          embedder.embed(Array(20).fill('words'), {
            signal: controller.signal,
            onProgress: () => controller.abort(new Error('enough')),
          }),
        );
        const after = await outcome(embedder.embed(['words']));
        const last = outcome(embedder.embed(['words']));
        embedder.dispose();
        return [stopped, after, await last, await outcome(embedder.embed(['words']))];
      });
      const over = 'Error: MiniLM was put away';
      assert.deepEqual(outcomes, ['Error: enough', 1, over, over]);
    }),
  );

  for (const host of ['cdn.jsdelivr.net', 'huggingface.co']) {
    await t.test(`says what it needs where ${host} cannot be reached`, () =>
      inPage({ ...HOSTS, [host]: unreachable }, async (page) => {
        const message = await page.evaluate(outcomeOfLoading);
        assert.ok(message.includes(NEEDS), message);
        assert.match(message, /not reachable/);
        await until(() => page.workers().length === 0);
      }),
    );

    await t.test(`stops when it is told to while it waits for ${host}`, () =>
      inPage({ ...HOSTS, [host]: never }, async (page, requests) => {
        const outcome = page.evaluate(outcomeOfLoading);
        await until(() => requests.some((url) => new URL(url).hostname === host));
        await page.evaluate(() => globalThis.cancel());
        assert.equal(await outcome, 'cancelled');
        await until(() => page.workers().length === 0);
      }),
    );
  }

  if (soak)
    await t.test('the real transformers.js runs under the policy of the worker', () =>
      inPage(realHosts(), async (page, requests) => {
        const texts = ['the tide rises when the moon is near', 'bread needs an oven', ''];
        const got = await page.evaluate(loadAndEmbed, { id: 'minilm', texts });
        for (const [i, text] of texts.slice(0, 2).entries())
          for (const [j, component] of expectedVector(text).entries())
            assert.ok(Math.abs(got.vectors[i][j] - component) < 1e-6, text);
        assert.ok(got.vectors[2].every((component) => component === 0));
        assert.deepEqual(
          got.loading.map(({ file }) => file).sort(),
          Object.keys(filesOfModel()).sort(),
        );
        const { length } = requests;
        const again = await page.evaluate(loadAndEmbed, { id: 'minilm', texts });
        assert.deepEqual([again.vectors, requests.slice(length)], [got.vectors, []]);
      }),
    );

  await t.test('the built-in one asks no other host, and gives what it gives in Node', () =>
    inPage({}, async (page, requests) => {
      const texts = ['ocean tides', 'tide', ' … ', 'the same calls give the same bytes'];
      const got = await page.evaluate(loadAndEmbed, { id: 'built-in', texts });
      const { model, embed } = createHashedEmbedder(makeWeights());
      assert.equal(got.model, model);
      assert.deepEqual(
        got.vectors,
        texts.map((text) => Array.from(embed(text))),
      );
      assert.deepEqual(requests, []);
    }),
  );
});

/** The library as npm has it, where its network of delivery would, and the small model at the hub. */
function realHosts() {
  const [, name] = /npm\/(.*)\/dist\//.exec(TRANSFORMERS);
  const folder = join(root, 'build/transformers');
  mkdirSync(folder, { recursive: true });
  const pack = ['pack', name, '--silent', '--pack-destination', folder];
  const { status, stdout, stderr } = spawnSync('npm', pack, { encoding: 'utf8', timeout: 300_000 });
  assert.equal(status, 0, stderr);
  const library = filesOf(join(folder, stdout.trim()));
  const model = new Map(Object.entries(filesOfModel()));
  const fileOf = (files, mark) => (route) => {
    const path = route.request().url().split(mark)[1];
    const contentType = /js$/.test(path) ? 'text/javascript' : 'application/wasm';
    if (!files.has(path)) return route.fulfill({ status: 404, headers, body: '' });
    return route.fulfill({ headers, contentType, body: Buffer.from(files.get(path)) });
  };
  return {
    'cdn.jsdelivr.net': fileOf(library, `${name}/`),
    'huggingface.co': fileOf(model, '/resolve/main/'),
  };
}

/** Runs in the page: everything that an embedder does, and what it told meanwhile. */
async function loadAndEmbed({ id, texts }) {
  const { EMBEDDERS } = await import('/embedders/index.js');
  const [loading, embedding] = [[], []];
  const embedder = await EMBEDDERS.find((each) => each.id === id).load({
    onProgress: (progress) => loading.push(progress),
  });
  const vectors = await embedder.embed(texts, {
    onProgress: (done, of) => embedding.push([done, of]),
  });
  embedder.dispose();
  const { model, dimensions } = embedder;
  return { model, dimensions, loading, embedding, vectors: vectors.map((each) => [...each]) };
}

/** Runs in the page: what became of loading MiniLM, which `cancel()` stops. */
async function outcomeOfLoading() {
  const { EMBEDDERS } = await import('/embedders/index.js');
  const controller = new AbortController();
  globalThis.cancel = () => controller.abort(new Error('cancelled'));
  return EMBEDDERS.find(({ id }) => id === 'minilm')
    .load({ signal: controller.signal })
    .then(
      () => 'loaded',
      (error) => error.message,
    );
}
