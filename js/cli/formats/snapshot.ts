import { createIndex, type Index, type Metric, type StoredItem } from '../../node.js';
import { openBytes } from '../files.js';
import type { Source, SourceRecord } from './source.js';

/**
 * The snapshot container, as far as it must be read to open one: the table of sections and the shape of
 * the vectors. src/snapshot/format.h is its manual. All else, and whether it is whole, is the index's to
 * say.
 */
const MAGIC = '\x8Arvsnap\n';
const METRICS: readonly Metric[] = ['cosine', 'dot', 'euclidean', 'manhattan', 'hamming'];
const MAX_SECTIONS = 64;

export interface Section {
  readonly kind: string;
  readonly version: number;
  readonly required: boolean;
  readonly offset: number;
  readonly bytes: number;
}

export interface Snapshot {
  readonly index: Index;
  readonly bytes: number;
  /** Major and minor. */
  readonly format: string;
  readonly sections: readonly Section[];
  /** What the snapshot settles; undefined of vectors alone, which the opener's options index. */
  readonly type: 'flat' | 'hnsw' | 'auto' | undefined;
  readonly quantization: 'none' | 'int8' | 'rabitq';
  /** Of a component, where vectors are quantised. */
  readonly bits: number;
  /** Whether the vectors are kept as they were given. */
  readonly vectors: boolean;
  readonly graph: boolean;
  /** With their records, in order of the first; '' is the default one. */
  readonly namespaces: ReadonlyMap<string, number>;
}

/** @throws as Index.import() does */
export async function openSnapshot(path: string): Promise<Snapshot> {
  const file = await openBytes(path);
  const bytes = file.read(0, file.size);
  const view = new DataView(bytes.buffer);
  const sections = sectionsOf(bytes);
  const conf = sections.find(({ kind, bytes: length }) => kind === 'CONF' && length >= 24);
  const shape = conf && shapeAt(view, conf.offset);
  // Where there is none, the index says why this is no snapshot.
  const index = await createIndex(shape ?? { dimensions: 1 });
  index.import(bytes);
  const field = (at: number): number => (conf ? view.getUint8(conf.offset + at) : 0);
  return {
    index,
    bytes: bytes.length,
    format: `${view.getUint16(8, true)}.${view.getUint16(10, true)}`,
    sections,
    type: field(19) === 0 ? undefined : index.stats().index,
    quantization: (['none', 'int8', 'rabitq'] as const)[field(16)] ?? 'none',
    bits: field(17),
    vectors: field(18) === 0,
    graph: (field(19) & 4) !== 0,
    namespaces: namespacesOf(index, bytes, sections),
  };
}

/** The table, as far as it is one. */
function sectionsOf(bytes: Uint8Array<ArrayBuffer>): Section[] {
  const start = Buffer.from(bytes.subarray(0, MAGIC.length)).toString('latin1');
  if (start !== MAGIC || bytes.length < 64) return [];
  const view = new DataView(bytes.buffer);
  const count = Math.min(view.getUint32(12, true), MAX_SECTIONS, Math.floor(bytes.length / 64) - 1);
  return Array.from({ length: count }, (_, i) => {
    const at = 64 + 64 * i;
    return {
      kind: Buffer.from(bytes.subarray(at, at + 4))
        .toString('latin1')
        .trimEnd(),
      version: view.getUint32(at + 8, true),
      required: (view.getUint32(at + 4, true) & 1) !== 0,
      offset: Number(view.getBigUint64(at + 16, true)),
      bytes: Number(view.getBigUint64(at + 24, true)),
    };
  });
}

function shapeAt(
  view: DataView,
  at: number,
): { readonly dimensions: number; readonly metric: Metric } | undefined {
  if (at + 24 > view.byteLength) return undefined;
  const [dimensions, metric] = [view.getUint32(at, true), METRICS[view.getUint32(at + 4, true)]];
  const most = metric === 'hamming' ? 65_536 : 8192;
  if (metric === undefined || dimensions < 1 || dimensions > most) return undefined;
  return metric === 'hamming' && dimensions % 8 !== 0 ? undefined : { dimensions, metric };
}

/** Of a snapshot that the index took: NAMS is whole. */
function namespacesOf(
  index: Index,
  bytes: Uint8Array<ArrayBuffer>,
  sections: readonly Section[],
): ReadonlyMap<string, number> {
  const { count } = index.stats();
  const names = sections.find(({ kind }) => kind === 'NAMS');
  const found = new Map<string, number>();
  const add = (name: string): void => {
    const records = (name === '' ? index : index.namespace(name)).count();
    if (records > 0) found.set(name, records);
  };
  add('');
  if (names === undefined) return found;
  // u32 of each record, then a string table: u32 count, u32 end[count], text.
  const table = new DataView(bytes.buffer, names.offset + 4 * count, names.bytes - 4 * count);
  const text = 4 + 4 * table.getUint32(0, true);
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let from = text;
  for (let at = 4; at < text; at += 4) {
    const to = text + table.getUint32(at, true);
    add(decoder.decode(new Uint8Array(bytes.buffer, table.byteOffset + from, to - from)));
    from = to;
  }
  return found;
}

/** All records of some namespaces, one namespace after the other, each in order of insertion. */
export function* storedRecords(index: Index, namespaces: Iterable<string>): Generator<StoredItem> {
  for (const name of namespaces) {
    const view = name === '' ? index : index.namespace(name);
    let cursor: string | undefined;
    do {
      const page = view.list({ limit: 1000, ...(cursor !== undefined && { cursor }) });
      for (const item of view.getMany(page.ids)) yield item as StoredItem;
      cursor = page.cursor;
    } while (cursor !== undefined);
  }
}

export async function readSnapshot(path: string): Promise<Source> {
  const { index, namespaces } = await openSnapshot(path);
  const { dimensions, metric, model } = index;
  return {
    dimensions,
    metric,
    ...(model !== undefined && { model }),
    count: index.stats().count,
    *records(): Generator<SourceRecord> {
      for (const item of storedRecords(index, namespaces.keys()))
        yield { item, place: `${path}, id ${JSON.stringify(item.id)}` };
    },
  };
}
