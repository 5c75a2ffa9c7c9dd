import type { RuVectorError } from '../core/errors.js';
import { MemoryIndex } from '../index/memory-index.js';
import { measuring, tuning } from '../index/recall.js';
import { type ShardVerb, shardVerbs } from '../index/shard.js';
import type { State } from '../index/state.js';
import { compact, replay } from '../index/write.js';
import type { Index } from '../types.js';
import type { Call, Verb } from './calls.js';
import { type Entry, type Origin, OWN } from './journal/entry.js';
import { corrupt, keyOf, MADE } from './journal/format.js';
import { Journal } from './journal/journal.js';
import {
  type Manifest,
  readManifest,
  readSnapshot,
  type StoredOptions,
  sweep,
  writeGeneration,
} from './journal/manifest.js';
import type { Vault } from './journal/vault.js';
import type { StorageReport } from './types.js';

/** A new snapshot is worth it once the journal has this many bytes and this share of the last one. */
const CHECKPOINT_BYTES = 1 << 20;
const CHECKPOINT_SHARE = 0.25;
/** Tabs whose last request is remembered. */
const REMEMBERED = 64;

/** On closing, a journal of this share is worth one: the next open() replays less. */
const CLOSING_SHARE = 1 / 16;

const ALL_MADE = { kind: MADE, generation: 0, number: 0 } as const;

type Method = (...args: readonly unknown[]) => unknown;
type Methods = Record<string, Method>;

/**
 * An index and what is stored of it. A writer logs every change and stores it; a reader follows what
 * a writer stores. Storage is used by one piece of work at a time.
 */
export class Session {
  readonly #state: State;
  readonly #index: Index;
  readonly #vault: Vault;
  readonly #journal: Journal;
  readonly options: StoredOptions;
  /** Whether there was another one before, which is gone. */
  readonly vanished: boolean;
  #manifest: Manifest;
  #writing = false;
  #origin: Origin = OWN;
  /** The last request of each other tab, and its answer. */
  readonly #requests: Map<string, { clock: number; result: unknown }>;
  #durableVersion: number;
  /** Contents that no journal leads to (an import, an eviction): a snapshot is the next to store. */
  #rebased = false;
  /** A manifest failed to be written, and may be there all the same. */
  #unsure = false;
  /** The bytes that the journal had when a snapshot after it last failed. */
  #failedAt = 0;
  #work: Promise<unknown> = Promise.resolve();
  #flush: Promise<number> | undefined;
  /** Something was learnt (`tune`) that is in no journal. */
  #hasLearned = false;
  /** Hears of every version that is stored. */
  onStored: (version: number) => void = () => {};
  /** Hears of what failed and can wait. */
  onTrouble: (error: RuVectorError) => void = () => {};

  private constructor(
    state: State,
    vault: Vault,
    manifest: Manifest,
    options: StoredOptions,
    vanished = false,
  ) {
    this.#state = state;
    this.#index = new MemoryIndex(state);
    this.#vault = vault;
    this.#manifest = manifest;
    this.options = options;
    this.vanished = vanished;
    this.#journal = new Journal(vault, state.shape.bits, manifest.generation, manifest.sequence);
    this.#requests = new Map(Object.entries(manifest.requests));
    this.#durableVersion = manifest.version;
  }

