import { checkArray, checkKeys, invalid, isPlainObject, unexpected } from '../core/arguments.js';
import { RuVectorError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import type { Plan, PlanNode } from '../planner/types.js';
import type { CostModel } from './costs/model.js';
import { type Estimate, estimate } from './estimate.js';
import { graphError, topological } from './graph.js';
import { readOperator } from './kinds.js';
import type { Kind, Operator } from './operators.js';
import { type SignatureOptions, signatureOf } from './signature.js';

/** A plan as JSON: nodes in topological order, edges by the node they lead to, its inputs in order. */
export interface DagJson {
  readonly version: 1;
  readonly nodes: readonly ({ readonly id: string } & Operator)[];
  readonly edges: readonly (readonly [from: string, to: string])[];
}

interface Node {
  readonly operator: Operator;
  /** In the order in which they were connected. */
  readonly inputs: string[];
  readonly outputs: string[];
}

/**
 * A query plan: operators, and edges from each to those that read what it emits. It never holds a
 * cycle, and a call that throws has changed nothing.
 *
 *     const dag = new QueryDag();
 *     const near = dag.add({ kind: 'hnsw-scan', topK: 100 });
 *     const recent = dag.add({ kind: 'filter', filter: { year: { $gte: 2020 } } }, { inputs: [near] });
 *     dag.add({ kind: 'result' }, { inputs: [recent] });
 */
export class QueryDag {
  readonly #nodes = new Map<string, Node>();

  /** Nodes. */
  get size(): number {
    return this.#nodes.size;
  }

  /**
   * Adds a node.
   * @param options `id`: 1 to 512 bytes of UTF-8, by default the kind and, from the second one on, a
   *   number; `inputs`: the nodes it reads, in their order (of a join: outer, inner)
   * @returns its id
   * @throws INVALID_ARGUMENT, INVALID_FILTER, LIMIT_EXCEEDED, INVALID_GRAPH: the id is taken, an
   *   input is not there or comes twice
   */
  add(
    operator: Operator,
    options: { readonly id?: string; readonly inputs?: readonly string[] } = {},
  ): string {
    checkKeys('options', options, ['id', 'inputs']);
    const read = readOperator('operator', operator);
    const id = options.id === undefined ? this.#freeId(read.kind) : checkId('id', options.id);
    if (this.#nodes.has(id)) throw graphError('id', 'one that no node has', id, { id });
    const inputs = Array.from(checkArray('inputs', options.inputs ?? [])) as string[];
    for (const [i, input] of inputs.entries()) {
      this.#node(`inputs[${i}]`, input);
      if (inputs.indexOf(input) !== i)
        throw graphError(`inputs[${i}]`, 'each input once', input, { id: input });
    }
    this.#nodes.set(id, { operator: read, inputs: [], outputs: [] });
    for (const input of inputs) this.#link(input, id);
    return id;
  }

  /**
   * Makes what `from` emits the next input of `to`.
   * @throws INVALID_GRAPH: there is no such node, the edge is there already, leads from a node to
   *   itself, or would close a cycle
   */
  connect(from: string, to: string): this {
    const { inputs } = this.#node('to', to);
    this.#node('from', from);
    const details = { from, to };
    if (from === to) throw graphError('edge', 'two nodes', `${from} twice`, details);
    if (inputs.includes(from))
      throw graphError('edge', 'a new one', `${from} -> ${to} again`, details);
    const back = this.#path(to, from);
    if (back !== undefined)
      throw graphError('edge', 'no cycle', [from, ...back].join(' -> '), details);
    this.#link(from, to);
    return this;
  }

  /** Removes a node and its edges. @throws INVALID_GRAPH: there is no such node */
  remove(id: string): void {
    const { inputs, outputs } = this.#node('id', id);
    const drop = (list: string[]): unknown => list.splice(list.indexOf(id), 1);
    for (const input of inputs) drop((this.#nodes.get(input) as Node).outputs);
    for (const output of outputs) drop((this.#nodes.get(output) as Node).inputs);
    this.#nodes.delete(id);
  }

  has(id: string): boolean {
    return this.#nodes.has(id);
  }

  /** A node's operator, frozen. @throws INVALID_GRAPH: there is no such node */
  operator(id: string): Operator {
    return this.#node('id', id).operator;
  }

  /** The nodes that a node reads, in their order. @throws INVALID_GRAPH: there is no such node */
  parents(id: string): string[] {
    return [...this.#node('id', id).inputs];
  }

  /** The nodes that read a node. @throws INVALID_GRAPH: there is no such node */
  children(id: string): string[] {
    return [...this.#node('id', id).outputs];
  }

  /**
   * The ids in topological order: each after its inputs, and otherwise as they were added. Where they
   * were added in such an order it is that one.
   */
  order(): string[] {
    return topological([...this.#nodes.keys()], (id) => (this.#nodes.get(id) as Node).inputs);
  }

  /** Every edge, by the node it leads to in topological order, then in the order of its inputs. */
  edges(): [from: string, to: string][] {
    return this.order().flatMap((to) =>
      this.parents(to).map((from): [string, string] => [from, to]),
    );
  }

  /**
   * What `model` expects of every node, by id in topological order.
   * @throws INVALID_GRAPH: a node has too few inputs or too many; INVALID_ARGUMENT: the model lacks a
   *   statistic, or gives what is no number from 0
   */
  estimate(model: CostModel): Map<string, Estimate> {
    return estimate(this, model);
  }

  /**
   * The plan as numbers, for `createPlanner()`: with a model its costs and rows, without one what the
   * nodes were given. See {@link QueryDag.estimate} for what it throws.
   */
  plan(model?: CostModel): Plan {
    const order = this.order();
    const estimates = model && this.estimate(model);
    const nodes = order.map((id): [string, PlanNode] => {
      const operator = this.operator(id);
      const rows = estimates?.get(id)?.rows ?? operator.rows;
      const cost = estimates?.get(id)?.cost ?? operator.cost;
      const candidates = operator.candidates ?? budgetOf(operator);
      const { selectivity } = operator;
      return [
        id,
        {
          ...(cost !== undefined && { cost }),
          ...(rows !== undefined && { rows }),
          ...(candidates !== undefined && { candidates }),
          ...(selectivity !== undefined && { selectivity }),
        },
      ];
    });
    return { order, edges: this.edges(), nodes: Object.fromEntries(nodes) };
  }

  /**
   * 32 hexadecimal digits that two plans share if they are the same but for the ids and the order in
   * which nodes were added; the order of the inputs counts where it means something. Any other kind,
   * parameter or edge gives others; with `estimates` so do rows, selectivity, width, candidates and
   * cost. How it is made, and how far that can be relied on: `signature.ts`.
   */
  signature(options: SignatureOptions = {}): string {
    return signatureOf(this, options);
  }

  /** The same plan gives the same JSON, byte for byte. */
  toJSON(): DagJson {
    const nodes = this.order().map((id) => ({ id, ...this.operator(id) }));
    return { version: 1, nodes, edges: this.edges() };
  }

  /**
   * The plan that `toJSON()` gave, as an object or as text; checked whole.
   * @throws INVALID_ARGUMENT, INVALID_FILTER, LIMIT_EXCEEDED: a node or field is not what it must be;
   *   FORMAT_VERSION: of another version; INVALID_GRAPH: ids or edges come twice, an edge leads to
   *   no node, to itself, or round a cycle
   */
  static fromJSON(json: DagJson | string): QueryDag {
    const value = typeof json === 'string' ? parse(json) : json;
    if (!isPlainObject(value)) throw invalid('json', 'an object', value);
    checkKeys('json', value, ['version', 'nodes', 'edges']);
    if (value.version !== 1)
      throw unexpected('FORMAT_VERSION', 'json.version', '1', String(value.version));
    const dag = new QueryDag();
    for (const [i, node] of checkArray('json.nodes', value.nodes).entries()) {
      const what = `json.nodes[${i}]`;
      if (!isPlainObject(node)) throw invalid(what, 'an object', node);
      const { id: given, ...operator } = node;
      const id = checkId(`${what}.id`, given);
      if (dag.has(id)) throw graphError(`${what}.id`, 'one that no node has', id, { id });
      dag.#nodes.set(id, { operator: readOperator(what, operator), inputs: [], outputs: [] });
    }
    const seen = new Set<string>();
    for (const [i, edge] of checkArray('json.edges', value.edges).entries()) {
      const what = `json.edges[${i}]`;
      const [from, to, more] = checkArray(what, edge) as unknown[];
      if (typeof from !== 'string' || typeof to !== 'string' || more !== undefined)
        throw invalid(what, 'two ids', edge);
      dag.#node(`${what}[0]`, from);
      dag.#node(`${what}[1]`, to);
      if (from === to) throw graphError(what, 'two nodes', `${from} twice`, { from, to });
      const key = JSON.stringify([from, to]);
      if (seen.has(key))
        throw graphError(what, 'a new edge', `${from} -> ${to} again`, { from, to });
      seen.add(key);
      dag.#link(from, to);
    }
    if (dag.order().length < dag.size) throw dag.#cycle();
    return dag;
  }

  /** The kind, or the kind and the first free number from 2. */
  #freeId(kind: Kind): string {
    if (!this.#nodes.has(kind)) return kind;
    let n = 2;
    while (this.#nodes.has(`${kind}-${n}`)) ++n;
    return `${kind}-${n}`;
  }

  #node(what: string, id: string): Node {
    const node = this.#nodes.get(id);
    if (node === undefined)
      throw graphError(what, 'the id of a node', String(id), { id: String(id) });
    return node;
  }

  #link(from: string, to: string): void {
    (this.#nodes.get(from) as Node).outputs.push(to);
    (this.#nodes.get(to) as Node).inputs.push(from);
  }

  /** The ids of a way along edges, both ends included. */
  #path(from: string, to: string): string[] | undefined {
    const before = new Map<string, string>([[from, from]]);
    const waiting = [from];
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      if (id === to) {
        const path = [to];
        while (path[0] !== from) path.unshift(before.get(path[0] as string) as string);
        return path;
      }
      for (const next of (this.#nodes.get(id) as Node).outputs)
        if (!before.has(next)) {
          before.set(next, id);
          waiting.push(next);
        }
    }
    return undefined;
  }

  /** The error that names one cycle; there is one. */
  #cycle(): RuVectorError {
    for (const [to, { inputs }] of this.#nodes)
      for (const from of inputs) {
        const back = this.#path(to, from);
        if (back !== undefined)
          return graphError('json.edges', 'no cycle', [from, ...back].join(' -> '), { from, to });
      }
    throw new RuVectorError('INVALID_GRAPH', 'json.edges: a cycle');
  }
}

/** Rows that an operator can emit by what it was told; undefined: as many as there are. */
function budgetOf(operator: Operator): number | undefined {
  switch (operator.kind) {
    case 'hnsw-scan':
    case 'rabitq-scan':
      return operator.topK ?? operator.ef;
    case 'flat-scan':
    case 'text-scan':
      return operator.topK;
    case 'rerank':
      return operator.depth;
    case 'limit':
      return operator.limit;
    default:
      return undefined;
  }
}

function checkId(what: string, id: unknown): string {
  if (typeof id !== 'string' || id === '') throw invalid(what, 'a string that is not empty', id);
  const bytes = new TextEncoder().encode(id).length;
  if (bytes > LIMITS.idBytes)
    throw unexpected('LIMIT_EXCEEDED', what, `at most ${LIMITS.idBytes} bytes`, bytes);
  return id;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new RuVectorError('INVALID_ARGUMENT', 'json: expected the text of a JSON object', {
      cause,
    });
  }
}
