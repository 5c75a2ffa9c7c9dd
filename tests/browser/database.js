/**
 * A tab with a database in it, for tests that close, kill and count tabs: what it does is in
 * `globalThis.tab`, whose functions take and give plain data.
 */

import { deleteDatabase, listDatabases, open } from '/package/dist/index.js';
import { indexedDbStorage } from '/package/dist/storage/indexeddb.js';
import { contentsOf, operations, perform } from '../support/database-script.mjs';

const DIMENSIONS = 512;
let db;
const events = [];

/** IndexedDB that at the write or deletion `at` begins what it should, or not, and never comes back. */
async function stalling(name, at, begins) {
  const inner = await indexedDbStorage(name, 0);
  let points = 0;
  const point = (work) => {
    if (points++ !== at) return work();
    if (begins) work();
    globalThis.stalled = true;
    return new Promise(() => {});
  };
  return {
    ...inner,
    write: (key, value) => point(() => inner.write(key, value)),
    delete: (keys) => point(() => inner.delete(keys)),
  };
}

const progress = { acknowledged: 0, begun: 0, done: false };

globalThis.tab = {
  progress,
  events,

  async open(name, options) {
    db = await open(name, options);
    for (const type of ['role', 'error', 'evicted', 'blocked'])
      db.on(type, (event) => events.push(event.error?.message ?? event.role ?? event.type));
    return { role: db.role, version: db.version, count: await db.count() };
  },

  /** A call on the database; an error as { code }. */
  async call(verb, ...args) {
    try {
      return { result: (await db[verb](...args)) ?? null };
    } catch ({ code, message }) {
      return { code, message };
    }
  },

  state: () => ({ role: db.role, version: db.version, durableVersion: db.durableVersion }),
  contents: () => contentsOf(db),
  close: () => db.close(),
  list: listDatabases,
  remove: (name) =>
    deleteDatabase(name).then(
      () => 'removed',
      ({ code }) => code,
    ),

  /** Runs the script of the kill tests until it is done or the storage stalls; does not wait. */
  async script({ name, seed, count, at, begins, durability, flushEvery }) {
    const storage = await stalling(name, at, begins);
    const list = operations({ seed, count, dimensions: DIMENSIONS });
    (async () => {
      const own = { dimensions: DIMENSIONS, index: 'hnsw', storage, durability };
      const script = await open(name, own);
      for (const [i, operation] of list.entries()) {
        progress.begun = i + 1;
        await perform(script, operation);
        if (durability === 'relaxed' && (i + 1) % flushEvery === 0) await script.flush();
        if (durability === 'strict' || (i + 1) % flushEvery === 0) progress.acknowledged = i + 1;
      }
      await script.flush();
      progress.acknowledged = list.length;
      progress.done = true;
    })().catch((error) => {
      progress.error = `${error.stack}`;
    });
  },

  /** Resolves once the script is done, or hangs at its point. */
  async settled() {
    while (!progress.done && !globalThis.stalled && !progress.error)
      await new Promise((resolve) => setTimeout(resolve, 1));
    return { ...progress, stalled: globalThis.stalled === true };
  },

  /** Upserts one record after another, strict, and remembers which are acknowledged. */
  async write(prefix, count) {
    const done = [];
    globalThis.acknowledged = done;
    for (let i = 0; i < count; ++i) {
      const id = `${prefix}${i}`;
      const { code, message } = await globalThis.tab.call('upsert', { id, vector: [1, i + 1] });
      if (code) return { done, code, message };
      done.push(id);
    }
    return { done };
  },

  /** Rows of equal components, each its number and 1, flushed. */
  async fill(rows, dimensions) {
    const step = 5000;
    for (let from = 0; from < rows; from += step) {
      const count = Math.min(step, rows - from);
      const vectors = new Float32Array(count * dimensions);
      for (let i = 0; i < count; ++i)
        vectors.fill(from + i + 1, i * dimensions, (i + 1) * dimensions);
      const ids = Array.from({ length: count }, (_, i) => `r${from + i}`);
      await db.upsertFlat(ids, vectors, { batchSize: step });
    }
    await db.flush();
  },

  acknowledged: () => globalThis.acknowledged ?? [],
};
document.title = 'ready';
