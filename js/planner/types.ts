/** A query plan as numbers: all that a planner needs to know of one. */
export interface Plan {
  /** The ids of all nodes, each after its inputs. */
  readonly order: readonly string[];
  /** From a node to one that reads what it emits. */
  readonly edges: readonly (readonly [from: string, to: string])[];
  readonly nodes: { readonly [id: string]: PlanNode };
}

export interface PlanNode {
  /** Its own, without that of its inputs; 0 or more, 0 where absent. */
  readonly cost?: number;
  /** Rows that it emits. */
  readonly rows?: number;
  /** Rows that it can emit under its budget; no end where absent. */
  readonly candidates?: number;
  /** Share of its input that it lets pass, 0 to 1; 1 where absent. */
  readonly selectivity?: number;
}

/** Numbers by node id; nodes that are not named have the default. */
export type PerNode = { readonly [id: string]: number };

/** What the shape of a plan, its costs and its limits say of a node. */
export interface NodeAnalysis {
  /** Edges on the longest way from a node without inputs. */
  readonly depth: number;
  /** When it can begin, if any number of operators run at once, in the unit of the costs. */
  readonly earliest: number;
  /** How much longer it may take without the plan taking longer. */
  readonly slack: number;
  /** Whether it has no slack: it is on a costliest path. */
  readonly critical: boolean;
  /** Share of its rows that the operators behind it let through, along the strictest way. */
  readonly passRate: number;
}

export interface PlanAnalysis {
  readonly nodes: { readonly [id: string]: NodeAnalysis };
  /** A path of the greatest cost. */
  readonly criticalPath: readonly string[];
  /** Its cost: the time that the plan takes at least. */
  readonly length: number;
  /** F*: results to expect. `null` where a way through the plan has no limit. */
  readonly flow: number | null;
  /** From 0, three times `k` results can be expected, to 1: no more than `k` can, so expect fewer. */
  readonly tension: number;
  /** The nodes through which more could come than does: the smallest source side of all least cuts. */
  readonly side: readonly string[];
  /** The nodes whose limits are that cut: they sum to `flow`, and without them nothing comes through. */
  readonly witness: readonly string[];
  /** Those of the witness of which each alone gives more results if it has more candidates. */
  readonly bottlenecks: readonly string[];
  /** Counted work of the analysis: arcs looked at. */
  readonly arcsScanned: number;
}

/**
 * What a share is made of; `decay` is the number in it, and its default.
 * - `topological`: decay^depth (0.9).
 * - `causalCone`: cost of all that depends on the node, itself included, by decay^hops (0.8).
 * - `criticalPath`: cost times e^(-slack / (decay * length)) (0.1).
 * - `minCutGated`: topological, times `decay` (0.05) but in bottlenecks.
 * - `lorentz`: e^(-d / edge length), d to the root, or to `focus`, of the plan's dominator tree in
 *   hyperbolic space.
 * - `parallelBranch`: share of the cost.
 * - `btsp`: topological, times 1/2 + synapse (0.9); see {@link Btsp}.
 */
export type AttentionMechanism =
  | 'topological'
  | 'causalCone'
  | 'criticalPath'
  | 'minCutGated'
  | 'lorentz'
  | 'parallelBranch'
  | 'btsp';

export interface AttentionOptions {
  /** Above 0, at most 1. */
  readonly decay?: number;
  /** `lorentz`: the node to be near to. */
  readonly focus?: string;
  /** `btsp`: of 0 to 1, 0 where a node is not named. */
  readonly synapses?: PerNode;
}
