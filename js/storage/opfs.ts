import { RuVectorError } from '../core/errors.js';
import type { StorageAdapter } from '../database/types.js';
import { browserUsage, shardName, webLock } from './browser.js';

const HOME = 'ruvector';

/** A folder of the origin's private file system. A file is replaced when its stream is closed. */
export async function opfsStorage(name: string, shard: number): Promise<StorageAdapter> {
  let folder: FileSystemDirectoryHandle;
  try {
    const root = await navigator.storage.getDirectory();
    const home = await root.getDirectoryHandle(HOME, { create: true });
    folder = await home.getDirectoryHandle(encodeURIComponent(name), { create: true });
  } catch (cause) {
    throw new RuVectorError(
      'STORAGE_UNAVAILABLE',
      `expected a host with a private file system, got ${String(cause)}; storage: 'auto' takes IndexedDB`,
      { cause },
    );
  }
  const own = shardName(lockOf(name), shard);
  return {
    backend: 'opfs',
    channel: own,
    async read(key) {
      try {
        const file = await (await folder.getFileHandle(key)).getFile();
        return new Uint8Array(await file.arrayBuffer());
      } catch (error) {
        if ((error as DOMException).name === 'NotFoundError') return undefined;
        throw error;
      }
    },
    async write(key, value) {
      const handle = await folder.getFileHandle(key, { create: true });
      const stream = await handle.createWritable();
      try {
        await stream.write(value);
      } catch (error) {
        await stream.abort().catch(() => {});
        throw error;
      }
      await stream.close();
    },
    async delete(keys) {
      for (const key of keys)
        await folder.removeEntry(key).catch((error: DOMException) => {
          if (error.name !== 'NotFoundError') throw error;
        });
    },
    async list() {
      const names: string[] = [];
      const keys = (folder as unknown as { keys(): AsyncIterable<string> }).keys();
      for await (const name of keys) names.push(name);
      return names;
    },
    lock: (wait) => webLock(own, wait),
    usage: browserUsage,
  };
}

/** @throws STORAGE_BLOCKED where it is open */
export async function deleteOpfs(name: string): Promise<void> {
  const release = await webLock(lockOf(name));
  if (release === undefined)
    throw new RuVectorError('STORAGE_BLOCKED', `expected '${name}' to be closed, got it open`);
  try {
    const root = await navigator.storage.getDirectory();
    const home = await root.getDirectoryHandle(HOME);
    await home.removeEntry(encodeURIComponent(name), { recursive: true });
  } catch (error) {
    if ((error as DOMException).name !== 'NotFoundError') throw error;
  } finally {
    release();
  }
}

function lockOf(name: string): string {
  return `ruvector-opfs:${name}`;
}
