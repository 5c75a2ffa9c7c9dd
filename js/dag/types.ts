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
