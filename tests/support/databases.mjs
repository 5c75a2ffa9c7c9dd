// Databases that close themselves, and folders that go with the test.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
