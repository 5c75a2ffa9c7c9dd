import { RuVectorError } from '../../core/errors.js';
import type { Change, Key, Put } from '../../index/change.js';
import { decodeStrings, encodeStrings } from '../../index/sections.js';
import { type Crc32, corrupt } from './format.js';

/** A change with its place in the history. */
export interface Entry {
  readonly sequence: number;
  readonly origin: Origin;
  readonly change: Change;
}

/** Which request of which tab asked for a change. */
export interface Origin {
  readonly replica: bigint;
  readonly clock: number;
}

export const OWN: Origin = { replica: 0n, clock: 0 };

const OPERATIONS: readonly Change['op'][] = ['put', 'delete', 'describe', 'clear', 'compact'];
const NONE = 0;
const FLOATS = 1;
const BITS = 2;
const RECORD_HEAD = 40;

export function encodeEntry(entry: Entry, bits: boolean, crc32: Crc32): Uint8Array<ArrayBuffer> {
  const { change, sequence, origin } = entry;
  const puts = change.op === 'put' ? change.writes : [];
  const named: readonly (Key & Partial<Put>)[] =
    change.op === 'put'
      ? change.writes
      : change.op === 'delete'
        ? change.keys
        : change.op === 'describe'
          ? [change]
          : [];
  const strings = encodeStrings(
    named.flatMap(({ namespace, id, metadata = '' }) => [namespace, id, metadata]),
  );
  const width = puts[0]?.vector.length ?? 0;
  const vectorsAt = RECORD_HEAD + ((strings.length + 3) & ~3);
  const end = vectorsAt + puts.length * width * (bits ? 1 : 4);
  const bytes = new Uint8Array(end + 4);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length, true);
  view.setUint8(4, 1 + OPERATIONS.indexOf(change.op));
  view.setUint8(5, puts.length === 0 ? NONE : bits ? BITS : FLOATS);
  view.setBigUint64(8, BigInt(sequence), true);
  view.setBigUint64(16, origin.replica, true);
  view.setBigUint64(24, BigInt(origin.clock), true);
  view.setUint32(32, width, true);
  view.setUint32(36, named.length, true);
  bytes.set(strings, RECORD_HEAD);
  const vectors = bits
    ? bytes.subarray(vectorsAt, end)
    : new Float32Array(bytes.buffer, vectorsAt, puts.length * width);
  puts.forEach(({ vector }, i) => {
    vectors.set(vector, i * width);
  });
  view.setUint32(end, crc32(bytes.subarray(0, end)), true);
  return bytes;
}

/** The entries of a segment's payload. @throws STORAGE_CORRUPT */
export function decodeEntries(segment: Uint8Array, crc32: Crc32): Entry[] {
  const entries: Entry[] = [];
  for (let from = 0; from < segment.length; ) {
    const left = segment.length - from;
    const length = left < RECORD_HEAD ? 0 : viewOf(segment).getUint32(from, true);
    if (length < RECORD_HEAD + 8 || length > left) throw corrupt('a journal record breaks off');
    entries.push(decodeEntry(segment.slice(from, from + length), crc32));
    from += length;
  }
  return entries;
}

function decodeEntry(bytes: Uint8Array, crc32: Crc32): Entry {
  const view = viewOf(bytes);
  const end = bytes.length - 4;
  if (view.getUint32(end, true) !== crc32(bytes.subarray(0, end)))
    throw corrupt('a checksum of a journal record differs');
  const width = view.getUint32(32, true);
  const count = view.getUint32(36, true);
  const kind = view.getUint8(5);
  const vectorBytes = kind === NONE ? 0 : count * width * (kind === FLOATS ? 4 : 1);
  const signature = view.getUint16(6, true);
  const vectorsAt = end - vectorBytes;
  // Strings are padded, and a table knows its own length only as a whole.
  const table = bytes.subarray(RECORD_HEAD, Math.max(RECORD_HEAD, vectorsAt - signature));
  const strings = readStrings(table, 3 * count);
  const vectorOf = (i: number): Float32Array | Uint8Array =>
    kind === FLOATS
      ? new Float32Array(bytes.buffer, bytes.byteOffset + vectorsAt + 4 * i * width, width)
      : bytes.subarray(vectorsAt + i * width, vectorsAt + (i + 1) * width);
  const named = Array.from({ length: count }, (_, i) => ({
    namespace: strings[3 * i] as string,
    id: strings[3 * i + 1] as string,
    metadata: strings[3 * i + 2] || undefined,
  }));
  const origin = {
    replica: view.getBigUint64(16, true),
    clock: Number(view.getBigUint64(24, true)),
  };
  const sequence = Number(view.getBigUint64(8, true));
  return { sequence, origin, change: changeOf(view.getUint8(4), named, vectorOf) };
}

function changeOf(
  operation: number,
  named: readonly (Key & Pick<Put, 'metadata'>)[],
  vectorOf: (i: number) => Float32Array | Uint8Array,
): Change {
  const op = OPERATIONS[operation - 1];
  switch (op) {
    case 'put':
      return { op, writes: named.map((record, i) => ({ ...record, vector: vectorOf(i) })) };
    case 'delete':
      return { op, keys: named };
    case 'describe':
      return { op, ...(named[0] as Key & Pick<Put, 'metadata'>) };
    case 'clear':
    case 'compact':
      return { op };
    default:
      throw new RuVectorError(
        'FORMAT_VERSION',
        `expected journal operations 1 to ${OPERATIONS.length}, got ${operation}; update @ruvector/wasm`,
      );
  }
}

/** A table of strings followed by up to three zeros. */
function readStrings(table: Uint8Array, count: number): string[] {
  const at = 4 * count;
  const used =
    table.length < at + 4 ? 0 : 4 + at + (at === 0 ? 0 : viewOf(table).getUint32(at, true));
  if (used > table.length || table.length - used > 3)
    throw corrupt('the strings of a journal record break off');
  try {
    return decodeStrings('strings', table.subarray(0, used), count);
  } catch (cause) {
    throw corrupt('the strings of a journal record cannot be read', cause);
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
