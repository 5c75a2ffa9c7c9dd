import { mkdir, open, readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { RuVectorError } from '../core/errors.js';
import type { StorageAdapter } from '../database/types.js';

const LOCK = 'lock';
/** What a crash in the middle of a write leaves. */
const UNFINISHED = '.tmp';

/** Folders that this very program writes to. */
const mine = new Set<string>();

/**
 * A folder with a file for each value: written aside, synced, renamed over the old one, the folder
 * synced. One program at a time writes to it.
 */
export async function fileStorage(folder: string): Promise<StorageAdapter> {
  const home = resolve(folder);
  await mkdir(home, { recursive: true });
  return {
    backend: 'file',
    async read(key) {
      try {
        return await readFile(join(home, key));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    },
    async write(key, value) {
      const aside = join(home, key + UNFINISHED);
      const file = await open(aside, 'w');
      try {
        await file.writeFile(value);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(aside, join(home, key));
      await syncFolder(home);
    },
    async delete(keys) {
      for (const key of keys) await rm(join(home, key), { force: true });
    },
    async list() {
      const names = await readdir(home);
      return names.filter((name) => name !== LOCK && !name.endsWith(UNFINISHED));
    },
    lock: () => lock(home),
    async usage() {
      const names = await readdir(home);
      const sizes = await Promise.all(
        names.map(async (name) => (await stat(join(home, name))).size),
      );
      const usage = sizes.reduce((sum, size) => sum + size, 0);
      return { usage, persisted: true, evictionRisk: 'none' };
    },
  };
}

/** Names in a folder reach the disk with it; where folders cannot be opened (Windows), by themselves. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  try {
    await handle?.sync().catch(() => {});
  } finally {
    await handle?.close();
  }
}

/** A file with the number of the process that has the lock: one whose process is gone has nobody's. */
async function lock(home: string): Promise<(() => Promise<void>) | undefined> {
  if (mine.has(home)) return undefined;
  mine.add(home);
  const file = join(home, LOCK);
  try {
    for (let tries = 0; tries < 3; ++tries) {
      try {
        const handle = await open(file, 'wx');
        await handle.writeFile(`${process.pid}\n`);
        await handle.close();
        return async () => {
          await rm(file, { force: true });
          mine.delete(home);
        };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const owner = Number(await readFile(file, 'utf8').catch(() => ''));
      if (owner !== process.pid && isAlive(owner)) {
        mine.delete(home);
        throw new RuVectorError(
          'STORAGE_BLOCKED',
          `expected a database that nobody else writes to, got one that process ${owner} has open; if ` +
            `that is another program, delete ${file}`,
          { details: { process: owner } },
        );
      }
      await rm(file, { force: true });
    }
  } catch (error) {
    mine.delete(home);
    throw error;
  }
  mine.delete(home);
  return undefined;
}

function isAlive(process_: number): boolean {
  if (!(process_ > 0)) return false;
  try {
    process.kill(process_, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Deletes the values in a folder, and the folder if nothing else is in it. */
export async function deleteFiles(folder: string): Promise<void> {
  const home = resolve(folder);
  const names = await readdir(home).catch(() => []);
  if (!names.some((name) => name.startsWith('manifest-'))) return;
  const release = await lock(home);
  if (release === undefined)
    throw new RuVectorError(
      'STORAGE_BLOCKED',
      `expected a database that is closed, got ${home} open`,
    );
  for (const name of names)
    if (/^(manifest|snapshot|journal)-[\d-]+(\.tmp)?$/.test(name))
      await rm(join(home, name), { force: true });
  await release();
  await rmdir(home).catch(() => {});
}
