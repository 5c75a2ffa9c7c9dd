import { bytesOf, invalid, kindOf } from '../core/arguments.js';
import { RuVectorError } from '../core/errors.js';
import { unlessAborted } from '../core/turn.js';
import type { SnapshotSource } from './types.js';

/**
 * The bytes of a snapshot, wherever they are. @throws NOT_FOUND if they cannot be had,
 * INVALID_ARGUMENT if it is HTML that came
 */
export async function bytesOfSnapshot(
  source: SnapshotSource,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  if (ArrayBuffer.isView(source) || kindOf(source) === 'ArrayBuffer')
    return bytesOf(source as BufferSource);
  const response = await responseOf(
    source as Exclude<SnapshotSource, Uint8Array | ArrayBuffer>,
    signal,
  );
  const from = response.url || 'the given source';
  if (!response.ok)
    throw new RuVectorError(
      'NOT_FOUND',
      `expected a snapshot from ${from}, got HTTP ${response.status}`,
      {
        details: { status: response.status },
      },
    );
  const reading = response.arrayBuffer().catch((cause) => {
    throw lost(from, cause);
  });
  const bytes = new Uint8Array(await unlessAborted(reading, signal));
  const head = new TextDecoder().decode(bytes.subarray(0, 24)).trimStart();
  if (head.startsWith('<'))
    throw new RuVectorError(
      'INVALID_ARGUMENT',
      `expected a snapshot from ${from}, got HTML (${JSON.stringify(head)}): the server answers ` +
        'unknown paths with a page',
    );
  return bytes;
}

async function responseOf(
  source: string | URL | Response | Blob | ReadableStream<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<Response> {
  const kind = kindOf(source);
  if (kind === 'Response') return source as Response;
  if (kind === 'Blob' || kind === 'File' || kind === 'ReadableStream')
    return new Response(source as Blob | ReadableStream<Uint8Array<ArrayBuffer>>);
  if (typeof source !== 'string' && kind !== 'URL')
    throw invalid(
      'snapshot',
      'a URL, Response, Blob, ReadableStream, Uint8Array or ArrayBuffer',
      source,
    );
  try {
    return await fetch(source as string | URL, signal ? { signal } : {});
  } catch (cause) {
    signal?.throwIfAborted();
    throw lost(String(source), cause);
  }
}

function lost(from: string, cause: unknown): RuVectorError {
  return new RuVectorError(
    'NOT_FOUND',
    `expected a snapshot from ${from}, got a request that fails (${String(cause)})`,
    { cause },
  );
}
