// Tabs that share a database, and what goes wrong between them. Real tabs are in tests/browser.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { bytesOfStream } from '../support/databases.mjs';
import { open } from '../support/package.mjs';
import { sharedPlace, until } from '../support/shared-storage.mjs';

const strict = { dimensions: 2, durability: 'strict' };
const item = (id) => ({ id, vector: [1, 2] });
const idsOf = async (db) => (await db.list()).ids;

/** Databases on `place` that are closed with the test, whatever became of them. */
function opener(t, place, name) {
  return async (storage = place.tab()) => {
    const db = await open(name, { ...strict, storage });
    t.after(() => storage.dead || db.close().catch(() => {}));
    return db;
  };
}

it('one writes, the others ask it to and read what they wrote', async (t) => {
  const openTab = opener(t, sharedPlace('tabs-1'), 'd');
  const [first, second] = [await openTab(), await openTab()];
  assert.deepEqual([first.role, second.role], ['writer', 'follower']);
  assert.deepEqual(await second.upsert(item('a')), { inserted: 1, updated: 0, version: 1 });
  assert.deepEqual(await idsOf(second), ['a']);
  assert.equal(await second.update('a', { metadata: { x: 1 } }), true);
  assert.equal(await second.update('none', { metadata: { x: 1 } }), false);
  assert.deepEqual((await first.get('a')).metadata, { x: 1 });
  await first.delete('a');
  await until(async () => (await second.count()) === 0, 'the follower');
  assert.equal(second.version, first.version);
});

it('a follower whose reading fails takes over with nothing lost', async (t) => {
  const place = sharedPlace('tabs-2');
  const openTab = opener(t, place, 'd');
  const dying = place.tab();
  const first = await openTab(dying);
  await first.upsert(item('old'));
  let failures = 0;
  const read = (key) => {
    if (key.startsWith('snapshot') && failures > 0 && failures-- > 0) throw new Error('a hiccup');
  };
  const second = await openTab(place.tab({ read }));
  const errors = [];
  second.on('error', ({ error }) => errors.push(error.code));
  // Contents that only the snapshot has.
  failures = 4; // more than a reader tries at once
  await first.upsert(['n1', 'n2'].map(item));
  await first.import(await bytesOfStream(first.export()));
  await first.upsert(item('n3'));
  await until(() => errors.length > 0, 'the failure');
  assert.equal(errors[0], 'STORAGE_UNAVAILABLE');
  dying.die();
  await until(() => second.role === 'writer', 'the take-over');
  await second.upsert(item('n4'));
  assert.deepEqual(await idsOf(second), ['old', 'n1', 'n2', 'n3', 'n4']);
  await second.close();
  assert.deepEqual(await idsOf(await openTab()), ['old', 'n1', 'n2', 'n3', 'n4']);
});

it('a take-over that fails is tried again', async (t) => {
  const place = sharedPlace('tabs-3');
  const openTab = opener(t, place, 'd');
  const dying = place.tab();
  const first = await openTab(dying);
  await first.upsert(item('a'));
  let failures = 0;
  const second = await openTab(
    place.tab({
      list: () => {
        if (failures > 0 && failures-- > 0) throw new Error('not now');
      },
    }),
  );
  const errors = [];
  second.on('error', ({ error }) => errors.push(error.code));
  failures = 2;
  dying.die();
  await until(() => second.role === 'writer', 'the take-over');
  assert.equal(errors[0], 'STORAGE_UNAVAILABLE');
  assert.equal((await second.upsert(item('b'))).inserted, 1);
});

it('a tab that is closed as it takes over leaves the next one alone', async (t) => {
  const place = sharedPlace('tabs-4');
  const openTab = opener(t, place, 'd');
  const dying = place.tab();
  const first = await openTab(dying);
  await first.upsert(item('a'));
  let slow = false;
  const second = await openTab(
    place.tab({ list: () => slow && new Promise((resolve) => setTimeout(resolve, 200)) }),
  );
  const third = await openTab();
  slow = true;
  dying.die();
  await new Promise((resolve) => setTimeout(resolve, 50));
  await second.close();
  await until(() => third.role === 'writer', 'the take-over');
  await third.import(await bytesOfStream(third.export()));
  await third.upsert(item('b'));
  await new Promise((resolve) => setTimeout(resolve, 300));
  await third.close();
  assert.deepEqual(await idsOf(await openTab()), ['a', 'b']);
});

it('a tab that is closed as it takes over is asked no more', async (t) => {
  const place = sharedPlace('tabs-closing');
  const openTab = opener(t, place, 'd');
  const dying = place.tab();
  const first = await openTab(dying);
  await first.upsert(item('a'));
  const gate = () => {
    let open;
    const opened = new Promise((resolve) => {
      open = resolve;
    });
    return { open, opened };
  };
  const [listing, writing] = [gate(), gate()];
  let [slow, isTaking] = [false, false];
  const list = () => {
    isTaking = slow;
    return slow && listing.opened;
  };
  const hooks = { list, write: () => slow && writing.opened };
  const second = await openTab(place.tab(hooks));
  slow = true;
  dying.die();
  await until(() => isTaking, 'the take-over');
  const closing = second.close();
  const channel = new BroadcastChannel('tabs-closing');
  t.after(() => channel.close());
  const answers = [];
  const asked = new Promise((resolve) => {
    channel.onmessage = ({ data }) => {
      if (data.kind === 'answer') answers.push(data);
      if (data.kind !== 'writing') return;
      const call = { verb: 'upsert', namespace: '', args: [[item('c')]] };
      channel.postMessage({ kind: 'ask', origin: { replica: 7n, clock: 1 }, call });
      resolve();
    };
  });
  listing.open();
  await asked;
  await new Promise((resolve) => setTimeout(resolve, 50)); // what is asked is heard
  writing.open(); // of the snapshot that closing is worth
  await closing;
  const third = await openTab();
  assert.deepEqual([await idsOf(third), answers], [['a'], []]);
});

