import type { StatusCode } from '../../types/raw.js';
import { type ErrorCode, RuVectorError } from './errors.js';

/** Mirrors `Status` of src/base/status.h, in its order; a test compares the two. */
export const STATUS: readonly (readonly [code: ErrorCode, meaning?: string] | undefined)[] = [
  undefined,
  ['INVALID_ARGUMENT'],
  ['INVALID_VECTOR'],
  [
    'OUT_OF_MEMORY',
    'expected room for the data, but memory or maxMemoryBytes is used up; delete records or raise it',
  ],
  ['LIMIT_EXCEEDED', 'expected to stay within the documented limits'],
  ['NOT_FOUND'],
  ['INVALID_ARGUMENT', 'expected a snapshot made by export(), got other bytes'],
  [
    'FORMAT_VERSION',
    'expected a snapshot of format 1, got one of a newer version; update @ruvector/wasm',
  ],
  ['FORMAT_CHECKSUM', 'expected a whole snapshot, got a damaged or cut off one; use a copy'],
];

export const INVALID_VECTOR: StatusCode = 2;
export const OUT_OF_MEMORY: StatusCode = 3;

/** Throws the error that `status` stands for, unless it is 0. */
export function check(status: StatusCode): void {
  if (status === 0) return;
  const [code, meaning] = STATUS[status] ?? ['INVALID_ARGUMENT'];
  throw new RuVectorError(code, meaning ?? `the core refused with status ${status}`);
}

/** For factories, whose arguments are checked beforehand: null means no memory. */
export function notNull<T>(handle: T | null): T {
  if (handle === null) check(OUT_OF_MEMORY);
  return handle as T;
}
