// The React hooks in Chromium, bundled with React as programs are.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { packageFile, root } from '../support/package.mjs';
import { launchChromium } from './chromium.mjs';
import { serveAll } from './drive.mjs';

const folder = dirname(packageFile('./package.json'));
const [, example] = /^```tsx\n(.*?)^```$/ms.exec(readFileSync(join(root, 'README.md'), 'utf8'));

/** React, react.js and the hooks, to be served in their folder: the root is beside them, as it ships. */
async function bundle() {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('react.js', import.meta.url))],
    bundle: true,
    format: 'esm',
    write: false,
    jsx: 'automatic',
    nodePaths: [join(root, 'node_modules')],
    alias: { '@ruvector/wasm/react': join(folder, 'dist/react/entry.js') },
    define: { 'process.env.NODE_ENV': '"development"' }, // StrictMode mounts twice
    plugins: [
      {
        name: 'the root, and the example',
        setup({ onLoad, onResolve }) {
          onResolve({ filter: /^\.\.\/index\.js$/ }, ({ path }) => ({ path, external: true }));
          onResolve({ filter: /^README\.md$/ }, ({ path }) => ({ path, namespace: 'example' }));
          onLoad({ filter: /./, namespace: 'example' }, () => ({
            contents: example,
            loader: 'tsx',
            resolveDir: root,
          }));
        },
      },
    ],
  });
  return outputFiles[0].text;
}

test('the hooks of ./react in Chromium', async (t) => {
  const server = await serveAll({
    '/package/dist/react/page.js': await bundle(),
    '/package/dist/react/page.html':
      '<!doctype html><title>react</title><link rel="icon" href="data:," /><body>' +
      '<script type="module" src="page.js"></script>',
  });
  t.after(() => server.close());
  const browser = await launchChromium();
  t.after(() => browser.close());
  const page = await browser.newPage();
  const errors = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  await page.goto(`${server.url}package/dist/react/page.html`);
  const { results, trouble } = await page.evaluate(() => globalThis.finished);
  for (const { name, error } of results) await t.test(name, () => assert.equal(error, undefined));
  assert.ok(results.length >= 10, `only ${results.length} assertions ran`);
  assert.deepEqual([...errors, ...trouble], []);
});
