import type { Json } from '../types.js';
import type { Test } from './operators.js';
import type { Words } from './words.js';

/** The metadata that filters are about, row by row, as JSON text. */
export interface Source {
  readonly rows: number;
  metadata(row: number): string | undefined;
}

/** Bytes of all columns of 'auto', about. */
const MAX_BYTES = 2 ** 26;
/** Values that a column looks up; it stores those beyond anew for each row. */
const MAX_KNOWN = 2 ** 14;
/** Rows that are parsed at once, which is faster than one by one. */
const BLOCK = 64;
/** What stands for all objects: no operator can tell them apart. */
const OBJECT = {};

/**
 * Columns: the values at one path of all rows, out of the JSON text. A path gets its column when a
 * filter first asks for it, or where the paths are listed, these get one each. Writes only note what
 * changed; the next filter catches up.
 */
export class Columns {
  /** By path, least recently used first. */
  readonly #columns = new Map<string, Column>();
  /** Rows that columns have, with metadata that has changed since. */
  #stale = new Set<number>();
  readonly #listed: readonly string[] | undefined;
  /** Paths whose columns are larger than there is room for. */
  readonly #refused = new Set<string>();

  constructor(listed: readonly string[] | undefined) {
    this.#listed = listed;
    for (const path of listed ?? []) this.#columns.set(path, new Column(path));
  }

  get(path: string): Column | undefined {
    return this.#columns.get(path);
  }

  noteChange(row: number): void {
    if (this.#columns.size > 0) this.#stale.add(row);
  }

  /** Rows are renumbered: `rows` are the old numbers in the new order. */
  compact(rows: readonly number[]): void {
    this.#stale = new Set(rows.flatMap((row, i) => (this.#stale.has(row) ? [i] : [])));
    for (const column of this.#columns.values()) column.compact(rows);
  }

  /** Brings all columns up to date, with new ones for `paths` where there may be. */
  prepare(source: Source, paths: readonly string[]): void {
    for (const path of paths) {
      const column = this.#columns.get(path);
      if (column === undefined && (this.#listed || this.#refused.has(path))) continue;
      this.#columns.delete(path);
      this.#columns.set(path, column ?? new Column(path));
    }
    for (const [path, column] of this.#columns)
      if (column.isWorn) this.#columns.set(path, new Column(path));
    let from = source.rows;
    for (const column of this.#columns.values()) from = Math.min(from, column.rows);
    // Again those that changed, into the columns that have them; then the rows that any has not.
    const rows = [...this.#stale];
    const changed = rows.length;
    for (let row = from; row < source.rows; ++row) rows.push(row);
    for (let at = 0; at < rows.length; at += BLOCK) {
      const block = rows.slice(at, at + BLOCK);
      const texts = block.map((row) => source.metadata(row) ?? 'null');
      const metadata: Json[] = JSON.parse(`[${texts}]`);
      for (const [i, row] of block.entries())
        for (const column of this.#columns.values())
          if (row < column.rows === at + i < changed)
            column.set(row, valueAt(metadata[i], column.keys));
      this.#makeRoom(paths);
    }
    this.#stale.clear();
  }

  #makeRoom(paths: readonly string[]): void {
    if (this.#listed) return;
    let bytes = 0;
    for (const column of this.#columns.values()) bytes += column.bytes;
    for (const [path, column] of this.#columns) {
      if (bytes <= MAX_BYTES) return;
      bytes -= column.bytes;
      this.#columns.delete(path);
      if (paths.includes(path)) this.#refused.add(path);
    }
  }
}

/** A code for each row, and the value for each code: a test runs once a value, not once a row. */
export class Column {
  readonly keys: readonly string[];
  rows = 0;
  /** About what it takes. */
  bytes = 0;
  #codes: Words = new Uint32Array(64);
  /** Code 0 is a missing field. */
  readonly #values: (Json | undefined)[] = [undefined];
  readonly #codeOf = new Map<unknown, number>([[undefined, 0]]);
  readonly #codeOfList = new Map<string, number>();

  constructor(path: string) {
    this.keys = path.split('.');
  }

  /** Whether most of its values are of rows that changed or went. */
  get isWorn(): boolean {
    return this.#values.length > 2 * this.rows + 64;
  }

  set(row: number, value: Json | undefined): void {
    if (row >= this.#codes.length) this.#codes = copy(this.#codes, 2 * row);
    if (row === this.rows) {
      ++this.rows;
      this.bytes += 4;
    }
    this.#codes[row] = this.#codeFor(value);
  }

  #codeFor(value: Json | undefined): number {
    const list = Array.isArray(value);
    const stored = list ? value.map((one) => flat(one) as Json) : flat(value);
    const key = list ? JSON.stringify(stored) : stored;
    const codes = (list ? this.#codeOfList : this.#codeOf) as Map<unknown, number>;
    let code = codes.get(key);
    if (code === undefined) {
      code = this.#values.push(stored) - 1;
      if (codes.size < MAX_KNOWN) codes.set(key, code);
      this.bytes += 16 + (typeof key === 'string' ? 2 * key.length : 0);
    }
    return code;
  }

  /** Keeps the rows of `words` whose value passes. */
  keep(words: Words, test: Test): void {
    const codes = this.#codes;
    const values = this.#values;
    const passes = new Uint8Array(values.length);
    for (let code = 0; code < values.length; ++code) passes[code] = test(values[code]) ? 1 : 0;
    for (let i = 0; i < words.length; ++i) {
      if (words[i] === 0) continue;
      let word = 0;
      for (let bit = 0; bit < 32; ++bit)
        word |= (passes[codes[32 * i + bit] as number] as number) << bit;
      (words[i] as number) &= word;
    }
  }

  compact(rows: readonly number[]): void {
    const codes = copy(new Uint32Array(), rows.length);
    let count = 0;
    // In order: those it has come first.
    for (const row of rows) if (row < this.rows) codes[count++] = this.#codes[row] as number;
    this.#codes = codes;
    this.bytes -= 4 * (this.rows - count);
    this.rows = count;
  }
}

/** A copy with room for `rows` and more, to a whole number of sets of 64. */
function copy(codes: Words, rows: number): Words {
  const larger = new Uint32Array((rows + 128) & ~63);
  larger.set(codes);
  return larger;
}

function flat(value: Json | undefined): Json | undefined {
  return typeof value === 'object' && value !== null ? OBJECT : value;
}

/** What is at a path: own keys of nested objects, and none of arrays. */
export function valueAt(metadata: Json | undefined, keys: readonly string[]): Json | undefined {
  let value = metadata;
  for (const key of keys) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    if (!Object.hasOwn(value, key)) return undefined;
    value = (value as { readonly [key: string]: Json })[key];
  }
  return value;
}
