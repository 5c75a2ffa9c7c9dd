import {
  checkArray,
  checkInteger,
  checkKeys,
  checkNumber,
  invalid,
  unexpected,
} from '../core/arguments.js';
import type { PlanNumbers } from '../planner/core-plan.js';
import type { PerNode, Plan } from '../planner/types.js';

export const MAX_NODES = 65_536;
export const MAX_EDGES = 1_048_576;

/** A plan that is right, and its nodes in the core's order. */
export interface CheckedPlan extends PlanNumbers {
  readonly order: readonly string[];
}

/** A number for each of `ids`: the same for all, or by id. Ids that are none of them are refused. */
export function numbersOf(
  what: string,
  given: number | PerNode,
  ids: readonly string[],
  otherwise = 0,
  max?: number,
): number[] {
  if (typeof given === 'number') {
    checkNumber(what, given, 0, max);
    return ids.map(() => given);
  }
  checkKeys(what, given, ids);
  return ids.map((id) => {
    const value = Object.hasOwn(given, id) ? given[id] : undefined;
    return value === undefined ? otherwise : checkNumber(`${what}.${id}`, value, 0, max);
  });
}

/** @throws INVALID_GRAPH where the parts do not fit together, INVALID_ARGUMENT, LIMIT_EXCEEDED */
export function checkPlan(plan: Plan): CheckedPlan {
  checkKeys('plan', plan, ['order', 'edges', 'nodes']);
  const order = checkArray('plan.order', plan.order) as readonly string[];
  const given = checkArray('plan.edges', plan.edges) as Plan['edges'];
  checkInteger('plan.order.length', order.length, 0, MAX_NODES);
  checkInteger('plan.edges.length', given.length, 0, MAX_EDGES);
  const positions = new Map(order.map((id, i) => [id, i]));
  if (positions.size < order.length || order.some((id) => typeof id !== 'string'))
    throw unexpected('INVALID_GRAPH', 'plan.order', 'different ids', 'one twice, or none');
  const edges = given.map((edge, e): [number, number] => {
    const what = `plan.edges[${e}]`;
    const [from, to] = checkArray(what, edge).map((id) => positions.get(id as string));
    if (from === undefined || to === undefined || edge.length !== 2)
      throw unexpected('INVALID_GRAPH', what, 'two ids of plan.order', JSON.stringify(edge));
    if (from >= to)
      throw unexpected('INVALID_GRAPH', what, 'an edge along plan.order', JSON.stringify(edge));
    return [from, to];
  });
  edges.sort(([a, x], [b, y]) => a - b || x - y);
  if (typeof plan.nodes !== 'object' || plan.nodes === null)
    throw invalid('plan.nodes', 'an object', plan.nodes);
  const nodes = order.map((id) => {
    const node = Object.hasOwn(plan.nodes, id) ? plan.nodes[id] : undefined;
    if (node === undefined)
      throw unexpected(
        'INVALID_GRAPH',
        'plan.nodes',
        'one for each id of plan.order',
        `none of ${JSON.stringify(id)}`,
      );
    return node;
  });
  const all = (field: 'cost' | 'candidates' | 'selectivity', otherwise: number) =>
    nodes.map((node, i) => {
      const value = node[field] ?? otherwise;
      if (value === otherwise) return value;
      return checkNumber(`plan.nodes.${order[i]}.${field}`, value, 0);
    });
  return {
    order,
    costs: all('cost', 0),
    candidates: all('candidates', Infinity),
    selectivities: all('selectivity', 1),
    edges,
  };
}
