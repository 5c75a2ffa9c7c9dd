import { Sessions } from '../context/sessions.js';
import { invalid, overLimit, unexpected } from '../core/arguments.js';
import { LIMITS } from '../core/limits.js';
import { Columns } from '../filter/columns.js';
import { keepMatches } from '../filter/evaluate.js';
import type { Node } from '../filter/parse.js';
import { countOf, newWords, type Words } from '../filter/words.js';
import type { Known } from './novelty.js';

/** The records of one namespace; that of the default one is ''. */
interface Space {
  readonly name: string;
  readonly rowOf: Map<string, number>;
}

/** Some of the live rows, and how many. */
export interface Selection {
  readonly words: Words;
  readonly count: number;
}

/**
 * Which record is in which row, and its metadata text. Rows mirror the core's: appended in order,
 * left empty by a delete, renumbered by compact(). A record is named by its namespace and its id.
 */
export class Records {
  readonly #spaces = new Map<string, Space>();
  #ids: (string | undefined)[] = [];
  #metadata: (string | undefined)[] = [];
  /** By row; kept from the first record on that is not in the default namespace, which undefined is. */
  #spaceOf: (Space | undefined)[] | undefined;
  /** Order of insertion, which compact() does not change: what list() resumes from. */
  #sequence: number[] = [];
  #nextSequence = 0;
  #count = 0;
  /** Grows whenever rows are renumbered. */
  numbering = 0;
  readonly #columns: Columns;
  /** What queries and clicks taught, and what is usual in a namespace: gone with the records. */
  readonly sessions: Sessions = new Sessions();
  readonly usual: Map<string, Known> = new Map();
  /** The rows of the namespace that was last selected from, for as long as they stay the same. */
  #members: { readonly name: string; readonly words: Words } | undefined;

  /** `indexed`: the paths that get columns; undefined for those that filters ask for. */
  constructor(indexed: readonly string[] | undefined) {
    this.#columns = new Columns(indexed);
  }

  /** Rows, empty ones included. */
  get rows(): number {
    return this.#ids.length;
  }

  /** Records of all namespaces. */
  get count(): number {
    return this.#count;
  }

  countIn(namespace: string): number {
    return this.#spaces.get(namespace)?.rowOf.size ?? 0;
  }

  row(namespace: string, id: string): number | undefined {
    return this.#spaces.get(namespace)?.rowOf.get(id);
  }

  /** The row of a record that must be there. @throws INVALID_ARGUMENT, NOT_FOUND */
  known(namespace: string, id: unknown): number {
    const row = this.row(namespace, checkId('id', id));
    if (row !== undefined) return row;
    throw unexpected('NOT_FOUND', 'id', 'the id of a record', JSON.stringify(id), {
      id: id as string,
    });
  }

  id(row: number): string | undefined {
    return this.#ids[row];
  }

  namespace(row: number): string {
    return this.#spaceOf?.[row]?.name ?? '';
  }

  metadata(row: number): string | undefined {
    return this.#metadata[row];
  }

  /** Takes the next row for a new id, or gives a known one its new metadata. */
  put(namespace: string, id: string, metadata: string | undefined): void {
    let space = this.#spaces.get(namespace);
    if (space === undefined) {
      space = { name: namespace, rowOf: new Map() };
      this.#spaces.set(namespace, space);
      const first = this.#spaces.get('');
      if (namespace !== '') this.#spaceOf ??= this.#ids.map(() => first);
    }
    let row = space.rowOf.get(id);
    if (row === undefined) {
      row = this.#ids.push(id) - 1;
      space.rowOf.set(id, row);
      this.#spaceOf?.push(space);
      this.#sequence.push(this.#nextSequence++);
      this.#members = undefined;
      ++this.#count;
    } else this.#columns.noteChange(row);
    this.#metadata[row] = metadata;
  }

  /** Empties a row that holds a record. */
  remove(row: number): void {
    const space = this.#spaces.get(this.namespace(row)) as Space;
    space.rowOf.delete(this.#ids[row] as string);
    if (space.rowOf.size === 0) this.#spaces.delete(space.name);
    this.#ids[row] = this.#metadata[row] = undefined;
    this.#members = undefined;
    --this.#count;
  }

  compact(): void {
    ++this.numbering;
    const live = this.#ids.flatMap((id, row) => (id === undefined ? [] : [row]));
    this.#metadata = live.map((row) => this.#metadata[row]);
    this.#sequence = live.map((row) => this.#sequence[row] as number);
    this.#ids = live.map((row) => this.#ids[row]);
    this.#spaceOf &&= live.map((row) => this.#spaceOf?.[row]);
    for (const { rowOf } of this.#spaces.values()) rowOf.clear();
    for (const [row, id] of this.#ids.entries())
      this.#spaces.get(this.namespace(row))?.rowOf.set(id as string, row);
    this.#columns.compact(live);
    this.#members = undefined;
  }

  /** Brings the columns up to date, before a filter has to. */
  fillColumns(): void {
    this.#columns.prepare(this, []);
  }

  /** The records of a namespace that match a filter; undefined where these are all there are. */
  select(namespace: string, filter?: Node): Selection | undefined {
    const count = this.countIn(namespace);
    if (filter === undefined && count === this.#count) return undefined;
    if (this.#members?.name !== namespace)
      this.#members = { name: namespace, words: this.#rowsOf(namespace) };
    const { words } = this.#members;
    if (filter === undefined) return { words, count };
    const matches = words.slice();
    keepMatches(matches, filter, this.#columns, this);
    return { words: matches, count: countOf(matches) };
  }

  #rowsOf(namespace: string): Words {
    const words = newWords(this.rows);
    const space = this.#spaces.get(namespace);
    for (const row of space?.rowOf.values() ?? []) (words[row >>> 5] as number) |= 1 << (row & 31);
    return words;
  }

  /** The first row inserted after `sequence`. */
  rowAfter(sequence: number): number {
    let [low, high] = [0, this.#sequence.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#sequence[middle] as number) <= sequence) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Names a record for as long as it is there, and is never that of another. */
  sequence(row: number): number {
    return this.#sequence[row] as number;
  }

  /** The row of the record of `sequence`; undefined once it is deleted. */
  rowOf(sequence: number): number | undefined {
    const row = this.rowAfter(sequence - 1);
    return this.#sequence[row] === sequence && this.#ids[row] !== undefined ? row : undefined;
  }
}

export function checkId(what: string, id: unknown): string {
  if (typeof id !== 'string' || id === '') throw invalid(what, 'a non-empty string', id);
  if (/\p{Surrogate}/u.test(id))
    throw invalid(what, 'well-formed Unicode, no half of a surrogate pair', id);
  const bytes = id.length * 3 > LIMITS.idBytes ? new TextEncoder().encode(id).length : 0;
  if (bytes > LIMITS.idBytes) throw overLimit(what, LIMITS.idBytes, bytes, ' bytes of UTF-8');
  return id;
}

/** The namespace that is meant where `own` is the view's and `given` is named; they must agree. */
export function checkNamespace(what: string, given: unknown, own: string): string {
  if (given === undefined) return own;
  const namespace = checkId(what, given);
  if (own !== '' && namespace !== own)
    throw invalid(what, `that of this view, ${JSON.stringify(own)}`, given);
  return namespace;
}
