/**
 * `ruvector.wasm` out of the module itself, for hosts that lose or refuse the separate file:
 * `createIndex({ dimensions, wasm: wasmBytes() })`. The same array at every call, so that all indexes
 * share an instance; do not write to it.
 */
export declare function wasmBytes(): Uint8Array<ArrayBuffer>;
