/** Databases in real IndexedDB: tabs that are killed at every write, and tabs that share one. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { historyOf, operations } from '../support/database-script.mjs';
import { packageFile } from '../support/package.mjs';
import { random } from '../support/random.mjs';
import { soak } from '../support/soak.mjs';
import { serveAll } from './drive.mjs';

const SCRIPT = { seed: 1, count: 200, flushEvery: 7 };
const PATIENCE = 30_000;
/** Milliseconds until a page is there, on a busy machine: no part of what is tested. */
const LOADING = 180_000;
/** Bytes of vectors of the large database, and what it may take. */
const LARGE = soak ? 1e9 : 20e6;
const LARGE_PATIENCE = soak ? 1_200_000 : 60_000;
/** The storage as a later release may have it, beside this one's. */
const NEXT = '/package/dist/storage/indexeddb-next.js';
const history = historyOf(operations({ ...SCRIPT, dimensions: 512 }));

/**
 * Defines the tests of one browser, as its driver launches it; `evict(page)` clears the storage of
 * the page's origin, where the driver can.
 */
export function testDatabasesIn(name, launch, evict) {
  test(`databases in ${name}`, async (t) => {
    const server = await serveAll({ [NEXT]: nextVersion() });
    t.after(() => server.close());
    const browser = await launch();
    t.after(() => browser.close());
    const tabs = { browser, url: `${server.url}suite/database.html` };

    for (const durability of ['strict', 'relaxed'])
      await t.test(`a tab killed at a write loses nothing acknowledged, ${durability}`, (t) =>
        killTabs(t, tabs, durability),
      );
    await t.test('tabs share a database: one writes, all read', () => share(tabs));
    await t.test('without Web Locks nothing is written', () => needLocks(tabs));
    await t.test('three tabs write and die, and nothing acknowledged is lost', () =>
      churn(tabs, 'churn', {}, soak ? 20 : 4),
    );
    await t.test('three tabs with a worker each do, too', () =>
      churn(tabs, 'churn-workers', { worker: true }, soak ? 10 : 1),
    );
    await t.test('a newer version waits for the old tabs, and says so', () => upgrade(tabs));
    await t.test('a tab that hangs in a transaction is not waited for', () => hang(tabs));
    await t.test('a database that vanished between two tabs says so', () => vanish(tabs));
    await t.test('a database that is open elsewhere is deleted all the same', () => remove(tabs));
    if (evict)
      await t.test('a database that the browser evicts is stored anew', () => restore(tabs, evict));
    await t.test(`${LARGE / 1e6} MB are saved and opened again`, () => large(tabs));
    await t.test('the writer in a worker, killed: the next tab takes over', () => workers(tabs));
  });
}

