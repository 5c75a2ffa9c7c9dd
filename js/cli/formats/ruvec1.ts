import { openBytes } from '../files.js';
import {
  checkLength,
  checkMagic,
  checkSize,
  damaged,
  floats,
  header,
  placeOf,
  rowsOf,
  type Source,
  type SourceRecord,
} from './source.js';

/**
 * .ruvec1, of ruLake: "ruvec1\0\0", u64 count, u32 dimensions, u32 zero; then count times u64 id and the
 * f32 vector. Its distances are euclidean.
 */
const MAGIC = 'ruvec1\0\0';
const HEADER = 24;

export async function readRuvec1(path: string): Promise<Source> {
  const bytes = await openBytes(path);
  checkMagic(bytes, MAGIC, 'a .ruvec1 file');
  const head = header(bytes, HEADER);
  const count = Number(head.getBigUint64(8, true));
  const dimensions = checkLength(bytes.name, head.getUint32(16, true));
  const reserved = head.getUint32(20, true);
  if (reserved !== 0) throw damaged(`${bytes.name}, byte 20`, 'zeros', reserved);
  const rowBytes = 8 + 4 * dimensions;
  checkSize(bytes, HEADER + count * rowBytes, `${count} vectors of ${dimensions} dimensions`);
  return {
    dimensions,
    metric: 'euclidean',
    count,
    *records(): Generator<SourceRecord> {
      for (const { row, number, at } of rowsOf(bytes, HEADER, rowBytes, count))
        yield {
          item: { id: `${row.getBigUint64(0, true)}`, vector: floats(row, 8, dimensions) },
          place: placeOf(bytes, number, at),
        };
    },
  };
}
