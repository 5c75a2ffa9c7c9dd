import { bytesOfUrl, type Host } from './load.js';

/**
 * workerd, which compiles no bytes and has no module URLs: it imports the file, compiled when the
 * Worker was deployed.
 */
export const workerdHost: Host = {
  async installed(relaxed) {
    const { default: source } = relaxed
      ? await import('../ruvector.relaxed.wasm')
      : await import('../ruvector.wasm');
    return { source, from: `import of ruvector${relaxed ? '.relaxed' : ''}.wasm` };
  },
  read: bytesOfUrl,
};
