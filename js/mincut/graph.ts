import type { RawGraph, StatusCode } from '../../types/raw.js';
import {
  checkBoolean,
  checkInteger,
  checkKeys,
  checkList,
  invalid,
  overLimit,
  unexpected,
} from '../core/arguments.js';
import { RuVectorError } from '../core/errors.js';
import { type Host, load } from '../core/load.js';
import { type Core, handle } from '../core/module.js';
import { check } from '../core/status.js';
import type {
  Connectivity,
  Cut,
  CutEdge,
  Graph,
  GraphOptions,
  GraphStats,
  LocalCut,
  LocalCutOptions,
  MaxFlow,
} from './types.js';

const MAX_NODES = 2 ** 24;
const MAX_MEMORY = 2 ** 32;
/** Sums of as many as there can be are finite. */
const MAX_WEIGHT = 1e290;

export async function createGraphOn(host: Host, options: GraphOptions): Promise<Graph> {
  checkKeys('options', options, ['nodes', 'maxMemoryBytes', 'wasm']);
  const { nodes, maxMemoryBytes = MAX_MEMORY, wasm } = options;
  checkInteger('nodes', nodes, 2, MAX_NODES);
  checkInteger('maxMemoryBytes', maxMemoryBytes, 1, MAX_MEMORY);
  return new CutGraph(await load(host, wasm), nodes, maxMemoryBytes);
}

/** Answers as src/mincut/cuts.h lays them out. */
class CutGraph implements Graph {
  readonly nodes: number;
  readonly #core: Core;
  readonly #raw: RawGraph;
  #closed = false;

  constructor(core: Core, nodes: number, maxMemoryBytes: number) {
    this.nodes = nodes;
    this.#core = core;
    this.#raw = handle(core.raw, 'Graph', core.raw.createGraph(maxMemoryBytes, nodes));
  }

  insert(u: number, v: number, weight: number = 1): number {
    this.#checkEdge(u, v);
    const sum = this.#opened().weight(u, v) + checkWeight('weight', weight);
    check(this.#raw.set(u, v, sum, false));
    return sum;
  }

  insertMany(from: ArrayLike<number>, to: ArrayLike<number>, weights?: ArrayLike<number>): void {
    const raw = this.#opened();
    const count = checkList('from', from).length;
    for (const [what, list] of [
      ['to', to],
      ['weights', weights ?? from],
    ] as const)
      if (checkList(what, list).length !== count)
        throw unexpected('INVALID_ARGUMENT', what, `${count} numbers, as from has`, list.length);
    for (let i = 0; i < count; ++i) {
      this.#checkEdge(from[i] as number, to[i] as number, i);
      if (weights) checkWeight(`weights[${i}]`, weights[i]);
    }
    const before = new Float64Array(count);
    for (let i = 0; i < count; ++i) {
      const [u, v] = [from[i] as number, to[i] as number];
      before[i] = raw.weight(u, v);
      const sum = (before[i] as number) + (weights ? (weights[i] as number) : 1);
      const status = raw.set(u, v, sum, i + 1 < count);
      if (status === 0) continue;
      while (--i >= 0) raw.set(from[i] as number, to[i] as number, before[i] as number, i > 0);
      check(status);
    }
  }

  delete(u: number, v: number): boolean {
    const was = this.weight(u, v);
    check(this.#raw.set(u, v, 0, false));
    return was > 0;
  }

  reweight(u: number, v: number, weight: number): number {
    const was = this.weight(u, v);
    checkWeight('weight', weight);
    if (was === 0) throw unexpected('NOT_FOUND', 'reweight', 'an edge', `none from ${u} to ${v}`);
    check(this.#raw.set(u, v, weight, false));
    return was;
  }

  weight(u: number, v: number): number {
    this.#checkEdge(u, v);
    return this.#opened().weight(u, v);
  }

  minCut(): Cut {
    return this.#answer(this.#opened().minCut()).cut;
  }

  maxFlow(source: number, sink: number): MaxFlow {
    this.#checkEdge(source, sink);
    const { cut, narrow } = this.#answer(this.#opened().maxFlow(source, sink));
    return { ...cut, bottlenecks: cut.witness.filter((_, i) => narrow[i]) };
  }

  localCut(node: number, options: LocalCutOptions): LocalCut | undefined {
    this.#checkNode('node', node);
    checkKeys('options', options, ['k', 'volume', 'delta', 'seed']);
    const { k, volume, delta = 0.01, seed = 1 } = options;
    for (const [what, value] of Object.entries({ k, volume })) checkWeight(what, value);
    if (typeof delta !== 'number' || !(delta > 0 && delta < 1))
      throw invalid('delta', 'a number between 0 and 1', delta);
    checkInteger('seed', seed, 0, 0xffffffff);
    const { cut, own } = this.#answer(this.#opened().localCut(node, k, volume, delta, seed));
    return cut.side.length > 0 ? { ...cut, volume: own } : undefined;
  }

  algebraicConnectivity(options: { readonly normalized?: boolean } = {}): Connectivity {
    checkKeys('options', options, ['normalized']);
    const normalized = checkBoolean('normalized', options.normalized, false);
    const { cut, own } = this.#answer(this.#opened().connectivity(normalized));
    return { value: cut.value, error: own, work: cut.work };
  }

  stats(): GraphStats {
    const of = (field: number): number => this.#opened().count(field);
    return {
      nodes: this.nodes,
      edges: of(0),
      memoryBytes: of(1),
      cut: { edgesScanned: of(2), updates: of(3), recomputes: of(4), deferrals: of(5) },
    };
  }

  dispose(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#raw.delete();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #opened(): RawGraph {
    if (this.#closed)
      throw new RuVectorError('CLOSED', 'expected an open graph, got one after dispose()');
    return this.#raw;
  }

  #answer(status: StatusCode): {
    readonly cut: Cut;
    readonly own: number;
    readonly narrow: readonly boolean[];
  } {
    check(status);
    const at = this.#raw.numbers();
    const head = this.#core.heap.readFloat64s(at, 5) as [number, number, number, number, number];
    const [value, own, edgesScanned, nodes, edges] = head;
    const numbers = this.#core.heap.readFloat64s(at + 40, nodes + 4 * edges);
    const witness: CutEdge[] = [];
    const narrow: boolean[] = [];
    for (let i = nodes; i < numbers.length; i += 4) {
      const [u, v, weight, isNarrow] = numbers.slice(i, i + 4) as [number, number, number, number];
      witness.push([u, v, weight]);
      narrow.push(isNarrow !== 0);
    }
    const side = numbers.slice(0, nodes).sort((a, b) => a - b);
    return { cut: { value, side, witness, work: { edgesScanned } }, own, narrow };
  }

  #checkNode(what: string, node: number): void {
    if (typeof node !== 'number' || !Number.isInteger(node) || node < 0 || node >= this.nodes)
      throw invalid(what, `a node, 0 to ${this.nodes - 1}`, node);
  }

  #checkEdge(u: number, v: number, at?: number): void {
    const where = at === undefined ? '' : ` of edge ${at}`;
    this.#checkNode(`the first node${where}`, u);
    this.#checkNode(`the second node${where}`, v);
    if (u === v)
      throw unexpected('INVALID_GRAPH', `the nodes${where}`, 'two different ones', `${u} twice`);
  }
}

function checkWeight(what: string, value: unknown): number {
  if (typeof value !== 'number' || !(value > 0 && value < Number.POSITIVE_INFINITY))
    throw invalid(what, 'a finite number above 0', value);
  if (value > MAX_WEIGHT) throw overLimit(what, MAX_WEIGHT, value);
  return value;
}
