import { RuVectorError } from '../core/errors.js';
import type { StorageReport } from '../database/types.js';

/** What storages of a browser have in common: the automatic one, Web Locks, the report of its quota. */

/** The lock `name`; undefined where another has it, unless `wait` says to wait until it is free. */
export function webLock(name: string, wait?: AbortSignal): Promise<(() => void) | undefined> {
  const { locks } = navigator;
  if (locks === undefined)
    return Promise.reject(
      new RuVectorError(
        'STORAGE_UNAVAILABLE',
        'expected a secure context (HTTPS or localhost), whose Web Locks keep tabs from writing over each ' +
          "other; got none. tabs: 'readonly' and storage: 'memory:' do without",
      ),
    );
  return new Promise((resolve, reject) => {
    const options = wait ? { signal: wait } : { ifAvailable: true };
    locks
      .request(name, options, (lock) => {
        if (lock === null) return resolve(undefined);
        return new Promise<void>((release) => resolve(() => release()));
      })
      .catch(reject);
  });
}

/** The lock and the channel of one shard of the database that `full` names: nobody else's. */
export function shardName(full: string, shard: number): string {
  return shard === 0 ? full : `ruvector-shard-${shard}:${full}`;
}

export async function browserUsage(): Promise<Partial<StorageReport>> {
  const { storage } = navigator;
  const { usage, quota } = (await storage?.estimate?.().catch(() => undefined)) ?? {};
  const persisted = (await storage?.persisted?.().catch(() => false)) ?? false;
  return {
    persisted,
    ...(usage !== undefined && { usage }),
    ...(quota !== undefined && { quota }),
    evictionRisk: persisted ? 'none' : 'low',
  };
}

/** Workers of an edge have no IndexedDB. */
export function browserPlace(name: string): string {
  return typeof indexedDB === 'undefined' ? 'memory:' : `idb:${name}`;
}
