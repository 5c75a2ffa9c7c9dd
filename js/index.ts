import { capabilitiesOf } from './core/capabilities.js';
import { browserHost } from './core/host-browser.js';
import { latest } from './core/load.js';
import { createIndexOn } from './index/create.js';
import { browserBackends } from './storage/backends.js';
import type { Capabilities, Index, IndexOptions, Metadata } from './types.js';

export { deleteDatabase, listDatabases, open } from './open-browser.js';
export * from './public.js';

/**
 * Loads the WebAssembly, once for all indexes, and makes an empty index.
 * @throws INVALID_ARGUMENT, LIMIT_EXCEEDED, WASM_LOAD_FAILED, WASM_UNSUPPORTED, OUT_OF_MEMORY
 */
export function createIndex<M extends object = Metadata>(options: IndexOptions): Promise<Index<M>> {
  return createIndexOn(browserHost, options);
}

/**
 * What the host can do and the WebAssembly is: of the index created last, else of the package's own
 * file, which is loaded.
 */
export async function capabilities(): Promise<Capabilities> {
  const threads = typeof Worker !== 'undefined';
  return capabilitiesOf(await latest(browserHost), threads, await browserBackends());
}
