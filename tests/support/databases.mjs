// Databases that close themselves, folders that go with the test, and scripts that run on databases.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { perform } from './database-script.mjs';
import { open } from './package.mjs';

const databases = new WeakMap();

/** Hooks run in the order they are made: whichever is first has to close what is open. */
function closeAll(t) {
  return Promise.allSettled((databases.get(t) ?? []).map((db) => db.close()));
}

/** An empty folder for the length of test `t`. */
export function newFolder(t) {
  const folder = mkdtempSync(join(tmpdir(), 'rv-database-'));
  t.after(async () => {
    await closeAll(t);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  return folder;
}

export async function newDatabase(t, name, options) {
  const db = await open(name, options);
  databases.set(t, [...(databases.get(t) ?? []), db]);
  t.after(() => closeAll(t));
  return db;
}

/** All bytes of a stream. */
export async function bytesOfStream(stream) {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return new Uint8Array(Buffer.concat(parts));
}

/** Relaxed writes are acknowledged by a flush after every so many. */
const FLUSH_EVERY = 7;

/**
 * Runs the script on the database that `opened()` opens on `storage`, until it is done or the
 * program dies. Returns how many operations were acknowledged and how many were begun.
 */
export async function runScript(list, storage, durability, opened) {
  let [acknowledged, begun] = [0, 0];
  let db;
  try {
    db = await opened();
    for (const [i, operation] of list.entries()) {
      begun = i + 1;
      try {
        await perform(db, operation);
        if (durability === 'relaxed' && begun % FLUSH_EVERY === 0) await db.flush();
        if (durability === 'strict' || begun % FLUSH_EVERY === 0) acknowledged = begun;
      } catch (error) {
        // Not acknowledged, and made all the same: what is acknowledged later contains it.
        assert.equal(error.code, 'STORAGE_UNAVAILABLE', error.stack);
        if (storage.dead) break;
      }
    }
    if (!storage.dead) {
      await db.flush();
      acknowledged = begun;
    }
  } catch (error) {
    assert.equal(error.code, 'STORAGE_UNAVAILABLE', error.stack);
  } finally {
    await db?.close().catch(() => {});
  }
  return { acknowledged, begun };
}
