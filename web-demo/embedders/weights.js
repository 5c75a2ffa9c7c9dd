/**
 * What the built-in embedder has learned, as one small file, little end first:
 *
 *     u32 magic, u32 terms, u32 rank, u32 texts, f32 average length in telling words
 *     u32[terms] hashes of the terms, ascending
 *     u16[terms] how many of the texts have each
 *     u16[terms] the largest component of each term's direction, in units of 1/65535
 *     u8[terms * rank / 2] the directions: components of 4 bits, in sevenths of the largest, plus 8
 */

const MAGIC = 0x3145_5652;
const HEAD = 20;
const MOST = 7;

/**
 * @typedef {object} Weights
 * @property {string} name changes with any of it
 * @property {number} rank components of a direction, even
 * @property {number} texts that were learned from
 * @property {number} averageLength
 * @property {Map<number, number>} rows of a term, by its hash
 * @property {Uint16Array} frequencies of each row
 * @property {Float32Array} scales of each row
 * @property {Int8Array} directions `rank` components a row, from -7 to 7
 */

/**
 * @param {{ rank: number, texts: number, averageLength: number,
 *   terms: { hash: number, frequency: number, direction: ArrayLike<number> }[] }} learned components
 *   are of -1 to 1
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function packWeights({ rank, texts, averageLength, terms }) {
  const sorted = terms.toSorted((a, b) => a.hash - b.hash);
  const bytes = new Uint8Array(HEAD + sorted.length * (8 + rank / 2));
  const view = new DataView(bytes.buffer);
  for (const [i, value] of [MAGIC, sorted.length, rank, texts].entries())
    view.setUint32(4 * i, value, true);
  view.setFloat32(16, averageLength, true);
  const { hashes, frequencies, scales, directions } = offsets(sorted.length);
  for (const [row, { hash, frequency, direction }] of sorted.entries()) {
    const largest = Math.max(...Array.from(direction, Math.abs));
    view.setUint32(hashes + 4 * row, hash, true);
    view.setUint16(frequencies + 2 * row, Math.min(frequency, 65535), true);
    view.setUint16(scales + 2 * row, Math.round(65535 * Math.min(1, largest)), true);
    for (let i = 0; i < rank; ++i) {
      const code = largest === 0 ? 0 : Math.round((MOST * direction[i]) / largest);
      const at = row * rank + i;
      bytes[directions + (at >> 1)] |= (code + 8) << (4 * (at & 1));
    }
  }
  return bytes;
}

/**
 * @param {Uint8Array} bytes
 * @returns {Weights}
 */
export function readWeights(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isLong = bytes.length >= HEAD && view.getUint32(0, true) === MAGIC;
  const [terms, rank, texts] = isLong ? [4, 8, 12].map((at) => view.getUint32(at, true)) : [];
  if (!isLong || bytes.length !== HEAD + terms * (8 + rank / 2))
    throw new Error("expected the built-in embedder's weights, got other bytes");
  const at = offsets(terms);
  const each = (read) => Array.from({ length: terms }, (_, row) => read(row));
  const directions = new Int8Array(terms * rank);
  for (let i = 0; i < directions.length; ++i)
    directions[i] = ((bytes[at.directions + (i >> 1)] >> (4 * (i & 1))) & 15) - 8;
  return {
    name: checksum(bytes),
    rank,
    texts,
    averageLength: view.getFloat32(16, true),
    rows: new Map(each((row) => [view.getUint32(at.hashes + 4 * row, true), row])),
    frequencies: Uint16Array.from(each((row) => view.getUint16(at.frequencies + 2 * row, true))),
    scales: Float32Array.from(
      each((row) => view.getUint16(at.scales + 2 * row, true) / 65535 / MOST),
    ),
    directions,
  };
}

function offsets(terms) {
  const frequencies = HEAD + 4 * terms;
  const scales = frequencies + 2 * terms;
  return { hashes: HEAD, frequencies, scales, directions: scales + 2 * terms };
}

/** FNV-1a. */
function checksum(bytes) {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
