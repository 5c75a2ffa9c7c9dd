import type { IndexOptions } from '../../types.js';
import { corrupt, MANIFEST, PART, placeOf } from './format.js';
import { TORN, type Vault } from './vault.js';

/** What a generation is: a snapshot, and where in the history it stands. */
export interface Manifest {
  readonly generation: number;
  readonly options: StoredOptions;
  /** Of the last change that the snapshot has. */
  readonly sequence: number;
  readonly version: number;
  /** Parts of the snapshot, at least one: without it the generation is gone. */
  readonly parts: number;
  /** Bytes of the snapshot; 0 for a new database. */
  readonly bytes: number;
  /** The last request of each other tab that is in the snapshot, and its answer. */
  readonly requests: { readonly [replica: string]: { clock: number; result: unknown } };
}

/** What a database knows of itself when it is opened without options. */
export interface StoredOptions
  extends Pick<
    IndexOptions,
    'dimensions' | 'metric' | 'model' | 'index' | 'quantization' | 'truncateDim'
  > {
  /** How many there are, 1 by default, and which one this is. */
  readonly shards?: number;
  readonly shard?: number;
}

/** Values are at most this long, and a frame. */
export const PART_BYTES: number = 8 << 20;

/**
 * The manifest that counts. Undefined where there is no database.
 * @throws STORAGE_CORRUPT, FORMAT_VERSION, DECRYPT_FAILED
 */
export async function readManifest(vault: Vault): Promise<Manifest | undefined> {
  for (let last: number | undefined; ; ) {
    const manifest = await newest(vault);
    const generation = manifest?.generation ?? -1;
    const orphan = (await vault.list()).find((key) => isBeyond(key, generation));
    if (orphan === undefined) return manifest;
    // Another one may have written it meanwhile, and its manifest before.
    if (last === generation) throw corrupt(`the manifest of '${orphan}' is missing`);
    last = generation;
  }
}

async function newest(vault: Vault): Promise<Manifest | undefined> {
  let found: Manifest | undefined;
  for (const number of [0, 1]) {
    const value = await vault.read({ kind: MANIFEST, generation: 0, number });
    // One that broke off had nothing after it.
    if (value === undefined || value === TORN) continue;
    const manifest = { ...parse(value.bytes), generation: value.generation };
    if (found === undefined || manifest.generation > found.generation) found = manifest;
  }
  return found;
}

/**
 * Whether a value can only have been written after a manifest newer than that of `generation`. The
 * parts of the next snapshot are written before its manifest.
 */
function isBeyond(key: string, generation: number): boolean {
  const place = placeOf(key);
  return place !== undefined && place.generation > generation + (place.kind === PART ? 1 : 0);
}

function parse(bytes: Uint8Array): Omit<Manifest, 'generation'> {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as Omit<Manifest, 'generation'>;
  } catch (cause) {
    throw corrupt('the manifest cannot be read', cause);
  }
}

/** Stores a snapshot, then the manifest that makes it count. Returns the bytes stored. */
export async function writeGeneration(
  vault: Vault,
  manifest: Omit<Manifest, 'parts' | 'bytes'>,
  snapshot: Uint8Array<ArrayBuffer>,
): Promise<Manifest> {
  const { generation, ...rest } = manifest;
  const parts = Math.max(1, Math.ceil(snapshot.length / PART_BYTES));
  for (let number = 0; number < parts; ++number)
    await vault.write(
      { kind: PART, generation, number },
      snapshot.subarray(number * PART_BYTES, (number + 1) * PART_BYTES),
    );
  const whole = { ...rest, parts, bytes: snapshot.length };
  const text = new TextEncoder().encode(JSON.stringify(whole));
  await vault.write({ kind: MANIFEST, generation, number: generation % 2 }, text);
  return { ...whole, generation };
}

/** The snapshot of a manifest. @throws STORAGE_CORRUPT where a part is missing, cut or changed */
export async function readSnapshot(
  vault: Vault,
  { generation, parts, bytes }: Manifest,
  onPart: (done: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const snapshot = new Uint8Array(bytes);
  let done = 0;
  for (let number = 0; number < parts; ++number) {
    const part = await vault.read({ kind: PART, generation, number });
    if (part === undefined) throw corrupt(`part ${number} of its snapshot is missing`);
    if (part === TORN) throw corrupt(`part ${number} of its snapshot is cut off`);
    if (done + part.bytes.length > bytes) throw corrupt('its snapshot is too long');
    snapshot.set(part.bytes, done);
    done += part.bytes.length;
    onPart(done);
  }
  if (done !== bytes) throw corrupt('its snapshot is cut off');
  return snapshot;
}

/** Removes what is of another generation than `generation`, but for the manifests. */
export async function sweep(vault: Vault, generation: number): Promise<void> {
  const keys = await vault.list();
  await vault.delete(keys.filter((key) => (placeOf(key)?.generation ?? generation) !== generation));
}