function nextVersion() {
  const file = join(dirname(packageFile('./package.json')), 'dist/storage/indexeddb.js');
  let text = readFileSync(file, 'utf8');
  for (const [now, next] of [
    [/VERSION = 1;/, 'VERSION = 2;'],
    [/upgrade\((\w+), (\w+)(.*)\) \{/, 'upgrade($1, $2$3) {\nif ($2 > 0) return;'],
  ]) {
    assert.match(text, now);
    text = text.replace(now, next);
  }
  return text;
}

async function newTab({ browser, url }) {
  const page = await browser.newPage();
  await page.goto(url, { timeout: LOADING });
  assert.equal(await page.evaluate(() => document.title), 'ready');
  return {
    page,
    /** Calls a function of `globalThis.tab`. */
    do: (what, ...args) =>
      within(
        page.evaluate(({ what, args }) => globalThis.tab[what](...args), { what, args }),
        what,
      ),
    kill: () => page.close(),
  };
}

/** The guard against a hang. */
async function within(promise, what, patience = PATIENCE) {
  let timer;
  const late = new Promise((_, reject) => {
    const give = () => reject(new Error(`${what}: no answer in ${patience / 1000} s`));
    timer = setTimeout(give, patience);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Asks until the answer is good. */
async function until(ask, isGood, what) {
  const end = Date.now() + PATIENCE;
  for (;;) {
    const answer = await ask();
    if (isGood(answer)) return answer;
    assert.ok(Date.now() < end, `${what}: still ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function killTabs(t, tabs, durability) {
  const step = soak ? 1 : durability === 'strict' ? 37 : 9;
  const next = random(1);
  let [points, at] = [0, 0];
  for (; ; at += step) {
    const begins = next() < 0.5;
    const name = `kill-${durability}-${at}`;
    const tab = await newTab(tabs);
    await tab.do('script', { ...SCRIPT, name, durability, at, begins });
    const { acknowledged, begun, stalled, error } = await tab.do('settled');
    assert.equal(error, undefined);
    await tab.kill();
    const after = await newTab(tabs);
    await after.do('open', name, { dimensions: 512 });
    const found = await after.do('contents');
    const good = history.some((it, i) => i >= acknowledged && i <= begun && it === found);
    assert.ok(good, `point ${at}: not the contents after ${acknowledged} to ${begun} operations`);
    await after.do('close');
    assert.equal(await after.do('remove', name), 'removed');
    await after.kill();
    if (!stalled) break;
    ++points;
  }
  t.diagnostic(`${points} of ${at} write points`);
  assert.ok(points >= 4);
}

async function share(tabs) {
  const options = { dimensions: 2, durability: 'strict' };
  const first = await newTab(tabs);
  assert.equal((await first.do('open', 'shared', options)).role, 'writer');
  const second = await newTab(tabs);
  assert.equal((await second.do('open', 'shared', options)).role, 'follower');
  // Reads its own write, and the other one follows by itself.
  const { result } = await second.do('call', 'upsert', { id: 'b', vector: [1, 2] });
  assert.deepEqual(result, { inserted: 1, updated: 0, version: 1 });
  assert.deepEqual((await second.do('call', 'get', 'b')).result.vector, [1, 2]);
  assert.deepEqual((await first.do('call', 'get', 'b')).result.vector, [1, 2]);
  await first.do('call', 'upsert', { id: 'a', vector: [2, 1] });
  await until(
    () => second.do('call', 'count'),
    ({ result }) => result === 2,
    'the follower',
  );
  // Errors keep their codes on the way.
  const refusal = await second.do('call', 'insert', { id: 'a', vector: [1, 1] });
  assert.equal(refusal.code, 'DUPLICATE_ID');
  const exclusive = await newTab(tabs);
  const code = await exclusive.page.evaluate(() =>
    globalThis.tab.open('shared', { tabs: 'exclusive' }).catch((error) => error.code),
  );
  assert.equal(code, 'STORAGE_BLOCKED');
  const reader = await exclusive.do('open', 'shared', { tabs: 'readonly' });
  assert.deepEqual(reader, { role: 'readonly', version: 2, count: 2 });
  assert.equal((await exclusive.do('call', 'delete', 'a')).code, 'READ_ONLY');

  // The writer dies: the follower takes over and goes on.
  await first.kill();
  await until(
    () => second.do('state'),
    ({ role }) => role === 'writer',
    'the take-over',
  );
  assert.equal((await second.do('call', 'delete', 'a')).result, 1);
  await until(
    () => exclusive.do('call', 'count'),
    ({ result }) => result === 1,
    'the reader',
  );
  await second.kill();
  await exclusive.kill();
}

async function needLocks(tabs) {
  const tab = await newTab(tabs);
  // As in an insecure context.
  const codes = await tab.page.evaluate(async () => {
    Object.defineProperty(Navigator.prototype, 'locks', { get: () => undefined });
    const code = (options) =>
      globalThis.tab.open('unlocked', { dimensions: 2, ...options }).then(
        ({ role }) => role,
        (error) => error.code,
      );
    return [await code({}), await code({ storage: 'memory:' })];
  });
  assert.deepEqual(codes, ['STORAGE_UNAVAILABLE', 'writer']);
  await tab.kill();
}

/** Random writes from three tabs, of which one dies every now and then, the writer too. */
async function churn(tabs, name, own, rounds) {
  const next = random(7);
  const options = { dimensions: 2, durability: 'strict', ...own };
  const acknowledged = [];
  const open = async () => {
    const tab = await newTab(tabs);
    await tab.do('open', name, options);
    return tab;
  };
  const all = [await open(), await open(), await open()];
  for (let round = 0; round < rounds; ++round) {
    const victim = round === 0 ? 0 : Math.floor(next() * 3);
    const writes = all.map((tab, i) => {
      const count = i === victim ? 1000 : 20;
      const work = tab.page.evaluate(
        ([prefix, count]) => globalThis.tab.write(prefix, count),
        [`r${round}t${i}-`, count],
      );
      return i === victim ? work.catch(() => ({ done: [] })) : work;
    });
    await new Promise((resolve) => setTimeout(resolve, 50 + 200 * next()));
    acknowledged.push(...(await all[victim].do('acknowledged')));
    await all[victim].kill();
    for (const [i, work] of writes.entries()) {
      const { done, code, message } = await within(work, `tab ${i} of round ${round}`);
      assert.equal(code, undefined, message);
      acknowledged.push(...done);
      if (i !== victim) assert.equal(done.length, 20);
    }
    all[victim] = await open();
  }
  // All see the same, and all that was acknowledged is in it, once.
  const [{ version }] = (await Promise.all(all.map((tab) => tab.do('state')))).sort(
    (a, b) => b.version - a.version,
  );
  for (const tab of all) {
    await until(
      () => tab.do('state'),
      (state) => state.version >= version,
      'convergence',
    );
    const { ids } = (await tab.do('call', 'list', { limit: 10_000 })).result;
    const present = new Set(ids);
    assert.equal(present.size, ids.length);
    const lost = acknowledged.filter((id) => !present.has(id));
    assert.deepEqual(lost, [], `${lost.length} of ${acknowledged.length} lost`);
  }
  const contents = await Promise.all(all.map((tab) => tab.do('contents')));
  assert.equal(new Set(contents).size, 1);
  const roles = await Promise.all(all.map(async (tab) => (await tab.do('state')).role));
  assert.deepEqual(roles.sort(), ['follower', 'follower', 'writer']);
  for (const tab of all) await tab.kill();
}

/** With the IndexedDB of the next version, whatever that may be. */
async function upgrade(tabs) {
  const old = await newTab(tabs);
  await old.do('open', 'upgraded', { dimensions: 2, durability: 'strict' });
  await old.do('call', 'upsert', { id: 'a', vector: [1, 2] });
  // One that does not answer: of a page that hangs, or was put to sleep.
  const deaf = await newTab(tabs);
  await deaf.page.evaluate(
    () =>
      new Promise((done) => {
        const request = indexedDB.open('ruvector:deaf', 1);
        request.onupgradeneeded = () => request.result.createObjectStore('values');
        request.onsuccess = () => {
          globalThis.held = request.result;
          done();
        };
      }),
  );
  const tab = await newTab(tabs);
  const open = (name) =>
    tab.page.evaluate(
      async ([name, next]) => {
        const { indexedDbStorage } = await import(next);
        try {
          const storage = await indexedDbStorage(name, 0);
          const { count } = await globalThis.tab.open(name, { dimensions: 2, storage });
          await globalThis.tab.close();
          return `${count}`;
        } catch ({ code, message }) {
          return `${code}: ${message}`;
        }
      },
      [name, NEXT],
    );
  assert.equal(await within(open('upgraded'), 'the upgrade'), '1');
  assert.deepEqual(await old.page.evaluate(() => globalThis.tab.events), ['blocked']);
  assert.equal((await old.do('call', 'count')).code, 'CLOSED');
  const refusal = await within(open('deaf'), 'the upgrade that waits');
  assert.match(refusal, /^STORAGE_BLOCKED: .*close that tab/);
  await deaf.kill();
  assert.equal(await within(open('deaf'), 'the upgrade'), '0');
  // And back: the old version leaves it alone.
  const code = await old.page.evaluate(() =>
    globalThis.tab.open('upgraded', { dimensions: 2 }).catch((error) => error.code),
  );
  assert.equal(code, 'FORMAT_VERSION');
  assert.ok((await old.do('list')).some(({ name }) => name === 'upgraded'));
  await old.kill();
  await tab.kill();
}

/** A tab that never ends its transaction, as one that is frozen in the middle of it. */
async function hang(tabs) {
  const options = { dimensions: 2, durability: 'strict' };
  const first = await newTab(tabs);
  await first.do('open', 'hanging', options);
  await first.do('call', 'upsert', { id: 'a', vector: [1, 2] });
  await first.page.evaluate(
    () =>
      new Promise((done) => {
        indexedDB.open('ruvector:hanging').onsuccess = ({ target }) => {
          const store = target.result.transaction('values', 'readwrite').objectStore('values');
          globalThis.hangs = true;
          const goOn = () => {
            if (globalThis.hangs) store.count().onsuccess = goOn;
            else target.result.close();
            done();
          };
          goOn();
        };
      }),
  );
  const second = await newTab(tabs);
  const code = await within(
    second.page.evaluate((own) => {
      const { setTimeout } = globalThis;
      globalThis.setTimeout = (call, ms) => setTimeout(call, ms >= 10_000 ? ms / 20 : ms);
      return globalThis.tab.open('hanging', own).catch((error) => error.code);
    }, options),
    'opening',
  );
  assert.equal(code, 'STORAGE_BLOCKED');
  const listing = second.page.evaluate(() => globalThis.tab.list().catch((error) => error.code));
  assert.equal(await within(listing, 'listing'), 'STORAGE_BLOCKED');
  await first.page.evaluate(() => {
    globalThis.hangs = false;
  });
  const { role, count } = await second.do('open', 'hanging', options);
  assert.deepEqual([role, count], ['follower', 1]);
  // What gave up left nothing open.
  await second.do('close');
  assert.equal(await second.do('remove', 'hanging'), 'removed');
  await first.kill();
  await second.kill();
}

/** What its IndexedDB alone is taken from. */
async function vanish(tabs) {
  const options = { dimensions: 48, metric: 'euclidean', durability: 'strict' };
  for (const worker of [false, true]) {
    const name = `vanishing-${worker}`;
    const own = { ...options, worker };
    const first = await newTab(tabs);
    await first.do('open', name, own);
    await first.do('call', 'upsert', { id: 'a', vector: Array(48).fill(1) });
    await first.do('close');
    await first.page.evaluate(
      (name) =>
        new Promise((done) => {
          indexedDB.deleteDatabase(`ruvector:${name}`).onsuccess = () => done();
        }),
      name,
    );
    const code = await first.page.evaluate(
      ([name, worker]) => globalThis.tab.open(name, { worker }).catch((error) => error.code),
      [name, worker],
    );
    assert.equal(code, 'STORAGE_EVICTED');
    const found = await first.do('open', name, { ...own, snapshot: '/snapshot.rv' });
    assert.equal(found.count, 297);
    assert.deepEqual(await first.page.evaluate(() => globalThis.tab.events), ['evicted']);
    // It is told once, and not of one that was deleted.
    await first.do('close');
    const second = await newTab(tabs);
    await second.do('open', name, own);
    await second.do('close');
    assert.equal(await second.do('remove', name), 'removed');
    assert.equal((await second.do('open', name, own)).count, 0);
    assert.deepEqual(await second.page.evaluate(() => globalThis.tab.events), []);
    await second.do('close');
    assert.equal(await second.do('remove', name), 'removed');
    await first.kill();
    await second.kill();
  }
}

async function restore(tabs, evict) {
  const tab = await newTab(tabs);
  await tab.do('open', 'evicted', { dimensions: 2, durability: 'strict' });
  await tab.do('call', 'upsert', { id: 'a', vector: [1, 2] });
  await evict(tab.page);
  await until(
    () => tab.page.evaluate(() => globalThis.tab.events),
    (events) => events.includes('evicted'),
    'the event',
  );
  await tab.do('call', 'upsert', { id: 'b', vector: [1, 2] });
  await tab.kill();
  const after = await newTab(tabs);
  assert.equal((await after.do('open', 'evicted')).count, 2);
  await after.kill();
}

async function remove(tabs) {
  const first = await newTab(tabs);
  await first.do('open', 'doomed', { dimensions: 2 });
  await first.do('call', 'upsert', { id: 'a', vector: [1, 2] });
  const second = await newTab(tabs);
  const names = (list) => list.map(({ name }) => name);
  await first.do('call', 'flush');
  assert.ok(names(await second.do('list')).includes('doomed'));
  assert.equal(await second.do('remove', 'doomed'), 'removed');
  assert.ok(!names(await second.do('list')).includes('doomed'));
  assert.deepEqual(await first.page.evaluate(() => globalThis.tab.events), ['blocked']);
  assert.equal((await first.do('call', 'count')).code, 'CLOSED');
  await first.kill();
  await second.kill();
}

/** In a worker, since a page of its own would not answer for long. */
async function large(tabs) {
  const dimensions = 384;
  const rows = Math.round(LARGE / (4 * dimensions));
  const options = { dimensions, index: 'flat', worker: true };
  const tab = await newTab(tabs);
  tab.page.setDefaultTimeout?.(LARGE_PATIENCE);
  await tab.do('open', 'large', options);
  await within(
    tab.page.evaluate(
      ([rows, dimensions]) => globalThis.tab.fill(rows, dimensions),
      [rows, dimensions],
    ),
    'the load',
    LARGE_PATIENCE,
  );
  await tab.kill();
  const after = await newTab(tabs);
  const found = await within(
    after.page.evaluate((options) => globalThis.tab.open('large', options), options),
    'opening again',
    LARGE_PATIENCE,
  );
  assert.equal(found.count, rows);
  for (const row of [0, Math.floor(rows / 2), rows - 1]) {
    const { result } = await after.do('call', 'get', `r${row}`);
    assert.deepEqual(result.vector, [...Float32Array.from({ length: dimensions }, () => row + 1)]);
  }
  await after.do('close');
  assert.equal(await after.do('remove', 'large'), 'removed');
  await after.kill();
}

async function workers(tabs) {
  const options = { dimensions: 2, durability: 'strict', worker: true };
  const first = await newTab(tabs);
  assert.equal((await first.do('open', 'worker', options)).role, 'writer');
  await first.do('call', 'upsert', { id: 'a', vector: [1, 2] });
  assert.equal((await first.do('call', 'stats')).result.worker, true);
  const second = await newTab(tabs);
  assert.deepEqual(await second.do('open', 'worker', options), {
    role: 'follower',
    version: 1,
    count: 1,
  });
  assert.equal((await second.do('call', 'query', [1])).code, 'DIMENSION_MISMATCH');
  await first.kill();
  await until(
    () => second.do('state'),
    ({ role }) => role === 'writer',
    'the take-over',
  );
  assert.equal((await second.do('call', 'upsert', { id: 'b', vector: [1, 2] })).result.inserted, 1);
  const { backend, usage, quota } = (await second.do('call', 'storage')).result;
  assert.equal(backend, 'indexeddb');
  assert.ok(usage > 0 && quota > usage);
  await second.kill();
}
