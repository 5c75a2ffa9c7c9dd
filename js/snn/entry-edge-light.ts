import { edgeLightHost } from '../core/host-edge-light.js';
import { createNetworkOn } from './create.js';
import type { SpikingNetwork, SpikingNetworkOptions } from './types.js';

export * from './public.js';
export type * from './types.js';

/**
 * Loads the WebAssembly, once for all that is made of it, and makes a network at rest.
 * @throws INVALID_ARGUMENT, INVALID_GRAPH, LIMIT_EXCEEDED, WASM_LOAD_FAILED, WASM_UNSUPPORTED,
 *   OUT_OF_MEMORY
 */
export function createSpikingNetwork(options: SpikingNetworkOptions): Promise<SpikingNetwork> {
  return createNetworkOn(edgeLightHost, options);
}
