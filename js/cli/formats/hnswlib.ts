import { UsageError } from '../arguments.js';
import { type Bytes, openBytes } from '../files.js';
import {
  checkLength,
  damaged,
  floats,
  header,
  misread,
  placeOf,
  type ReadOptions,
  rowsOf,
  type Source,
  type SourceRecord,
} from './source.js';

/**
 * What hnswlib's saveIndex() writes of a graph of f32 vectors. The header has fields of the writer's
 * size_t, which is 8 bytes on most machines and 4 in WebAssembly: those of `Layout` in their order, up
 * to efConstruction. Then each row: u16 links, u8 1 where it is deleted, u8, u32 link[maxM0], the
 * vector, size_t label. Then for each row u32 bytes, and that many of its lists in the upper layers,
 * u32 links and u32 link[maxM] each. There is no magic, so the fields are held against each other.
 */
interface Layout {
  /** Bytes of size_t. */
  readonly word: number;
  readonly offset: number;
  readonly capacity: number;
  readonly rows: number;
  readonly rowBytes: number;
  /** Where in a row the label and the vector are. */
  readonly labelAt: number;
  readonly vectorAt: number;
  /** i32, -1 of an empty graph. */
  readonly topLayer: number;
  /** u32 */
  readonly entry: number;
  readonly maxM: number;
  readonly maxM0: number;
  readonly M: number;
  /** f64, 1 / ln M. */
  readonly scale: number;
  readonly efConstruction: number;
}

export async function readHnswlib(path: string, options: ReadOptions): Promise<Source> {
  const { dimensions, metric } = options;
  if (dimensions === undefined || metric === undefined)
    throw new UsageError(
      'an hnswlib file does not say its --dimensions and --metric: expected both (l2 is euclidean, ip is dot)',
    );
  if (metric === 'hamming')
    throw new UsageError(
      '--metric: expected one of f32 vectors, as hnswlib files hold, got hamming',
    );
  const bytes = await openBytes(path);
  const layout = layoutOf(bytes);
  checkLayout(bytes, layout, dimensions);
  checkUpperLayers(bytes, layout);
  const deleted = checkRows(bytes, layout);
  return {
    dimensions,
    metric,
    count: layout.rows - deleted,
    note:
      'vectors and labels are taken over; links are not, they are made anew' +
      (deleted > 0 ? `; deleted and left out: ${deleted}` : ''),
    *records(): Generator<SourceRecord> {
      for (const { row, number, at } of rowsOf(
        bytes,
        headerBytes(layout),
        layout.rowBytes,
        layout.rows,
      ))
        if (!isDeleted(row))
          yield {
            item: { id: labelOf(row, layout), vector: floats(row, layout.vectorAt, dimensions) },
            place: placeOf(bytes, number, at),
          };
    },
  };
}

function headerBytes({ word }: { readonly word: number }): number {
  return 10 * word + 16;
}

function layoutOf(bytes: Bytes): Layout {
  // The first field is 0: where it has 8 bytes, the second four are 0 too.
  const word = header(bytes, 8).getUint32(4, true) === 0 ? 8 : 4;
  const head = header(bytes, headerBytes({ word }));
  let at = 0;
  const next = <T>(size: number, read: (at: number) => T): T => {
    at += size;
    return read(at - size);
  };
  const size = (): number =>
    next(word, (from) =>
      word === 8 ? Number(head.getBigUint64(from, true)) : head.getUint32(from, true),
    );
  return {
    word,
    offset: size(),
    capacity: size(),
    rows: size(),
    rowBytes: size(),
    labelAt: size(),
    vectorAt: size(),
    topLayer: next(4, (from) => head.getInt32(from, true)),
    entry: next(4, (from) => head.getUint32(from, true)),
    maxM: size(),
    maxM0: size(),
    M: size(),
    scale: next(8, (from) => head.getFloat64(from, true)),
    efConstruction: size(),
  };
}

/** Bytes of the links of a row in the bottom layer. */
function listBytes({ maxM0 }: Layout): number {
  return 4 + 4 * maxM0;
}

