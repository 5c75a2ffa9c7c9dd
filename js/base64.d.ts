/** dist/base64.js: ruvector.wasm as text, put there by scripts/build.mjs. */
export const base64: string;
