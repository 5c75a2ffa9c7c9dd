import { type Bytes, openBytes } from '../files.js';
import {
  checkLength,
  checkMagic,
  checkSize,
  damaged,
  floats,
  header,
  misread,
  placeOf,
  rowsOf,
  type Source,
  type SourceRecord,
} from './source.js';
import type { Writer } from './writer.js';

/**
 * npy, NumPy's format 1.0 to 3.0: "\x93NUMPY", u8 major, u8 minor, the length of the header (u16, or u32
 * from 2.0 on), the header, which is a Python dict of `descr`, `fortran_order` and `shape`, then the
 * elements. Read is a matrix in C order, a row a vector; ids are the row numbers.
 */
const MAGIC = '\x93NUMPY';

/** Elements by their `descr`: bytes of one, and the vector that a row is. */
const ELEMENTS: {
  readonly [descr: string]: {
    readonly bytes: number;
    readonly vector: (
      row: DataView<ArrayBuffer>,
      length: number,
    ) => Float32Array | Float64Array | Int8Array | Uint8Array;
  };
} = {
  '<f4': { bytes: 4, vector: (row, length) => floats(row, 0, length) },
  '<f8': { bytes: 8, vector: (row, n) => new Float64Array(row.buffer, row.byteOffset, n) },
  '|i1': { bytes: 1, vector: (row, n) => new Int8Array(row.buffer, row.byteOffset, n) },
  '|u1': { bytes: 1, vector: (row, n) => new Uint8Array(row.buffer, row.byteOffset, n) },
};

/** The header of a matrix is about 80 bytes long. */
const MAX_HEADER = 65_536;

export async function readNpy(path: string): Promise<Source> {
  const bytes = await openBytes(path);
  checkMagic(bytes, MAGIC, 'a .npy file');
  const { text, end } = dictOf(bytes);
  const { descr, rows, length } = arrayOf(`${bytes.name}, header`, text);
  const element = ELEMENTS[descr];
  if (element === undefined)
    throw misread(
      'INVALID_ARGUMENT',
      `${bytes.name}, header`,
      `descr ${Object.keys(ELEMENTS).join(', ')}; array.astype('<f4') makes one`,
      descr,
    );
  checkLength(`${bytes.name}, header`, length);
  const rowBytes = length * element.bytes;
  checkSize(bytes, end + rows * rowBytes, `${rows} rows of ${length} ${descr} behind the header`);
  // Packed bits, if the metric is hamming: then 8 dimensions a byte, which only the metric tells.
  const packed = descr === '|u1';
  return {
    ...(!packed && { dimensions: length }),
    count: rows,
    *records(): Generator<SourceRecord> {
      for (const { row, number, at } of rowsOf(bytes, end, rowBytes, rows))
        yield {
          item: { id: `${number}`, vector: element.vector(row, length) },
          place: placeOf(bytes, number, at),
        };
    },
  };
}

/** The header's text, and where the elements begin. */
function dictOf(bytes: Bytes): { readonly text: string; readonly end: number } {
  const start = header(bytes, 10);
  const major = start.getUint8(6);
  if (major < 1 || major > 3)
    throw misread('FORMAT_VERSION', bytes.name, 'version 1, 2 or 3 of the format', major);
  const from = major === 1 ? 10 : 12;
  const length = major === 1 ? start.getUint16(8, true) : header(bytes, 12).getUint32(8, true);
  if (length > MAX_HEADER)
    throw misread('LIMIT_EXCEEDED', bytes.name, `a header of at most ${MAX_HEADER} bytes`, length);
  if (from + length > bytes.size)
    throw damaged(bytes.name, `a header up to byte ${from + length}`, `${bytes.size} bytes in all`);
  return { text: Buffer.from(bytes.read(from, length)).toString('utf8'), end: from + length };
}

/** NumPy writes the keys in this order and pads with spaces, and so do those who write for it. */
const DICT =
  /^\{ *'descr': *(?<descr>'[^']*'|\[.*\]), *'fortran_order': *(?<fortran>True|False), *'shape': *\((?<shape>[\d, ]*)\),? *\} *\n?$/;

function arrayOf(
  place: string,
  text: string,
): { readonly descr: string; readonly rows: number; readonly length: number } {
  const { descr, fortran, shape } = DICT.exec(text)?.groups ?? {};
  if (descr === undefined || fortran === undefined || shape === undefined)
    throw damaged(
      place,
      "{'descr': ..., 'fortran_order': ..., 'shape': ...}",
      JSON.stringify(text.slice(0, 80)),
    );
  if (fortran === 'True')
    throw misread(
      'INVALID_ARGUMENT',
      place,
      'C order; numpy.ascontiguousarray() makes it',
      'Fortran order',
    );
  const sizes = shape.split(',').map((part) => part.trim());
  if (sizes.at(-1) === '') sizes.pop();
  const [rows, length] = sizes.map(Number);
  if (sizes.length !== 2 || rows === undefined || length === undefined)
    throw misread('INVALID_ARGUMENT', place, 'a matrix, shape (n, d)', `shape (${shape})`);
  if (!Number.isSafeInteger(rows * length * 8)) throw damaged(place, 'a size of memory', shape);
  return { descr: descr.replaceAll("'", ''), rows, length };
}

export const writeNpy: Writer = (output, records, { dimensions, metric, count }) => {
  const bits = metric === 'hamming';
  const [descr, length] = bits ? ['|u1', dimensions / 8] : ['<f4', dimensions];
  const dict = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${count}, ${length}), }`;
  // The elements begin at a multiple of 64.
  const end = 64 * Math.ceil((10 + dict.length + 1) / 64);
  const start = Buffer.from(`${MAGIC}\x01\x00\0\0${dict.padEnd(end - 11)}\n`, 'latin1');
  start.writeUInt16LE(end - 10, 8);
  output.write(start);
  for (const { vector } of records)
    output.write(bits ? Uint8Array.from(vector) : new Uint8Array(Float32Array.from(vector).buffer));
};
