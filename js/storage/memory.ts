import type { StorageAdapter } from '../database/types.js';

/** Values in a Map, for as long as the database is open. */
export function memoryStorage(): StorageAdapter {
  const values = new Map<string, Uint8Array>();
  return {
    backend: 'memory',
    async read(key) {
      return values.get(key);
    },
    async write(key, value) {
      values.set(key, value);
    },
    async delete(keys) {
      for (const key of keys) values.delete(key);
    },
    async list() {
      return [...values.keys()];
    },
    async usage() {
      const usage = [...values.values()].reduce((sum, value) => sum + value.length, 0);
      return { usage, persisted: false, evictionRisk: 'high' };
    },
    async close() {
      values.clear();
    },
  };
}
