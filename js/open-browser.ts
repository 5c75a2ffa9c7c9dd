import { later } from './core/later.js';
import type { Database, DatabaseInfo, OpenOptions } from './database/types.js';
import { browserPlatform } from './platform-browser.js';
import type { Metadata } from './types.js';

/**
 * Opens a database, made if there is none: the verbs of an index, asynchronous, on data that is
 * still there after a reload.
 * @throws INVALID_ARGUMENT, STORAGE_UNAVAILABLE, STORAGE_BLOCKED, STORAGE_CORRUPT, STORAGE_EVICTED,
 *   FORMAT_VERSION, DECRYPT_FAILED, DIMENSION_MISMATCH, METRIC_MISMATCH, MODEL_MISMATCH, and what
 *   createIndex() throws
 */
export async function open<M extends object = Metadata>(
  name: string,
  options?: OpenOptions,
): Promise<Database<M>> {
  const { openOn } = await later(import('./database/open.js'));
  return openOn<M>(browserPlatform, name, options);
}

/** The databases of this origin in IndexedDB; none where there is no IndexedDB. */
export function listDatabases(): Promise<DatabaseInfo[]> {
  return browserPlatform.list();
}

/**
 * Deletes a database, by the name that `open()` takes under `storage: 'auto'`, or as 'idb:name',
 * 'opfs:name', 'file:./folder'. One that is not there is passed over; tabs that have it open close it.
 * @throws INVALID_ARGUMENT, STORAGE_BLOCKED, STORAGE_UNAVAILABLE
 */
export function deleteDatabase(name: string): Promise<void> {
  return browserPlatform.remove(name);
}
