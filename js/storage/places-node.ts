import type { StorageAdapter } from '../database/types.js';
import { memoryStorage } from './memory.js';

/** The places of Node, Deno and Bun. */
export async function nodeStorage(
  scheme: string,
  place: string,
): Promise<StorageAdapter | undefined> {
  switch (scheme) {
    case 'memory':
      return memoryStorage();
    case 'file':
      return (await import('./files.js')).fileStorage(place);
    default:
      return undefined;
  }
}

/** Only a folder that is ours: with a manifest in it, and not open. */
export async function removeNodeDatabase(name: string): Promise<void> {
  const [, folder = name] = /^file:(.*)$/.exec(name) ?? [];
  await (await import('./files.js')).deleteFiles(folder);
}

/** A name that looks like a path is one. */
export function nodePlace(name: string): string {
  return /^[./]|[/\\]/.test(name) ? `file:${name}` : 'memory:';
}
