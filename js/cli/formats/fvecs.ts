import { type Bytes, openBytes } from '../files.js';
import {
  checkLength,
  checkSize,
  damaged,
  floats,
  header,
  placeOf,
  rowsOf,
  type Source,
  type SourceRecord,
} from './source.js';
import type { Writer } from './writer.js';

/** fvecs, of the TEXMEX sets: rows of i32 dimensions and that many f32. Ids are the row numbers. */

export async function readFvecs(path: string): Promise<Source> {
  const bytes = await openBytes(path);
  if (bytes.size === 0) return { count: 0, records: () => [] };
  const dimensions = checkLength(`${bytes.name}, row 0`, header(bytes, 4).getInt32(0, true));
  const rowBytes = 4 + 4 * dimensions;
  const count = Math.floor(bytes.size / rowBytes);
  checkSize(bytes, Math.max(1, count) * rowBytes, `whole rows of ${dimensions} dimensions`);
  return { dimensions, count, records: () => records(bytes, dimensions, count) };
}

function* records(bytes: Bytes, dimensions: number, count: number): Generator<SourceRecord> {
  for (const { row, number, at } of rowsOf(bytes, 0, 4 + 4 * dimensions, count)) {
    const place = placeOf(bytes, number, at);
    const length = row.getInt32(0, true);
    if (length !== dimensions) throw damaged(place, `${dimensions} dimensions`, length);
    yield { item: { id: `${number}`, vector: floats(row, 4, dimensions) }, place };
  }
}

export const writeFvecs: Writer = (output, records, { dimensions }) => {
  for (const { vector } of records) {
    const row = new ArrayBuffer(4 + 4 * dimensions);
    new DataView(row).setInt32(0, dimensions, true);
    new Float32Array(row, 4).set(vector);
    output.write(new Uint8Array(row));
  }
};
