import { invalid, kindOf } from '../core/arguments.js';
import { RuVectorError } from '../core/errors.js';
import type { Host } from '../core/load.js';
import { fromPlain } from '../core/plain-error.js';
import {
  type Call,
  closed,
  hasSteps,
  type Port,
  post,
  type Standing,
  sendable,
} from '../database/calls.js';
import type { Shard } from '../database/open-port.js';
import { bytesOfSnapshot } from '../database/source.js';
import type { DatabaseEvent, OpenOptions, SnapshotSource, WorkerLike } from '../database/types.js';
import type { Progress } from '../types.js';
import type { OpenRequest, Reply, Request, WorkerOptions } from './protocol.js';

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Workers that hold a database. */
const taken = new WeakSet<WorkerLike>();

/** How long a worker may take to load and hear what it is to open. */
const PATIENCE_MS = 30_000;
/** How long one that is to give up opening may take to leave its storage unlocked. */
const ABORT_MS = 1000;

function failed(got: string, cause?: unknown): RuVectorError {
  return new RuVectorError(
    'WORKER_FAILED',
    `expected a worker that runs, got ${got}. Where a bundler loses the file, pass the option 'worker' ` +
      "one whose module is '@ruvector/wasm/worker'",
    { cause },
  );
}

/** A database in a worker: every call is a message there and one back. */
export class WorkerPort implements Port {
  readonly #worker: WorkerLike;
  readonly #waiting = new Map<number, Waiting>();
  readonly #onProgress: ((progress: Progress) => void) | undefined;
  #late: ReturnType<typeof setTimeout> | undefined;
  #last = 0;
  #standing: Standing | undefined;
  #listener: (event: DatabaseEvent) => void = () => {};
  #failure: RuVectorError | undefined;

  private constructor(worker: WorkerLike, onProgress: OpenOptions['onProgress']) {
    this.#worker = worker;
    this.#onProgress = onProgress;
    if (taken.has(worker))
      throw invalid('worker', 'one that holds no other database', 'one that does');
    taken.add(worker);
    worker.addEventListener('message', ({ data }) => this.#hear(data as Reply));
    worker.addEventListener('error', (event) => this.#fail(event as Event as ErrorEvent));
  }

  /**
   * Opens the database there; `inline` is the copy of the WebAssembly that workers do not have.
   * @throws what open() throws, WORKER_FAILED
   */
  static async start(
    worker: WorkerLike,
    name: string,
    options: OpenOptions,
    shard: Shard,
    inline: Host['inline'],
  ): Promise<WorkerPort> {
    const { worker: _, signal, onProgress, ...rest } = options;
    const port = new WorkerPort(worker, onProgress);
    let late: ReturnType<typeof setTimeout> | undefined;
    const stop = (): void => {
      post(worker, { kind: 'abort', id: 0 } satisfies Request);
      late = setTimeout(() => port.#end(signal?.reason), ABORT_MS);
    };
    signal?.addEventListener('abort', stop);
    try {
      signal?.throwIfAborted();
      const { snapshot, wasm } = rest;
      const sent: WorkerOptions = {
        ...rest,
        ...(snapshot !== undefined && { snapshot: await sendableSource(snapshot, signal) }),
        ...(wasm !== undefined && { wasm: (await sendableSource(wasm, signal)) as typeof wasm }),
      };
      signal?.throwIfAborted();
      await port.#open({ kind: 'open', name, options: sent, shard }, inline);
      signal?.throwIfAborted();
    } catch (error) {
      port.#end(error as Error);
      await worker.terminate();
      throw signal?.aborted ? signal.reason : error;
    } finally {
      clearTimeout(late);
      signal?.removeEventListener('abort', stop);
    }
    return port;
  }

  get standing(): Standing {
    return this.#standing as Standing;
  }

  listen(listener: (event: DatabaseEvent) => void): void {
    this.#listener = listener;
  }

  async call(call: Call, signal?: AbortSignal): Promise<unknown> {
    const id = ++this.#last;
    const isStoppable = signal !== undefined && hasSteps(call.verb);
    const stop = (): void => post(this.#worker, { kind: 'abort', id } satisfies Request);
    if (isStoppable) signal.addEventListener('abort', stop);
    try {
      const result = await this.#ask({ kind: 'call', id, call: sendable(call), isStoppable }, id);
      return call.verb === 'stats' ? { ...(result as object), worker: true } : result;
    } finally {
      signal?.removeEventListener('abort', stop);
      if (call.verb === 'close') this.#terminate();
    }
  }

  async #open(request: OpenRequest, inline: Host['inline']): Promise<void> {
    const { options } = request;
    // At once: one that was made long ago does not say again that it is ready.
    const none = (): void => this.#end(failed(`no answer in ${PATIENCE_MS / 1000} s`));
    this.#late = setTimeout(none, PATIENCE_MS);
    try {
      await this.#ask(request, 0);
    } catch (error) {
      const isLost = error instanceof RuVectorError && error.code === 'WASM_LOAD_FAILED';
      const copy = isLost && !options.wasm && (await inline?.().catch(() => undefined));
      if (!copy) throw error;
      await this.#ask({ ...request, options: { ...options, wasm: copy } }, 0);
    }
  }

  #ask(request: Request, id: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#failure) throw this.#failure;
      post(this.#worker, request);
      this.#waiting.set(id, { resolve, reject });
    });
  }

  #hear(reply: Reply): void {
    clearTimeout(this.#late);
    switch (reply.kind) {
      case 'opening':
        return;
      case 'progress':
        this.#onProgress?.(reply.progress);
        return;
      case 'answer': {
        const { id, result, error, standing } = reply;
        if (standing) this.#standing = standing;
        const waiting = this.#settle(id);
        if (error) waiting?.reject(fromPlain(error));
        else waiting?.resolve(result);
        return;
      }
      case 'event': {
        const { event, standing } = reply;
        this.#standing = standing;
        this.#listener(
          event.type === 'error'
            ? { type: 'error', error: fromPlain(event.error) as RuVectorError }
            : event,
        );
        return;
      }
    }
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  #fail(event: ErrorEvent): void {
    if (this.#failure) return; // it was ended
    this.#failure = failed(`an error: ${event.message ?? 'its file did not load'}`, event);
    this.#end(this.#failure);
    this.#listener({ type: 'error', error: this.#failure });
  }

  /** With the worker goes its memory. */
  #terminate(): void {
    this.#failure = closed();
    this.#end(this.#failure);
    this.#worker.terminate();
  }

  #end(reason: Error): void {
    clearTimeout(this.#late);
    for (const { reject } of this.#waiting.values()) reject(reason);
    this.#waiting.clear();
  }
}

/** What can be sent: of a Response or a stream, the bytes; of a location, one that is good there too. */
async function sendableSource<T extends SnapshotSource | NonNullable<OpenOptions['wasm']>>(
  source: T,
  signal: AbortSignal | undefined,
): Promise<T | string | Uint8Array<ArrayBuffer>> {
  const kind = kindOf(source);
  // A response may be for several workers.
  if (kind === 'Response' || kind === 'ReadableStream')
    return bytesOfSnapshot((source as Partial<Response>).clone?.() ?? (source as Response), signal);
  if (kind === 'URL') return String(source);
  return typeof source === 'string' && globalThis.document
    ? new URL(source, document.baseURI).href
    : source;
}
