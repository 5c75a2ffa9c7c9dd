// A program that hands the package what only browsers have: what TypeScript's DOM library declares is what
// the package's types, which do without that library, take. Compiled by tests/node/package.test.mjs.
import { createIndex, open } from '@ruvector/wasm';

export async function use(
  key: CryptoKey,
  bytes: BufferSource,
  module: WebAssembly.Module,
  page: File,
): Promise<void> {
  await open('a', { worker: new Worker('worker.js'), encryption: { key }, snapshot: page });
  await open('a', { worker: () => new Worker('worker.js'), snapshot: page.stream() });
  await createIndex({ dimensions: 2, wasm: bytes });
  await createIndex({ dimensions: 2, wasm: module });
  await createIndex({ dimensions: 2, wasm: await fetch('/ruvector.wasm') });
  // @ts-expect-error: not a worker
  await open('a', { worker: 5 });
  // @ts-expect-error: not a worker, but something to talk to
  await open('a', { worker: new BroadcastChannel('a') });
  // @ts-expect-error: not a key
  await open('a', { encryption: { key: 'secret' } });
}
