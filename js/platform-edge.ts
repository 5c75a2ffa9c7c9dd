import type { Host } from './core/load.js';
import { checkInMemory, checkPlace } from './database/place.js';
import type { Platform } from './database/platform.js';
import { memoryStorage } from './storage/memory.js';

/** What `open()` needs of a Worker at the edge, which has memory, and what its adapters reach. */
export function edgePlatform(host: Host): Platform {
  return {
    host,
    storage: async (scheme) => (scheme === 'memory' ? memoryStorage() : undefined),
    automatic: () => 'memory:',
    list: async () => [],
    async remove(name) {
      checkPlace(name);
      checkInMemory(name);
    },
    worker: async () => undefined,
  };
}
