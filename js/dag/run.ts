import { checkInteger, checkKeys, invalid } from '../core/arguments.js';
import { LIMITS } from '../core/limits.js';
import { checkVector, invalidVector } from '../index/vectors.js';
import type { Explanation, Index, Match, Metadata, VectorInput } from '../types.js';
import type { Work } from './costs/work.js';
import { execute } from './execute.js';
import { checkInputs, graphError } from './graph.js';
import { KINDS } from './kinds.js';
import type { Operator } from './operators.js';
import type { QueryDag } from './query-dag.js';

/** A function of the user's: what the inputs emit, in their order, to what it emits. */
export type CustomFunction<M extends object = Metadata> = (
  inputs: readonly (readonly Match<M>[])[],
  context: { readonly parameters: object; readonly topK: number },
) => readonly Match<M>[];

export interface RunOptions<M extends object = Metadata> {
  readonly index: Index<M>;
  readonly vector: VectorInput;
  /** Matches wanted, 1 to 10,000. @defaultValue 10 */
  readonly topK?: number;
  /** The one to search. @defaultValue the default one */
  readonly namespace?: string;
  /** What `custom` operators name. */
  readonly functions?: { readonly [name: string]: CustomFunction<M> };
}

/** What a node did. */
export interface NodeRun {
  /** Rows that it emitted. */
  readonly rows: number;
  /** As `explain()` counts. */
  readonly work: Work;
  /** Of a scan: how the index answered; `flat` too for a graph that it has not built yet. */
  readonly plan?: Explanation['plan'];
}

/** Plain JSON. */
export interface RunResult<M extends object = Metadata> {
  /** What the last node emitted, at most `topK`. `score` is that of the last fuse or rerank. */
  readonly matches: Match<M>[];
  readonly count: number;
  /** By id. */
  readonly nodes: { readonly [id: string]: NodeRun };
}

/**
 * Runs a plan on an index. All of it is checked before any of it runs: that every node can run and
 * has its inputs, that one node is the last, that the index can do what the scans ask.
 * @throws INVALID_GRAPH: the plan cannot run, the message names the node and its kind;
 *   INVALID_ARGUMENT, DIMENSION_MISMATCH, INVALID_VECTOR, LIMIT_EXCEEDED, OUT_OF_MEMORY, CLOSED; what
 *   a function of the user's throws
 */
export function run<M extends object = Metadata>(
  dag: QueryDag,
  options: RunOptions<M>,
): RunResult<M> {
  checkKeys('options', options, ['index', 'vector', 'topK', 'namespace', 'functions']);
  const { index, vector, topK = 10, namespace, functions = {} } = options;
  if (typeof Object(index).explain !== 'function' || typeof Object(index).stats !== 'function')
    throw invalid('index', 'an index, as createIndex() makes it', index);
  checkInteger('topK', topK, 1, LIMITS.topK);
  if (Object(functions) !== functions) throw invalid('functions', 'an object', functions);
  const { metric, dimensions: stored } = index.stats();
  const shape = { metric, bits: metric === 'hamming', dimensions: index.dimensions, stored };
  const components = Float32Array.from(checkVector('vector', vector, shape));
  // A plan without a scan never shows it to the core.
  const hasLength = metric !== 'cosine' || components.some((value) => value !== 0);
  if (!components.every(Number.isFinite) || !hasLength) throw invalidVector('vector', components);
  const order = checkPlan(dag, index, functions);

  const state = { index, vector, topK, namespace, functions, shape };
  const emitted = new Map<string, readonly Match<M>[]>();
  const nodes: [string, NodeRun][] = [];
  for (const id of order) {
    const inputs = dag.parents(id).map((from) => emitted.get(from) as readonly Match<M>[]);
    const { rows, ...did } = execute(state, id, dag.operator(id), inputs);
    emitted.set(id, rows);
    nodes.push([id, { rows: rows.length, ...did }]);
  }
  const matches = [...(emitted.get(order.at(-1) as string) as readonly Match<M>[])].slice(0, topK);
  return { matches, count: matches.length, nodes: Object.fromEntries(nodes) };
}

/** The ids in the order to run them; the last one is the answer. @throws INVALID_GRAPH */
function checkPlan<M extends object>(
  dag: QueryDag,
  index: Index<M>,
  functions: { readonly [name: string]: unknown },
): string[] {
  if (dag.size === 0) throw graphError('plan', 'a node at least', 'none', {});
  const order = dag.order();
  for (const id of order) {
    const operator = dag.operator(id);
    const { kind } = operator;
    const refuse = (wanted: string, got: string) =>
      graphError(`node '${id}'`, wanted, got, { id, kind });
    if (!KINDS[kind].runs)
      throw refuse('an operator that can run', `${kind}, which is for planning only`);
    const missing = missingFor(operator, index);
    if (missing !== undefined) throw refuse(`${missing} for a ${kind}`, 'none');
    const given = operator.kind === 'custom' && Object.hasOwn(functions, operator.name);
    if (operator.kind === 'custom' && !(given && typeof functions[operator.name] === 'function'))
      throw refuse(`a function '${operator.name}' in functions for a custom`, 'none');
    const weights = operator.kind === 'fuse' ? operator.weights?.length : undefined;
    const inputs = dag.parents(id).length;
    if (weights !== undefined && weights !== inputs)
      throw refuse(`${inputs} weights of a fuse, one an input`, String(weights));
  }
  checkInputs(dag);
  const ends = order.filter((id) => dag.children(id).length === 0);
  if (ends.length > 1) throw graphError('plan', 'one last node', `${ends.length}: ${ends}`, {});
  const early = order.find((id) => dag.operator(id).kind === 'result' && id !== ends[0]);
  if (early !== undefined)
    throw graphError(`node '${early}'`, 'a result that nothing reads', 'one that is read', {
      id: early,
    });
  // The others all lead to it.
  return order;
}

/** What an index lacks for a scan; undefined where it lacks nothing. */
function missingFor<M extends object>(operator: Operator, index: Index<M>): string | undefined {
  const { index: type, quantization, linked } = index.stats();
  if (operator.kind === 'hnsw-scan' && type === 'flat') return "an index of type 'hnsw' or 'auto'";
  if (operator.kind !== 'rabitq-scan') return undefined;
  if (quantization !== 'rabitq') return "an index with quantization: 'rabitq'";
  return linked > 0 ? "an index of type 'flat', which has no graph to go by" : undefined;
}
