import {
  checkBoolean,
  checkInteger,
  checkKeys,
  invalid,
  kindOf,
  unexpected,
} from '../core/arguments.js';
import { DimensionMismatchError, RuVectorError } from '../core/errors.js';
import { type Host, load } from '../core/load.js';
import { INDEX_OPTIONS, newState } from '../index/create.js';
import type { IndexOptions, Progress } from '../types.js';
import type { Port } from './calls.js';
import { OpenDatabase } from './database.js';
import { corrupt } from './journal/format.js';
import { type Manifest, readManifest, type StoredOptions } from './journal/manifest.js';
import { stored, Vault } from './journal/vault.js';
import { LocalPort } from './local-port.js';
import type { Platform } from './platform.js';
import { sums } from './pool/sum.js';
import { Session } from './session.js';
import { bytesOfSnapshot } from './source.js';
import type { Database, OpenOptions, Role, StorageAdapter } from './types.js';

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
  options.signal?.throwIfAborted();
  // Only pages can ask, so not in a worker; and the user may take long to answer.
  if (options.requestPersistence) void globalThis.navigator?.storage?.persist?.();
  const port = await openShards(platform, name, options);
  return new OpenDatabase<M>(name, port, options.durability === 'strict');
}

/** One part of a database, and how many there are; most have one. */
export interface Shard {
  readonly number: number;
  /** Whether the database was written to: then it must be there. */
  readonly isOld: boolean;
}

