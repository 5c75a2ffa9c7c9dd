import { randomUUID } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import {
  link,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  rmdir,
  stat,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { RuVectorError } from '../core/errors.js';
import type { StorageAdapter } from '../database/types.js';

const LOCK = 'lock';
/** What a crash in the middle of a write leaves. */
const UNFINISHED = '.tmp';
const OURS = /^((shard\d+-)?(manifest|snapshot|journal)-[\d-]+|shards-made)$/;
/** What a killed program leaves of the shards after the first; where that one is free, they are. */
const OLD_LOCK = /^shard\d+-lock$/;

/**
 * A folder with a file for each value: written aside, synced, renamed over the old one, the folder
 * synced. One program at a time writes to it.
 */
export async function fileStorage(folder: string, shard: number): Promise<StorageAdapter> {
  const home = resolve(folder);
  const file = join(home, shard === 0 ? LOCK : `shard${shard}-${LOCK}`);
  /** The outermost folder that had to be made. */
  let made: string | undefined;
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
      const names = await namesIn(home);
      return names.filter((name) => OURS.test(name));
    },
    async lock() {
      made = await mkdir(home, { recursive: true });
      return lock(file);
    },
    async usage() {
      const names = await namesIn(home);
      const sizes = await Promise.all(
        // A file that is being written can be gone by now.
        names.map((name) =>
          stat(join(home, name)).then(
            ({ size }) => size,
            () => 0,
          ),
        ),
      );
      const usage = sizes.reduce((sum, size) => sum + size, 0);
      return { usage, persisted: true, evictionRisk: 'none' };
    },
    async close() {
      // Who was refused leaves no empty folders; one with a database in it stays.
      if (made === undefined) return;
      for (let at = home; at.length >= made.length; at = dirname(at))
        if (
          !(await rmdir(at).then(
            () => true,
            () => false,
          ))
        )
          return;
    },
  };
}

/** None where there is no such folder. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
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

/**
 * A file that names the thread that has the lock; one of a thread or a process that is gone is nobody's.
 * It appears with its contents: written aside, then linked to its name, which fails if there is one.
 */
async function lock(file: string): Promise<(() => Promise<void>) | undefined> {
  const aside = `${file}-${randomUUID()}`;
  await writeFile(aside, await thisThread());
  try {
    for (let tries = 0; tries < 10; ++tries) {
      try {
        await link(aside, file);
        return () => rm(file, { force: true });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const owner = await readFile(file, 'utf8').catch(() => undefined);
      if (owner === undefined) continue; // released meanwhile
      if (await isAlive(owner)) {
        const holder = Number.parseInt(owner, 10);
        if (holder === process.pid) return undefined; // this very program, in whatever thread
        throw new RuVectorError(
          'STORAGE_BLOCKED',
          `expected a database that nobody else writes to, got one that process ${holder} ` +
            `has open; if that is another program, delete ${file}`,
          { details: { process: holder } },
        );
      }
      // Of several that find it stale one takes it away, and only what it found stale.
      const stale = `${file}-${randomUUID()}`;
      await rename(file, stale).catch(() => {});
      if ((await readFile(stale, 'utf8').catch(() => owner)) !== owner)
        await link(stale, file).catch(() => {});
      await rm(stale, { force: true });
    }
    return undefined;
  } finally {
    await rm(aside, { force: true });
  }
}

/**
 * Names this thread: its process, itself, and when it began; '?' where the host does not say, which is
 * all but Linux: there a thread that dies keeps its locks until its process ends.
 */
async function thisThread(): Promise<string> {
  let thread = '?';
  try {
    // Not by a promise, whose work another thread does.
    thread = basename(readlinkSync('/proc/thread-self'));
  } catch {}
  const born = await bornAt(`${process.pid}/task/${thread}`);
  return `${process.pid} ${thread} ${born ?? '?'}`;
}

/** Whether the thread that `owner` names still runs, and is not another one of the same number. */
async function isAlive(owner: string): Promise<boolean> {
  const [id, thread, born] = owner.split(' ');
  const number = Number(id);
  if (!(number > 0)) return false;
  try {
    process.kill(number, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  if (born === '?') return true;
  const now = await bornAt(`${number}/task/${thread}`);
  // What is seen of the process is seen of its threads.
  return now === undefined ? (await bornAt(`${number}`)) === undefined : now === born;
}

/** When a process or a thread was started, in ticks since the machine was; undefined if it is not seen. */
async function bornAt(task: string): Promise<string | undefined> {
  const text = await readFile(`/proc/${task}/stat`, 'utf8').catch(() => '');
  // The name, in parentheses, may have anything in it.
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
}

/** Deletes the values in a folder, manifests last, and the folder if nothing else is in it. */
export async function deleteFiles(folder: string): Promise<void> {
  const home = resolve(folder);
  const names = (await readdir(home).catch(() => [])).map((name) => name.replace(UNFINISHED, ''));
  const ours = names.filter((name) => OURS.test(name) || OLD_LOCK.test(name));
  if (ours.length === 0) return;
  const release = await lock(join(home, LOCK));
  if (release === undefined)
    throw new RuVectorError(
      'STORAGE_BLOCKED',
      `expected a database that is closed, got ${home} open`,
    );
  ours.sort((a, b) => Number(a.startsWith('manifest')) - Number(b.startsWith('manifest')));
  for (const name of ours) {
    await rm(join(home, name), { force: true });
    await rm(join(home, name + UNFINISHED), { force: true });
  }
  await release();
  await rmdir(home).catch(() => {});
}
