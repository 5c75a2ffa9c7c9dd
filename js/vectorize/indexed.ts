import { isPlainObject } from '../core/arguments.js';
import type { VectorizeVector } from './types.js';

/** Bytes of a string in a metadata index. */
const INDEXED_BYTES = 64;

/** Of metadata what metadata indexes of `paths` hold, or of all properties: values, strings cut off. */
export function indexedPart(
  metadata: VectorizeVector['metadata'],
  paths: readonly string[] | undefined,
): VectorizeVector['metadata'] {
  return partAt([], metadata) as VectorizeVector['metadata'];

  function partAt(keys: readonly string[], value: unknown): unknown {
    if (isPlainObject(value)) {
      const parts = Object.entries(value)
        .map(([key, inner]) => [key, partAt([...keys, key], inner)])
        .filter(([, part]) => part !== undefined);
      return parts.length > 0 ? Object.fromEntries(parts) : undefined;
    }
    if (paths?.includes(keys.join('.')) === false) return undefined;
    if (typeof value === 'string') return start(value);
    return typeof value === 'number' || typeof value === 'boolean' ? value : undefined;
  }
}

/** The longest start of a text that fits, in whole characters. */
function start(text: string): string {
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(INDEXED_BYTES));
  return text.slice(0, read);
}
