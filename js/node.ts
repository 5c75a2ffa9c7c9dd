import { capabilitiesOf } from './core/capabilities.js';
import { nodeHost } from './core/host-node.js';
import { latest } from './core/load.js';
import { createIndexOn } from './index/create.js';
import type { Capabilities, Index, IndexOptions, Metadata } from './types.js';

export { deleteDatabase, listDatabases, open } from './open-node.js';
export * from './public.js';

/**
 * Loads the WebAssembly, once for all indexes, and makes an empty index.
 * @throws INVALID_ARGUMENT, LIMIT_EXCEEDED, WASM_LOAD_FAILED, WASM_UNSUPPORTED, OUT_OF_MEMORY
 */
export function createIndex<M extends object = Metadata>(options: IndexOptions): Promise<Index<M>> {
  return createIndexOn(nodeHost, options);
}

/**
 * What the host can do and the WebAssembly is: of the index created last, else of the package's own
 * file, which is loaded.
 */
export async function capabilities(): Promise<Capabilities> {
  return capabilitiesOf(await latest(nodeHost), true, ['file', 'memory']);
}
