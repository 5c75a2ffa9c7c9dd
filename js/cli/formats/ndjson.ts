import type { Item } from '../../node.js';
import { chunksOf, nameOf } from '../files.js';
import { misread, type Source, type SourceRecord } from './source.js';
import type { Writer } from './writer.js';

/**
 * NDJSON: a line a record, `{"id", "vector" or "values", "metadata"?, "namespace"?}`. Empty lines are
 * passed over. What is in the object is the index's to check.
 */

export async function readNdjson(path: string): Promise<Source> {
  return {
    async *records(): AsyncGenerator<SourceRecord> {
      for await (const { text, place } of linesOf(path))
        yield { item: objectOf(place, text) as unknown as Item, place };
    },
  };
}

function objectOf(place: string, text: string): object {
  const value = parse(place, text);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw misread('INVALID_ARGUMENT', place, 'an object, one a line', text.slice(0, 40));
  return value;
}

/** @throws INVALID_ARGUMENT, naming the place */
export function parse(place: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw misread('INVALID_ARGUMENT', place, 'JSON, a value a line', (error as Error).message);
  }
}

/** A record is at most 64 KB of metadata and 8,192 numbers. */
const MAX_LINE = 4_000_000;
const LINE_FEED = 10;

/** The lines that are not empty. */
export async function* linesOf(
  path: string,
): AsyncGenerator<{ readonly text: string; readonly place: string }> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let number = 0;
  let parts: Uint8Array[] = [];
  let length = 0;
  const placeOf = (): string => `${nameOf(path)}, line ${number}`;
  const add = (part: Uint8Array): void => {
    parts.push(part);
    length += part.length;
    if (length <= MAX_LINE) return;
    ++number;
    throw misread('LIMIT_EXCEEDED', placeOf(), `at most ${MAX_LINE} bytes a line`, 'more');
  };
  const take = (): string => {
    ++number;
    const line = parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts);
    [parts, length] = [[], 0];
    try {
      return decoder.decode(line).trim();
    } catch {
      throw misread('INVALID_ARGUMENT', placeOf(), 'UTF-8', 'other bytes');
    }
  };
  for await (const chunk of chunksOf(path)) {
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, from)) {
      add(chunk.subarray(from, end));
      const text = take();
      if (text !== '') yield { text, place: placeOf() };
      from = end + 1;
    }
    if (from < chunk.length) add(chunk.subarray(from));
  }
  if (parts.length > 0) {
    const text = take();
    if (text !== '') yield { text, place: placeOf() };
  }
}

export const writeNdjson: Writer = (output, records) => {
  for (const { id, namespace, vector, metadata } of records) {
    const record = {
      id,
      ...(namespace !== undefined && { namespace }),
      vector: vector.map(shortest),
      ...(metadata !== undefined && { metadata }),
    };
    output.write(Buffer.from(`${JSON.stringify(record)}\n`));
  }
};

/** Nine digits tell every f32 from every other. */
function shortest(value: number): number {
  return Number(value.toPrecision(9));
}
