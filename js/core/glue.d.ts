/** dist/core/glue.js: Emscripten's glue, put there by scripts/build.mjs. */
import type { RawModule } from '../../types/raw.js';

export default function createModule(options: {
  /** Must call `done` once, which starts the module; the glue offers no way to report a failure. */
  instantiateWasm(
    imports: WebAssembly.Imports,
    done: (instance: WebAssembly.Instance) => void,
  ): object;
}): RawModule;
