import { RuVectorError } from '../core/errors.js';
import { nextTurn } from '../core/turn.js';
import type { IndexStats } from '../types.js';
import { type Call, closed, hasSteps, isWrite, type Port, type Standing } from './calls.js';
import type { Origin } from './journal/entry.js';
import type { Session } from './session.js';
import { Tabs } from './tabs.js';
import type { DatabaseEvent, Role, StorageAdapter, StorageReport } from './types.js';

/** Unstored changes wait this long at most, and the writing takes its time: 250 ms are promised. */
const FLUSH_MS = 100;
/** After a failure, and doubled with each that follows. */
const RETRY_MS = 250;
const RETRY_MOST_MS = 30_000;
/** Deferred work begins when nothing was written for this long, and takes slices of that. */
const IDLE_MS = 50;
const SLICE_MS = 8;
/** The share of the records whose linking a snapshot is to keep; of fewer, the next opening does it again. */
const WORTH = 1 / 16;

/** A database of this very thread: a session, when it stores, and what it has to do with other tabs. */
export class LocalPort implements Port {
  readonly #session: Session;
  readonly #adapter: StorageAdapter;
  readonly #tabs: Tabs | undefined;
  readonly #stopWaiting = new AbortController();
  #role: Role;
  #release: (() => void | Promise<void>) | undefined;
  #listener: (event: DatabaseEvent) => void = () => {};
  #closing: Promise<void> | undefined;
  #flushTimer: ReturnType<typeof setTimeout> | undefined;
  #idleTimer: ReturnType<typeof setTimeout> | undefined;
  #retryMs = RETRY_MS;
  #mostPending = 0;
  #takeOver: Promise<void> | undefined;

