import type { StatusCode } from '../../types/raw.js';
import { type ErrorCode, RuVectorError } from './errors.js';

/** Mirrors `Status` of src/base/status.h, in its order; a test compares the two. */
export const STATUS: readonly (readonly [code: ErrorCode, meaning: string] | undefined)[] = [
  undefined,
  ['INVALID_ARGUMENT', 'an argument is out of range'],
  ['INVALID_VECTOR', 'the vector cannot be compared'],
  [
    'OUT_OF_MEMORY',
    'expected room for the data, but memory or maxMemoryBytes is used up; nothing was changed',
  ],
  ['LIMIT_EXCEEDED', 'a documented limit would be passed; nothing was changed'],
  ['NOT_FOUND', 'there is no such row'],
  ['INVALID_ARGUMENT', 'expected a snapshot made by export(), got other bytes'],
  ['FORMAT_VERSION', 'the snapshot was written by a newer version; update @ruvector/wasm'],
  ['FORMAT_CHECKSUM', 'the snapshot is damaged or cut off; export it again or use a copy'],
];

export const INVALID_VECTOR: StatusCode = 2;
export const OUT_OF_MEMORY: StatusCode = 3;

/** Throws the error that `status` stands for, unless it is 0. */
export function check(status: StatusCode): void {
  if (status === 0) return;
  const [code, meaning] = STATUS[status] ?? ['INVALID_ARGUMENT', `unknown status ${status}`];
  throw new RuVectorError(code, meaning);
}

/** For factories, whose arguments are checked beforehand: null means no memory. */
export function notNull<T>(handle: T | null): T {
  if (handle === null) check(OUT_OF_MEMORY);
  return handle as T;
}
