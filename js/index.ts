import { capabilitiesOf } from './core/capabilities.js';
import { browserHost } from './core/host-browser.js';
import { load } from './core/load.js';
import { createIndexOn } from './index/create.js';
import type { Capabilities, Index, IndexOptions, Metadata } from './types.js';

export * from './public.js';

/**
 * Loads the WebAssembly, once for all indexes, and makes an empty index.
 * @throws INVALID_ARGUMENT, LIMIT_EXCEEDED, WASM_LOAD_FAILED, WASM_UNSUPPORTED, OUT_OF_MEMORY
 */
export function createIndex<M extends Metadata = Metadata>(
  options: IndexOptions,
): Promise<Index<M>> {
  return createIndexOn(browserHost, options);
}

/** Loads the WebAssembly and tells what it and the host can do. */
export async function capabilities(): Promise<Capabilities> {
  return capabilitiesOf(await load(browserHost));
}
