import type {
  AttentionMechanism,
  AttentionOptions,
  PerNode,
  Plan,
  PlanAnalysis,
} from '../planner/types.js';
import type { IndexOptions } from '../types.js';

export interface PlannerOptions {
  /** Where the WebAssembly comes from, instead of the package's own file. */
  readonly wasm?: NonNullable<IndexOptions['wasm']>;
}

export interface AllocateOptions {
  /** What each gets at least; default 0. */
  readonly least?: number | PerNode;
  /** What each gets at most; default all. */
  readonly most?: number | PerNode;
  /**
   * With it the division is the best one where a branch with the budget b finds 1 - e^(-b / scale) of
   * what is in it, and the shares are of what is to be found. Above 0, one for each share.
   */
  readonly scales?: PerNode;
}

export interface RaiseOffer {
  /** Of one candidate more. */
  readonly price: number;
  /** How many candidates it can have; default no end. */
  readonly most?: number;
}

export interface Raised {
  /** How many candidates more, by node; only nodes that get some. */
  readonly raises: { readonly [id: string]: number };
  /** Results to expect then, at most what was wanted. */
  readonly flow: number;
  /** Whether that is as many as were wanted. */
  readonly enough: boolean;
  /** Sum of raises times prices. */
  readonly cost: number;
  /** Counted work: arcs looked at. */
  readonly arcsScanned: number;
}

export interface BtspOptions {
  /** Seconds after which an execution counts for 1/e; default 2. */
  readonly tau?: number;
  /** How much one surprise changes, 0 to 1; default 0.5. */
  readonly rate?: number;
  /** To go on from: what `state` was. */
  readonly state?: BtspState;
}

/** By node: synaptic weight, sum of traces at the last execution, and when that was. */
export type BtspState = {
  readonly [id: string]: readonly [weight: number, eligibility: number, time: number];
};

/** What ran before surprises, for one pattern of plans. Plain data in, plain data out. */
export interface Btsp {
  /** These nodes ran. `time`: seconds of any clock that does not go back. */
  executed(ids: readonly string[], time: number): void;
  /** A surprise, as a latency beyond the pattern's 95th percentile: what ran lately gains weight. */
  surprise(time: number): void;
  /** For `synapses`. */
  readonly weights: PerNode;
  readonly state: BtspState;
}

/** What is known of a query, and since the one before it; 0 where absent. */
export interface QueryObservation {
  /** 0 to 1, of an analysis. */
  readonly tension?: number;
  /** 0 or more, in any unit; counted work too. */
  readonly latency?: number;
  /** Records written since the last query. */
  readonly writes?: number;
  /** Seconds of any clock that does not go back. */
  readonly time?: number;
  /** The most edges into or out of one node of the plan. */
  readonly branches?: number;
  /** Of the plan: edges on its longest way. */
  readonly depth?: number;
}

/** Measured over the last queries. */
export interface Signals {
  readonly tension: number;
  /** A query, over the last 16. */
  readonly tensionSlope: number;
  /** 99th percentile of latencies by the median, of the last 100. */
  readonly tailRatio: number;
  /** Writes among writes and queries, over the last 100 queries. */
  readonly writeShare: number;
  /** Greatest autocorrelation of queries a bin, at lags of 2 to 64 bins. */
  readonly periodicity: number;
  readonly branches: number;
  readonly depth: number;
}

/** In the order in which they count: the first that holds decides. */
export type Trigger = 'tension' | 'tail' | 'branches' | 'depth' | 'writes' | 'rhythm';

/** A decision and all that it depends on but the decision before it. */
export interface LoggedDecision {
  /** Which query of the pattern, from 1. */
  readonly query: number;
  readonly signals: Signals;
  readonly triggers: readonly Trigger[];
  readonly mechanism: AttentionMechanism;
  /** Queries since the last change, this one included, counted to 16: before that none is changed. */
  readonly since: number;
}

export interface SelectorOptions {
  /** Seconds that count as one moment, for rhythms of 2 to 64 of them; default 1. */
  readonly bin?: number;
  /** Decisions that the log keeps, 1 to 1,000,000; default 1,000. */
  readonly keep?: number;
}

/** Chooses a mechanism for the queries of one pattern, by what is measured of them. */
export interface Selector extends Disposable {
  /** @throws INVALID_ARGUMENT, CLOSED */
  observe(query: QueryObservation): LoggedDecision;
  readonly mechanism: AttentionMechanism;
  /** The last decisions, oldest first. */
  readonly log: readonly LoggedDecision[];
  /**
   * Decides again what a log says, each from the decision before it and its own signals; the first
   * one only where it is the first of the pattern. @returns what is decided then
   */
  replay(log: readonly LoggedDecision[]): LoggedDecision[];
  dispose(): void;
}

/** Reads plans. One serves any number of them; it is synchronous. */
export interface Planner extends Disposable {
  /**
   * What a plan takes at least, whether it can be expected to give `k` results, and what is in the
   * way. @throws INVALID_GRAPH, INVALID_ARGUMENT, OUT_OF_MEMORY
   */
  analyze(plan: Plan, options: { readonly k: number }): PlanAnalysis;
  /** How much each node matters: shares that sum to 1. @throws as `analyze` */
  attention(
    plan: Plan,
    mechanism: AttentionMechanism,
    options?: AttentionOptions,
  ): { [id: string]: number };
  /**
   * Divides a budget by shares. The parts sum to it, or to all `most` if that is less; what some
   * cannot take goes to the others. @throws INVALID_ARGUMENT where all `least` are more than it
   */
  allocate(budget: number, shares: PerNode, options?: AllocateOptions): { [id: string]: number };
  /**
   * The cheapest raises of candidates after which `wanted` results can be expected; 1.5 k is a good
   * aim. Nodes without an offer stay as they are. @throws as `analyze`
   */
  raise(
    plan: Plan,
    offers: { readonly [id: string]: RaiseOffer },
    options: { readonly wanted: number },
  ): Raised;
  btsp(options?: BtspOptions): Btsp;
  selector(options?: SelectorOptions): Selector;
  /** Gives the memory back; every other method throws CLOSED after that. Selectors live on. */
  dispose(): void;
}
