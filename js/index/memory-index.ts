import type {
  CompactResult,
  Index,
  IndexStats,
  MaintainResult,
  Metric,
  Namespace,
  RecallOptions,
  RecallReport,
  TuneResult,
  WriteResult,
} from '../types.js';
import { maintain } from './maintain.js';
import { NamespaceView } from './namespace.js';
import { stats } from './read.js';
import { finish, measuring, tuning } from './recall.js';
import { checkId, Records } from './records.js';
import { exportSnapshot, importSnapshot } from './snapshot.js';
import { opened, type State } from './state.js';
import { clear, compact } from './write.js';

/** The synchronous index: the default namespace, and the verbs on the whole. */
export class MemoryIndex<M extends object> extends NamespaceView<M> implements Index<M> {
  readonly dimensions: number;
  readonly metric: Metric;
  readonly #state: State;

  constructor(state: State) {
    super(state, '');
    this.#state = state;
    this.dimensions = state.shape.dimensions;
    this.metric = state.shape.metric;
  }

  get model(): string | undefined {
    return this.#state.model;
  }

  get version(): number {
    return this.#state.version;
  }

  override clear(): void {
    clear(this.#opened());
  }

  namespace(name: string): Namespace<M> {
    this.#opened();
    return new NamespaceView(this.#state, checkId('namespace', name));
  }

  stats(): IndexStats {
    return stats(this.#opened());
  }

  compact(): CompactResult {
    const state = this.#opened();
    return { removed: compact(state), memoryBytes: state.collection.usedBytes() };
  }

  maintain(options: { readonly budgetMs: number }): MaintainResult {
    return maintain(this.#opened(), options);
  }

  measureRecall(options?: RecallOptions): RecallReport {
    return finish(measuring(this.#opened(), options));
  }

  tune(options: { readonly targetRecall: number }): TuneResult {
    return finish(tuning(this.#opened(), options));
  }

  export(): Uint8Array<ArrayBuffer> {
    return exportSnapshot(this.#opened());
  }

  import(snapshot: Uint8Array | ArrayBuffer): WriteResult {
    return importSnapshot(this.#opened(), snapshot);
  }

  dispose(): void {
    if (this.#state.closed) return;
    this.#state.closed = true;
    this.#state.collection.delete();
    this.#state.records = new Records(undefined);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #opened(): State {
    return opened(this.#state);
  }
}
