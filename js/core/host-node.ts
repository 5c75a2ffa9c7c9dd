import { readFile } from 'node:fs/promises';
import { RuVectorError } from './errors.js';
import { bytesOfUrl, type Host } from './load.js';

/** Node and hosts with its `fs`: files instead of `fetch`. */
export const nodeHost: Host = {
  async installed() {
    const url = new URL('../ruvector.wasm', import.meta.url);
    return { bytes: await bytesOfFile(url), from: url.href };
  },
  read(location) {
    if (/^(https?|data|blob):/i.test(location)) return bytesOfUrl(location);
    return bytesOfFile(/^file:/i.test(location) ? new URL(location) : location);
  },
};

async function bytesOfFile(file: string | URL): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await readFile(file));
  } catch (cause) {
    throw new RuVectorError(
      'WASM_LOAD_FAILED',
      `expected WebAssembly in the file ${file}, which cannot be read: ${String(cause)}`,
      { cause, details: { from: String(file) } },
    );
  }
}
