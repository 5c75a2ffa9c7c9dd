import { openBytes } from '../files.js';
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

/**
 * .rbpx version 1, of ruvector-rabitq: "rbpx0001", u32 version, u32 dimensions, u64 seed of the rotation,
 * u32 rerank factor, u32 n; then n times u32 id and the f32 vector. There are no codes in it; they are
 * made anew. Its distances are euclidean.
 */
const MAGIC = 'rbpx0001';
const HEADER = 32;
const MAX_RERANK = 1024;

export async function readRbpx(path: string): Promise<Source> {
  const bytes = await openBytes(path);
  checkMagic(bytes, MAGIC, 'an .rbpx file');
  const head = header(bytes, HEADER);
  const version = head.getUint32(8, true);
  if (version !== 1)
    throw misread('FORMAT_VERSION', bytes.name, 'version 1 of the format', version);
  const dimensions = checkLength(bytes.name, head.getUint32(12, true));
  const rerank = head.getUint32(24, true);
  if (rerank > MAX_RERANK)
    throw damaged(bytes.name, `a rerank factor of at most ${MAX_RERANK}`, rerank);
  const count = head.getUint32(28, true);
  const rowBytes = 4 + 4 * dimensions;
  checkSize(bytes, HEADER + count * rowBytes, `${count} vectors of ${dimensions} dimensions`);
  return {
    dimensions,
    metric: 'euclidean',
    count,
    note: 'its rotation and rerank factor are not taken over: the index has its own',
    *records(): Generator<SourceRecord> {
      for (const { row, number, at } of rowsOf(bytes, HEADER, rowBytes, count))
        yield {
          item: { id: `${row.getUint32(0, true)}`, vector: floats(row, 4, dimensions) },
          place: placeOf(bytes, number, at),
        };
    },
  };
}
