import { nodeHost } from './core/host-node.js';
import type { Platform } from './database/platform.js';
import { nodePlace, nodeStorage, removeNodeDatabase } from './storage/places-node.js';

/** What `open()` needs of Node, Deno and Bun. */
export const nodePlatform: Platform = {
  host: nodeHost,
  storage: nodeStorage,
  automatic: nodePlace,
  list: async () => [],
  remove: removeNodeDatabase,
  async worker() {
    const { Worker } = await import('node:worker_threads');
    const worker = new Worker(new URL('./worker/entry-node.js', import.meta.url));
    return {
      postMessage: (message) => worker.postMessage(message),
      addEventListener(type, listener) {
        worker.on(type, (value: unknown) =>
          listener((type === 'message' ? { data: value } : value) as MessageEvent),
        );
        // One that ends without an error answers nobody any more either.
        if (type === 'error')
          worker.on('exit', (code) => listener({ message: `it ended with code ${code}` } as never));
      },
      terminate: () => worker.terminate(),
    };
  },
};
