import type { RawCollection, RawLoader } from '../../types/raw.js';
import { bytesOf, invalid, kindOf, unexpected } from '../core/arguments.js';
import { DimensionMismatchError, RuVectorError } from '../core/errors.js';
import { check, notNull } from '../core/status.js';
import type { WriteResult } from '../types.js';
import { metadataText } from './metadata.js';
import { checkId, Records } from './records.js';
import {
  CONF,
  damaged,
  decodeStrings,
  decodeText,
  encodeStrings,
  type HostSection,
  IDS,
  INFO,
  META,
  REQUIRED,
  stored,
  VECS,
} from './sections.js';
import type { State } from './state.js';
import { METRICS } from './vectors.js';
import { compact } from './write.js';

/** What the INFO section says. */
interface Info {
  readonly model?: string;
}

export function exportSnapshot(state: State): Uint8Array<ArrayBuffer> {
  compact(state);
  const { core } = state;
  const sections = hostSections(state);
  const saver = notNull(core.raw.createSaver());
  try {
    check(saver.save(state.collection));
    const engineSections = saver.sectionCount();
    for (const { kind, flags, version, bytes } of sections)
      check(saver.addHostSection(kind, flags, version, bytes.length, core.heap.crc32(bytes)));
    check(saver.finish());

    const snapshot = allocate(saver.totalBytes());
    for (let part = 0; part < saver.partCount(); ++part) {
      const from = saver.partOffset(part);
      core.heap.readBytes(
        saver.partAddress(part),
        snapshot.subarray(from, from + saver.partLength(part)),
      );
    }
    for (const [i, { bytes }] of sections.entries())
      snapshot.set(bytes, saver.sectionOffset(engineSections + i));
    return snapshot;
  } finally {
    saver.delete();
  }
}

function allocate(bytes: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(bytes);
  } catch (cause) {
    throw new RuVectorError('OUT_OF_MEMORY', `expected room for a snapshot of ${bytes} bytes`, {
      cause,
    });
  }
}

function hostSections({ records, model, foreign }: State): HostSection[] {
  const rows = Array.from({ length: records.rows }, (_, row) => row);
  const section = (kind: number, bytes: Uint8Array): HostSection => ({
    kind,
    flags: REQUIRED,
    version: 1,
    bytes,
  });
  const sections = [section(IDS, encodeStrings(rows.map((row) => records.id(row) as string)))];
  const metadata = rows.map((row) => records.metadata(row) ?? '');
  if (metadata.some((text) => text !== '')) sections.push(section(META, encodeStrings(metadata)));
  if (model !== undefined)
    sections.push(section(INFO, new TextEncoder().encode(JSON.stringify({ model }))));
  return [...sections, ...foreign];
}

export function importSnapshot(state: State, source: unknown): WriteResult {
  if (!ArrayBuffer.isView(source) && kindOf(source) !== 'ArrayBuffer')
    throw invalid('snapshot', 'a Uint8Array or ArrayBuffer', source);
  const bytes = bytesOf(source as BufferSource);
  const loader = notNull(state.core.raw.createLoader(state.maxMemoryBytes));
  let collection: RawCollection | undefined;
  try {
    openLoader(state, loader, bytes);
    const sections = readHostSections(state, loader, bytes);
    const info = readInfo(sections.get(INFO));
    check(loader.next());
    copyWanted(state, loader, bytes);
    check(loader.next()); // the configuration is in: refuse another shape before copying vectors
    checkShape(state, loader, info);
    while (loader.wantedLength() > 0) {
      copyWanted(state, loader, bytes);
      check(loader.next());
    }
    collection = notNull(loader.take());
    const records = readRecords(sections, collection.rows());

    state.collection.delete();
    state.collection = collection;
    collection = undefined;
    state.records = records;
    state.model = info.model ?? state.givenModel;
    state.foreign = [...sections.values()].filter(({ kind }) => ![IDS, META, INFO].includes(kind));
    return { inserted: records.count, updated: 0, version: ++state.version };
  } finally {
    collection?.delete();
    loader.delete();
  }
}