function checkLayout(bytes: Bytes, layout: Layout, dimensions: number): void {
  const { rows, rowBytes, labelAt, vectorAt, topLayer, entry, maxM, maxM0, M, word } = layout;
  const hold = (right: boolean, what: string, got: unknown): void => {
    if (!right) throw misread('INVALID_ARGUMENT', bytes.name, `what hnswlib saves, ${what}`, got);
  };
  hold(layout.offset === 0, 'with its bottom layer at 0', layout.offset);
  hold(M >= 2 && maxM === M && maxM0 === 2 * M, 'M links, and 2 M in the bottom layer', [
    M,
    maxM,
    maxM0,
  ]);
  hold(Math.abs(layout.scale * Math.log(M) - 1) < 1e-12, `1 / ln ${M}`, layout.scale);
  hold(vectorAt === listBytes(layout), `a vector behind ${maxM0} links`, `byte ${vectorAt}`);
  hold(rowBytes === labelAt + word, 'rows that end with their labels', `${rowBytes} bytes`);
  hold(rows <= layout.capacity, `at most ${layout.capacity} rows`, rows);
  const empty = rows === 0 && topLayer === -1;
  hold(empty || (rows > 0 && topLayer >= 0), 'layers where there are rows', topLayer);
  hold(empty || entry < rows, `an entry among ${rows} rows`, entry);
  const vectorBytes = labelAt - vectorAt;
  if (vectorBytes !== 4 * dimensions)
    throw misread(
      'DIMENSION_MISMATCH',
      bytes.name,
      `vectors of ${dimensions} dimensions (f32)`,
      `${vectorBytes} bytes, which is ${vectorBytes / 4}`,
    );
  checkLength(bytes.name, dimensions);
  // A row more is the length of its upper lists.
  const least = headerBytes(layout) + rows * (rowBytes + 4);
  if (bytes.size < least) throw damaged(bytes.name, `${least} bytes for ${rows} rows`, bytes.size);
}

/** That the lists of the upper layers have the lengths they say, and nothing follows them. */
function checkUpperLayers(bytes: Bytes, layout: Layout): void {
  const { rows, rowBytes, maxM, topLayer, entry } = layout;
  let at = headerBytes(layout) + rows * rowBytes;
  const reader = ahead(bytes);
  for (let row = 0; row < rows; ++row) {
    const place = placeOf(bytes, row, at);
    if (at + 4 > bytes.size) throw damaged(place, 'the length of its upper lists', 'the end');
    const length = reader(at);
    const layers = length / (4 + 4 * maxM);
    if (!Number.isInteger(layers) || layers > topLayer)
      throw damaged(place, `upper lists of ${topLayer} layers at most`, `${length} bytes`);
    if (row === entry && layers !== topLayer)
      throw damaged(place, `an entry in ${topLayer} upper layers`, layers);
    at += 4 + length;
  }
  if (at !== bytes.size) throw damaged(bytes.name, `an end at byte ${at}`, bytes.size);
}

/** Reads a u32 at ascending offsets, of a piece of the file at a time. */
function ahead(bytes: Bytes): (at: number) => number {
  let [start, piece] = [0, new DataView(new ArrayBuffer(0))];
  return (at) => {
    if (at < start || at + 4 > start + piece.byteLength) {
      start = at;
      piece = new DataView(bytes.read(at, Math.min(2 ** 16, bytes.size - at)).buffer);
    }
    return piece.getUint32(at - start, true);
  };
}

/** Returns how many are deleted. Links are checked because they show damage, not to be used. */
function checkRows(bytes: Bytes, layout: Layout): number {
  const { rows, rowBytes, maxM0 } = layout;
  let deleted = 0;
  for (const { row, number, at } of rowsOf(bytes, headerBytes(layout), rowBytes, rows)) {
    const links = row.getUint16(0, true);
    if (links > maxM0 || row.getUint8(2) > 1 || row.getUint8(3) !== 0)
      throw damaged(placeOf(bytes, number, at), `at most ${maxM0} links`, row.getUint32(0, true));
    for (let i = 0; i < links; ++i) {
      const link = row.getUint32(4 + 4 * i, true);
      if (link >= rows) throw damaged(placeOf(bytes, number, at), `links to ${rows} rows`, link);
    }
    if (isDeleted(row)) ++deleted;
  }
  return deleted;
}

function isDeleted(row: DataView): boolean {
  return row.getUint8(2) === 1;
}

function labelOf(row: DataView, { word, labelAt }: Layout): string {
  return `${word === 8 ? row.getBigUint64(labelAt, true) : row.getUint32(labelAt, true)}`;
}
