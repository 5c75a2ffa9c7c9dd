import type { StorageReport } from '../database/types.js';

/** What storages of a browser have in common: Web Locks, and the report of its quota. */

/** The lock `name`; undefined where another has it, unless `wait` says to wait until it is free. */
export function webLock(name: string, wait?: AbortSignal): Promise<(() => void) | undefined> {
  const { locks } = navigator;
  // Insecure contexts have no locks: the first one writes, and nothing keeps others from it.
  if (locks === undefined) return Promise.resolve(wait ? never(wait) : () => {});
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

function never(wait: AbortSignal): Promise<undefined> {
  return new Promise((_, reject) => {
    wait.addEventListener('abort', () => reject(wait.reason));
  });
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
