// WebKitGTK: MiniBrowser under Xvfb, driven over W3C WebDriver. The engine of Safari, not Safari.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { root } from '../../support/package.mjs';
import { inPage, outcomeInBrowser } from '../browsers.mjs';
import { Missing } from '../installed.mjs';

/** Its private file system is off, and its relaxed SIMD is behind a flag. */
const EXPECTED = {
  ...inPage,
  capabilities: { ...inPage.capabilities, relaxedSimd: false, storage: ['indexeddb', 'memory'] },
};

/** Software rendering, no accessibility bus: it runs in a container, too. */
const ENVIRONMENT = {
  GDK_BACKEND: 'x11',
  LIBGL_ALWAYS_SOFTWARE: '1',
  NO_AT_BRIDGE: '1',
  WEBKIT_DISABLE_COMPOSITING_MODE: '1',
  WEBKIT_DISABLE_DMABUF_RENDERER: '1',
};

/** In the page: waits for its program, calls functions of it, and hands over what came of that. */
const CALL = `const [calls, done] = arguments;
const answers = [];
const call = async () => {
  for (const [name, argument] of calls)
    answers.push(await globalThis.matrix[name](argument ?? undefined));
};
const begin = () => call().then(() => done({ answers }), (error) => done({ error: String(error) }));
if (globalThis.matrix) begin(); else globalThis.matrixIsReady = begin;`;

/** The path of MiniBrowser, installed where that can be done. @throws Missing */
function miniBrowser() {
  const provide = 'bash scripts/toolchain.sh webkit && . .toolchain/env.sh && echo "$MINIBROWSER"';
  const { status, stdout, stderr } = spawnSync('bash', ['-c', provide], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Missing(stderr.trim().split('\n').slice(-2).join(' '));
  return stdout.trim();
}

async function firstLine(stream) {
  for await (const line of createInterface(stream)) return line;
  throw new Error('expected a line, got none');
}

let drivers = 0;

async function withDriver(env, work) {
  const home = mkdtempSync(join(tmpdir(), 'rv-webkit-'));
  const screen = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1280x900x24'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  let driver;
  try {
    const display = `:${(await firstLine(screen.stdio[3])).trim()}`;
    const port = 20_000 + ((process.pid + 7919 * drivers++) % 20_000);
    driver = spawn('WebKitWebDriver', [`--port=${port}`], {
      stdio: 'ignore',
      env: { ...env, ...ENVIRONMENT, DISPLAY: display, HOME: home, XDG_RUNTIME_DIR: home },
    });
    return await work((method, path, body) => command(port, method, path, body));
  } finally {
    driver?.kill();
    screen.kill();
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function command(port, method, path, body) {
  const options = { method, ...(body && { body: JSON.stringify(body) }) };
  const response = await fetch(`http://127.0.0.1:${port}${path}`, options);
  const { value } = await response.json();
  if (value?.error) throw new Error(`${value.error}: ${value.message}`);
  return value;
}

async function started(send) {
  for (let tries = 0; ; ++tries)
    try {
      return await send('GET', '/status');
    } catch (error) {
      if (tries === 100) throw error;
      await setTimeout(100);
    }
}

/** The engine's own switch. */
const WITHOUT_SIMD = { JSC_useWasmSIMD: '0' };

/** A browser of its own: `work` gets its version, and how to ask pages of it. */
async function withBrowser(binary, env, work) {
  return withDriver(env, async (send) => {
    await started(send);
    const browserOptions = { binary, args: ['--automation'] };
    const { sessionId, capabilities } = await send('POST', '/session', {
      capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': browserOptions } },
    });
    const session = `/session/${sessionId}`;
    const ask = async (url, calls) => {
      await send('POST', `${session}/url`, { url });
      const execute = { script: CALL, args: [calls] };
      const { answers, error } = await send('POST', `${session}/execute/async`, execute);
      if (error) throw new Error(error);
      return answers;
    };
    try {
      await send('POST', `${session}/timeouts`, { script: 120_000, pageLoad: 60_000 });
      return await work(ask, capabilities.browserVersion);
    } finally {
      await send('DELETE', session);
    }
  });
}

async function run(row) {
  const binary = miniBrowser();
  return withBrowser(binary, row.env, (ask, version) =>
    outcomeInBrowser(row, {
      version,
      expected: EXPECTED,
      ask,
      askWithoutSimd: (...calls) =>
        withBrowser(binary, { ...row.env, ...WITHOUT_SIMD }, (askBare) => askBare(...calls)),
    }),
  );
}

export const rows = [{ name: 'webkit', group: 'host', bounded: false, run }];
