import { bytesOfUrl, type Host } from './load.js';

/** Browsers, workers and every host with `fetch` and module URLs. */
export const browserHost: Host = {
  async installed(relaxed) {
    // Static, so that bundlers see the files and emit them.
    const url = relaxed
      ? new URL('../ruvector.relaxed.wasm', import.meta.url)
      : new URL('../ruvector.wasm', import.meta.url);
    return { source: await bytesOfUrl(url), from: url.href };
  },
  inline: async () => (await import('../inline.js')).wasmBytes(),
  read: bytesOfUrl,
};
