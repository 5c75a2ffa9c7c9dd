import { base64 } from './base64.js';

let bytes: Uint8Array<ArrayBuffer> | undefined;

/**
 * `ruvector.wasm` out of this module itself, for hosts that lose or refuse the separate file:
 * `createIndex({ dimensions, wasm: wasmBytes() })`. The same array at every call, so that all indexes
 * share an instance; do not write to it.
 */
export function wasmBytes(): Uint8Array<ArrayBuffer> {
  // Made anew where the caller has transferred it away.
  if (!bytes?.length) bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return bytes;
}
