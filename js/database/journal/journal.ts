import type { Change } from '../../index/change.js';
import { decodeEntries, type Entry, encodeEntry, type Origin } from './entry.js';
import { corrupt, type Place, placeOf, SEGMENT } from './format.js';
import { PART_BYTES } from './manifest.js';
import { TORN, type Vault } from './vault.js';

/** Changes that are made, waiting to be stored. */
interface Pending {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly sequence: number;
  /** Of the index, after the change. */
  readonly version: number;
}

/**
 * The changes since a snapshot. `append()` keeps one in memory, `store()` writes all that wait as
 * segments, in order: what is stored is always a prefix of what was made.
 */
export class Journal {
  generation: number;
  /** Number of the next segment. */
  #segment = 0;
  /** Of the last change that was made or read. */
  sequence: number;
  /** Bytes of the stored segments. */
  bytes = 0;
  readonly #vault: Vault;
  readonly #bits: boolean;
  #pending: Pending[] = [];
  /** Changes of a segment that failed to be written, and may be there: it is written again as it was. */
  #attempted = 0;
  /** Counts the times that `drop()` took the base away. */
  #bases = 0;

  constructor(vault: Vault, bits: boolean, generation: number, sequence: number) {
    this.#vault = vault;
    this.#bits = bits;
    this.generation = generation;
    this.sequence = sequence;
  }

  /** Changes that are not stored. */
  get waiting(): number {
    return this.#pending.length;
  }

  append(change: Change, origin: Origin, version: number): void {
    const sequence = ++this.sequence;
    const bytes = encodeEntry({ change, origin, sequence }, this.#bits, this.#vault.crc32);
    this.#pending.push({ bytes, sequence, version });
  }

  /** Stores what waits, a segment at a time; `stored` hears of each. */
  async store(stored: (version: number) => void): Promise<void> {
    const base = this.#bases;
    while (this.#pending.length > 0 && base === this.#bases) {
      const taken = this.#pending.slice(0, this.#attempted || this.#fitting());
      const payload = new Uint8Array(taken.reduce((sum, { bytes }) => sum + bytes.length, 0));
      let at = 0;
      for (const { bytes } of taken) {
        payload.set(bytes, at);
        at += bytes.length;
      }
      this.#attempted = taken.length;
      this.bytes += await this.#vault.write(this.#place(), payload);
      if (base !== this.#bases) return;
      this.#attempted = 0;
      ++this.#segment;
      this.#pending.splice(0, taken.length);
      stored((taken.at(-1) as Pending).version);
    }
  }

  /** How many of the waiting changes make a value of the storage; one at least. */
  #fitting(): number {
    let size = 0;
    const over = this.#pending.findIndex(({ bytes }) => {
      size += bytes.length;
      return size > PART_BYTES;
    });
    return over < 0 ? this.#pending.length : Math.max(1, over);
  }

  /** The contents are others, to which no change leads: what waits is in the snapshot to come. */
  drop(): void {
    ++this.#bases;
    this.#pending = [];
    this.#attempted = 0;
  }

  /** A snapshot has all changes up to `sequence`: the journal begins anew after it. */
  begin(generation: number, sequence: number): void {
    this.generation = generation;
    this.#segment = 0;
    this.bytes = 0;
    this.#attempted = 0;
    this.#pending = this.#pending.filter((it) => it.sequence > sequence);
  }

  /**
   * Reads the segments that are stored and not read yet, and `make`s each change that is new. Returns
   * how many there were. @throws STORAGE_CORRUPT where one is damaged, the signal's reason between two
   */
  async read(make: (entry: Entry) => void, signal?: AbortSignal): Promise<number> {
    for (let count = 0; ; ++count) {
      signal?.throwIfAborted();
      const value = await this.#vault.read(this.#place());
      // The last one may have broken off: its writes were never acknowledged.
      if (value === undefined || value === TORN) return count;
      for (const entry of decodeEntries(value.bytes, this.#vault.crc32)) {
        if (entry.sequence <= this.sequence) continue; // replay is idempotent
        if (entry.sequence > this.sequence + 1)
          throw corrupt(`change ${this.sequence + 1} is missing from its journal`);
        make(entry);
        this.sequence = entry.sequence;
      }
      this.bytes += value.bytes.length;
      ++this.#segment;
    }
  }

  /** Whether a segment is stored after the one that is missing, or broke off, where reading ended. */
  async hasGap(): Promise<boolean> {
    return (await this.#vault.list()).some((key) => {
      const { kind, generation, number = 0 } = placeOf(key) ?? {};
      return kind === SEGMENT && generation === this.generation && number > this.#segment;
    });
  }

  #place(): Place {
    return { kind: SEGMENT, generation: this.generation, number: this.#segment };
  }
}
