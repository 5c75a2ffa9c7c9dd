/**
 * `ruvector.wasm` out of the module itself, for hosts that lose or refuse the separate file:
 * `createIndex({ dimensions, wasm: wasmBytes() })`.
 */
export declare function wasmBytes(): Uint8Array<ArrayBuffer>;
