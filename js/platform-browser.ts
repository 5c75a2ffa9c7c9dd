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
    const { origin, protocol } = wasmUrl(false);
    const isElsewhere = /^https?:$/.test(protocol) && origin !== location.origin;
    return isElsewhere ? importing(newWorker) : newWorker();
  },
};

/** Static, so that bundlers see the file and emit it: only they know what it is called then. */
function newWorker(): Worker {
  return new Worker(new URL('./worker/entry.js', import.meta.url), { type: 'module' });
}

/**
 * The worker that `make` makes, where its file is of another origin, as on a CDN: browsers refuse that, but
 * not a script of this origin that loads it. While `make` runs, `Worker` is one that does so.
 */
function importing(make: () => Worker): Worker {
  const { Worker: Native } = globalThis;
  globalThis.Worker = class extends Native {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(scriptOf(url, options?.type === 'module'), options);
    }
  };
  try {
    return make();
  } finally {
    globalThis.Worker = Native;
  }
}

let script: string | undefined;

/** Bundlers make modules, or scripts as they were before there were modules. */
function scriptOf(url: string | URL, isModule: boolean): string {
  const name = JSON.stringify(url);
  const code = isModule ? `import ${name};` : `importScripts(${name});`;
  script ??= URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
  return script;
}