/** The first shard knows how many there are, and nobody has another one who does not have the first. */
async function openShards(platform: Platform, name: string, options: OpenOptions): Promise<Port> {
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
  const first = await openShard({ number: 0, isOld: false }, shards > 1 ? bare : options);
  const { shards: stored = 1, shard: _, ...known } = first.standing.options;
  if (stored === 1) return first;
  const isOld = first.standing.version > 0;
  const { openPool } = await import('./pool/pool.js');
  return openPool(first, stored, shards > 1 ? snapshot : undefined, (number) =>
    openShard({ number, isOld }, { ...known, ...bare, shards: stored }),
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
  const started =
    worker === true ? await platform.worker() : typeof worker === 'function' ? worker() : worker;
  if (started === undefined && worker === true) return undefined;
  if (typeof started?.addEventListener !== 'function')
    throw invalid('worker', 'a boolean, a Worker, or a function that makes one', started);
  const { WorkerPort } = await import('../worker/client.js');
  return WorkerPort.start(started, name, options, shard);
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
  const { worker, signal, shards = 1 } = options;
  checkInteger('shards', shards, 1, MOST_SHARDS);
  if (typeof storage === 'object' && (worker || shards > 1))
    throw invalid('storage', 'a string for workers and shards', storage);
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

/** Opens the storage, takes the lock, reads what is there, and is ready to write. */
export async function openPort(
  platform: Platform,
  name: string,
  options: OpenOptions,
  shard: Shard,
): Promise<Port> {
  const adapter = await storageOf(platform, name, options, shard.number);
  let release: (() => void | Promise<void>) | undefined;
  try {
    const { tabs = 'shared' } = options;
    let role: Role = tabs === 'readonly' ? 'readonly' : 'writer';
    if (role === 'writer' && adapter.lock) {
      release = await stored('locking', adapter.lock());
      if (release === undefined) {
        if (tabs === 'exclusive' || adapter.channel === undefined)
          throw new RuVectorError(
            'STORAGE_BLOCKED',
            `expected a database '${name}' that nobody has open, got one that is open already`,
          );
        role = 'follower';
      }
    }
    const session = await openSession(platform.host, adapter, name, options, role, shard);
    return await LocalPort.start(session, adapter, role, release);
  } catch (error) {
    await release?.();
    await adapter.close?.();
    throw error;
  }
}

async function openSession(
  host: Host,
  adapter: StorageAdapter,
  name: string,
  options: OpenOptions,
  role: Role,
  { number, isOld }: Shard,
): Promise<Session> {
  const given = Object.fromEntries(
    INDEX_OPTIONS.flatMap((key) => (options[key] === undefined ? [] : [[key, options[key]]])),
  ) as Partial<IndexOptions>;
  // Storage is read with the core's checksum.
  const { heap } = await load(host, given.wasm);
  const prefix = number === 0 ? '' : `shard${number}-`;
  const crc32 = (bytes: Uint8Array): number => heap.crc32(bytes);
  const vault = new Vault(adapter, crc32, options.encryption?.key, prefix);
  const manifest = await foundManifest(vault, role);
  if (manifest === undefined && role !== 'writer')
    throw new RuVectorError('NOT_FOUND', `expected a database '${name}' to read, got none`);
  if (manifest === undefined && given.dimensions === undefined)
    throw invalid('dimensions', `a number, because there is no database '${name}' yet`, undefined);
  const { shards = options.shards ?? 1, shard = 0, ...stored } = manifest?.options ?? {};
  // Another one in its place is none.
  if (manifest === undefined ? isOld : shard !== number)
    throw corrupt(`its shard ${number} is missing`);
  if (manifest !== undefined) checkStored(options, manifest.options);
  const { maxMemoryBytes: most } = given;
  const share = most !== undefined && shards > 1 && { maxMemoryBytes: Math.floor(most / shards) };
  const whole = { ...stored, ...given, ...share } as IndexOptions;
  const { signal, onProgress } = options;
  const onPart = (done: number, total: number): void => {
    signal?.throwIfAborted();
    onProgress?.({ done, total });
  };
  const { dimensions, metric, model, index, quantization, truncateDim } = whole;
  const shape = { dimensions, metric, model, index, quantization, truncateDim };
  const kept = definedOf({ ...shape, shards, shard: number });
  for (let found = manifest; found !== undefined; ) {
    try {
      return await Session.load(await newState(host, whole), vault, found, kept, onPart);
    } catch (error) {
      // The one who writes may have swept away what was being read; then there is a newer generation.
      const newer = role === 'writer' ? undefined : await readManifest(vault);
      if (newer === undefined || newer.generation === found.generation) throw error;
      found = newer;
    }
  }
  const { snapshot } = options;
  const contents = snapshot === undefined ? undefined : await bytesOfSnapshot(snapshot, signal);
  return Session.create(await newState(host, whole), vault, kept, contents);
}

/** A follower can be a moment earlier than the writer's first manifest. */
async function foundManifest(vault: Vault, role: Role): Promise<Manifest | undefined> {
  for (let tries = 0; ; ++tries) {
    const manifest = await readManifest(vault);
    if (manifest !== undefined || role !== 'follower' || tries === 50) return manifest;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Options that say what the vectors are, and where, must be those that the database was made with. */
function checkStored(given: OpenOptions, stored: StoredOptions): void {
  const { shards = 1 } = stored;
  if (given.shards !== undefined && given.shards !== shards)
    throw unexpected('INVALID_ARGUMENT', 'shards', `${shards}, as it was made`, given.shards);
  if (given.dimensions !== undefined && given.dimensions !== stored.dimensions)
    throw new DimensionMismatchError('database', given.dimensions, stored.dimensions);
  const kept = stored.truncateDim ?? stored.dimensions;
  if (given.truncateDim !== undefined && given.truncateDim !== kept)
    throw new DimensionMismatchError('database', given.truncateDim, kept, 'dimensions kept');
  const metric = stored.metric ?? 'cosine';
  if (given.metric !== undefined && given.metric !== metric)
    throw unexpected('METRIC_MISMATCH', 'database', `metric ${given.metric}`, metric, {
      expected: given.metric,
      actual: metric,
    });
  if (given.model !== undefined && stored.model !== undefined && given.model !== stored.model)
    throw unexpected(
      'MODEL_MISMATCH',
      'database',
      `vectors of model '${given.model}'`,
      `'${stored.model}'`,
      { expected: given.model, actual: stored.model },
    );
}

function definedOf(
  options: { [K in keyof StoredOptions]?: StoredOptions[K] | undefined },
): StoredOptions {
  return JSON.parse(JSON.stringify(options)) as StoredOptions;
}

async function storageOf(
  platform: Platform,
  name: string,
  options: OpenOptions,
  shard: number,
): Promise<StorageAdapter> {
  const { storage = 'auto' } = options;
  if (typeof storage === 'object') return storage;
  const [, scheme = '', place = ''] =
    /^([a-z]+):(.*)$/.exec(storage === 'auto' ? platform.automatic(name) : storage) ?? [];
  const adapter = await stored('opening', platform.storage(scheme, place || name, shard));
  if (adapter === undefined)
    throw new RuVectorError(
      'STORAGE_UNAVAILABLE',
      `expected a storage that this host has, got '${storage}'; 'memory:' is everywhere, and an adapter ` +
        'can be anything',
    );
  return adapter;
}
