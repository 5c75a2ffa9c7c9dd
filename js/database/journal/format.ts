/**
 * The manual of what a database stores, and the one place that reads and writes it. Little-endian.
 *
 * Keys: `manifest-0` and `manifest-1`, written in turns, the one of the higher generation G counts;
 * `snapshot-G-N`, the parts of the snapshot that it is of; `journal-G-N`, the changes since, oldest
 * first. A snapshot is whole before its manifest is written, and the one before goes after that. Of
 * several shards each has all of these, those of shard S after the first with `shardS-` before them;
 * `shardOf()` (js/index/shard.ts) says whose a record is. The first has `shards-made`, which is
 * empty, once all were made: then one that is not there has vanished. A value is a frame:
 *
 *   0  u8[4] 'RVDB'
 *   4  u16   version of this format, 1
 *   6  u8    kind: 1 manifest, 2 part of a snapshot, 3 segment of the journal, 4 shards made
 *   7  u8    flags: 1 encrypted
 *   8  u64   the database, a random number: values of two databases do not mix
 *  16  u64   generation G
 *  24  u32   number N
 *  28  u32   bytes of the payload as stored
 *  32  u32   CRC-32 of the payload as stored
 *  36  u32   CRC-32 of bytes 0 to 35
 *  40  payload; encrypted: u8[12] initialisation vector, AES-GCM of the payload with its tag, bytes 0
 *      to 27 as additional data: a value is good in its own place only
 *
 * A manifest is JSON (Manifest). A segment is records end to end:
 *
 *   0  u32   bytes of the record, these and the CRC included
 *   4  u8    operation: 1 put, 2 delete, 3 describe, 4 clear, 5 compact
 *   5  u8    vectors: 0 none, 1 f32, 2 packed bits
 *   6  u16   bytes of a signature between strings and vectors, 0 for now: for changes of other devices
 *   8  u64   sequence: 1 for the first change of the database
 *  16  u64   replica: the tab that asked for it, 0 for the writer itself
 *  24  u64   clock: numbers the requests of a replica, so that none is made twice
 *  32  u32   components of a vector (bytes, of packed bits)
 *  36  u32   records n
 *  40  strings: a table (js/index/sections.ts) of 3n, for each record its namespace, id and metadata
 *      as JSON, '' for none; then zeros up to a multiple of 4
 *   .  signature, then vectors end to end
 *  -4  u32   CRC-32 of all before
 */
import { RuVectorError } from '../../core/errors.js';

export const FORMAT = 1;
export const HEADER_BYTES = 40;
/** Of the header, what encryption binds. */
export const BOUND_BYTES = 28;

export const MANIFEST = 1;
export const PART = 2;
export const SEGMENT = 3;
export const MADE = 4;
export type Kind = typeof MANIFEST | typeof PART | typeof SEGMENT | typeof MADE;

/** Names a value: where it belongs. */
export interface Place {
  readonly kind: Kind;
  readonly generation: number;
  readonly number: number;
}

export function keyOf({ kind, generation, number }: Place): string {
  if (kind === MANIFEST) return `manifest-${number}`;
  if (kind === MADE) return 'shards-made';
  return `${kind === PART ? 'snapshot' : 'journal'}-${generation}-${number}`;
}

/** The place that a key names; undefined for what is of no one generation, and for what is not ours. */
export function placeOf(key: string): Place | undefined {
  const [, kind, generation, number] = /^(snapshot|journal)-(\d+)-(\d+)$/.exec(key) ?? [];
  if (kind === undefined) return undefined;
  return {
    kind: kind === 'snapshot' ? PART : SEGMENT,
    generation: Number(generation),
    number: Number(number),
  };
}

export function corrupt(what: string, cause?: unknown): RuVectorError {
  return new RuVectorError(
    'STORAGE_CORRUPT',
    `the stored database is damaged: ${what}. Nothing was changed; restore the storage, or delete ` +
      'the database and open it anew from a snapshot',
    { cause },
  );
}

export type Crc32 = (bytes: Uint8Array) => number;
