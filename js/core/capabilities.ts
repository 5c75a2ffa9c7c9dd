import type { Capabilities } from '../types.js';
import { type Core, hostHasRelaxedSimd } from './module.js';
import { VERSION } from './version.js';

/** What the host can do and the loaded module is. `workers`: whether a program has threads at all. */
export function capabilitiesOf(
  core: Core,
  workers: boolean,
  storage: Capabilities['storage'],
): Capabilities {
  return {
    version: VERSION,
    simd: core.raw.simd128() !== 0,
    relaxedSimd: hostHasRelaxedSimd(),
    // Node, Deno and Bun share memory always; pages only when they are cross-origin isolated.
    threads:
      workers &&
      typeof SharedArrayBuffer === 'function' &&
      (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated !== false,
    storage,
    loadedFrom: core.loadedFrom,
  };
}
