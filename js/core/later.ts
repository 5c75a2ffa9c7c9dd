import { RuVectorError } from './errors.js';

/**
 * Code that is loaded when it is asked for. @throws STORAGE_UNAVAILABLE in a service worker, which has no
 * import(), unless a bundler has made one file of it
 */
export async function later<T>(code: Promise<T>): Promise<T> {
  try {
    return await code;
  } catch (cause) {
    if (!('ServiceWorkerGlobalScope' in globalThis)) throw cause;
    throw new RuVectorError(
      'STORAGE_UNAVAILABLE',
      `expected code that can be loaded, got a service worker, which has no import() (${String(cause)}). ` +
        'Bundle it into one file (esbuild --bundle, or code splitting off), or use createIndex(), which ' +
        'loads nothing later',
      { cause },
    );
  }
}
