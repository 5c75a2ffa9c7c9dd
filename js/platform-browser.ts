import { browserHost } from './core/host-browser.js';
import type { Platform } from './database/platform.js';
import { browserPlace } from './storage/browser.js';
import { browserMarks } from './storage/marks.js';
import {
  browserStorage,
  listBrowserDatabases,
  removeBrowserDatabase,
} from './storage/places-browser.js';
import { wasmUrl } from './wasm-url.js';

/** What `open()` needs of browsers, workers, and every host that is like them. */
export const browserPlatform: Platform = {
  host: browserHost,
  storage: browserStorage,
  automatic: browserPlace,
  list: listBrowserDatabases,
  remove: removeBrowserDatabase,
  marks: browserMarks,
  async worker() {
    // In a worker it is off the page already; and there Firefox 153 hangs at times, for good, where one
    // nested worker is made as another one ends.
    if (typeof Worker === 'undefined' || 'WorkerGlobalScope' in globalThis) return undefined;
    const { href, origin, protocol } = wasmUrl(false);
    if (/^https?:$/.test(protocol) && origin !== location.origin)
      return new Worker(importing(new URL('./worker/entry.js', href)), { type: 'module' });
    // Static, so that bundlers see the file and emit it.
    return new Worker(new URL('./worker/entry.js', import.meta.url), { type: 'module' });
  },
};

let imported: string | undefined;

/** A module of this origin that imports `url`: of others, as a CDN's, browsers make no worker. */
function importing(url: URL): string {
  imported ??= URL.createObjectURL(
    new Blob([`import ${JSON.stringify(url)};`], { type: 'text/javascript' }),
  );
  return imported;
}
