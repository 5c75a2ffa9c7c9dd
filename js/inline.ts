import { base64 } from './base64.js';

let bytes: Uint8Array<ArrayBuffer> | undefined;

/**
 * `ruvector.wasm` out of this module itself, for hosts that lose or refuse the separate file:
 * `createIndex({ dimensions, wasm: wasmBytes() })`.
 */
export function wasmBytes(): Uint8Array<ArrayBuffer> {
  // One array, so that all indexes made from it share an instance.
  bytes ??= Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return bytes;
}
