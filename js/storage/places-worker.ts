import { urlHost } from '../core/host-url.js';
import type { Places } from '../database/platform.js';
import { browserPlace } from './browser.js';
import { indexedDbStorage } from './indexeddb.js';
import { memoryStorage } from './memory.js';
import { opfsStorage } from './opfs.js';

/**
 * The places of web workers. Nothing of a worker is imported later: bundlers make one file of it, and
 * some refuse one that they would have to split.
 */
export const workerPlaces: Places = {
  host: urlHost,
  async storage(scheme, place, shard) {
    switch (scheme) {
      case 'memory':
        return memoryStorage();
      case 'idb':
        return indexedDbStorage(place, shard);
      case 'opfs':
        return opfsStorage(place, shard);
      default:
        return undefined;
    }
  },
  automatic: browserPlace,
};
