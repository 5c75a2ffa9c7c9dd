// An extension of Manifest V3 in Chromium: its service worker, which has no pages' policy but its own.
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { CHROMIUM_ARGS, CHROMIUM_NAMES } from '../../browser/chromium.mjs';
import { findBrowser } from '../../browser/drive.mjs';
import { inPage } from '../browsers.mjs';
import { outcome, stage } from '../stage.mjs';

/** The default policy of extensions has no 'wasm-unsafe-eval'. */
const POLICY = "script-src 'self' 'wasm-unsafe-eval'";

const LINE =
  `manifest.json: "content_security_policy": { "extension_pages": "${POLICY}" }; service workers have ` +
  'no import(), so bundled into one file, with the .wasm files beside it';

const PROGRAM = `import { run } from './run.mjs';
globalThis.matrix = { run };
`;

async function reportIn(extension, profile, options) {
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: findBrowser('CHROMIUM', CHROMIUM_NAMES),
    headless: true,
    timeout: 30_000,
    args: [
      ...CHROMIUM_ARGS,
      `--disable-extensions-except=${extension}`,
      `--load-extension=${extension}`,
    ],
    ignoreDefaultArgs: ['--disable-extensions'],
  });
  try {
    const worker =
      context.serviceWorkers()[0] ??
      (await context.waitForEvent('serviceworker', { timeout: 20_000 }));
    return {
      version: context.browser()?.version() ?? '',
      ...(await worker.evaluate((options) => globalThis.matrix.run(options), options)),
    };
  } finally {
    await context.close();
  }
}

async function run(row) {
  const home = await stage(row);
  const extension = join(home, 'extension');
  await build({
    stdin: { contents: PROGRAM, resolveDir: home },
    outfile: join(extension, 'worker.js'),
    bundle: true,
    format: 'esm',
    logLevel: 'error',
  });
  for (const file of ['ruvector.wasm', 'ruvector.relaxed.wasm'])
    copyFileSync(join(home, 'node_modules/@ruvector/wasm/dist', file), join(extension, file));
  const manifest = {
    manifest_version: 3,
    name: 'matrix',
    version: '1.0',
    background: { service_worker: 'worker.js', type: 'module' },
    content_security_policy: { extension_pages: POLICY },
  };
  writeFileSync(join(extension, 'manifest.json'), JSON.stringify(manifest));
  let version = '';
  const expected = { ...inPage, worker: false };
  const result = await outcome('', expected, async (options) => {
    const report = await reportIn(extension, join(home, 'profile'), options);
    version = report.version;
    return report;
  });
  const configured = result.outcome === 'pass' && { outcome: 'configured', line: LINE };
  return { ...result, ...configured, version };
}

export const rows = [{ name: 'extension', group: 'host', bounded: true, run }];
