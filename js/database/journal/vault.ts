import { RuVectorError } from '../../core/errors.js';
import type { StorageAdapter } from '../types.js';
import { type Crc32, corrupt, keyOf, type Place } from './format.js';
import { boundHeader, decodeFrame, encodeFrame, type Frame } from './frame.js';

const IV_BYTES = 12;

/** A value that broke off: written by a program that did not live to see the end of it. */
export const TORN: unique symbol = Symbol('torn');

/** What a database reads from and writes to its storage: framed, checked, and sealed with a key. */
export class Vault {
  readonly adapter: StorageAdapter;
  readonly crc32: Crc32;
  /** The random number of the database, once one is made or found. */
  database: bigint | undefined;
  readonly #key: CryptoKey | undefined;
  readonly #prefix: string;

  /** Its keys are those of `adapter` that begin with `prefix`. */
  constructor(adapter: StorageAdapter, crc32: Crc32, key: CryptoKey | undefined, prefix = '') {
    this.adapter = adapter;
    this.crc32 = crc32;
    this.#key = key;
    this.#prefix = prefix;
  }

  get encrypted(): boolean {
    return this.#key !== undefined;
  }

  /**
   * The value of `place`, undefined where there is none.
   * @throws STORAGE_CORRUPT, FORMAT_VERSION, DECRYPT_FAILED, STORAGE_UNAVAILABLE
   */
  async read(
    place: Place,
  ): Promise<{ bytes: Uint8Array<ArrayBuffer>; generation: number } | typeof TORN | undefined> {
    const bytes = await stored('reading', this.adapter.read(this.#prefix + keyOf(place)));
    if (bytes === undefined) return undefined;
    const frame = decodeFrame(bytes, place, this.crc32);
    if (frame === undefined) return TORN;
    this.database ??= frame.database;
    if (frame.database !== this.database) throw corrupt(`'${keyOf(place)}' is of another database`);
    return { bytes: await this.#open(frame), generation: frame.place.generation };
  }

  /** Returns the bytes that were stored. */
  async write(place: Place, payload: Uint8Array<ArrayBuffer>): Promise<number> {
    this.database ??= crypto.getRandomValues(new BigUint64Array(1))[0] as bigint;
    const bound = boundHeader(place, this.database, this.encrypted);
    const frame = encodeFrame(bound, await this.#seal(bound, payload), this.crc32);
    await stored('writing', this.adapter.write(this.#prefix + keyOf(place), frame));
    return frame.length;
  }

  async delete(keys: readonly string[]): Promise<void> {
    if (keys.length === 0) return;
    const full = keys.map((key) => this.#prefix + key);
    await stored('deleting', this.adapter.delete(full));
  }

  async list(): Promise<string[]> {
    const keys = await stored('listing', this.adapter.list());
    const own = keys.filter((key) => key.startsWith(this.#prefix));
    return own.map((key) => key.slice(this.#prefix.length));
  }

  async #seal(
    bound: Uint8Array<ArrayBuffer>,
    payload: Uint8Array<ArrayBuffer>,
  ): Promise<Uint8Array<ArrayBuffer>> {
    if (this.#key === undefined) return payload;
    const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
    const algorithm = { name: 'AES-GCM', iv, additionalData: bound };
    const sealed = new Uint8Array(await crypto.subtle.encrypt(algorithm, this.#key, payload));
    const bytes = new Uint8Array(IV_BYTES + sealed.length);
    bytes.set(iv);
    bytes.set(sealed, IV_BYTES);
    return bytes;
  }

  async #open({ encrypted, bound, payload, place }: Frame): Promise<Uint8Array<ArrayBuffer>> {
    if (encrypted !== this.encrypted)
      throw new RuVectorError(
        'DECRYPT_FAILED',
        encrypted
          ? "expected the option 'encryption', because the database is encrypted; got none"
          : "expected no option 'encryption', because the database is not encrypted; got a key",
      );
    if (this.#key === undefined) return payload;
    const iv = payload.subarray(0, IV_BYTES);
    const algorithm = { name: 'AES-GCM', iv, additionalData: bound };
    try {
      const sealed = payload.subarray(IV_BYTES);
      return new Uint8Array(await crypto.subtle.decrypt(algorithm, this.#key, sealed));
    } catch (cause) {
      throw new RuVectorError(
        'DECRYPT_FAILED',
        `expected the key that '${keyOf(place)}' was encrypted with, got another one, or the value was ` +
          'changed. Nothing was changed',
        { cause },
      );
    }
  }
}

/** What an adapter rejects with, as an error of this package. */
export async function stored<T>(what: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    if (cause instanceof RuVectorError) throw cause;
    const { name, message, code } = Object(cause) as Partial<NodeJS.ErrnoException>;
    const full = name === 'QuotaExceededError' || code === 'ENOSPC' || code === 'EDQUOT';
    throw new RuVectorError(
      full ? 'QUOTA_EXCEEDED' : 'STORAGE_UNAVAILABLE',
      full
        ? 'expected room in the storage, but the quota is used up. What was written before is kept; ' +
            'delete something and call flush()'
        : `expected storage that answers, but ${what} failed (${name}: ${message})`,
      { cause },
    );
  }
}
