// ./dag of the package under test, and random plans.
import { pathToFileURL } from 'node:url';
import { packageFile } from './package.mjs';
import { random } from './random.mjs';

export const dagFile = packageFile('./dag');

export const {
  QueryDag,
  chipCosts,
  createPlanner,
  embeddedCosts,
  measuredCosts,
  postgresCosts,
  run,
} = await import(pathToFileURL(dagFile));

/** As documented, in the order of the core. */
export const MECHANISMS = [
  'topological',
  'causalCone',
  'criticalPath',
  'minCutGated',
  'lorentz',
  'parallelBranch',
  'btsp',
];

/** The model's cost of one operator that reads nothing. */
export function costOfScan(model, operator) {
  const dag = new QueryDag();
  const id = dag.add(operator);
  return dag.estimate(model).get(id).cost;
}

/** Operators that take any number of inputs, few enough kinds that many are alike. */
const OPERATORS = [
  { kind: 'union' },
  { kind: 'fuse' },
  { kind: 'fuse', weights: [1, 2] },
  { kind: 'custom', name: 'f' },
  { kind: 'custom', name: 'g', parameters: { a: [1, { b: null }] } },
  { kind: 'flat-scan', topK: 5 },
  { kind: 'filter', filter: { year: { $gte: 2000 } }, selectivity: 0.25 },
  { kind: 'limit', limit: 3, cost: 2 },
];

/**
 * `n` operators and edges between them, ids `n0`, ... in topological order, as lists to build from;
 * `like`: how many kinds of operators there are at most.
 */
export function randomPlan(seed, n, { density = 0.25, like = OPERATORS.length } = {}) {
  const next = random(seed);
  const nodes = Array.from({ length: n }, (_, i) => ({
    id: `n${i}`,
    operator: OPERATORS[Math.floor(next() * like)],
  }));
  const edges = [];
  for (let to = 1; to < n; ++to)
    for (let from = 0; from < to; ++from)
      if (next() < density) edges.push([nodes[from].id, nodes[to].id]);
  return { nodes, edges };
}

/** Nodes in the order given, then edges in the order given. */
export function build({ nodes, edges }) {
  const dag = new QueryDag();
  for (const { id, operator } of nodes) dag.add(operator, { id });
  for (const [from, to] of edges) dag.connect(from, to);
  return dag;
}