it('a segment that failed to be written is written again as it was', async (t) => {
  const place = sharedPlace('tabs-5');
  const openTab = opener(t, place, 'd');
  let failing = false;
  const first = await openTab(
    place.tab({
      write: (key, value) => {
        if (!failing || !key.startsWith('journal')) return;
        failing = false;
        place.values.set(key, value.slice()); // it is there all the same
        throw new Error('or so it seems');
      },
    }),
  );
  const second = await openTab();
  failing = true;
  await assert.rejects(first.upsert(item('x1')), { code: 'STORAGE_UNAVAILABLE' });
  await second.query([1, 2]);
  const channel = new BroadcastChannel('tabs-5');
  channel.postMessage({ kind: 'stored' }); // the follower reads what the writer does not know to be there
  await until(async () => (await second.count()) === 1, 'the follower');
  channel.close();
  await first.upsert(item('x2'));
  await until(async () => (await second.count()) === 2, 'the follower');
  assert.deepEqual(await idsOf(second), ['x1', 'x2']);
});

it('what the last writer made and could not answer is answered by the next one, once', async (t) => {
  const place = sharedPlace('tabs-6');
  const openTab = opener(t, place, 'd');
  let killed = false;
  let stored = 0;
  const dying = place.tab({
    // Dies once the request of the other tab is stored: before it can answer.
    write: async (key, value) => {
      if (killed || !key.startsWith('journal') || ++stored < 2) return;
      killed = true;
      place.values.set(key, value.slice());
      dying.die();
    },
  });
  const first = await openTab(dying);
  await first.upsert(item('a'));
  const second = await openTab();
  const answer = second.update('a', { metadata: { times: 1 } });
  await until(() => second.role === 'writer', 'the take-over');
  assert.equal(await answer, true);
  assert.equal(second.version, 2);
  assert.deepEqual((await second.get('a')).metadata, { times: 1 });
});

it('a second one waits as long as the first one makes the database', async (t) => {
  const source = await open('source', { ...strict, storage: 'memory:' });
  await source.upsert(['a', 'b'].map(item));
  const bytes = await bytesOfStream(source.export());
  await source.close();
  for (const gives of [true, false]) {
    const place = sharedPlace(`tabs-7-${gives}`);
    let snapshot;
    const stream = new ReadableStream({
      start(controller) {
        snapshot = controller;
      },
    });
    const first = open('d', { ...strict, storage: place.tab(), snapshot: stream });
    first.catch(() => {});
    t.mock.timers.enable({ apis: ['setTimeout'] });
    let settled = false;
    const second = open('d', { ...strict, storage: place.tab() }).finally(() => {
      settled = true;
    });
    second.catch(() => {});
    await passMinute(t, () => settled);
    assert.equal(settled, false);
    if (gives) {
      snapshot.enqueue(bytes);
      snapshot.close();
    } else snapshot.error(new Error('offline'));
    const one = await first.catch(({ code }) => code);
    await passMinute(t, () => settled);
    t.mock.timers.reset();
    const other = await second;
    t.after(() => other.close());
    if (gives) t.after(() => one.close());
    else assert.equal(one, 'NOT_FOUND');
    assert.deepEqual([other.role, await other.count()], gives ? ['follower', 2] : ['writer', 0]);
  }
});

it('a second one does not wait for one that has the lock and answers nothing', async (t) => {
  const place = sharedPlace('tabs-12');
  // A tab that froze before anything was stored.
  const release = await place.tab().lock();
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let settled = false;
  const refusal = open('d', { ...strict, storage: place.tab() })
    .catch(({ code, message }) => `${code}: ${message}`)
    .finally(() => {
      settled = true;
    });
  await passMinute(t, () => settled);
  t.mock.timers.reset();
  assert.match(
    await refusal,
    /^STORAGE_BLOCKED: .*the tab that makes the database 'd'.*Close that tab/,
  );
  release();
  const db = await opener(t, place, 'd')();
  assert.equal(db.role, 'writer');
});

/** A minute of mocked time, or less if it is over before. */
async function passMinute(t, isOver) {
  for (let tenths = 0; tenths < 600 && !isOver(); ++tenths) {
    t.mock.timers.tick(100);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

it('one that is closing leaves what others ask to the next one', async (t) => {
  const place = sharedPlace('tabs-8');
  const openTab = opener(t, place, 'd');
  let [hold, released, late, go] = [undefined, false, 0, () => {}];
  const tab = place.tab({
    write: async (key) => {
      if (released) ++late;
      if (key.startsWith('journal')) await hold;
    },
  });
  const { lock } = tab;
  tab.lock = async (wait) => {
    const release = await lock(wait);
    return () => {
      released = true;
      release();
    };
  };
  t.after(() => go());
  const first = await openTab(tab);
  const [second, third] = [await openTab(), await openTab()];
  hold = new Promise((resolve) => {
    go = resolve;
  });
  const answers = [second.upsert(item('b'))];
  // Until its write is under way.
  await until(() => first.version === 1, 'the request');
  const closing = first.close();
  answers.push(third.upsert(item('c')));
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(first.version, 1, 'it makes no more changes');
  go();
  await closing;
  for (const { inserted } of await Promise.all(answers)) assert.equal(inserted, 1);
  assert.equal(late, 0, 'nothing is written without the lock');
  assert.deepEqual((await idsOf(second)).sort(), ['b', 'c']);
});
