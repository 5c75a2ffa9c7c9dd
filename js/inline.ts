import { base64 } from './base64.js';

/**
 * `ruvector.wasm` out of this module itself, for hosts that lose or refuse the separate file:
 * `createIndex({ dimensions, wasm: wasmBytes() })`.
 */
export function wasmBytes(): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
