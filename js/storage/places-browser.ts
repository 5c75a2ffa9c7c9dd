import { later } from '../core/later.js';
import { checkPlace } from '../database/place.js';
import type { DatabaseInfo, StorageAdapter } from '../database/types.js';
import { browserMarks } from './marks.js';
import { memoryStorage } from './memory.js';

/** The places of browsers; each is loaded when it is asked for. */
export async function browserStorage(
  scheme: string,
  place: string,
  shard: number,
): Promise<StorageAdapter | undefined> {
  switch (scheme) {
    case 'memory':
      return memoryStorage();
    case 'idb':
      return (await import('./indexeddb.js')).indexedDbStorage(place, shard);
    case 'opfs':
      return (await import('./opfs.js')).opfsStorage(place, shard);
    default:
      return undefined;
  }
}

export async function listBrowserDatabases(): Promise<DatabaseInfo[]> {
  const { listIndexedDb } = await later(import('./indexeddb.js'));
  return (await listIndexedDb()).map((name) => ({ name, backend: 'indexeddb' }));
}

export async function removeBrowserDatabase(name: string): Promise<void> {
  checkPlace(name);
  const [, scheme = 'idb', place = name] = /^(idb|opfs):(.*)$/.exec(name) ?? [];
  const forget = (): void => browserMarks.delete(`${scheme}:${place}`);
  forget();
  if (scheme === 'opfs') await (await later(import('./opfs.js'))).deleteOpfs(place);
  else await (await later(import('./indexeddb.js'))).deleteIndexedDb(place);
  forget(); // who opened it meanwhile remembered it
}
