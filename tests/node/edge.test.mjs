// `npm run edge`, and the storage that it gives a database, in workerd, which is fetched.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { it } from 'node:test';
import { bundle, durableObjects, installMiniflare, start } from '../../scripts/workerd.mjs';
import { newFolder } from '../support/databases.mjs';
import { root } from '../support/package.mjs';
import { random } from '../support/random.mjs';

const seededBytes = (seed, length) => {
  const next = random(seed);
  return Uint8Array.from({ length }, () => 256 * next());
};

const missing = installMiniflare();
if (missing) console.log(`left out: examples/edge in workerd: ${missing}`);
else {
  it('npm run edge -- --once finds after an eviction what it found before', () => {
    const args = ['scripts/edge.mjs', '--once', '--no-build'];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      cwd: root,
      encoding: 'utf8',
      timeout: 60_000,
    });
    assert.equal(status, 0, stderr);
    assert.match(stdout, /evicted, asked again: the same answer/);
  });

  it('examples/edge says what is wrong with a request', async (t) => {
    const modules = await bundle(join(root, 'examples/edge/worker.js'));
    const runtime = await start({ modules, ...durableObjects('SearchIndex', newFolder(t)) });
    t.after(() => runtime.dispose());
    const { origin } = await runtime.ready;
    const ask = async (method, verb, body) => {
      const response = await fetch(`${origin}/docs/${verb}`, { method, body });
      return [response.status, (await response.json()).code];
    };
    for (const [method, verb, body, ...answer] of [
      ['POST', 'query', 'null', 400, 'INVALID_ARGUMENT'],
      ['POST', 'query', '7', 400, 'INVALID_ARGUMENT'],
      ['POST', 'query', '{"vector":[1]}', 400, 'DIMENSION_MISMATCH'],
      ['POST', 'query', 'no JSON', 400, undefined],
      ['PUT', 'records', 'null', 400, 'INVALID_ARGUMENT'],
      ['POST', 'nothing', '{}', 404, undefined],
      ['POST', 'query', '{"vector":[1,0,0]}', 200, undefined],
    ])
      assert.deepEqual(await ask(method, verb, body), answer, `${verb} ${body}`);
  });

  it('the storage of a Durable Object keeps values of any size, whole, over its end', async (t) => {
    const modules = await bundle(join(root, 'tests/support/storage-worker.js'));
    const state = newFolder(t);
    const twin = new Map();
    const within = async (work) => {
      const runtime = await start({ modules, ...durableObjects('Storage', state) });
      try {
        const { origin } = await runtime.ready;
        await work(async (verb, keys, body) => {
          const query = keys.map((key) => `key=${key}`).join('&');
          return fetch(`${origin}/${verb}?${query}`, { method: 'POST', body: body ?? null });
        });
      } finally {
        await runtime.dispose();
      }
    };
    const compare = async (call) => {
      assert.deepEqual((await (await call('list', [])).json()).sort(), [...twin.keys()].sort());
      for (const key of ['a', 'b', 'c-1']) {
        const response = await call('read', [key]);
        const found = response.ok ? new Uint8Array(await response.arrayBuffer()) : undefined;
        assert.ok(Buffer.from(found ?? 'none').equals(Buffer.from(twin.get(key) ?? 'none')), key);
      }
    };
    await within(async (call) => {
      for (const [seed, [key, length]] of [
        ['a', 0],
        ['b', 2 ** 20],
        ['c-1', 9 * 2 ** 20 + 5],
        ['a', 2 ** 20 + 1],
        ['b', 17],
      ].entries()) {
        twin.set(key, seededBytes(seed, length));
        assert.equal((await call('write', [key], twin.get(key))).status, 200);
        await compare(call);
      }
      twin.delete('a');
      await call('delete', ['a', 'nothing']);
      await compare(call);
    });
    await within(compare);
  });
}
