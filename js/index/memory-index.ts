import type { RawCollection } from '../../types/raw.js';
import { type Core, handle } from '../core/module.js';
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
import { rawConfig } from './config.js';
import { maintain } from './maintain.js';
import { NamespaceView } from './namespace.js';
import { stats } from './read.js';
import { measureRecall, tune } from './recall.js';
import { checkId, Records } from './records.js';
import { exportSnapshot, importSnapshot } from './snapshot.js';
import { changed, opened, type State } from './state.js';
import { METRICS, type Shape } from './vectors.js';
import { compact } from './write.js';

/** The synchronous index: the default namespace, and the verbs on the whole. */
export class MemoryIndex<M extends object> extends NamespaceView<M> implements Index<M> {
  readonly dimensions: number;
  readonly metric: Metric;
  readonly #state: State;

  constructor(
    core: Core,
    shape: Shape,
    options: Pick<State, 'config' | 'ef' | 'target' | 'indexed' | 'maxMemoryBytes' | 'model'>,
  ) {
    const state: State = {
      ...options,
      core,
      shape,
      collection: newCollection(core, shape, options),
      records: new Records(options.indexed),
      givenConfig: options.config,
      givenModel: options.model,
      tuned: undefined,
      tuning: undefined,
      version: 0,
      closed: false,
      queries: 0,
      foreign: [],
    };
    super(state, '');
    this.#state = state;
    this.dimensions = shape.dimensions;
    this.metric = shape.metric;
  }

  get model(): string | undefined {
    return this.#state.model;
  }

  get version(): number {
    return this.#state.version;
  }

  override clear(): void {
    const state = this.#opened();
    const { records, foreign, model, givenModel } = state;
    if (records.rows === 0 && foreign.length === 0 && model === givenModel) return;
    state.collection.clear();
    state.records = new Records(state.indexed);
    state.foreign = [];
    state.model = state.givenModel;
    state.tuned = state.tuning = undefined;
    changed(state);
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
    return measureRecall(this.#opened(), options);
  }

  tune(options: { readonly targetRecall: number }): TuneResult {
    return tune(this.#opened(), options);
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

function newCollection(
  core: Core,
  shape: Shape,
  { config, maxMemoryBytes }: Pick<State, 'config' | 'maxMemoryBytes'>,
): RawCollection {
  const metric = METRICS.indexOf(shape.metric);
  const { raw } = core;
  const address = raw.createCollection(maxMemoryBytes, metric, shape.stored, ...rawConfig(config));
  return handle(raw, 'Collection', address);
}
