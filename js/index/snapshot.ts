import type { RawCollection, RawLoader, RawSaver } from '../../types/raw.js';
import { bytesOf, checkInteger, invalid, kindOf, unexpected } from '../core/arguments.js';
import { DimensionMismatchError, RuVectorError } from '../core/errors.js';
import { handle } from '../core/module.js';
import { check } from '../core/status.js';
import type { WriteResult } from '../types.js';
import { loadedConfig, rawConfig } from './config.js';
import { metadataText } from './metadata.js';
import { advanceTuning, checkEf, checkTarget } from './recall.js';
import { checkId, Records } from './records.js';
import {
  damaged,
  decodeStrings,
  decodeText,
  encodeStrings,
  type HostSection,
  IDS,
  INFO,
  META,
  NAMS,
  NODE,
  REQUIRED,
  stored,
} from './sections.js';
import type { State } from './state.js';
import { METRICS } from './vectors.js';
import { compact } from './write.js';

/** What the INFO section says. */
interface Info {
  readonly model?: string;
  /** State.tuned, and the recall that it is enough for. */
  readonly tuned?: {
    readonly ef: number;
    readonly count: number;
    readonly written?: number;
    readonly target: number;
  };
}

export function exportSnapshot(state: State): Uint8Array<ArrayBuffer> {
  compact(state);
  state.tuning = undefined; // begins anew here as there, so that both go on alike
  const { core } = state;
  const sections = hostSections(state);
  const saver = handle<RawSaver>(core.raw, 'Saver', core.raw.createSaver());
  try {
    check(saver.save(state.collection.address));
    for (const { kind, flags, version, bytes } of sections)
      check(saver.addHostSection(kind, flags, version, bytes.length, core.heap.crc32(bytes)));
    check(saver.finish());

    const snapshot = allocate(saver.totalBytes());
    for (let part = 0; part < saver.partCount(); ++part) {
      const from = saver.part(part, 0);
      const bytes = snapshot.subarray(from, from + saver.part(part, 2));
      core.heap.readBytes(saver.part(part, 1), bytes);
    }
    for (const [i, { bytes }] of sections.entries()) snapshot.set(bytes, saver.hostOffset(i));
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

function hostSections({ records, model, tuned, target, foreign }: State): HostSection[] {
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
  const info: Info = {
    ...(model !== undefined && { model }),
    ...(tuned !== undefined && { tuned: { ...tuned, target } }),
  };
  if (model !== undefined || tuned !== undefined)
    sections.push(section(INFO, new TextEncoder().encode(JSON.stringify(info))));
  if (records.countIn('') < records.count) sections.push(section(NAMS, encodeNamespaces(records)));
  return [...sections, ...foreign];
}

/** u32 namespace[rows], 0 for the default one, and a string table of the others as they come. */
function encodeNamespaces(records: Records): Uint8Array {
  const numbers = new Map([['', 0]]);
  const codes = new DataView(new ArrayBuffer(4 * records.rows));
  for (let row = 0; row < records.rows; ++row) {
    const name = records.namespace(row);
    if (!numbers.has(name)) numbers.set(name, numbers.size);
    codes.setUint32(4 * row, numbers.get(name) as number, true);
  }
  const names = encodeStrings([...numbers.keys()].slice(1));
  const bytes = new Uint8Array(codes.byteLength + names.length);
  bytes.set(new Uint8Array(codes.buffer));
  bytes.set(names, codes.byteLength);
  return bytes;
}

/** By row; anything but what `encodeNamespaces` writes is FORMAT_CHECKSUM. */
function decodeNamespaces({ bytes }: HostSection, rows: number): string[] {
  const misfit = damaged('expected a namespace for each vector, and no others');
  if (bytes.length < 4 * rows) throw misfit;
  const view = new DataView(bytes.buffer, bytes.byteOffset, 4 * rows);
  const codes = Array.from({ length: rows }, (_, row) => view.getUint32(4 * row, true));
  let last = 0;
  for (const code of codes)
    if (code > last + 1) throw misfit;
    else last = Math.max(last, code);
  const names = ['', ...decodeStrings('namespaces', bytes.subarray(4 * rows), last)];
  for (const name of names.slice(1)) stored('a namespace', () => checkId('namespace', name));
  if (last === 0 || new Set(names).size !== names.length) throw misfit;
  return codes.map((code) => names[code] as string);
}

export function importSnapshot(state: State, source: unknown): WriteResult {
  if (!ArrayBuffer.isView(source) && kindOf(source) !== 'ArrayBuffer')
    throw invalid('snapshot', 'a Uint8Array or ArrayBuffer', source);
  const bytes = bytesOf(source as BufferSource);
  const { raw } = state.core;
  const address = raw.createLoader(state.maxMemoryBytes, ...rawConfig(state.givenConfig));
  const loader = handle<RawLoader>(raw, 'Loader', address);
  let collection: RawCollection | undefined;
  try {
    openLoader(state, loader, bytes);
    const sections = readHostSections(state, loader, bytes);
    const info = readInfo(sections.get(INFO));
    check(loader.next());
    copyWanted(state, loader, bytes);
    check(loader.next()); // the configuration is in: refuse another shape before copying vectors
    checkShape(state, loader, info);
    const config = loadedConfig(loader, state.givenConfig);
    while (loader.wantedLength() > 0) {
      copyWanted(state, loader, bytes);
      check(loader.next());
    }
    const hasGraph = hasSection(loader, NODE);
    collection = handle<RawCollection>(raw, 'Collection', loader.take());
    const records = readRecords(state, sections, collection.rows());

    state.collection.delete();
    state.collection = collection;
    collection = undefined;
    state.records = records;
    state.config = config;
    state.tuning = undefined;
    state.tuned = undefined;
    if (info.tuned) {
      const { ef, count, written = 0, target } = info.tuned;
      state.target = state.givenTarget ?? target;
      if (target === state.target) state.tuned = { ef, count, written };
    }
    state.model = info.model ?? state.givenModel;
    state.foreign = [...sections.values()].filter(
      ({ kind }) => ![IDS, META, INFO, NAMS].includes(kind),
    );
    ++state.version;
    // As after writes: a graph that was just made, or saved for another target, has no `ef` yet. One
    // that was saved without is as it was.
    if (config.index === 'hnsw' && (info.tuned !== undefined || !hasGraph))
      advanceTuning(state, 1 + records.count / 8);
    return { inserted: records.count, updated: 0, version: state.version };
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

function hasSection(loader: RawLoader, kind: number): boolean {
  for (let i = 0; i < loader.sectionCount(); ++i) if (loader.section(i, 0) === kind) return true;
  return false;
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
    const offset = loader.section(i, 4);
    if (bytes.subarray(end, offset).some((byte) => byte !== 0))
      throw damaged('expected zeros between its sections');
    end = offset + loader.section(i, 5);
    const kind = loader.section(i, 0);
    if (loader.section(i, 6) === 1) continue;
    const body = bytes.slice(offset, end);
    if (core.heap.crc32(body) !== loader.section(i, 3)) throw damaged('a checksum differs');
    sections.set(kind, {
      kind,
      flags: loader.section(i, 1),
      version: loader.section(i, 2),
      bytes: body,
    });
  }
  return sections;
}

function readInfo(section: HostSection | undefined): Info {
  if (section === undefined) return {};
  const info = parseObject('its INFO section', decodeText('its INFO section', section.bytes));
  const { model, tuned } = info as { model?: unknown; tuned?: unknown };
  if (model !== undefined && typeof model !== 'string') throw damaged('its model is not a string');
  if (tuned !== undefined) {
    const { ef, count, written = 0, target } = Object(tuned) as Record<string, unknown>;
    stored('its ef', () => [
      ef === 0 || checkEf(ef),
      checkInteger('count', count, 0, 2 ** 31),
      checkInteger('written', written, 0, 2 ** 53),
      checkTarget(target),
    ]);
  }
  return info as Info;
}

function checkShape({ shape, givenModel: model }: State, loader: RawLoader, info: Info): void {
  const metric = METRICS[loader.config(0)];
  if (metric !== shape.metric)
    throw unexpected('METRIC_MISMATCH', 'snapshot', `metric ${shape.metric}`, metric, {
      expected: shape.metric,
      actual: `${metric}`,
    });
  if (loader.config(1) !== shape.stored)
    throw new DimensionMismatchError('snapshot', shape.stored, loader.config(1));
  if (model !== undefined && info.model !== undefined && info.model !== model)
    throw unexpected(
      'MODEL_MISMATCH',
      'snapshot',
      `vectors of model '${model}'`,
      `'${info.model}'`,
      { expected: model, actual: info.model },
    );
}

function readRecords(
  { indexed }: State,
  sections: ReadonlyMap<number, HostSection>,
  rows: number,
): Records {
  const ids = sections.get(IDS);
  if (ids === undefined) throw damaged('expected a section of ids, found none');
  const meta = sections.get(META);
  const texts = meta === undefined ? [] : decodeStrings('metadata', meta.bytes, rows);
  const names = sections.get(NAMS);
  const namespaces = names === undefined ? [] : decodeNamespaces(names, rows);
  const records = new Records(indexed);
  decodeStrings('ids', ids.bytes, rows).forEach((id, row) => {
    const text = texts[row] ?? '';
    if (text !== '') parseObject(`metadata ${row}`, text);
    stored(`id ${row}`, () => checkId('id', id));
    records.put(namespaces[row] ?? '', id, text === '' ? undefined : text);
  });
  if (records.count !== rows) throw damaged('an id occurs twice');
  if (indexed) records.fillColumns();
  return records;
}

function parseObject(what: string, text: string): object {
  return stored(what, () => {
    const value: unknown = JSON.parse(text);
    metadataText(what, value);
    return value as object;
  });
}
