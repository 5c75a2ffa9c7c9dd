import { readFile } from 'node:fs/promises';
import { bytesOfUrl, type Host } from './load.js';
import { notLoaded } from './module.js';

/** Node and hosts with its `fs`: files instead of `fetch`. */
export const nodeHost: Host = {
  async installed(relaxed) {
    const url = new URL(`../ruvector${relaxed ? '.relaxed' : ''}.wasm`, import.meta.url);
    return { source: await bytesOfFile(url), from: url.href };
  },
  inline: async () => (await import('../inline.js')).wasmBytes(),
  read(location) {
    return /^(https?|data|blob):/i.test(location) ? bytesOfUrl(location) : bytesOfFile(location);
  },
};

async function bytesOfFile(file: string | URL): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const isUrl = typeof file === 'string' && /^file:/i.test(file);
    return new Uint8Array(await readFile(isUrl ? new URL(file) : file));
  } catch (cause) {
    throw notLoaded(String(file), `a file that cannot be read (${String(cause)})`, { cause });
  }
}
