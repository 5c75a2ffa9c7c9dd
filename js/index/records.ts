import { invalid, overLimit } from '../core/arguments.js';
import { LIMITS } from '../core/limits.js';

/**
 * Which record is in which row, and its metadata text. Rows mirror the core's: appended in order,
 * left empty by a delete, renumbered by compact().
 */
export class Records {
  readonly #rowOf = new Map<string, number>();
  #ids: (string | undefined)[] = [];
  #metadata: (string | undefined)[] = [];
  /** Order of insertion, which compact() does not change: what list() resumes from. */
  #sequence: number[] = [];
  #nextSequence = 0;

  /** Rows, empty ones included. */
  get rows(): number {
    return this.#ids.length;
  }

  get count(): number {
    return this.#rowOf.size;
  }

  row(id: string): number | undefined {
    return this.#rowOf.get(id);
  }

  id(row: number): string | undefined {
    return this.#ids[row];
  }

  metadata(row: number): string | undefined {
    return this.#metadata[row];
  }

  /** Takes the next row for a new id, or gives a known one its new metadata. */
  put(id: string, metadata: string | undefined): void {
    const row = this.#rowOf.get(id) ?? this.#ids.length;
    if (row === this.#ids.length) {
      this.#rowOf.set(id, row);
      this.#ids.push(id);
      this.#sequence.push(this.#nextSequence++);
    }
    this.#metadata[row] = metadata;
  }

  remove(id: string): void {
    const row = this.#rowOf.get(id);
    if (row === undefined) return;
    this.#rowOf.delete(id);
    this.#ids[row] = this.#metadata[row] = undefined;
  }

  compact(): void {
    const live = this.#ids.flatMap((id, row) => (id === undefined ? [] : [row]));
    this.#metadata = live.map((row) => this.#metadata[row]);
    this.#sequence = live.map((row) => this.#sequence[row] as number);
    this.#ids = live.map((row) => this.#ids[row]);
    this.#rowOf.clear();
    for (const [row, id] of this.#ids.entries()) this.#rowOf.set(id as string, row);
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

  sequence(row: number): number {
    return this.#sequence[row] as number;
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
