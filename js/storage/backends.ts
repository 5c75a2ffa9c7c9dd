import type { Capabilities } from '../types.js';

/**
 * Where a browser can keep data, found out by asking it. Nowhere but in memory without Web Locks, which
 * keep tabs from writing over each other.
 */
export async function browserBackends(): Promise<Capabilities['storage']> {
  const { locks, storage } = globalThis.navigator ?? {};
  // Some that have the function have no such folder, as private windows.
  const folder = await storage?.getDirectory?.().catch(() => undefined);
  return [
    ...(locks && typeof indexedDB !== 'undefined' ? (['indexeddb'] as const) : []),
    ...(locks && folder && 'createWritable' in FileSystemFileHandle.prototype
      ? (['opfs'] as const)
      : []),
    'memory',
  ];
}
