import { RuVectorError } from '../core/errors.js';
import { fromPlain, type PlainError, toPlain } from '../core/plain-error.js';
import { type Call, closed, post, sendable } from './calls.js';
import type { Origin } from './journal/entry.js';
import type { MakingMessage } from './making.js';

/**
 * What tabs that have the same database open say to each other. One writes; the others ask it to,
 * one request at a time, and hear when there is something new to read.
 */
type Message =
  | { readonly kind: 'ask'; readonly origin: Origin; readonly call: Call }
  | {
      readonly kind: 'answer';
      readonly origin: Origin;
      readonly result?: unknown;
      readonly error?: PlainError;
    }
  | { readonly kind: 'stored' }
  | { readonly kind: 'writing' }
  | MakingMessage;

/** How long a request waits for its answer; a tab that dies is noticed at once, this is for one that hangs. */
const PATIENCE_MS = 30_000;

export interface TabsListener {
  /** Another tab asks this one, the writer; the answer is what the call returns, stored. */
  asked(origin: Origin, call: Call): Promise<unknown>;
  /** There is something new to read. */
  stored(): void;
}

export class Tabs {
  readonly #channel: BroadcastChannel;
  readonly #listener: TabsListener;
  readonly #replica: bigint;
  #writing = false;
  #closed = false;
  #clock = 0;
  #asking: Promise<unknown> = Promise.resolve();
  /** The request that waits for its answer. */
  #open: (Ask & { readonly message: Message }) | undefined;

  constructor(name: string, listener: TabsListener) {
    this.#channel = new BroadcastChannel(name);
    this.#listener = listener;
    this.#replica = crypto.getRandomValues(new BigUint64Array(1))[0] as bigint;
    this.#channel.onmessage = ({ data }) => this.#hear(data as Message);
    // In Node, an open channel would keep the program alive.
    (this.#channel as { unref?: () => void }).unref?.();
  }

  /** Asks the tab that writes; its answer, once it is stored. */
  ask(call: Call): Promise<unknown> {
    const answer = this.#asking.then(() => this.#askNow(call));
    this.#asking = answer.catch(() => {});
    return answer;
  }

  /** Tells the others that something was stored. */
  tellStored(): void {
    this.#channel.postMessage({ kind: 'stored' } satisfies Message);
  }

  /**
   * From here on this tab writes. What it asked the one before is answered by itself; the others ask
   * again.
   */
  startWriting(): void {
    this.#writing = true;
    this.#channel.postMessage({ kind: 'writing' } satisfies Message);
    const { message } = this.#open ?? {};
    if (message?.kind === 'ask') void this.#answer(message.origin, message.call);
  }

  /** What others ask from here on is for the next one that writes. */
  stopWriting(): void {
    this.#writing = false;
  }

  close(): void {
    this.#closed = true;
    this.#channel.close();
    this.#open?.reject(closed());
  }

  #askNow(call: Call): Promise<unknown> {
    if (this.#closed) return Promise.reject(closed());
    const origin = { replica: this.#replica, clock: ++this.#clock };
    const message: Message = { kind: 'ask', origin, call: sendable(call) };
    return new Promise<unknown>((resolve, reject) => {
      const late = setTimeout(() => {
        reject(
          new RuVectorError(
            'STORAGE_BLOCKED',
            `expected an answer of the tab that writes within ${PATIENCE_MS / 1000} s, got none; the ` +
              'write may still be made',
          ),
        );
      }, PATIENCE_MS);
      this.#open = { message, late, resolve, reject };
      if (this.#writing) void this.#answer(origin, call);
      else post(this.#channel, message);
    }).finally(() => {
      clearTimeout(this.#open?.late);
      this.#open = undefined;
    });
  }

  #hear(message: Message): void {
    switch (message.kind) {
      case 'ask':
        if (this.#writing) void this.#answer(message.origin, message.call);
        return;
      case 'answer':
        this.#close(message);
        return;
      case 'stored':
        if (!this.#writing) this.#listener.stored();
        return;
      case 'writing':
        // A new one: what the last one was asked may have died with it.
        if (this.#open) this.#channel.postMessage(this.#open.message);
        this.#listener.stored();
        return;
    }
  }

  async #answer(origin: Origin, call: Call): Promise<void> {
    let answer: Message;
    try {
      answer = { kind: 'answer', origin, result: await this.#listener.asked(origin, call) };
    } catch (error) {
      answer = { kind: 'answer', origin, error: toPlain(error) };
    }
    if (origin.replica === this.#replica) this.#close(answer);
    else if (!this.#closed) this.#channel.postMessage(answer);
  }

  #close(answer: Extract<Message, { kind: 'answer' }>): void {
    const { origin, result, error } = answer;
    if (origin.replica !== this.#replica || origin.clock !== this.#clock) return;
    if (error === undefined) this.#open?.resolve(result);
    else this.#open?.reject(fromPlain(error));
  }
}

interface Ask {
  readonly late: ReturnType<typeof setTimeout>;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}