  private constructor(session: Session, adapter: StorageAdapter, role: Role) {
    this.#session = session;
    this.#adapter = adapter;
    this.#role = role;
    const { channel } = adapter;
    if (channel !== undefined)
      this.#tabs = new Tabs(channel, {
        asked: (origin, call) => this.#asked(origin, call),
        stored: () => this.#catchUp(),
      });
    session.onTrouble = (error) => this.#listener({ type: 'error', error });
    session.onStored = (version) => {
      this.#tabs?.tellStored();
      this.#listener({ type: 'stored', version });
    };
    adapter.watch?.({
      lost: () => this.#restore(),
      blocked: () => {
        this.#listener({ type: 'blocked' });
        this.#close().catch(session.onTrouble);
      },
    });
  }

  /** `release` is that of the lock: with it this one writes, without it it follows or only reads. */
  static async start(
    session: Session,
    adapter: StorageAdapter,
    role: Role,
    release: (() => void | Promise<void>) | undefined,
  ): Promise<LocalPort> {
    const port = new LocalPort(session, adapter, role);
    try {
      if (role === 'writer') await port.#startWriting();
      // What was stored between reading the database and hearing of news.
      else await session.catchUp();
    } catch (error) {
      await port.#close();
      throw error;
    }
    port.#release = release;
    if (role === 'follower') port.#takeOver = port.#waitForLock();
    return port;
  }

  get standing(): Standing {
    const { shape, options, vanished, version, durableVersion } = this.#session;
    return { shape, options, role: this.#role, vanished, version, durableVersion };
  }

  listen(listener: (event: DatabaseEvent) => void): void {
    this.#listener = listener;
  }

  async call(call: Call, signal?: AbortSignal): Promise<unknown> {
    const { verb } = call;
    if (verb === 'close') return this.#close();
    if (this.#closing !== undefined) throw closed();
    if (verb === 'storage') return this.#report();
    if (verb === 'flush') return this.#flush();
    if (verb === 'stats') return this.#stats(call);
    if (verb === 'areMade' || verb === 'markMade') return this.#session[verb]();
    if (signal !== undefined && hasSteps(verb)) return this.#inSlices(call, signal);
    if (!isWrite(verb)) return this.#session.run(call);
    if (this.#role === 'readonly')
      throw new RuVectorError(
        'READ_ONLY',
        "expected a database that may write, got one that was opened with tabs: 'readonly'",
      );
    if (this.#role === 'writer') return this.#write(call);
    const result = await (this.#tabs as Tabs).ask(call);
    await this.#session.catchUp();
    return result;
  }

  async #inSlices(call: Call, signal: AbortSignal): Promise<unknown> {
    const steps = this.#session.steps(call);
    for (let end = performance.now() + SLICE_MS; ; ) {
      signal.throwIfAborted();
      if (this.#closing !== undefined) throw closed();
      const step = steps.next();
      if (step.done) return step.value;
      if (performance.now() < end) continue;
      await nextTurn();
      end = performance.now() + SLICE_MS;
    }
  }

  async #write(call: Call): Promise<unknown> {
    const result = this.#run(call);
    this.#schedule(FLUSH_MS);
    if (call.verb === 'import') await this.#flush();
    return result;
  }

  /** As the writer: what another tab asks for, and what it asked the writer before, who died. */
  async #asked(origin: Origin, call: Call): Promise<unknown> {
    const known = this.#session.answered(origin);
    // To compact twice does no harm, and what it answers is of now.
    if (known === undefined || call.verb === 'compact') {
      const result = this.#run(call, origin);
      await this.#flush();
      return result;
    }
    await this.#flush();
    // The journal does not tell an update from an upsert.
    return call.verb === 'update' ? true : known.result;
  }

  #run(call: Call, origin?: Origin): unknown {
    const { version } = this.#session;
    const result = this.#session.run(call, origin);
    if (this.#session.version !== version) this.#changed();
    return result;
  }

  #changed(): void {
    this.#listener({ type: 'change', version: this.#session.version });
    clearTimeout(this.#idleTimer);
    this.#idleTimer = quietly(setTimeout(() => this.#maintain(), IDLE_MS));
  }

  /** Work that writes left for later, a slice at a time; much of it is worth a snapshot. */
  #maintain(): void {
    if (this.#closing !== undefined) return;
    const pending = this.#session.maintain(SLICE_MS);
    const { version } = this.#session;
    if (pending > 0) {
      this.#mostPending = Math.max(this.#mostPending, pending);
      // A write in between starts the waiting for idleness anew.
      nextTurn().then(() => version === this.#session.version && this.#maintain());
    } else {
      const isMuch = this.#mostPending >= WORTH * this.#session.count;
      if (isMuch && this.#mostPending > 0 && this.#role === 'writer')
        this.#session.checkpoint().catch(this.#session.onTrouble);
      this.#mostPending = 0;
    }
  }

  #schedule(ms: number): void {
    if (!this.#session.waiting || this.#closing !== undefined) return;
    // Timers of hidden pages are late.
    if (ms === FLUSH_MS && globalThis.document?.visibilityState === 'hidden')
      this.#flushInBackground();
    else this.#flushTimer ??= setTimeout(() => this.#flushInBackground(), ms);
  }

  /** Also called when the page goes out of sight, maybe for good. */
  #flushInBackground(): void {
    if (!this.#session.waiting) return;
    this.#flush().catch(this.#session.onTrouble);
  }

  async #flush(): Promise<number> {
    clearTimeout(this.#flushTimer);
    this.#flushTimer = undefined;
    if (this.#role !== 'writer') return this.#session.durableVersion;
    try {
      const version = await this.#session.flush();
      this.#retryMs = RETRY_MS;
      return version;
    } catch (error) {
      this.#schedule(this.#retryMs);
      this.#retryMs = Math.min(2 * this.#retryMs, RETRY_MOST_MS);
      throw error;
    }
  }

  #catchUp(): void {
    if (this.#role === 'writer' || this.#closing !== undefined) return;
    const { version } = this.#session;
    this.#session.catchUp().then(() => {
      if (this.#session.version !== version && this.#closing === undefined) this.#changed();
    }, this.#session.onTrouble);
  }

  /** Until it is closed: a storage that fails now may do later. */
  async #waitForLock(): Promise<void> {
    const { signal } = this.#stopWaiting;
    for (let wait = RETRY_MS; !signal.aborted; wait = Math.min(2 * wait, RETRY_MOST_MS)) {
      try {
        this.#release ??= await this.#adapter.lock?.(signal);
        if (signal.aborted) return;
        await this.#startWriting();
        return this.#listener({ type: 'role', role: 'writer' });
      } catch (error) {
        if (signal.aborted) return;
        this.#session.onTrouble(error as RuVectorError);
        await new Promise((resolve) => {
          quietly(setTimeout(resolve, wait));
          signal.addEventListener('abort', resolve, { once: true });
        });
      }
    }
  }

  async #startWriting(): Promise<void> {
    const { version } = this.#session;
    await this.#session.startWriting();
    if (this.#session.version !== version) this.#changed();
    this.#role = 'writer';
    this.#tabs?.startWriting();
    globalThis.addEventListener?.('pagehide', this.#onHide);
    globalThis.addEventListener?.('visibilitychange', this.#onHide);
  }

  readonly #onHide = (): void => this.#flushInBackground();

  /** The stored data is gone, and what is in memory is all there is. */
  #restore(): void {
    if (this.#closing !== undefined) return;
    this.#listener({ type: 'evicted' });
    if (this.#role !== 'writer') return;
    this.#session.rebase();
    this.#flushInBackground();
  }

  #stats(call: Call): unknown {
    const { durableVersion } = this.#session;
    const stats = this.#session.run(call) as IndexStats;
    const { backend } = this.#adapter;
    return { ...stats, role: this.#role, worker: false, shards: 1, backend, durableVersion };
  }

  async #report(): Promise<StorageReport> {
    const { backend } = this.#adapter;
    return {
      backend,
      persisted: false,
      evictionRisk: 'low',
      ...(await this.#adapter.usage?.()),
      ...this.#session.report(),
    };
  }

  #close(): Promise<void> {
    this.#closing ??= this.#shutDown();
    return this.#closing;
  }

  async #shutDown(): Promise<void> {
    this.#stopWaiting.abort();
    await this.#takeOver; // which may just begin to write
    this.#tabs?.stopWriting();
    clearTimeout(this.#flushTimer);
    clearTimeout(this.#idleTimer);
    globalThis.removeEventListener?.('pagehide', this.#onHide);
    globalThis.removeEventListener?.('visibilitychange', this.#onHide);
    try {
      await this.#session.close();
    } finally {
      this.#tabs?.close();
      await this.#release?.();
      await this.#adapter.close?.();
    }
  }
}

/** A timer that does not keep Node alive: what it does can be done when there is time. */
function quietly<T>(timer: T): T {
  (timer as { unref?: () => void }).unref?.();
  return timer;
}
