// Cloudflare's workerd: under miniflare, with the package's modules as they are, and under `wrangler dev`,
// which bundles them by the export condition `workerd`.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  COMPATIBILITY_DATE,
  installMiniflare,
  start,
  WRANGLER,
  workerdVersion,
} from '../../../scripts/workerd.mjs';
import { installed, Missing } from '../installed.mjs';
import { atTheEdge, outcome, stage } from '../stage.mjs';

/** Clocks stand still while a Worker computes: the first answer is timed from outside. */
const PROGRAM = `import { cold, run, text } from './run.mjs';
const EMPTY_MODULE = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);
export default {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === '/cold') await cold();
    if (pathname === '/text') return Response.json(await text(EMPTY_MODULE));
    return Response.json(pathname === '/run' ? await run(await request.json()) : 'ready');
  },
};
`;

/** The names of 0.1.x, on the index of the same conditions. */
const WITH_COMPAT = `import init, { VectorDB } from '@ruvector/wasm/compat';
import program from './program.mjs';
async function compat() {
  await init();
  const db = new VectorDB(2, 'cosine');
  db.insert([1, 2], 'a', null);
  return db.search([1, 2], 1)[0].id;
}
export default {
  async fetch(request) {
    const isCompat = new URL(request.url).pathname === '/compat';
    return isCompat ? Response.json(await compat()) : program.fetch(request);
  },
};
`;

const TEXT =
  /^WASM_LOAD_FAILED: .*code generation disallowed.* Import '@ruvector\/wasm\/ruvector\.wasm' as a module/;

/** @param {(path: string, init?: object) => Promise<Response>} ask */
async function outcomeOf(version, ask) {
  const answer = async (path, options) => {
    const body = options && JSON.stringify(options);
    const response = await ask(path, body ? { method: 'POST', body } : {});
    if (!response.ok) throw new Error(`HTTP ${response.status}: ${await response.text()}`);
    return response.json();
  };
  await answer('/');
  const begun = performance.now();
  await answer('/cold');
  const coldStartMs = performance.now() - begun;
  const text = await answer('/text');
  if (!TEXT.test(text)) return { version, outcome: 'fail', detail: `bytes: ${text}` };
  const texts = { 'bytes, which it does not compile': text };
  const more = { coldStartMs, texts };
  return outcome(version, atTheEdge(true), (options) => answer('/run', options), more);
}

async function underMiniflare(row) {
  const missing = installMiniflare();
  if (missing) throw new Missing(missing);
  const home = await stage(row, './node_modules/@ruvector/wasm/dist/workerd.js');
  writeFileSync(join(home, 'worker.mjs'), PROGRAM);
  const miniflare = await start({
    modules: true,
    rootPath: home,
    scriptPath: join(home, 'worker.mjs'),
    modulesRules: [
      { type: 'ESModule', include: ['**/*.mjs', '**/*.js'] },
      { type: 'CompiledWasm', include: ['**/*.wasm'] },
    ],
  });
  try {
    await miniflare.ready;
    return await outcomeOf(`workerd ${workerdVersion()}`, (path, init) =>
      miniflare.dispatchFetch(`http://worker${path}`, init),
    );
  } finally {
    await miniflare.dispose();
  }
}

async function underWrangler(row) {
  const folder = installed('wrangler', { wrangler: WRANGLER });
  const cwd = await stage(row);
  writeFileSync(join(cwd, 'program.mjs'), PROGRAM);
  writeFileSync(join(cwd, 'worker.mjs'), WITH_COMPAT);
  const config = { name: 'matrix', main: 'worker.mjs', compatibility_date: COMPATIBILITY_DATE };
  writeFileSync(join(cwd, 'wrangler.json'), JSON.stringify({ ...config, send_metrics: false }));
  const wrangler = join(folder, 'node_modules/wrangler/bin/wrangler.js');
  const child = spawn(process.execPath, [wrangler, 'dev', '--ip', '127.0.0.1', '--port', '0'], {
    cwd,
    env: { ...row.env, CI: '1', WRANGLER_SEND_METRICS: 'false', HOME: cwd },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // a group of its own, so that workerd ends with it
  });
  try {
    const url = await address(child);
    const result = await outcomeOf(WRANGLER, (path, init) => fetch(`${url}${path}`, init));
    const found = await (await fetch(`${url}/compat`)).text();
    if (found !== '"a"') throw new Error(`expected the compat entry to find a, got ${found}`);
    return result;
  } finally {
    process.kill(-child.pid, 'SIGKILL');
  }
}

/** Where it listens, once it does. */
function address(child) {
  return new Promise((resolve, reject) => {
    let said = '';
    const late = setTimeout(() => reject(new Error(`wrangler dev: not ready: ${said}`)), 120_000);
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (chunk) => {
        said += chunk;
        const [, url] = /Ready on (http:\S+)/.exec(said) ?? [];
        if (url) {
          clearTimeout(late);
          resolve(url);
        }
      });
    child.once('exit', (code) => {
      clearTimeout(late);
      reject(new Error(`wrangler dev ended with ${code}: ${said}`));
    });
  });
}

export const rows = [
  { name: 'miniflare', group: 'host', bounded: false, run: underMiniflare },
  { name: 'wrangler-dev', group: 'host', bounded: false, run: underWrangler },
];
