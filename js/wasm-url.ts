/**
 * Where the package's WebAssembly is. Static, so that bundlers see the files and emit them; and in this
 * folder, so that to those that leave it as it is the files are beside the bundle, like the worker's.
 */
export function wasmUrl(relaxed: boolean): URL {
  return relaxed
    ? new URL('./ruvector.relaxed.wasm', import.meta.url)
    : new URL('./ruvector.wasm', import.meta.url);
}
