import { invalid } from '../core/arguments.js';
import { RuVectorError } from '../core/errors.js';

/** A name as `deleteDatabase()` takes it. @throws INVALID_ARGUMENT */
export function checkPlace(name: unknown): void {
  if (typeof name !== 'string' || name === '')
    throw invalid('name', 'a string that is not empty', name);
}

/** That nothing is to be deleted: what was in memory is gone. @throws STORAGE_UNAVAILABLE */
export function checkInMemory(name: string): void {
  if (/^(?!memory:)[a-z]+:/.test(name)) throw unavailable(name);
}

/**
 * That `durability: 'strict'`, where it is asked for, is more than a word where `'auto'` finds nothing but
 * memory. @throws STORAGE_UNAVAILABLE
 */
export function checkKept(automatic: string, name: string): void {
  if (automatic.startsWith('memory:'))
    throw new RuVectorError(
      'STORAGE_UNAVAILABLE',
      `expected a place that outlives the program, for durability 'strict', got '${name}', which is in ` +
        "memory on this host: where there are files, name a folder ('./notes'), elsewhere pass an " +
        "adapter as 'storage', or 'memory:' if that is meant",
    );
}

/** The error for a place of a kind that the host has not. */
export function unavailable(storage: string): RuVectorError {
  return new RuVectorError(
    'STORAGE_UNAVAILABLE',
    `expected a storage that this host has, got '${storage}'; 'memory:' is everywhere, and an adapter ` +
      'can be anything',
  );
}
