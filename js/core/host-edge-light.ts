import wasm from '../ruvector.wasm?module';
import { bytesOfUrl, type Host } from './load.js';

/** Vercel's Edge Runtime: its bundlers compile what is imported so; of one file, since size counts there. */
export const edgeLightHost: Host = {
  async installed() {
    return { source: wasm, from: 'import of ruvector.wasm?module' };
  },
  read: bytesOfUrl,
};
