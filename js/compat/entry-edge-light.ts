import { edgeLightHost } from '../core/host-edge-light.js';
import { open } from '../edge-light.js';
import { initOn } from './root.js';
import type { WasmInput } from './types.js';

export { arrayToFloat32Array, benchmark, detectSIMD, version } from './tools.js';
export type { NewEntry, SearchResult, VectorEntry, WasmInput } from './types.js';
export { VectorDB } from './vector-db.js';

/**
 * Loads the WebAssembly; what else is here needs that. Twice is harmless.
 * @throws WASM_LOAD_FAILED, WASM_UNSUPPORTED, INVALID_ARGUMENT
 */
export function init(input?: WasmInput): Promise<void> {
  return initOn(edgeLightHost, open, input);
}

export default init;
