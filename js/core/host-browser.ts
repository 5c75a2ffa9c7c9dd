import { bytesOfUrl, type Host } from './load.js';

/** Browsers, workers and every host with `fetch` and module URLs. */
export const browserHost: Host = {
  async installed() {
    // Static, so that bundlers see the file and emit it.
    const url = new URL('../ruvector.wasm', import.meta.url);
    return { bytes: await bytesOfUrl(url), from: url.href };
  },
  read: bytesOfUrl,
};
