import { RuVectorError } from '../core/errors.js';
import { fromPlain } from '../core/plain-error.js';
import { type Call, type Port, post, type Standing, sendable } from '../database/calls.js';
import type { WorkerLike } from '../database/platform.js';
import { bytesOfSnapshot } from '../database/source.js';
import type { DatabaseEvent, OpenOptions } from '../database/types.js';
import type { Progress } from '../types.js';
import type { Reply, Request, WorkerOptions } from './protocol.js';

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A database in a worker: every call is a message there and one back. */
export class WorkerPort implements Port {
  readonly #worker: WorkerLike;
  readonly #waiting = new Map<number, Waiting>();
  readonly #onProgress: ((progress: Progress) => void) | undefined;
  #last = 0;
  #standing: Standing | undefined;
  #listener: (event: DatabaseEvent) => void = () => {};
  #failure: RuVectorError | undefined;

  private constructor(worker: WorkerLike, onProgress: OpenOptions['onProgress']) {
    this.#worker = worker;
    this.#onProgress = onProgress;
    worker.addEventListener('message', ({ data }) => this.#hear(data as Reply));
    worker.addEventListener('error', (event) => this.#fail(event as Event as ErrorEvent));
  }

  /** Opens the database there. @throws what open() throws, WORKER_FAILED */
  static async start(worker: WorkerLike, name: string, options: OpenOptions): Promise<WorkerPort> {
    const { worker: _, signal, onProgress, ...rest } = options;
    const port = new WorkerPort(worker, onProgress);
    const stop = (): void => port.#end(signal?.reason);
    signal?.addEventListener('abort', stop);
    try {
      const { snapshot, wasm } = rest;
      // A Response, and a stream, belong to the page.
      const sent: WorkerOptions = {
        ...rest,
        ...(snapshot !== undefined && { snapshot: await bytesOfSnapshot(snapshot, signal) }),
        ...(wasm !== undefined && { wasm: await sendableWasm(wasm) }),
      };
      await port.#ask({ kind: 'open', name, options: sent }, 0);
    } catch (error) {
      worker.terminate();
      throw error;
    } finally {
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

  async call(call: Call): Promise<unknown> {
    const id = ++this.#last;
    try {
      const result = await this.#ask({ kind: 'call', id, call: sendable(call) }, id);
      return call.verb === 'stats' ? { ...(result as object), worker: true } : result;
    } finally {
      if (call.verb === 'close') this.#terminate();
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
    switch (reply.kind) {
      case 'progress':
        this.#onProgress?.(reply.progress);
        return;
      case 'answer': {
        const { id, result, error, standing } = reply;
        if (standing) this.#standing = standing;
        const waiting = this.#waiting.get(id);
        this.#waiting.delete(id);
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

  #fail(event: ErrorEvent): void {
    this.#failure = new RuVectorError(
      'WORKER_FAILED',
      `expected a worker that runs, got an error: ${event.message ?? 'its file did not load'}. Where a ` +
        "bundler loses the file, pass the option 'worker' one whose module is '@ruvector/wasm/worker'",
      { cause: event },
    );
    this.#end(this.#failure);
    this.#listener({ type: 'error', error: this.#failure });
  }

  /** With the worker goes its memory. */
  #terminate(): void {
    this.#failure = new RuVectorError('CLOSED', 'expected an open database, got one after close()');
    this.#end(this.#failure);
    this.#worker.terminate();
  }

  #end(reason: Error): void {
    for (const { reject } of this.#waiting.values()) reject(reason);
    this.#waiting.clear();
  }
}

async function sendableWasm(
  wasm: NonNullable<OpenOptions['wasm']>,
): Promise<NonNullable<OpenOptions['wasm']>> {
  if (typeof wasm === 'object' && 'href' in wasm) return wasm.href;
  return typeof wasm === 'object' && 'arrayBuffer' in wasm ? wasm.arrayBuffer() : wasm;
}
