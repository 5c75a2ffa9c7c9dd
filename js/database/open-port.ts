import { invalid, unexpected } from '../core/arguments.js';
import { DimensionMismatchError, RuVectorError } from '../core/errors.js';
import { type Host, load } from '../core/load.js';
import { unlessAborted } from '../core/turn.js';
import { INDEX_OPTIONS, newState } from '../index/create.js';
import type { IndexOptions } from '../types.js';
import type { Port } from './calls.js';
import { corrupt } from './journal/format.js';
import { type Manifest, readManifest, type StoredOptions } from './journal/manifest.js';
import { stored, Vault } from './journal/vault.js';
import { LocalPort } from './local-port.js';
import { Making } from './making.js';
import { unavailable } from './place.js';
import type { Places } from './platform.js';
import { Session } from './session.js';
import { bytesOfSnapshot } from './source.js';
import type { OpenOptions, Role, StorageAdapter } from './types.js';

/** One part of a database, and how many there are; most have one. */
export interface Shard {
  readonly number: number;
  /** Whether it was there before: as it must be if the others were, or was, as this browser remembers. */
  readonly isOld: boolean;
}

/** Waits between looks at a database that another tab makes. */
const LOOK_MS = 100;
/** How long that one may be silent. */
const PATIENCE_MS = 15_000;

/** Whether this one writes, and what gives the right to it up. */
interface Seat {
  role: Role;
  release: (() => void | Promise<void>) | undefined;
  making?: Making;
}

/** Opens the storage, takes the lock, reads what is there, and is ready to write. */
export async function openPort(
  platform: Places,
  name: string,
  options: OpenOptions,
  shard: Shard,
): Promise<Port> {
  const { signal, tabs = 'shared' } = options;
  const opening = storageOf(platform, name, options, shard.number);
  const adapter = await unlessAborted(opening, signal).catch((error) => {
    opening.then((late) => late.close?.()).catch(() => {});
    throw error;
  });
  const seat: Seat = { role: tabs === 'readonly' ? 'readonly' : 'writer', release: undefined };
  try {
    if (seat.role === 'writer' && adapter.lock) {
      seat.release = await stored('locking', adapter.lock());
      if (seat.release === undefined) {
        if (tabs === 'exclusive' || adapter.channel === undefined) throw isOpen(name);
        seat.role = 'follower';
      }
    }
    if (seat.role !== 'readonly' && adapter.channel !== undefined)
      seat.making = new Making(adapter.channel, seat.role === 'writer');
    const session = await openSession(platform.host, adapter, name, options, seat, shard);
    return await LocalPort.start(session, adapter, seat.role, seat.release);
  } catch (error) {
    await seat.release?.();
    await adapter.close?.();
    throw error;
  } finally {
    seat.making?.close();
  }
}

