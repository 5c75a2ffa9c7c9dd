// `npm run edge`: examples/edge in workerd, Cloudflare's runtime, behind HTTP on this machine.
//   npm run edge -- [--once] [--no-build] [--port N]
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readArguments } from './arguments.mjs';
import { build } from './build.mjs';
import { provision, root } from './setup.mjs';
import { bundle, durableObjects, installMiniflare, start } from './workerd.mjs';

const USAGE = `usage: npm run edge -- [--once] [--no-build] [--port N]
  --once      write, ask, end the runtime, start another one, ask again, compare, and end
  --no-build  take dist/ as it is
  --port N    port of the Worker (8787)`;

const CLASS = 'SearchIndex';
const NAME = 'docs';
const RECORDS = [
  { id: 'apple', vector: [0.9, 0.1, 0], metadata: { kind: 'fruit' } },
  { id: 'pear', vector: [0.8, 0.3, 0], metadata: { kind: 'fruit' } },
  { id: 'carrot', vector: [0.7, 0, 0.5], metadata: { kind: 'root' } },
];
const QUERY = { vector: [1, 0, 0], topK: 2, filter: { kind: 'fruit' } };

const {
  once,
  'no-build': isBuilt,
  port,
} = readArguments(USAGE, {
  once: { type: 'boolean', default: false },
  'no-build': { type: 'boolean', default: false },
  port: { type: 'string', default: '8787' },
});
if (!isBuilt) build(provision('wasm'));
const missing = installMiniflare();
if (missing) {
  console.error(`expected miniflare, got none: ${missing}`);
  process.exit(1);
}
const modules = await bundle(join(root, 'examples/edge/worker.js'));
if (once) await surviveEviction();
else await serve();

async function serve() {
  const state = join(root, 'build/edge/state');
  const runtime = await started(state, await freePort(port));
  const url = `${(await runtime.ready).origin}/${NAME}`;
  await send(url, 'PUT', 'records', RECORDS);
  console.log(`A Durable Object with ${RECORDS.length} records. Ask it:\n`);
  console.log(`  curl -X POST ${url}/query -d '${JSON.stringify(QUERY)}'\n`);
  console.log(`It answers ${JSON.stringify(await send(url, 'POST', 'query', QUERY))}`);
  console.log(`What it is told is in ${state}, and still there next time. (Ctrl-C ends it)`);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => runtime.dispose());
}

/** An object that was evicted is made anew from its storage: here with its whole runtime. */
async function surviveEviction() {
  const state = mkdtempSync(join(tmpdir(), 'rv-edge-'));
  try {
    const [told, before] = await within(state, async (url) => [
      await send(url, 'PUT', 'records', RECORDS),
      await send(url, 'POST', 'query', QUERY),
    ]);
    const after = await within(state, (url) => send(url, 'POST', 'query', QUERY));
    const elsewhere = await within(join(state, 'other'), (url) =>
      send(url, 'POST', 'query', QUERY),
    );

    assert.equal(told.inserted, RECORDS.length);
    assert.deepEqual(
      before.matches.map(({ id }) => id),
      ['apple', 'pear'],
    );
    assert.deepEqual(comparable(after), comparable(before));
    assert.deepEqual(elsewhere.matches, []); // where nothing was stored, nothing is found
    console.log(`wrote ${told.inserted} records, asked: ${JSON.stringify(before.matches)}`);
    console.log('evicted, asked again: the same answer');
  } finally {
    rmSync(state, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** `port`, or where it is taken 0, which is any: workerd itself would end with a stack trace. */
function freePort(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      console.log(`Port ${port} cannot be had; taking a free one.`);
      resolve(0);
    });
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(port)));
  });
}

/** The Worker, whose objects keep in `state` what they are told. */
function started(state, port = 0) {
  return start({ modules, port, ...durableObjects(CLASS, state) });
}

async function within(state, work) {
  const runtime = await started(state);
  try {
    return await work(`${(await runtime.ready).origin}/${NAME}`);
  } finally {
    await runtime.dispose();
  }
}

async function send(url, method, verb, body) {
  const response = await fetch(`${url}/${verb}`, { method, body: JSON.stringify(body) });
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return JSON.parse(text);
}

/** An answer without what differs from call to call. */
function comparable({ queryId, tookMs, ...answer }) {
  return answer;
}
