// What it takes to read a plan in wasm, and whether a budget split by attention finds more.
import { createPlanner } from '@ruvector/wasm/dag';
import { MECHANISMS } from '../support/dag.mjs';
import { random } from '../support/random.mjs';
import { branches } from './branches.mjs';
import { SEED } from './data.mjs';

const K = 10;
/** Nodes, and nodes a layer: about what a query has, and what the target is about. */
const SIZES = [
  [10, 3],
  [100, 10],
];
const TARGET_US = 100;

export async function plans(plan, results) {
  const planner = await createPlanner();
  results.plans = [];
  for (const [count, wide] of SIZES) {
    const dag = layered(SEED, count, wide);
    const { calls: core, free } = await coreCalls(dag);
    const offers = Object.fromEntries(dag.order.map((id) => [id, { price: 1, most: 10_000 }]));
    const calls = Object.fromEntries(
      MECHANISMS.map((name) => [`attention, ${name}`, () => planner.attention(dag, name)]),
    );
    calls.analysis = () => planner.analyze(dag, { k: K });
    calls.raises = () => planner.raise(dag, offers, { wanted: 1.5 * K });
    console.log(
      `\na plan of ${dag.order.length} nodes and ${dag.edges.length} edges: us in wasm, and by createPlanner() of ./dag, which checks it and copies it in and out; arcs looked at in an analysis ${planner.analyze(dag, { k: K }).arcsScanned}, in raises ${calls.raises().arcsScanned}`,
    );
    for (const [name, call] of Object.entries(calls)) {
      const [inWasm, us] = [core[name], call].map((it) => medianMicroseconds(it, plan.turns));
      const above = count === 100 && name !== 'raises' && inWasm > TARGET_US;
      console.log(
        `  ${name.padEnd(26)} ${inWasm.toFixed(1).padStart(8)} ${us.toFixed(1).padStart(8)}${above ? `  above ${TARGET_US}` : ''}`,
      );
      results.plans.push({ nodes: dag.order.length, name, inWasm, us });
    }
    free();
  }
  planner.dispose();
  results.branches = await branches();
}

/** The same calls of the module alone; the plan is taken once (bindings/embind/dag.cpp). */
async function coreCalls({ order, edges, nodes }) {
  const { load } = await import('../../dist/core/load.js');
  const { nodeHost } = await import('../../dist/core/host-node.js');
  const { raw, heap } = await load(nodeHost);
  const count = order.length;
  const dag = raw.createDag();
  raw['Dag.begin'](dag, count, edges.length);
  const at = (list) => raw['Dag.numbers'](dag) + 8 * (4 + list * count);
  ['cost', 'candidates', 'selectivity'].forEach((field, list) => {
    heap.writeFloat64s(
      at(list),
      order.map((id) => nodes[id][field]),
    );
  });
  heap.writeFloat64s(
    at(5),
    edges.flatMap((edge) => edge.map((id) => order.indexOf(id))),
  );
  if (raw['Dag.take'](dag, edges.length) !== 0) throw new Error('the core refuses the plan');
  const withScalar = (scalar, call) => () => {
    heap.writeFloat64s(at(0) - 32, [scalar]);
    if (call() !== 0) throw new Error('the core refuses');
  };
  const calls = Object.fromEntries(
    MECHANISMS.map((name, number) => [
      `attention, ${name}`,
      withScalar(0, () => raw['Dag.attention'](dag, number, 0xffffffff)),
    ]),
  );
  calls['attention, btsp'] = () => {
    heap.writeFloat64s(at(0), Array(count).fill(0.5));
    withScalar(0, () => raw['Dag.attention'](dag, 6, 0xffffffff))();
  };
  calls.analysis = withScalar(K, () => raw['Dag.analyze'](dag));
  const offers = Array(count).fill([1, 10_000]).flat();
  calls.raises = () => {
    heap.writeFloat64s(at(0), offers);
    withScalar(1.5 * K, () => raw['Dag.raise'](dag))();
  };
  return { calls, free: () => raw['Dag.delete'](dag) };
}

/** Layers, each node of which is read by one or two of the next; numbers at random. */
function layered(seed, count, wide) {
  const next = random(seed);
  const order = Array.from({ length: count }, (_, i) => `n${i}`);
  const edges = [];
  for (let i = 0; i + wide < count; ++i) {
    const layer = wide * (Math.floor(i / wide) + 1);
    for (const to of new Set([layer + (i % wide), layer + Math.floor(wide * next())]))
      if (to < count) edges.push([order[i], order[to]]);
  }
  const nodes = Object.fromEntries(
    order.map((id) => [
      id,
      { cost: 100 * next(), candidates: 4 * next(), selectivity: 1 - 0.5 * next() },
    ]),
  );
  return { order, edges, nodes };
}

/** The median of short batches, once warm: few of them are interrupted. */
function medianMicroseconds(call, turns) {
  const BATCH = 10;
  const batch = () => {
    const from = performance.now();
    for (let i = 0; i < BATCH; ++i) call();
    return (1000 * (performance.now() - from)) / BATCH;
  };
  for (let i = 0; i < 100; ++i) batch();
  const found = Array.from({ length: 40 * turns }, batch).sort((a, b) => a - b);
  return found[Math.floor(found.length / 2)];
}
