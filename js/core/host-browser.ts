import { urlHost } from './host-url.js';
import type { Host } from './load.js';

/** Browsers, and whatever is like them. */
export const browserHost: Host = {
  ...urlHost,
  inline: async () => (await import('../inline.js')).wasmBytes(),
};
