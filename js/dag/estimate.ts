import { invalid } from '../core/arguments.js';
import type { CostModel, Rows } from './costs/model.js';
import { checkInputs } from './graph.js';
import type { Kind, Operator } from './operators.js';
import type { QueryDag } from './query-dag.js';

/** What a model expects of a node. */
export interface Estimate {
  /** Rows that it emits each time it runs. */
  readonly rows: number;
  /** Bytes of a row, where anything says so. */
  readonly width?: number;
  /** How often it runs: under a nested loop once for each outer row. */
  readonly loops: number;
  /** Share of its rows that are asked for: less than 1 below a limit that is reached before. */
  readonly share: number;
  /** Its own, all its runs together, without that of its inputs. */
  readonly cost: number;
}

interface Demand {
  loops: number;
  share: number;
}

/** These take in an input whole before they emit a row: it runs once, whatever is asked of them. */
const BLOCKING: readonly Kind[] = ['sort', 'aggregate', 'rerank', 'fuse', 'union', 'custom'];

/** Rows from the sources on, then who runs how often and how far from the sinks back, then costs. */
export function estimate(dag: QueryDag, model: CostModel): Map<string, Estimate> {
  for (const name of ['cost', 'rows'] as const)
    if (typeof Object(model)[name] !== 'function')
      throw invalid(`model.${name}`, 'a function', Object(model)[name]);
  checkInputs(dag);
  const order = dag.order();
  const emitted = new Map<string, Rows>();
  const inputsOf = (id: string): Rows[] => dag.parents(id).map((from) => emitted.get(from) as Rows);
  for (const id of order) {
    const operator = dag.operator(id);
    const inputs = inputsOf(id);
    const rows = operator.rows ?? number(model.rows(operator, { id, inputs }), 'rows', id);
    const width = operator.width ?? widthOf(operator, inputs);
    emitted.set(id, { rows, ...(width !== undefined && { width }) });
  }

  const demand = new Map<string, Demand>(order.map((id) => [id, { loops: 0, share: 0 }]));
  for (const id of [...order].reverse()) {
    const own = demand.get(id) as Demand;
    if (dag.children(id).length === 0) [own.loops, own.share] = [1, 1];
    const operator = dag.operator(id);
    for (const [i, from] of dag.parents(id).entries()) {
      const [loops, share] = passedOn(operator, own, i, inputsOf(id));
      const to = demand.get(from) as Demand;
      // What several nodes read is made once, for the one that asks for most.
      to.loops = Math.max(to.loops, loops);
      to.share = Math.max(to.share, share);
    }
  }

  return new Map(
    order.map((id) => {
      const operator = dag.operator(id);
      const own = { ...(emitted.get(id) as Rows), ...(demand.get(id) as Demand) };
      const input = { id, inputs: inputsOf(id), ...own };
      return [
        id,
        { ...own, cost: operator.cost ?? number(model.cost(operator, input), 'cost', id) },
      ];
    }),
  );
}

/** What a node asks of its input `i`: how many runs, and which share of each. */
function passedOn(
  operator: Operator,
  { loops, share }: Readonly<Demand>,
  i: number,
  inputs: readonly Rows[],
): [number, number] {
  if (BLOCKING.includes(operator.kind)) return [1, 1];
  const [first] = inputs as [Rows];
  if (operator.kind === 'limit') {
    const wanted = operator.limit + (operator.offset ?? 0);
    return [loops, share * Math.min(1, wanted / Math.max(1, first.rows))];
  }
  if (i === 1 && operator.kind === 'hash-join') return [1, 1];
  if (i === 1 && operator.kind === 'nested-loop-join')
    return [loops * Math.max(1, share * first.rows), 1];
  return [loops, share];
}

function widthOf(operator: Operator, inputs: readonly Rows[]): number | undefined {
  const widths = inputs.map(({ width }) => width);
  const known = widths.filter((width) => width !== undefined);
  if (known.length === 0) return undefined;
  if (!operator.kind.endsWith('-join')) return Math.max(...known);
  return known.length === 2 ? known.reduce((sum, width) => sum + width, 0) : undefined;
}

function number(value: unknown, what: string, id: string): number {
  if (typeof value === 'number' && value >= 0 && Number.isFinite(value)) return value;
  throw invalid(`model.${what} of node '${id}'`, 'a number from 0', value);
}
