import { type ErrorCode, type ErrorDetails, RuVectorError } from './errors.js';

/**
 * Checks of arguments, and the one form of their messages: what was expected, what came. The checks
 * throw INVALID_ARGUMENT or LIMIT_EXCEEDED and change nothing.
 */

/** `${what}: expected ${wanted}, got ${got}`. */
export function unexpected(
  code: ErrorCode,
  what: string,
  wanted: string,
  got: unknown,
  details?: ErrorDetails,
): RuVectorError {
  return new RuVectorError(
    code,
    `${what}: expected ${wanted}, got ${got}`,
    details === undefined ? {} : { details },
  );
}

export function invalid(what: string, wanted: string, value: unknown): RuVectorError {
  return unexpected('INVALID_ARGUMENT', what, wanted, kindOf(value));
}

export function overLimit(
  what: string,
  limit: number,
  actual: number,
  unit: string = '',
): RuVectorError {
  const details = { limit, actual };
  return unexpected('LIMIT_EXCEEDED', what, `at most ${limit}${unit}`, actual, details);
}

/** What a value is: its built-in class, or itself where it has none. Of other realms too. */
export function kindOf(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 40));
  if (typeof value === 'function') return 'a function';
  if (Object(value) !== value) return String(value);
  return Object.prototype.toString.call(value).slice(8, -1);
}

/** Whether a value is an object as literals and JSON.parse() make them. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Plain objects of another realm (a frame, a sandbox) have their own Object.prototype.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** The bytes of a buffer or of any view of one; none where it was transferred away. */
export function bytesOf(source: BufferSource): Uint8Array<ArrayBuffer> {
  if (source.byteLength === 0) return new Uint8Array();
  return ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);
}

/** That `value` is an object with no key outside `known`; keys that are undefined count as absent. */
export function checkKeys(what: string, value: unknown, known: readonly string[]): void {
  if (typeof value !== 'object' || value === null) throw invalid(what, 'an object', value);
  for (const key of Object.keys(value)) {
    if (known.includes(key) || (value as Record<string, unknown>)[key] === undefined) continue;
    throw unknownKey('INVALID_ARGUMENT', what, `the keys ${known.join(', ')}`, key, known);
  }
}

/** The error for a key outside `known`; names the one it is nearest to. */
export function unknownKey(
  code: ErrorCode,
  what: string,
  wanted: string,
  key: string,
  known: readonly string[],
): RuVectorError {
  const near = nearest(key, known);
  const meant = near === undefined ? '' : `; did you mean '${near}'?`;
  return unexpected(code, what, wanted, `'${key}'${meant}`);
}

export function checkInteger(what: string, value: unknown, min: number, max: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min)
    throw invalid(what, `an integer from ${min} to ${max}`, value);
  if (value > max) throw overLimit(what, max, value);
  return value;
}

/** A number; by default at most as large as sums of many stay finite (src/dag/plan_graph.h). */
export function checkNumber(what: string, value: unknown, min: number, max = 1e100): number {
  if (typeof value !== 'number' || !(value >= min && value <= max))
    throw invalid(what, `a number from ${min} to ${max}`, value);
  return value;
}

/** An array or a typed array; of what, is not looked at. */
export function checkList(what: string, value: unknown): ArrayLike<number> {
  if (!Array.isArray(value) && (!ArrayBuffer.isView(value) || value instanceof DataView))
    throw invalid(what, 'an array of numbers', value);
  return value as ArrayLike<number>;
}

export function checkBoolean(what: string, value: unknown, otherwise: boolean): boolean {
  if (value === undefined) return otherwise;
  if (typeof value !== 'boolean') throw invalid(what, 'a boolean', value);
  return value;
}

/** A signal that may be absent, and is not aborted. @throws its reason */
export function checkSignal(value: unknown): AbortSignal | undefined {
  if (value === undefined) return undefined;
  if (typeof Object(value).throwIfAborted !== 'function')
    throw invalid('signal', 'an AbortSignal', value);
  (value as AbortSignal).throwIfAborted();
  return value as AbortSignal;
}

export function checkArray(what: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw invalid(what, 'an array', value);
  return value;
}

/** The known word that has most letters in common with `word` at its two ends, at least two. */
function nearest(word: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let most = 1;
  for (const candidate of known) {
    const same = sameStart([...word], [...candidate]);
    const end = sameStart([...word].reverse(), [...candidate].reverse());
    if (same + end > most) [most, best] = [same + end, candidate];
  }
  return best;
}

function sameStart(a: readonly string[], b: readonly string[]): number {
  const at = a.findIndex((letter, i) => letter.toLowerCase() !== b[i]?.toLowerCase());
  return at < 0 ? a.length : at;
}
