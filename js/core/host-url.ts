import { wasmUrl } from '../wasm-url.js';
import { bytesOfUrl, type Host } from './load.js';

/** Every host with `fetch` and module URLs, and no copy but the file's. */
export const urlHost: Host = {
  async installed(relaxed) {
    const url = wasmUrl(relaxed);
    return { source: await bytesOfUrl(url), from: url.href };
  },
  read: bytesOfUrl,
};
