import { type ErrorCode, type Item, type Metric, RuVectorError } from '../../node.js';
import type { Bytes } from '../files.js';

/** What a reader finds in a file. */
export interface Source {
  /** What the file itself says; the options of the command go before. */
  readonly dimensions?: number;
  readonly metric?: Metric;
  readonly model?: string;
  /** How many there are, where the file says. */
  readonly count?: number;
  /** What to know about the conversion. */
  readonly note?: string;
  records(): Iterable<SourceRecord> | AsyncIterable<SourceRecord>;
}

export interface SourceRecord {
  readonly item: Item;
  /** Where it comes from, for messages: 'data.ndjson, line 3'. */
  readonly place: string;
}

/** What the command says that a file may not. */
export interface ReadOptions {
  readonly dimensions?: number | undefined;
  readonly metric?: Metric | undefined;
}

/** Components of a vector, and bytes of a packed one: the index's own limit. */
const MAX_LENGTH = 8192;

/** `${place}: expected ${wanted}, got ${got}`. */
export function misread(
  code: ErrorCode,
  place: string,
  wanted: string,
  got: unknown,
): RuVectorError {
  return new RuVectorError(code, `${place}: expected ${wanted}, got ${got}`);
}

/** For what cannot be as its writer left it. */
export function damaged(place: string, wanted: string, got: unknown): RuVectorError {
  return misread('FORMAT_CHECKSUM', place, wanted, got);
}

/** The `length` bytes a file begins with, as fields to read. */
export function header(bytes: Bytes, length: number): DataView {
  if (bytes.size < length)
    throw damaged(bytes.name, `a header of ${length} bytes`, `${bytes.size} in all`);
  return new DataView(bytes.read(0, length).buffer);
}

/** That a file begins with the bytes `magic`, of Latin-1 characters. */
export function checkMagic(bytes: Bytes, magic: string, kind: string): void {
  const start = Buffer.from(bytes.read(0, Math.min(bytes.size, magic.length))).toString('latin1');
  if (start !== magic)
    throw misread(
      'INVALID_ARGUMENT',
      bytes.name,
      `${kind}, which begins with ${JSON.stringify(magic)}`,
      JSON.stringify(start),
    );
}

export function checkLength(place: string, length: number): number {
  if (length < 1) throw damaged(place, 'vectors of 1 dimension or more', length);
  if (length > MAX_LENGTH)
    throw misread('LIMIT_EXCEEDED', place, `at most ${MAX_LENGTH} dimensions`, length);
  return length;
}

/** That a file has the bytes that its header promises, before room is made for any. */
export function checkSize({ name, size }: Bytes, wanted: number, why: string): void {
  if (size !== wanted) throw damaged(name, `${wanted} bytes for ${why}`, size);
}

/** Of this many bytes at once, or one row. */
const BLOCK = 2 ** 20;

/** Rows of equal length behind one another, a block at a time; each at its offset in the file. */
export function* rowsOf(
  bytes: Bytes,
  from: number,
  rowBytes: number,
  count: number,
): Generator<{
  readonly row: DataView<ArrayBuffer>;
  readonly number: number;
  readonly at: number;
}> {
  const most = Math.max(1, Math.floor(BLOCK / rowBytes));
  for (let first = 0; first < count; first += most) {
    const rows = Math.min(most, count - first);
    const { buffer } = bytes.read(from + first * rowBytes, rows * rowBytes);
    for (let i = 0; i < rows; ++i)
      yield {
        row: new DataView(buffer, i * rowBytes, rowBytes),
        number: first + i,
        at: from + (first + i) * rowBytes,
      };
  }
}

/** `length` floats of a row, from a multiple of 4; a view. */
export function floats(row: DataView<ArrayBuffer>, from: number, length: number): Float32Array {
  return new Float32Array(row.buffer, row.byteOffset + from, length);
}

export function placeOf({ name }: Bytes, number: number, at: number): string {
  return `${name}, row ${number} (byte ${at})`;
}
