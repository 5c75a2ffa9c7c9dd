import type { Capabilities } from '../types.js';
import type { Core } from './module.js';
import { VERSION } from './version.js';

/** (module (func (drop (i8x16.relaxed_swizzle (v128.const 0) (v128.const 0))))) */
const RELAXED_SIMD_PROBE = Uint8Array.of(
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 10, 44, 1, 42, 0],
  ...[0xfd, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  ...[0xfd, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  ...[0xfd, 0x80, 2, 0x1a, 0x0b],
);

/** What the host can do and the loaded module is. */
export function capabilitiesOf(core: Core): Capabilities {
  return {
    version: VERSION,
    simd: core.raw.simd128(),
    relaxedSimd: WebAssembly.validate(RELAXED_SIMD_PROBE),
    // Node, Deno and Bun share memory always; pages only when they are cross-origin isolated.
    threads:
      typeof SharedArrayBuffer === 'function' &&
      (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated !== false,
    loadedFrom: core.loadedFrom,
  };
}
