/** What `explain()` tells. */
import type { QueryResult } from './query.js';
import type { Metadata } from './values.js';

export interface Explanation<M extends object = Metadata> {
  /**
   * `flat`: every matching vector was compared. `int8`, `rabitq`: every matching code, then the
   * vectors of the nearest. `hnsw`: a walk along the graph.
   */
  readonly plan: 'flat' | 'int8' | 'rabitq' | 'hnsw';
  /**
   * With a filter. `prefilter`: matching records only were looked at, all of them; `in-graph`: the
   * walk went from match to match, over two links where one does not do (ACORN-1); `iterative`: it
   * went through all records until there were matches enough; `after`: the planner was off.
   */
  readonly filter?: 'prefilter' | 'in-graph' | 'iterative' | 'after';
  readonly requested: number;
  readonly returned: number;
  /** Why fewer than `requested` came, where they did. */
  readonly reason?: string;
  /** Of the namespace. */
  readonly records: number;
  /** The share of records that match, and what it was estimated to be around the query. */
  readonly selectivity: { readonly actual: number; readonly estimated: number };
  /** Width of the walk. */
  readonly ef: number;
  /** Records that the walk or the codes proposed and whose vectors were compared. */
  readonly candidates: number;
  /** Vectors compared, and codes along a graph; of a flat index also those not compacted yet. */
  readonly distanceEvaluations: number;
  /** Codes compared one after another. */
  readonly codesScanned: number;
  /** Records whose links were followed. */
  readonly hops: number;
  readonly bytesRead: number;
  /** Walks that were given up for a scan. */
  readonly fallbacks: number;
  /** With `spread`; its work is in that of the whole. */
  readonly spread?: SpreadReport;
  /** The same as a plan: where candidates come from, what they go through, and what limits them. */
  readonly dag: ExplainedPlan;
  readonly result: QueryResult<M>;
}

export interface SpreadReport {
  /** Times that neurons fired; 0: there is no graph, or `epsilon` is too high. */
  readonly spikes: number;
  /** Records, or nodes of records that are the same, that got activation. */
  readonly activated: number;
  /** Charge that did not go on, of 1: activations lack no more than that together. */
  readonly residual: number;
  readonly distanceEvaluations: number;
  readonly hops: number;
  readonly bytesRead: number;
}

/**
 * The plan that a query ran by, as a network in which results flow: how many can be expected is its
 * maximum flow, and its minimum cut is what limits them. Of a database over shards that of the shard
 * that had most to do.
 */
export interface ExplainedPlan {
  /** Each after those that it reads from. */
  readonly steps: readonly PlanStep[];
  /** From a step to one that reads what it emits, by `id`. */
  readonly edges: readonly (readonly [from: string, to: string])[];
  /** Results that could be expected before the query ran (F*). */
  readonly flow: number;
  /** 0: three times what is wanted could be expected; 1: no more than that. */
  readonly tension: number;
  /** The steps of which a higher limit, alone, is more flow. */
  readonly bottlenecks: readonly string[];
  /** With a filter and a graph: the walk as it was asked for, and what came of it. */
  readonly asked?: {
    readonly width: number;
    readonly flow: number;
    readonly tension: number;
    /** What was changed before it ran, and why; nothing where the flow was enough. */
    readonly changes: readonly PlanChange[];
    /** What finding that out took: arcs of networks looked at, and comparisons that were of no use. */
    readonly work: { readonly arcs: number; readonly comparisons: number };
  };
  /** Which attention spread over the steps: see `./dag`. */
  readonly mechanism: 'topological' | 'minCutGated';
}

export interface PlanChange {
  readonly step: string;
  readonly from: number | string;
  readonly to: number | string;
  readonly why: string;
}

/** A step of an {@link ExplainedPlan}. */
export interface PlanStep {
  readonly id: string;
  readonly kind:
    | 'flat-scan'
    | 'int8-scan'
    | 'rabitq-scan'
    | 'hnsw-scan'
    | 'filter'
    | 'rerank'
    | 'union'
    | 'limit';
  /** Rows that it may emit, where that is limited: the width of a walk, `topK`. */
  readonly budget?: number;
  readonly estimatedRows: number;
  /** Rows that it emitted, where they are counted: of a walk the nodes whose links it followed. */
  readonly rows?: number;
  /** Comparisons that it made, of vectors or codes. */
  readonly work: number;
  /** Its share of attention; all shares sum to 1. */
  readonly attention: number;
}
