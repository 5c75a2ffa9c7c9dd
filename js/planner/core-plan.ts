import type { RawDag } from '../../types/raw.js';
import { RuVectorError } from '../core/errors.js';
import { type Core, handle } from '../core/module.js';
import { check } from '../core/status.js';
import { MECHANISMS } from './mechanisms.js';
import type { AttentionMechanism } from './types.js';

/** Of bindings/embind/dag.cpp: numbers before the lists, and the lists. */
export const SCALARS = 4;
const LISTS = 5;
const NO_FOCUS = 0xffffffff;
const BOTTLENECK = 4;

/** A plan as the core takes it; nodes are places in an order that has each after its inputs. */
export interface PlanNumbers {
  readonly costs: readonly number[];
  /** Infinity: no end. */
  readonly candidates: readonly number[];
  readonly selectivities: readonly number[];
  /** Sorted by where they begin. */
  readonly edges: readonly (readonly [from: number, to: number])[];
}

/** Lists are by node. */
export interface Analyzed {
  /** Infinity: no end. */
  readonly flow: number;
  readonly tension: number;
  readonly length: number;
  readonly arcsScanned: number;
  readonly depth: readonly number[];
  readonly slack: readonly number[];
  readonly earliest: readonly number[];
  readonly passRate: readonly number[];
  readonly bits: readonly number[];
  readonly isBottleneck: (node: number) => boolean;
}

/** Of attention; what is absent is none. */
export interface Focus {
  readonly decay?: number;
  readonly focus?: number;
  readonly synapses?: readonly number[];
}

/** What the core says of a plan: numbers down, shares and findings up. Nothing is checked here. */
export class CorePlan {
  protected readonly core: Core;
  #raw: RawDag | undefined;

  constructor(core: Core) {
    this.core = core;
    this.#raw = handle<RawDag>(core.raw, 'Dag', core.raw.createDag());
  }

  take({ costs, candidates, selectivities, edges }: PlanNumbers): void {
    this.begin(costs.length, edges.length);
    this.write(0, [...costs, ...candidates, ...selectivities]);
    this.write(LISTS * costs.length, edges.flat());
    check(this.dag.take(edges.length));
  }

  /** Of the plan that was taken last, for the `k` nearest; the lists are of its `nodes`. */
  analyzed(k: number, nodes: number): Analyzed {
    this.write(-SCALARS, [k]);
    check(this.dag.analyze());
    const [flow, tension, length, arcsScanned] = this.scalars();
    const [depth, slack, earliest, passRate, bits] = Array.from({ length: LISTS }, (_, i) =>
      this.list(i, nodes),
    ) as [number[], number[], number[], number[], number[]];
    const isBottleneck = (node: number): boolean => ((bits[node] as number) & BOTTLENECK) !== 0;
    const lists = { depth, slack, earliest, passRate, bits };
    return { flow, tension, length, arcsScanned, ...lists, isBottleneck };
  }

  /** Shares of the nodes of the plan that was taken last. */
  shares(
    mechanism: AttentionMechanism,
    nodes: number,
    { decay = 0, focus = NO_FOCUS, synapses = [] }: Focus = {},
  ): number[] {
    this.write(0, synapses);
    this.write(-SCALARS, [decay]);
    check(this.dag.attention(MECHANISMS.indexOf(mechanism), focus));
    return this.list(1, nodes);
  }

  dispose(): void {
    this.#raw?.delete();
    this.#raw = undefined;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  protected get dag(): RawDag {
    if (this.#raw === undefined)
      throw new RuVectorError('CLOSED', 'expected a planner in use, got a disposed one');
    return this.#raw;
  }

  protected begin(nodes: number, edges: number): void {
    check(this.dag.begin(nodes, edges));
  }

  /** Where the number `at` of the lists is; those before them are negative. */
  protected at(at: number): number {
    return this.dag.numbers() + 8 * (SCALARS + at);
  }

  protected write(at: number, numbers: readonly number[]): void {
    this.core.heap.writeFloat64s(this.at(at), numbers);
  }

  protected list(list: number, nodes: number): number[] {
    return this.core.heap.readFloat64s(this.at(list * nodes), nodes);
  }

  protected scalars(): [number, number, number, number] {
    const scalars = this.core.heap.readFloat64s(this.at(-SCALARS), SCALARS);
    return scalars as [number, number, number, number];
  }
}
