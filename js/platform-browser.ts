import { browserHost } from './core/host-browser.js';
import type { Platform } from './database/platform.js';
import { browserPlace } from './storage/browser.js';
import {
  browserBackends,
  browserStorage,
  listBrowserDatabases,
  removeBrowserDatabase,
} from './storage/places-browser.js';

/** What `open()` needs of browsers, workers, and every host that is like them. */
export const browserPlatform: Platform = {
  host: browserHost,
  storage: browserStorage,
  automatic: browserPlace,
  backends: browserBackends,
  list: listBrowserDatabases,
  remove: removeBrowserDatabase,
  async worker() {
    // In a worker it is off the page already; and there Firefox 153 hangs at times, for good, where one
    // nested worker is made as another one ends.
    if (typeof Worker === 'undefined' || 'WorkerGlobalScope' in globalThis) return undefined;
    // Static, so that bundlers see the file and emit it.
    return new Worker(new URL('./worker/entry.js', import.meta.url), { type: 'module' });
  },
};
