import { deleteDB, type IDBPDatabase, openDB } from 'idb';
import { RuVectorError } from '../core/errors.js';
import type { StorageAdapter } from '../database/types.js';
import { browserUsage, shardName, webLock } from './browser.js';

const PREFIX = 'ruvector:';
const STORE = 'values';
const VERSION = 1;

/** How long opening and deleting wait for other tabs to close the database. */
const PATIENCE_MS = 5000;
/** How long a reading waits for a transaction of another tab, which ends unless that tab hangs. */
const READING_MS = 15_000;

/** One object store of values by key. A write is a transaction that is synced to disk. */
export async function indexedDbStorage(name: string, shard: number): Promise<StorageAdapter> {
  if (typeof indexedDB === 'undefined')
    throw new RuVectorError(
      'STORAGE_UNAVAILABLE',
      "expected a host with IndexedDB, got none; pass storage: 'memory:' or an adapter",
    );
  const full = PREFIX + name;
  const own = shardName(full, shard);
  let listener: Parameters<NonNullable<StorageAdapter['watch']>>[0] | undefined;
  let connection: Promise<IDBPDatabase> | undefined;
  /** Somebody waits for it to be closed. */
  let isWanted = false;
  let vanished = false;
  const connect = (): Promise<IDBPDatabase> => {
    connection ??= connected();
    return connection;
  };
  const connected = async (): Promise<IDBPDatabase> => {
    const opening = openDB(full, VERSION, {
      upgrade(db, _before, _now, _transaction, event) {
        // Chromium deletes what it finds damaged (google/leveldb#1287), and says so here alone.
        vanished ||= (event as { dataLoss?: string }).dataLoss === 'total';
        db.createObjectStore(STORE);
      },
      blocking() {
        isWanted = true;
        listener?.blocked();
      },
      terminated() {
        connection = undefined;
        listener?.lost();
      },
    });
    try {
      return await settled(opening, full);
    } catch (error) {
      connection = undefined;
      // One that comes late would be in the way of others.
      opening.then((db) => db.close()).catch(() => {});
      throw error;
    }
  };
  await connect();
  return {
    backend: 'indexeddb',
    get vanished() {
      return vanished;
    },
    channel: own,
    async read(key) {
      return inTime((await connect()).get(STORE, key), full, READING_MS);
    },
    async write(key, value) {
      const { done, store } = (await connect()).transaction(STORE, 'readwrite', {
        durability: 'strict',
      });
      await Promise.all([store.put(value, key), done]);
    },
    async delete(keys) {
      const { done, store } = (await connect()).transaction(STORE, 'readwrite');
      await Promise.all([...keys.map((key) => store.delete(key)), done]);
    },
    async list() {
      return inTime((await connect()).getAllKeys(STORE) as Promise<string[]>, full, READING_MS);
    },
    lock: (wait) => webLock(own, wait),
    watch(given) {
      listener = given;
      if (isWanted) given.blocked();
    },
    usage: browserUsage,
    async close() {
      (await connection)?.close();
    },
  };
}

/** Names of the databases of this origin that hold something. */
export async function listIndexedDb(): Promise<string[]> {
  const all = (await globalThis.indexedDB?.databases?.()) ?? [];
  const names: string[] = [];
  for (const { name } of all) {
    if (!name?.startsWith(PREFIX)) continue;
    const upgrade = (db: IDBPDatabase): void => void db.createObjectStore(STORE);
    // Of whatever version: a newer one is not opened by this release, and is there.
    const db = await settled(openDB(name, undefined, { upgrade }), name);
    try {
      if ((await inTime(db.count(STORE), name, READING_MS)) > 0)
        names.push(name.slice(PREFIX.length));
    } finally {
      db.close();
    }
  }
  return names;
}

export function deleteIndexedDb(name: string): Promise<void> {
  return settled(deleteDB(PREFIX + name), PREFIX + name);
}

/** What others can hold up: an answer in any case. */
async function inTime<T>(work: Promise<T>, name: string, patience: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(
        new RuVectorError(
          'STORAGE_BLOCKED',
          `expected the database '${name}' to be free within ${patience / 1000} s, but another tab ` +
            'has it open; close that tab and try again. What was asked for happens once it is closed',
        ),
      );
    }, patience);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A request to open or delete. */
async function settled<T>(work: Promise<T>, name: string): Promise<T> {
  try {
    return await inTime(work, name, PATIENCE_MS);
  } catch (cause) {
    if (cause instanceof RuVectorError) throw cause;
    const { name: kind, message } = cause as DOMException;
    if (kind === 'VersionError')
      throw new RuVectorError(
        'FORMAT_VERSION',
        `expected the database '${name}' of version ${VERSION}, got a newer one; update @ruvector/wasm`,
        { cause },
      );
    throw new RuVectorError(
      'STORAGE_UNAVAILABLE',
      `expected IndexedDB to open '${name}', got ${kind}: ${message}. Private windows and blocked site ` +
        "data have none; storage: 'memory:' needs none",
      { cause },
    );
  }
}
