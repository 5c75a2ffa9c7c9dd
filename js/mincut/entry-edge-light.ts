import { edgeLightHost } from '../core/host-edge-light.js';
import { createGraphOn } from './graph.js';
import type { Graph, GraphOptions } from './types.js';

export type * from './types.js';

/**
 * Loads the WebAssembly, once for all that is made of it, and makes a graph without edges.
 * @throws INVALID_ARGUMENT, LIMIT_EXCEEDED, WASM_LOAD_FAILED, WASM_UNSUPPORTED, OUT_OF_MEMORY
 */
export function createGraph(options: GraphOptions): Promise<Graph> {
  return createGraphOn(edgeLightHost, options);
}
