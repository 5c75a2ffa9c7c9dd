import {
  checkBoolean,
  checkInteger,
  checkKeys,
  checkSignal,
  invalid,
  kindOf,
} from '../core/arguments.js';
import { later } from '../core/later.js';
import { INDEX_OPTIONS } from '../index/create.js';
import type { Progress } from '../types.js';
import type { Port } from './calls.js';
import { OpenDatabase } from './database.js';
import { openPort, placeOf, type Shard } from './open-port.js';
import { checkKept } from './place.js';
import type { Platform } from './platform.js';
import { sums, whole } from './pool/sum.js';
import type { Database, OpenOptions } from './types.js';

const OPTIONS = [
  ...INDEX_OPTIONS,
  'storage',
  'durability',
  'requestPersistence',
  'encryption',
  'worker',
  'shards',
  'tabs',
  'snapshot',
  'signal',
  'onProgress',
];

const MOST_SHARDS = 16;

export async function openOn<M extends object>(
  platform: Platform,
  name: string,
  options: OpenOptions = {},
): Promise<Database<M>> {
  checkOptions(name, options);
  checkSignal(options.signal);
  const { storage = 'auto', durability } = options;
  if (durability === 'strict' && storage === 'auto') checkKept(platform.automatic(name), name);
  // Only pages can ask, so not in a worker; and the user may take long to answer.
  if (options.requestPersistence) void globalThis.navigator?.storage?.persist?.();
  const marks = typeof storage === 'string' ? platform.marks : undefined;
  const place = marks ? placeOf(platform, name, storage as string).join(':') : '';
  const wasThere = marks?.has(place) ?? false;
  const port = await openShards(platform, name, options, wasThere).catch((error) => {
    // IndexedDB says it once.
    if (error.code === 'STORAGE_EVICTED') marks?.add(place);
    throw error;
  });
  marks?.add(place);
  const { signal } = options;
  if (signal?.aborted) {
    await port.call(whole('close')).catch(() => {});
    throw signal.reason;
  }
  return new OpenDatabase<M>(name, port, options.durability === 'strict');
}

/** The first shard knows how many there are, and nobody has another one who does not have the first. */
async function openShards(
  platform: Platform,
  name: string,
  options: OpenOptions,
  wasThere: boolean,
): Promise<Port> {
  const { snapshot, ...bare } = options;
  const { shards = 1 } = options;
  const progress: Progress[] = [];
  const openShard = async (shard: Shard, given: OpenOptions): Promise<Port> => {
    const onProgress = (its: Progress): void => {
      progress[shard.number] = its;
      options.onProgress?.(sums(progress.flat(), 'done', 'total'));
    };
    const own = { ...given, ...(options.onProgress && { onProgress }) };
    return (
      (await openInWorker(platform, name, own, shard)) ??
      (await openPort(platform, name, own, shard))
    );
  };
  const first = await openShard({ number: 0, isOld: wasThere }, shards > 1 ? bare : options);
  const { shards: stored = 1, shard: _, ...known } = first.standing.options;
  if (stored === 1) return first;
  const { openPool } = await later(import('./pool/pool.js')).catch(async (error) => {
    await first.call(whole('close')).catch(() => {});
    throw error;
  });
  return openPool(first, stored, shards > 1 ? snapshot : undefined, options.signal, (shard) =>
    openShard(shard, { ...known, ...bare, shards: stored }),
  );
}

/** Undefined where no worker is wanted, or there are none. */
async function openInWorker(
  platform: Platform,
  name: string,
  options: OpenOptions,
  shard: Shard,
): Promise<Port | undefined> {
  const { worker = false } = options;
  if (worker === false) return undefined;
  // First, so that it hears all that the worker says.
  const { WorkerPort } = await import('../worker/client.js');
  const started =
    worker === true ? await platform.worker() : typeof worker === 'function' ? worker() : worker;
  if (started === undefined && worker === true) return undefined;
  if (typeof started?.addEventListener !== 'function')
    throw invalid('worker', 'a boolean, a Worker, or a function that makes one', started);
  return WorkerPort.start(started, name, options, shard, platform.host.inline);
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
  const { worker, shards = 1 } = options;
  checkInteger('shards', shards, 1, MOST_SHARDS);
  if (shards > 1 && options.tabs === 'shared')
    throw invalid('tabs', "'exclusive' or 'readonly' for shards", 'shared');
  if (typeof storage === 'object' && (worker || shards > 1))
    throw invalid('storage', 'a string for workers and shards', storage);
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