  /**
   * The stored database, whole: its snapshot, and the journal since.
   * @throws STORAGE_CORRUPT, FORMAT_VERSION, DECRYPT_FAILED, and what Index.import() throws
   */
  static async load(
    state: State,
    vault: Vault,
    manifest: Manifest,
    options: StoredOptions,
    onProgress: (done: number, total: number) => void,
    signal: AbortSignal | undefined,
  ): Promise<Session> {
    const session = new Session(state, vault, manifest, options);
    try {
      await session.#read(manifest, onProgress, signal);
      // Where another one writes, there can be more to read by now.
      while (await session.#journal.hasGap())
        if ((await session.#readJournal()) === 0)
          throw corrupt('a segment of its journal is missing or cut off');
    } catch (error) {
      session.#index.dispose();
      throw error;
    }
    return session;
  }

  /** A new database, stored: its options, and what a snapshot has. */
  static async create(
    state: State,
    vault: Vault,
    options: StoredOptions,
    contents: Uint8Array | undefined,
    vanished: boolean,
  ): Promise<Session> {
    const index = new MemoryIndex(state);
    try {
      if (contents !== undefined) index.import(contents);
      const { version } = state;
      const first = { generation: 0, options, sequence: 0, version, requests: {} };
      const snapshot = contents === undefined ? new Uint8Array() : index.export();
      const manifest = await writeGeneration(vault, first, snapshot);
      return new Session(state, vault, manifest, options, vanished);
    } catch (error) {
      index.dispose();
      throw error;
    }
  }

  get shape(): State['shape'] {
    return this.#state.shape;
  }

  get version(): number {
    return this.#state.version;
  }

  get durableVersion(): number {
    return this.#durableVersion;
  }

  get waiting(): boolean {
    return this.#rebased || this.#journal.waiting > 0;
  }

  /** From here on this session writes, and nobody else does. */
  async startWriting(): Promise<void> {
    await this.catchUp();
    await this.#enqueue(() => sweep(this.#vault, this.#manifest.generation));
    this.#writing = true;
    this.#state.log = (change) => this.#journal.append(change, this.#origin, this.#state.version);
  }

  /** Runs a verb on the index. `origin` names the request of another tab. */
  run({ verb, namespace, args }: Call, origin: Origin = OWN): unknown {
    this.#origin = origin;
    try {
      const result = this.#answer(verb, namespace, args);
      if (verb === 'import') this.rebase();
      if (verb === 'tune') this.#hasLearned = true;
      if (origin !== OWN) this.#remember(origin, result);
      return result;
    } finally {
      this.#origin = OWN;
    }
  }

  /** A verb that {@link hasSteps}, in steps between which others may run. */
  *steps({ verb, args }: Call): Generator<void, unknown> {
    const [options] = args as [never];
    for (;;) {
      const { records } = this.#state;
      const { numbering } = records;
      // What they sample is rows: where these are renumbered meanwhile it begins anew.
      const isSteady = (): boolean =>
        this.#state.records === records && records.numbering === numbering;
      const steps = (verb === 'tune' ? tuning : measuring)(this.#state, options);
      let step = steps.next();
      while (!step.done && isSteady()) {
        yield;
        if (isSteady()) step = steps.next();
      }
      if (!step.done) continue;
      this.#hasLearned ||= verb === 'tune';
      return step.value;
    }
  }

  #answer(verb: Verb, namespace: string, args: readonly unknown[]): unknown {
    if (verb in shardVerbs) return (shardVerbs[verb as ShardVerb] as Method)(this.#state, ...args);
    const target = namespace === '' ? this.#index : this.#index.namespace(namespace);
    return ((target as unknown as Methods)[verb] as Method).apply(target, args as unknown[]);
  }

  /** The answer to a request that was made already, by this writer or the one before. */
  answered({ replica, clock }: Origin): { result: unknown } | undefined {
    const last = this.#requests.get(String(replica));
    return last !== undefined && last.clock >= clock ? last : undefined;
  }

  #remember({ replica, clock }: Origin, result: unknown): void {
    this.#requests.delete(String(replica));
    this.#requests.set(String(replica), { clock, result });
    const [oldest] = this.#requests.keys();
    if (this.#requests.size > REMEMBERED && oldest !== undefined) this.#requests.delete(oldest);
  }

  /**
   * Stores all changes made so far; calls in the meantime share one piece of work. Returns the
   * version that is stored. @throws QUOTA_EXCEEDED, STORAGE_UNAVAILABLE; the changes wait for the next
   */
  flush(): Promise<number> {
    this.#flush ??= this.#enqueue(async () => {
      this.#flush = undefined;
      if (this.#unsure) await this.#settle();
      if (!this.#rebased)
        await this.#journal.store((version) => {
          this.#durableVersion = version;
          this.onStored(version);
        });
      // An import may have come meanwhile.
      if (this.#rebased) await this.#checkpoint();
      else if (this.#isLong(CHECKPOINT_BYTES, CHECKPOINT_SHARE)) await this.#tryCheckpoint();
      return this.#durableVersion;
    });
    return this.#flush;
  }

  /** What is stored is not what the changes to come are made to: a snapshot is the next to store. */
  rebase(): void {
    this.#rebased = true;
    this.#journal.drop();
  }

  /** Stores everything anew, the graph included. @throws as flush() */
  checkpoint(): Promise<void> {
    return this.#enqueue(async () => {
      if (this.#unsure) await this.#settle();
      await this.#checkpoint();
    });
  }

  /** What `maintain` does of the graph is kept by the next snapshot. */
  maintain(budgetMs: number): number {
    return this.#index.maintain({ budgetMs }).pending;
  }

  get count(): number {
    return this.#state.records.count;
  }

  /** Whether all shards were made. One that broke off as it was written says so too. */
  areMade(): Promise<boolean> {
    return this.#enqueue(async () => (await this.#vault.list()).includes(keyOf(ALL_MADE)));
  }

  async markMade(): Promise<void> {
    await this.#enqueue(() => this.#vault.write(ALL_MADE, new Uint8Array()));
  }

  /** A reader makes the changes that were stored since. Answers of requests are kept. */
  catchUp(): Promise<void> {
    return this.#enqueue(async () => {
      if (this.#writing) return;
      // A writer may sweep away what is being read; then there is a newer generation.
      for (let tries = 0; ; ++tries) {
        try {
          await this.#follow();
          return;
        } catch (error) {
          if (tries === 3 || !(await this.#isBehind())) throw error;
        }
      }
    });
  }

  report(): Pick<StorageReport, 'snapshotBytes' | 'journalBytes' | 'encrypted'> {
    return {
      snapshotBytes: this.#manifest.bytes,
      journalBytes: this.#journal.bytes,
      encrypted: this.#vault.encrypted,
    };
  }

  /** Stores what is not stored yet if this session writes, and frees the index in any case. */
  async close(): Promise<void> {
    try {
      if (this.#writing) {
        await this.flush();
        if (this.#hasLearned || (this.#journal.bytes > 0 && this.#isLong(1, CLOSING_SHARE)))
          await this.#enqueue(() => this.#tryCheckpoint());
      }
      await this.#work.catch(() => {});
    } finally {
      this.#index.dispose();
    }
  }

  #isLong(bytes: number, share: number): boolean {
    const { bytes: length } = this.#journal;
    return length >= Math.max(bytes, share * this.#manifest.bytes, 2 * this.#failedAt);
  }

  async #isBehind(): Promise<boolean> {
    const manifest = await readManifest(this.#vault);
    return manifest !== undefined && manifest.generation > this.#manifest.generation;
  }

  async #follow(): Promise<void> {
    await this.#readJournal();
    const manifest = await readManifest(this.#vault);
    if (manifest === undefined || manifest.generation === this.#manifest.generation) return;
    if (manifest.sequence === this.#journal.sequence && manifest.version === this.version) {
      // The snapshot is of what is here already; the writer compacted for it.
      compact(this.#state);
      this.#stand(manifest);
      await this.#readJournal();
    } else await this.#read(manifest, () => {});
  }

  async #read(
    manifest: Manifest,
    onProgress: (done: number, total: number) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    const { bytes, sequence, version } = manifest;
    const snapshot = await readSnapshot(this.#vault, manifest, (done) => onProgress(done, bytes));
    if (bytes > 0) this.#index.import(snapshot);
    else this.#index.clear();
    this.#state.version = this.#durableVersion = version;
    this.#journal.sequence = sequence;
    this.#stand(manifest);
    await this.#readJournal(signal);
  }

  /** The index is what a manifest says: its journal is the one to go on with. */
  #stand(manifest: Manifest): void {
    this.#manifest = manifest;
    this.#journal.begin(manifest.generation, manifest.sequence);
    for (const [replica, answer] of Object.entries(manifest.requests))
      this.#requests.set(replica, answer);
  }

  async #readJournal(signal?: AbortSignal): Promise<number> {
    const count = await this.#journal.read((entry: Entry) => {
      const { change } = entry;
      if (
        change.op === 'describe' &&
        this.#state.records.row(change.namespace, change.id) === undefined
      )
        throw corrupt(`change ${entry.sequence} is of a record that is not there`);
      const result = replay(this.#state, change);
      const { replica, clock } = entry.origin;
      // A request can make two changes; the first is the answer.
      if (clock > 0 && this.#requests.get(String(replica))?.clock !== clock)
        this.#remember(entry.origin, result);
    }, signal);
    this.#durableVersion = this.version;
    return count;
  }

  async #checkpoint(): Promise<void> {
    const snapshot = this.#index.export();
    const { sequence } = this.#journal;
    const { version } = this;
    const manifest = {
      generation: this.#manifest.generation + 1,
      options: this.options,
      sequence,
      version,
      requests: Object.fromEntries(this.#requests),
    };
    this.#unsure = true;
    const rebased = this.#rebased;
    this.#rebased = false;
    try {
      this.#adopt(await writeGeneration(this.#vault, manifest, snapshot));
    } catch (error) {
      this.#rebased ||= rebased;
      this.#failedAt = this.#journal.bytes;
      throw error;
    }
    await sweep(this.#vault, this.#manifest.generation);
  }

  /** A manifest that this session wrote counts. */
  #adopt(manifest: Manifest): void {
    this.#manifest = manifest;
    this.#durableVersion = manifest.version;
    this.#journal.begin(manifest.generation, manifest.sequence);
    this.#unsure = this.#hasLearned = false;
    this.#failedAt = 0;
    this.onStored(manifest.version);
  }

  /** Finds out which manifest counts, and removes what a failed one left. */
  async #settle(): Promise<void> {
    const manifest = await readManifest(this.#vault);
    if (manifest !== undefined && manifest.generation > this.#manifest.generation)
      this.#adopt(manifest);
    this.#unsure = false;
    await sweep(this.#vault, this.#manifest.generation);
  }

  /** What is stored already does without; the failure is reported, and it is tried again later. */
  async #tryCheckpoint(): Promise<void> {
    try {
      await this.#checkpoint();
    } catch (error) {
      this.onTrouble(error as RuVectorError);
    }
  }

  /** After all work before it, whether that succeeded or not. */
  #enqueue<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#work.then(work, work);
    this.#work = result.catch(() => {});
    return result;
  }
}
