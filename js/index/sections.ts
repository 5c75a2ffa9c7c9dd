import { RuVectorError } from '../core/errors.js';

/** The host's sections of a snapshot; src/snapshot/format.h is the manual of their layout. */
export interface HostSection {
  readonly kind: number;
  readonly flags: number;
  readonly version: number;
  readonly bytes: Uint8Array;
}

export const REQUIRED = 1;
export const OF_RECORDS = 2;

/** Kinds: four ASCII characters, little-endian. */
export const CONF = 0x464e4f43;
export const VECS = 0x53434556;
export const IDS = 0x20534449;
export const META = 0x4154454d;
export const INFO = 0x4f464e49;
export const NAMS = 0x534d414e;
/** The graph, which is the core's. */
export const NODE = 0x45444f4e;

export function damaged(message: string, cause?: unknown): RuVectorError {
  return new RuVectorError('FORMAT_CHECKSUM', `the snapshot is damaged: ${message}`, { cause });
}

/** u32 count, u32 end[count], UTF-8 text. */
export function encodeStrings(strings: readonly string[]): Uint8Array {
  const encoder = new TextEncoder();
  const texts = strings.map((text) => encoder.encode(text));
  const head = 4 + 4 * texts.length;
  const bytes = new Uint8Array(texts.reduce((size, text) => size + text.length, head));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, texts.length, true);
  let end = 0;
  texts.forEach((text, i) => {
    bytes.set(text, head + end);
    end += text.length;
    view.setUint32(4 + 4 * i, end, true);
  });
  return bytes;
}

/** The `count` strings of a table; anything but what `encodeStrings` writes is FORMAT_CHECKSUM. */
export function decodeStrings(what: string, bytes: Uint8Array, count: number): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const head = 4 + 4 * count;
  const misfit = (): RuVectorError =>
    damaged(`expected a table of ${count} ${what}, one for each vector`);
  if (bytes.length < head || view.getUint32(0, true) !== count) throw misfit();
  // Of plain ASCII, offsets of bytes are those of characters: one decoding does for all.
  const all = new TextDecoder().decode(bytes.subarray(head));
  const plain = !/[^ -~]/.test(all);
  let from = head;
  const strings = Array.from({ length: count }, (_, i) => {
    const [start, to] = [from, head + view.getUint32(4 + 4 * i, true)];
    if (to < start || to > bytes.length) throw misfit();
    from = to;
    return plain
      ? all.slice(start - head, to - head)
      : decodeText(`the text of ${what} ${i}`, bytes.subarray(start, to));
  });
  if (from !== bytes.length) throw misfit();
  return strings;
}

export function decodeText(what: string, bytes: Uint8Array): string {
  return stored(what, () =>
    new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes),
  );
}

/** What cannot be read, or what a write would refuse, was not written by export(). */
export function stored<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw damaged(`${what}: ${(cause as Error).message}`, cause);
  }
}