function openLoader({ core }: State, loader: RawLoader, bytes: Uint8Array): void {
  const header = bytes.subarray(0, 64);
  const wanted = core.heap.withCopy(header, (at) => core.raw.prefixBytes(at, header.length));
  if (wanted < 0) check(-wanted);
  const prefix = bytes.subarray(0, wanted);
  check(core.heap.withCopy(prefix, (at) => loader.open(at, prefix.length, bytes.length)));
}

function copyWanted({ core }: State, loader: RawLoader, bytes: Uint8Array): void {
  const from = loader.wantedOffset();
  core.heap.write(loader.wantedAddress(), bytes.subarray(from, from + loader.wantedLength()), true);
}

/** The host's sections by kind, their checksums and the zeros between all sections checked. */
function readHostSections(
  { core }: State,
  loader: RawLoader,
  bytes: Uint8Array,
): Map<number, HostSection> {
  const sections = new Map<number, HostSection>();
  let end = 64 + 64 * loader.sectionCount();
  for (let i = 0; i < loader.sectionCount(); ++i) {
    const offset = loader.sectionOffset(i);
    if (bytes.subarray(end, offset).some((byte) => byte !== 0))
      throw damaged('expected zeros between its sections');
    end = offset + loader.sectionLength(i);
    const kind = loader.sectionKind(i);
    if (kind === CONF || kind === VECS) continue;
    const body = bytes.slice(offset, end);
    if (core.heap.crc32(body) !== loader.sectionCrc(i)) throw damaged('a checksum differs');
    sections.set(kind, {
      kind,
      flags: loader.sectionFlags(i),
      version: loader.sectionVersion(i),
      bytes: body,
    });
  }
  return sections;
}

function readInfo(section: HostSection | undefined): Info {
  if (section === undefined) return {};
  const info = parseObject('its INFO section', decodeText('its INFO section', section.bytes));
  const { model } = info as { model?: unknown };
  if (model !== undefined && typeof model !== 'string') throw damaged('its model is not a string');
  return info as Info;
}

function checkShape({ shape, givenModel: model }: State, loader: RawLoader, info: Info): void {
  const metric = METRICS[loader.metric()];
  if (metric !== shape.metric)
    throw unexpected('METRIC_MISMATCH', 'snapshot', `metric ${shape.metric}`, metric, {
      expected: shape.metric,
      actual: `${metric}`,
    });
  if (loader.dim() !== shape.stored)
    throw new DimensionMismatchError('snapshot', shape.stored, loader.dim());
  if (model !== undefined && info.model !== undefined && info.model !== model)
    throw unexpected(
      'MODEL_MISMATCH',
      'snapshot',
      `vectors of model '${model}'`,
      `'${info.model}'`,
      { expected: model, actual: info.model },
    );
}

function readRecords(sections: ReadonlyMap<number, HostSection>, rows: number): Records {
  const ids = sections.get(IDS);
  if (ids === undefined) throw damaged('expected a section of ids, found none');
  const meta = sections.get(META);
  const texts = meta === undefined ? [] : decodeStrings('metadata', meta.bytes, rows);
  const records = new Records();
  decodeStrings('ids', ids.bytes, rows).forEach((id, row) => {
    const text = texts[row] ?? '';
    if (text !== '') parseObject(`metadata ${row}`, text);
    stored(`id ${row}`, () => checkId('id', id));
    records.put(id, text === '' ? undefined : text);
  });
  if (records.count !== rows) throw damaged('an id occurs twice');
  return records;
}

function parseObject(what: string, text: string): object {
  return stored(what, () => {
    const value: unknown = JSON.parse(text);
    metadataText(what, value);
    return value as object;
  });
}
