import type { StorageReport } from '../database/types.js';

/** What storages of a browser have in common: Web Locks, and the report of its quota. */

/** The lock `name`; undefined where another has it, unless `wait` says to wait until it is free. */
export function webLock(name: string, wait?: AbortSignal): Promise<(() => void) | undefined> {
  const { locks } = navigator;
  if (locks === undefined) return askedLock(name, wait);
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

/** How long those who have a lock may take to say so, and how often those who wait ask. */
const ANSWER_MS = 300;
const ASK_AGAIN_MS = 1000;

/**
 * A lock for insecure contexts, which have no Web Locks: whoever has it says so when asked. Of two that
 * ask at once the lower number has it. A page that does not get its turn for long can lose it.
 */
async function askedLock(name: string, wait?: AbortSignal): Promise<(() => void) | undefined> {
  const channel = new BroadcastChannel(`${name}:lock`);
  const mine = Math.random();
  let held = false;
  let refused = (): void => {};
  channel.onmessage = ({ data }: MessageEvent<{ ask?: number; to?: number }>) => {
    const { ask, to } = data;
    if (ask !== undefined && (held || mine < ask)) channel.postMessage({ to: ask });
    else if (to === mine) refused();
  };
  for (;;) {
    const free = new Promise<boolean>((resolve) => {
      refused = () => resolve(false);
      setTimeout(() => resolve(true), ANSWER_MS);
    });
    channel.postMessage({ ask: mine });
    held = await free;
    if (held) return () => channel.close();
    if (wait) await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
    if (wait && !wait.aborted) continue;
    channel.close();
    wait?.throwIfAborted();
    return undefined;
  }
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
