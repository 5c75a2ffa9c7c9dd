import { checkBoolean, checkKeys, invalid, kindOf } from '../core/arguments.js';
import { INDEX_OPTIONS } from '../index/create.js';
import type { Port } from './calls.js';
import { OpenDatabase } from './database.js';
import { openPort } from './open-port.js';
import type { Platform } from './platform.js';
import type { Database, OpenOptions } from './types.js';

const OPTIONS = [
  ...INDEX_OPTIONS,
  'storage',
  'durability',
  'requestPersistence',
  'encryption',
  'worker',
  'tabs',
  'snapshot',
  'signal',
  'onProgress',
];

export async function openOn<M extends object>(
  platform: Platform,
  name: string,
  options: OpenOptions = {},
): Promise<Database<M>> {
  checkOptions(name, options);
  options.signal?.throwIfAborted();
  // Only pages can ask, so not in a worker; and the user may take long to answer.
  if (options.requestPersistence) void globalThis.navigator?.storage?.persist?.();
  const port =
    (await openInWorker(platform, name, options)) ?? (await openPort(platform, name, options));
  return new OpenDatabase<M>(name, port, options.durability === 'strict');
}

/** Undefined where no worker is wanted, or there are none. */
async function openInWorker(
  platform: Platform,
  name: string,
  options: OpenOptions,
): Promise<Port | undefined> {
  const { worker = false } = options;
  if (worker === false) return undefined;
  if (typeof options.storage === 'object')
    throw invalid(
      'storage',
      'a string, since an adapter cannot be sent to a worker',
      options.storage,
    );
  // First, so that it hears all that the worker says.
  const { WorkerPort } = await import('../worker/client.js');
  const started =
    worker === true ? await platform.worker() : typeof worker === 'function' ? worker() : worker;
  if (started === undefined && worker === true) return undefined;
  if (typeof started?.addEventListener !== 'function')
    throw invalid('worker', 'a boolean, a Worker, or a function that makes one', started);
  return WorkerPort.start(started, name, options, platform.host.inline);
}

function checkOptions(name: string, options: OpenOptions): void {
  if (typeof name !== 'string' || name === '' || name.length > 200)
    throw invalid('name', 'a string of 1 to 200 characters', name);
  checkKeys('options', options, OPTIONS);
  const { durability = 'relaxed', tabs = 'shared', storage = 'auto', encryption } = options;
  if (!['relaxed', 'strict'].includes(durability))
    throw invalid('durability', "'relaxed' or 'strict'", durability);
  if (!['shared', 'exclusive', 'readonly'].includes(tabs))
    throw invalid('tabs', "'shared', 'exclusive' or 'readonly'", tabs);
  const { worker, signal } = options;
  if (!['undefined', 'boolean', 'function', 'object'].includes(typeof worker))
    throw invalid('worker', 'a boolean, a Worker, or a function that makes one', worker);
  if (signal !== undefined && typeof Object(signal).throwIfAborted !== 'function')
    throw invalid('signal', 'an AbortSignal', signal);
  checkBoolean('requestPersistence', options.requestPersistence, false);
  if (typeof storage === 'object' ? storage === null : typeof storage !== 'string')
    throw invalid(
      'storage',
      "'auto', 'idb:name', 'opfs:name', 'file:./dir', 'memory:' or an adapter",
      storage,
    );
  if (encryption !== undefined) {
    checkKeys('encryption', encryption, ['key']);
    if (kindOf(encryption.key) !== 'CryptoKey')
      throw invalid('encryption.key', 'a CryptoKey for AES-GCM', encryption.key);
    const { algorithm, usages } = encryption.key;
    if (algorithm.name !== 'AES-GCM')
      throw invalid('encryption.key', 'a CryptoKey for AES-GCM', algorithm.name);
    if (!usages.includes('encrypt') || !usages.includes('decrypt'))
      throw invalid('encryption.key', 'a CryptoKey that may encrypt and decrypt', `${usages}`);
  }
  if (options.onProgress !== undefined && typeof options.onProgress !== 'function')
    throw invalid('onProgress', 'a function', options.onProgress);
}
