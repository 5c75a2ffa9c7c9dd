import { invalid, isPlainObject, overLimit } from '../core/arguments.js';
import { LIMITS } from '../core/limits.js';

/**
 * Metadata is kept as JSON text: compact, immutable, and what a snapshot stores. Returns the text
 * of `value`, undefined for none. What JSON would bend or drop in silence (NaN, dates, functions,
 * class instances) is refused with its path.
 */
export function metadataText(what: string, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (!isPlainObject(value)) throw invalid(what, 'a JSON object', value);
  checkJson(what, value, 1);
  const text = JSON.stringify(value);
  // A UTF-16 unit is at most 3 bytes: only long texts need the count.
  const bytes = text.length * 3 > LIMITS.metadataBytes ? new TextEncoder().encode(text).length : 0;
  if (bytes > LIMITS.metadataBytes)
    throw overLimit(what, LIMITS.metadataBytes, bytes, ' bytes of JSON');
  return text;
}

function checkJson(path: string, value: unknown, depth: number): void {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return;
  if (typeof value === 'number' && Number.isFinite(value)) return;
  const isArray = Array.isArray(value);
  if (!isArray && !isPlainObject(value))
    throw invalid(
      path,
      value instanceof Date
        ? 'a JSON value (of a date: toISOString() or getTime())'
        : 'a JSON value',
      value,
    );
  if (depth > LIMITS.metadataDepth)
    throw overLimit(path, LIMITS.metadataDepth, depth, ' levels, and no object inside itself');
  if ('toJSON' in value && typeof value.toJSON === 'function')
    throw invalid(path, 'a JSON value without toJSON()', value);
  if (isArray) {
    for (let i = 0; i < value.length; ++i) checkJson(`${path}[${i}]`, value[i], depth + 1);
  } else {
    for (const [key, inner] of Object.entries(value))
      if (inner !== undefined) checkJson(`${path}.${key}`, inner, depth + 1);
  }
}
