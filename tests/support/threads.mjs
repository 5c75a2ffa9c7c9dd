// The package's worker as callers give it, and its thread, to be ended at any moment.
import { Worker } from 'node:worker_threads';
import { packageFile } from './package.mjs';

/** `worker` is for the option of that name. */
export function newThread() {
  const thread = new Worker(packageFile('./worker'));
  const worker = {
    postMessage: (message) => thread.postMessage(message),
    addEventListener(type, listener) {
      if (type === 'message') thread.on('message', (data) => listener({ data }));
      else thread.on('exit', (code) => listener({ message: `it ended with code ${code}` }));
    },
    terminate: () => thread.terminate(),
  };
  return { thread, worker };
}
