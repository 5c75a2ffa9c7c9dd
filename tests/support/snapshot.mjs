// The snapshot container, read and written a second time from src/snapshot/format.h alone, so that
// tests can check what the product writes and forge what it must refuse.
import zlib from 'node:zlib';

const HEADER = 64;
const ENTRY = 64;
const MAGIC = Buffer.from('\x8Arvsnap\n', 'latin1');

const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; ++bit) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crcByTable(bytes) {
  let crc = -1;
  for (const byte of bytes) crc = (crc >>> 8) ^ TABLE[(crc ^ byte) & 255];
  return ~crc >>> 0;
}

/** Node's own CRC-32; older versions have none. */
export const crc32 = (bytes) => (zlib.crc32 ?? crcByTable)(bytes) >>> 0;

const align = (at) => Math.ceil(at / 64) * 64;

/** Every field of a snapshot; trusts it. */
export function parse(source) {
  const bytes = Buffer.from(source);
  const count = bytes.readUInt32LE(12);
  const sections = Array.from({ length: count }, (_, i) => {
    const at = HEADER + i * ENTRY;
    const offset = Number(bytes.readBigUInt64LE(at + 16));
    const length = Number(bytes.readBigUInt64LE(at + 24));
    return {
      kind: bytes.toString('latin1', at, at + 4),
      flags: bytes.readUInt32LE(at + 4),
      version: bytes.readUInt32LE(at + 8),
      crc: bytes.readUInt32LE(at + 12),
      offset,
      length,
      rest: bytes.subarray(at + 32, at + ENTRY),
      bytes: bytes.subarray(offset, offset + length),
    };
  });
  return {
    magic: bytes.subarray(0, 8),
    major: bytes.readUInt16LE(8),
    minor: bytes.readUInt16LE(10),
    count,
    total: Number(bytes.readBigUInt64LE(16)),
    tableCrc: bytes.readUInt32LE(24),
    tableCrcFound: crc32(bytes.subarray(HEADER, HEADER + count * ENTRY)),
    flags: bytes.readUInt32LE(28),
    headerCrc: bytes.readUInt32LE(60),
    headerCrcFound: crc32(bytes.subarray(0, 60)),
    rest: bytes.subarray(32, 60),
    sections,
  };
}

/**
 * Bytes of a snapshot with right checksums. `sections` are `{ kind, bytes }` in order; what else
 * they and `header` name is written instead of the right value: a section's `flags`, `version`,
 * `crc`, `offset`, `length`, and `place`, where its bytes go; the header's `major`, `minor`,
 * `count`, `total`, `flags`.
 */
export function forge(sections, header = {}) {
  let end = HEADER + sections.length * ENTRY;
  const placed = sections.map((section) => {
    const place = section.place ?? align(end);
    end = place + section.bytes.length;
    return { flags: 1, version: 1, offset: place, length: section.bytes.length, ...section, place };
  });
  const bytes = Buffer.alloc(end);
  for (const [i, section] of placed.entries()) {
    bytes.set(section.bytes, section.place);
    const at = HEADER + i * ENTRY;
    bytes.write(section.kind, at, 'latin1');
    bytes.writeUInt32LE(section.flags, at + 4);
    bytes.writeUInt32LE(section.version, at + 8);
    bytes.writeUInt32LE(section.crc ?? crc32(section.bytes), at + 12);
    bytes.writeBigUInt64LE(BigInt(section.offset), at + 16);
    bytes.writeBigUInt64LE(BigInt(section.length), at + 24);
  }
  bytes.set(MAGIC);
  bytes.writeUInt16LE(header.major ?? 1, 8);
  bytes.writeUInt16LE(header.minor ?? 0, 10);
  bytes.writeUInt32LE(header.count ?? sections.length, 12);
  bytes.writeBigUInt64LE(BigInt(header.total ?? end), 16);
  bytes.writeUInt32LE(crc32(bytes.subarray(HEADER, HEADER + sections.length * ENTRY)), 24);
  bytes.writeUInt32LE(header.flags ?? 0, 28);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 60)), 60);
  return new Uint8Array(bytes);
}

const CODES = ['cosine', 'dot', 'euclidean', 'manhattan', 'hamming'];

/** The CONF section; `index` 0 is flat. */
export function conf({ dim, metric, rows, index = 0 }) {
  const bytes = Buffer.alloc(64);
  bytes.writeUInt32LE(dim, 0);
  bytes.writeUInt32LE(typeof metric === 'number' ? metric : CODES.indexOf(metric), 4);
  bytes.writeUInt32LE(index, 8);
  bytes.writeUInt32LE(rows, 12);
  return { kind: 'CONF', bytes };
}

/** The VECS section. */
export function vecs(vectors) {
  const rows = vectors.map((v) =>
    v instanceof Uint8Array ? v : Buffer.from(Float32Array.from(v).buffer),
  );
  return { kind: 'VECS', bytes: Buffer.concat(rows) };
}

/** A string table. `texts` may be bytes; `count` and `ends` override the right ones. */
export function strings(kind, texts, { count = texts.length, ends } = {}) {
  const bodies = texts.map((text) => Buffer.from(text));
  const table = Buffer.alloc(4 + 4 * bodies.length);
  table.writeUInt32LE(count >>> 0, 0);
  let end = 0;
  for (const [i, body] of bodies.entries()) {
    end += body.length;
    table.writeUInt32LE(ends?.[i] ?? end, 4 + 4 * i);
  }
  return { kind, bytes: Buffer.concat([table, ...bodies]) };
}

/** The texts of a string table. */
export function textsOf(bytes) {
  const count = bytes.readUInt32LE(0);
  let from = 4 + 4 * count;
  return Array.from({ length: count }, (_, i) => {
    const to = 4 + 4 * count + bytes.readUInt32LE(4 + 4 * i);
    const text = bytes.toString('utf8', from, to);
    from = to;
    return text;
  });
}

/** The sections of an index of `records` (`{ id, vector, metadata? }`), to build on. */
export function sectionsOf(metric, dim, records, info) {
  const texts = records.map(({ metadata }) => (metadata ? JSON.stringify(metadata) : ''));
  return [
    conf({ dim, metric, rows: records.length }),
    vecs(records.map(({ vector }) => vector)),
    strings(
      'IDS ',
      records.map(({ id }) => id),
    ),
    ...(texts.some((text) => text !== '') ? [strings('META', texts)] : []),
    ...(info ? [{ kind: 'INFO', bytes: Buffer.from(JSON.stringify(info)) }] : []),
  ];
}
