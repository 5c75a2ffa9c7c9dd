import { RuVectorError } from '../../core/errors.js';
import {
  BOUND_BYTES,
  type Crc32,
  corrupt,
  FORMAT,
  HEADER_BYTES,
  keyOf,
  MANIFEST,
  type Place,
} from './format.js';

const MAGIC = 0x42445652; // 'RVDB'

/** A stored value, checked as far as it can be without the key. */
export interface Frame {
  readonly place: Place;
  readonly database: bigint;
  readonly encrypted: boolean;
  readonly bound: Uint8Array<ArrayBuffer>;
  readonly payload: Uint8Array<ArrayBuffer>;
}

/** The first bytes of a frame up to where its payload's length goes: what encryption binds. */
export function boundHeader(
  place: Place,
  database: bigint,
  encrypted: boolean,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(BOUND_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint16(4, FORMAT, true);
  view.setUint8(6, place.kind);
  view.setUint8(7, encrypted ? 1 : 0);
  view.setBigUint64(8, database, true);
  view.setBigUint64(16, BigInt(place.generation), true);
  view.setUint32(24, place.number, true);
  return bytes;
}

export function encodeFrame(
  bound: Uint8Array,
  payload: Uint8Array,
  crc32: Crc32,
): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(HEADER_BYTES + payload.length);
  const view = new DataView(frame.buffer);
  frame.set(bound);
  view.setUint32(28, payload.length, true);
  view.setUint32(32, crc32(payload), true);
  view.setUint32(36, crc32(frame.subarray(0, 36)), true);
  frame.set(payload, HEADER_BYTES);
  return frame;
}

/**
 * Reads the frame of `place`. Undefined where the bytes break off, as a write does that the program
 * did not live to see the end of.
 * @throws FORMAT_VERSION, STORAGE_CORRUPT
 */
export function decodeFrame(bytes: Uint8Array, place: Place, crc32: Crc32): Frame | undefined {
  const key = keyOf(place);
  if (bytes.length < HEADER_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(0, true) !== MAGIC) throw corrupt(`'${key}' is not of a database`);
  const version = view.getUint16(4, true);
  if (version !== FORMAT)
    throw new RuVectorError(
      'FORMAT_VERSION',
      `expected a database of format ${FORMAT}, got ${version}; update @ruvector/wasm`,
      { details: { expected: FORMAT, actual: version } },
    );
  if (view.getUint32(36, true) !== crc32(bytes.subarray(0, 36)))
    throw corrupt(`the checksum of the head of '${key}' differs`);
  const stored = {
    kind: view.getUint8(6),
    generation: Number(view.getBigUint64(16, true)),
    number: view.getUint32(24, true),
  };
  if (
    stored.kind !== place.kind ||
    stored.number !== place.number ||
    (place.kind !== MANIFEST && stored.generation !== place.generation)
  )
    throw corrupt(`'${key}' holds another value`);
  const length = view.getUint32(28, true);
  if (bytes.length < HEADER_BYTES + length) return undefined;
  if (bytes.length > HEADER_BYTES + length) throw corrupt(`'${key}' is too long`);
  const payload = bytes.slice(HEADER_BYTES);
  if (view.getUint32(32, true) !== crc32(payload)) throw corrupt(`a checksum of '${key}' differs`);
  return {
    place: { ...place, generation: stored.generation },
    database: view.getBigUint64(8, true),
    encrypted: (view.getUint8(7) & 1) !== 0,
    bound: bytes.slice(0, BOUND_BYTES),
    payload,
  };
}