async function openSession(
  host: Host,
  adapter: StorageAdapter,
  name: string,
  options: OpenOptions,
  seat: Seat,
  { number, isOld }: Shard,
): Promise<Session> {
  const { signal, onProgress, snapshot } = options;
  const given = Object.fromEntries(
    INDEX_OPTIONS.flatMap((key) => (options[key] === undefined ? [] : [[key, options[key]]])),
  ) as Partial<IndexOptions>;
  // Storage is read with the core's checksum.
  const { heap } = await unlessAborted(load(host, given.wasm), signal);
  const prefix = number === 0 ? '' : `shard${number}-`;
  const crc32 = (bytes: Uint8Array): number => heap.crc32(bytes);
  const vault = new Vault(adapter, crc32, options.encryption?.key as CryptoKey | undefined, prefix);
  const manifest = await foundManifest(vault, name, seat, signal);
  const { role } = seat;
  if (manifest === undefined && role !== 'writer')
    throw new RuVectorError('NOT_FOUND', `expected a database '${name}' to read, got none`);
  const vanished = number === 0 && (isOld || adapter.vanished === true);
  if (manifest === undefined && given.dimensions === undefined && vanished)
    throw new RuVectorError(
      'STORAGE_EVICTED',
      `expected the database '${name}', which was here before, got none: it was evicted, or removed by ` +
        'other means than deleteDatabase(). Open it with dimensions, and a snapshot if there is one',
    );
  if (manifest === undefined && given.dimensions === undefined)
    throw invalid('dimensions', `a number, because there is no database '${name}' yet`, undefined);
  const { shards = options.shards ?? 1, shard = 0, ...stored } = manifest?.options ?? {};
  // Another one in its place is none.
  if (manifest === undefined ? number > 0 && isOld : shard !== number)
    throw corrupt(`its shard ${number} is missing`);
  if (manifest !== undefined) checkStored(options, manifest.options);
  // What one tab has checked of a batch must still hold where it is written, on every shard.
  if (shards > 1 && role === 'follower') throw isOpen(name);
  const { maxMemoryBytes: most } = given;
  const share = most !== undefined && shards > 1 && { maxMemoryBytes: Math.floor(most / shards) };
  const whole = { ...stored, ...given, ...share } as IndexOptions;
  const onPart = (done: number, total: number): void => {
    signal?.throwIfAborted();
    onProgress?.({ done, total });
  };
  const { dimensions, metric, model, index, quantization, truncateDim } = whole;
  const shape = { dimensions, metric, model, index, quantization, truncateDim };
  const kept = definedOf({ ...shape, shards, shard: number });
  for (let found = manifest; found !== undefined; ) {
    try {
      const state = await newState(host, whole);
      return await Session.load(state, vault, found, kept, onPart, signal);
    } catch (error) {
      signal?.throwIfAborted();
      // The one who writes may have swept away what was being read; then there is a newer generation.
      const newer = role === 'writer' ? undefined : await readManifest(vault);
      if (newer === undefined || newer.generation === found.generation) throw error;
      found = newer;
    }
  }
  const contents = snapshot === undefined ? undefined : await bytesOfSnapshot(snapshot, signal);
  signal?.throwIfAborted();
  return Session.create(await newState(host, whole), vault, kept, contents, vanished);
}

function isOpen(name: string): RuVectorError {
  return new RuVectorError(
    'STORAGE_BLOCKED',
    `expected a database '${name}' that nobody has open, got one that is open already`,
  );
}

function isSilent(name: string): RuVectorError {
  return new RuVectorError(
    'STORAGE_BLOCKED',
    `expected the tab that makes the database '${name}' to answer within ${PATIENCE_MS / 1000} s, got no ` +
      'answer, and nothing to read yet: it hangs, or is frozen. Close that tab, or wake it, and open again',
  );
}

/**
 * Who comes while another one makes the database waits until it is made, or makes it: that one may give
 * up, or die. One that is alive and does not answer is not waited for.
 */
async function foundManifest(
  vault: Vault,
  name: string,
  seat: Seat,
  signal: AbortSignal | undefined,
): Promise<Manifest | undefined> {
  for (;;) {
    signal?.throwIfAborted();
    const manifest = await readManifest(vault);
    if (manifest !== undefined || seat.role !== 'follower') return manifest;
    seat.release = await stored('locking', (vault.adapter.lock as Lock)());
    // The writer looks once more: it may have been made between the two.
    if (seat.release !== undefined) {
      seat.role = 'writer';
      if (seat.making) seat.making.isMaker = true;
    } else {
      if ((seat.making as Making).ask() * LOOK_MS >= PATIENCE_MS) throw isSilent(name);
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }
}

type Lock = NonNullable<StorageAdapter['lock']>;

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

/** Where `storage` is: its scheme, and the place. */
export function placeOf(platform: Places, name: string, storage: string): [string, string] {
  const full = storage === 'auto' ? platform.automatic(name) : storage;
  const [, scheme = '', place = ''] = /^([a-z]+):(.*)$/.exec(full) ?? [];
  return [scheme, place || name];
}

async function storageOf(
  platform: Places,
  name: string,
  options: OpenOptions,
  shard: number,
): Promise<StorageAdapter> {
  const { storage = 'auto' } = options;
  if (typeof storage === 'object') return storage;
  const [scheme, place] = placeOf(platform, name, storage);
  const adapter = await stored('opening', platform.storage(scheme, place, shard));
  if (adapter === undefined) throw unavailable(storage);
  return adapter;
}
