import type { RawDag } from '../../types/raw.js';
import { checkInteger, checkKeys, invalid } from '../core/arguments.js';
import { RuVectorError } from '../core/errors.js';
import type { Core } from '../core/module.js';
import { handle } from '../core/module.js';
import { check } from '../core/status.js';
import { BtspTraces } from './btsp.js';
import { checkNumber, checkPlan, MAX_NODES, numbersOf } from './check.js';
import { MECHANISMS } from './mechanisms.js';
import type {
  AllocateOptions,
  AttentionMechanism,
  AttentionOptions,
  Btsp,
  BtspOptions,
  PerNode,
  PlanAnalysis,
  Planner,
  Raised,
  RaiseOffer,
  Selector,
  SelectorOptions,
} from './planner-types.js';
import { PatternSelector } from './selector.js';
import type { Plan } from './types.js';

/** Of bindings/embind/dag.cpp: numbers before the lists, and the lists. */
const SCALARS = 4;
const LISTS = 5;
const NO_FOCUS = 0xffffffff;
/** Bits of an analysis. */
const SOURCE_SIDE = 1;
const WITNESS = 2;
const BOTTLENECK = 4;
const ON_PATH = 8;

/** The planner over the core: numbers down, shares and findings up. */
export class CorePlanner implements Planner {
  readonly #core: Core;
  #raw: RawDag | undefined;

  constructor(core: Core) {
    this.#core = core;
    this.#raw = handle<RawDag>(core.raw, 'Dag', core.raw.createDag());
  }

  analyze(plan: Plan, options: { readonly k: number }): PlanAnalysis {
    checkKeys('options', options, ['k']);
    const k = checkNumber('k', options.k, 0);
    const order = this.#take(plan);
    this.#write(-SCALARS, [k]);
    check(this.#dag.analyze());
    const [flow, tension, length, arcsScanned] = this.#scalars();
    const [depth, slack, earliest, passRate, bits] = Array.from({ length: LISTS }, (_, i) =>
      this.#list(i, order.length),
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
    const order = this.#take(plan);
    const at = focus === undefined ? NO_FOCUS : order.indexOf(focus);
    if (at < 0) throw invalid('focus', 'the id of a node', focus);
    this.#write(0, numbersOf('synapses', synapses, order, 0, 1));
    this.#write(-SCALARS, [decay]);
    check(this.#dag.attention(number, at));
    const shares = this.#list(1, order.length);
    return byId(order, (i) => shares[i] as number);
  }

  allocate(
    budget: number,
    shares: PerNode,
    options: AllocateOptions = {},
  ): { [id: string]: number } {
    checkNumber('budget', budget, 0);
    checkKeys('options', options, ['least', 'most', 'scales']);
    const { least = 0, most = Infinity, scales } = options;
    const ids = Object.keys(shares);
    checkInteger('shares', ids.length, 0, MAX_NODES);
    const lists = [
      numbersOf('shares', shares, ids),
      numbersOf('least', least, ids),
      numbersOf('most', most, ids, Infinity, Infinity),
      ids.map(() => 0),
      numbersOf('scales', scales ?? {}, ids),
    ];
    const missing = ids.findIndex((_, i) => scales !== undefined && !lists[4]?.[i]);
    if (missing >= 0)
      throw invalid(`scales.${ids[missing]}`, 'a number above 0', lists[4]?.[missing]);
    this.#begin(ids.length, 0);
    this.#write(0, lists.flat());
    // What is left to refuse is how the numbers fit together.
    this.#write(-SCALARS, [budget]);
    if (this.#dag.allocate(scales === undefined ? 0 : 1) !== 0)
      throw new RuVectorError(
        'INVALID_ARGUMENT',
        `least: expected no more than most each, and no more than the budget of ${budget} in all`,
      );
    const parts = this.#list(3, ids.length);
    return byId(ids, (i) => parts[i] as number);
  }

  raise(
    plan: Plan,
    offers: { readonly [id: string]: RaiseOffer },
    options: { readonly wanted: number },
  ): Raised {
    checkKeys('options', options, ['wanted']);
    const wanted = checkNumber('wanted', options.wanted, 0);
    const order = this.#take(plan);
    checkKeys('offers', offers, order);
    const pairs = order.flatMap((id) => {
      const offer = Object.hasOwn(offers, id) ? offers[id] : undefined;
      if (offer === undefined) return [0, 0];
      checkKeys(`offers.${id}`, offer, ['price', 'most']);
      const { price, most = Infinity } = offer;
      checkNumber(`offers.${id}.price`, price, 0);
      return [price, most === Infinity ? most : checkNumber(`offers.${id}.most`, most, 0)];
    });
    this.#write(0, pairs);
    this.#write(-SCALARS, [wanted]);
    check(this.#dag.raise());
    const [flow, cost, , arcsScanned] = this.#scalars();
    const raises = this.#list(2, order.length);
    return {
      raises: Object.fromEntries(
        order.map((id, i) => [id, raises[i] as number]).filter(([, by]) => by !== 0),
      ),
      flow,
      enough: flow >= wanted * (1 - 1e-9),
      cost,
      arcsScanned,
    };
  }

  btsp(options: BtspOptions = {}): Btsp {
    return new BtspTraces(options, (scalars, synapses, use) => {
      this.#begin(synapses.length / 3, 0);
      this.#write(-SCALARS, scalars);
      this.#write(0, synapses);
      check(use(this.#dag));
      return this.#core.heap.readFloat64s(this.#at(0), synapses.length);
    });
  }

  selector(options: SelectorOptions = {}): Selector {
    this.#dag;
    return new PatternSelector(this.#core, options);
  }

  dispose(): void {
    this.#raw?.delete();
    this.#raw = undefined;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  get #dag(): RawDag {
    if (this.#raw === undefined)
      throw new RuVectorError('CLOSED', 'expected a planner in use, got a disposed one');
    return this.#raw;
  }

  /** Makes `plan` the core's. @returns its nodes in the core's order */
  #take(plan: Plan): readonly string[] {
    const { order, costs, candidates, selectivities, edges } = checkPlan(plan);
    this.#begin(order.length, edges.length);
    this.#write(0, [...costs, ...candidates, ...selectivities]);
    this.#write(LISTS * order.length, edges.flat());
    check(this.#dag.take(edges.length));
    return order;
  }

  #begin(nodes: number, edges: number): void {
    check(this.#dag.begin(nodes, edges));
  }

  /** Where the number `at` of the lists is; those before them are negative. */
  #at(at: number): number {
    return this.#dag.numbers() + 8 * (SCALARS + at);
  }

  #write(at: number, numbers: readonly number[]): void {
    this.#core.heap.writeFloat64s(this.#at(at), numbers);
  }

  #list(list: number, nodes: number): number[] {
    return this.#core.heap.readFloat64s(this.#at(list * nodes), nodes);
  }

  #scalars(): [number, number, number, number] {
    const scalars = this.#core.heap.readFloat64s(this.#at(-SCALARS), SCALARS);
    return scalars as [number, number, number, number];
  }
}

function byId<T>(ids: readonly string[], of: (i: number) => T): { [id: string]: T } {
  return Object.fromEntries(ids.map((id, i) => [id, of(i)]));
}
