import type { RawDag } from '../../types/raw.js';
import { checkKeys, checkNumber, invalid } from '../core/arguments.js';
import { RuVectorError } from '../core/errors.js';
import { type Core, handle } from '../core/module.js';
import { check } from '../core/status.js';
import { checkPlan, numbersOf } from './check.js';
import { MECHANISMS } from './mechanisms.js';
import type { AttentionMechanism, AttentionOptions, Plan, PlanAnalysis } from './types.js';

/** Of bindings/embind/dag.cpp: numbers before the lists, and the lists. */
export const SCALARS = 4;
const LISTS = 5;
const NO_FOCUS = 0xffffffff;
/** Bits of an analysis. */
const SOURCE_SIDE = 1;
const WITNESS = 2;
const BOTTLENECK = 4;
const ON_PATH = 8;

/** What the core says of a plan: numbers down, shares and findings up. */
export class PlanReader {
  protected readonly core: Core;
  #raw: RawDag | undefined;

  constructor(core: Core) {
    this.core = core;
    this.#raw = handle<RawDag>(core.raw, 'Dag', core.raw.createDag());
  }

  analyze(plan: Plan, options: { readonly k: number }): PlanAnalysis {
    checkKeys('options', options, ['k']);
    const k = checkNumber('k', options.k, 0);
    const order = this.take(plan);
    this.write(-SCALARS, [k]);
    check(this.dag.analyze());
    const [flow, tension, length, arcsScanned] = this.scalars();
    const [depth, slack, earliest, passRate, bits] = Array.from({ length: LISTS }, (_, i) =>
      this.list(i, order.length),
    ) as [number[], number[], number[], number[], number[]];
    const marked = (bit: number) => order.filter((_, i) => ((bits[i] as number) & bit) !== 0);
    return {
      nodes: byId(order, (i) => ({
        depth: depth[i] as number,
        earliest: earliest[i] as number,
        slack: slack[i] as number,
        critical: slack[i] === 0,
        passRate: passRate[i] as number,
      })),
      criticalPath: marked(ON_PATH),
      length,
      flow: flow === Infinity ? null : flow,
      tension,
      side: marked(SOURCE_SIDE),
      witness: marked(WITNESS),
      bottlenecks: marked(BOTTLENECK),
      arcsScanned,
    };
  }

  attention(
    plan: Plan,
    mechanism: AttentionMechanism,
    options: AttentionOptions = {},
  ): { [id: string]: number } {
    const number = MECHANISMS.indexOf(mechanism);
    if (number < 0) throw invalid('mechanism', `one of ${MECHANISMS.join(', ')}`, mechanism);
    checkKeys('options', options, ['decay', 'focus', 'synapses']);
    const { decay = 0, focus, synapses = {} } = options;
    if (options.decay !== undefined) {
      checkNumber('decay', decay, 0, 1);
      if (decay === 0) throw invalid('decay', 'a number above 0, at most 1', decay);
    }
    const order = this.take(plan);
    const at = focus === undefined ? NO_FOCUS : order.indexOf(focus);
    if (at < 0) throw invalid('focus', 'the id of a node', focus);
    this.write(0, numbersOf('synapses', synapses, order, 0, 1));
    this.write(-SCALARS, [decay]);
    check(this.dag.attention(number, at));
    const shares = this.list(1, order.length);
    return byId(order, (i) => shares[i] as number);
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

  /** Makes `plan` the core's. @returns its nodes in the core's order */
  protected take(plan: Plan): readonly string[] {
    const { order, costs, candidates, selectivities, edges } = checkPlan(plan);
    this.begin(order.length, edges.length);
    this.write(0, [...costs, ...candidates, ...selectivities]);
    this.write(LISTS * order.length, edges.flat());
    check(this.dag.take(edges.length));
    return order;
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

export function byId<T>(ids: readonly string[], of: (i: number) => T): { [id: string]: T } {
  return Object.fromEntries(ids.map((id, i) => [id, of(i)]));
}
