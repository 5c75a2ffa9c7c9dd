import type { Operator } from '../operators.js';

/**
 * What operators cost. The package has four models, and any object with these two functions is one.
 * Both are asked of one node at a time and must give a finite number from 0.
 */
export interface CostModel {
  /** What a cost of 1 is, for people. */
  readonly unit?: string;
  /** Rows that the operator emits each time it runs; not asked where the operator says it. */
  rows(operator: Operator, input: RowsInput): number;
  /**
   * The operator's own cost, all `loops` runs together, without that of its inputs: those of a plan
   * add up. Not asked where the operator says it.
   */
  cost(operator: Operator, input: CostInput): number;
}

/** What a node emits each time it runs. */
export interface Rows {
  readonly rows: number;
  /** Bytes of a row. */
  readonly width?: number;
}

export interface RowsInput {
  /** Of the node. */
  readonly id: string;
  /** What its inputs emit, in their order. */
  readonly inputs: readonly Rows[];
}

/** `rows` and `width` are of what the node itself emits. */
export interface CostInput extends RowsInput, Rows {
  /** How often the node runs: under a nested loop once for each outer row. */
  readonly loops: number;
  /** Share of its rows that are asked for, in (0, 1]: below a limit less than all. */
  readonly share: number;
}
