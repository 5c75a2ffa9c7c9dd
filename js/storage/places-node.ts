import { checkInMemory, checkPlace } from '../database/place.js';
import type { StorageAdapter } from '../database/types.js';
import { memoryStorage } from './memory.js';

/** The places of Node, Deno and Bun. */
export async function nodeStorage(
  scheme: string,
  place: string,
  shard: number,
): Promise<StorageAdapter | undefined> {
  switch (scheme) {
    case 'memory':
      return memoryStorage();
    case 'file':
      return (await import('./files.js')).fileStorage(place, shard);
    default:
      return undefined;
  }
}

/** Of the name that open() takes, or of `file:...`; those in memory are gone when they are closed. */
export async function removeNodeDatabase(name: string): Promise<void> {
  checkPlace(name);
  const place = name.startsWith('file:') ? name : nodePlace(name);
  const [, folder] = /^file:(.*)$/.exec(place) ?? [];
  if (folder === undefined) checkInMemory(name);
  else await (await import('./files.js')).deleteFiles(folder);
}

/** A name that looks like a path is one. */
export function nodePlace(name: string): string {
  return /^[./]|[/\\]/.test(name) ? `file:${name}` : 'memory:';
}
