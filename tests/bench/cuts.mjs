// What cuts of graphs cost in wasm: of a graph of 1,000 regions with its witness, as the index itself
// would ask for it, and of one of a million edges, from nothing and after a change.
import { pathToFileURL } from 'node:url';
import { nearestNeighbors } from '../support/graphs.mjs';
import { packageFile } from '../support/package.mjs';
import { random } from '../support/random.mjs';
import { median } from './curves.mjs';
import { SEED } from './data.mjs';
import { report } from './goals.mjs';

const { createGraph } = await import(pathToFileURL(packageFile('./mincut')));

/** The design's target for the first, in milliseconds. */
const TARGET_MS = 15;
const REGIONS = { nodes: 1000, edges: 16_000, heaviest: 300 };
const LARGE = { nodes: 180_000, neighbors: 8, edges: 1_000_000 };

export async function cuts(plan, results) {
  const regions = regionEdges(random(SEED));
  const turns = [];
  let cut;
  for (let turn = 0; turn < 10 * plan.turns; ++turn) {
    const graph = await filled(REGIONS.nodes, regions);
    const began = performance.now();
    cut = graph.minCut();
    turns.push(performance.now() - began);
    graph.dispose();
  }
  const ms = median(turns);
  console.log(
    `${REGIONS.nodes} regions, ${REGIONS.edges} weights: cut of ${cut.value} with ` +
      `${cut.witness.length} edges of witness in ${ms.toFixed(2)} ms (median of ${turns.length}; ${Math.min(...turns).toFixed(2)} at best)`,
  );
  report('cuts', '1,000 regions with witness', ms / TARGET_MS, `${ms.toFixed(2)} ms`);
  results.cuts = { regions: ms, large: await large() };
}

/** Near regions share more links, as those of an index do. */
function regionEdges(next) {
  const { nodes, edges, heaviest } = REGIONS;
  const found = new Map();
  while (found.size < edges) {
    const u = Math.floor(next() * nodes);
    const near = next() < 0.8;
    const v = near ? (u + 1 + Math.floor(next() * 20)) % nodes : Math.floor(next() * nodes);
    if (u === v) continue;
    const weight = 1 + Math.floor(next() * (near ? heaviest : heaviest / 20));
    found.set(Math.min(u, v) * nodes + Math.max(u, v), weight);
  }
  const keys = [...found.keys()];
  return [
    keys.map((key) => Math.floor(key / nodes)),
    keys.map((key) => key % nodes),
    [...found.values()],
  ];
}

async function filled(nodes, [from, to, weights]) {
  const graph = await createGraph({ nodes });
  graph.insertMany(from, to, weights);
  return graph;
}

async function large() {
  const next = random(SEED);
  const { nodes, neighbors, edges } = LARGE;
  const near = nearestNeighbors(next, nodes, neighbors);
  const half = (at) => Uint32Array.from({ length: near.length / 2 }, (_, i) => near[2 * i + at]);
  const graph = await createGraph({ nodes });
  const timed = (work) => {
    const began = performance.now();
    work();
    return performance.now() - began;
  };
  const build = timed(() => graph.insertMany(half(0), half(1)));
  while (graph.stats().edges < edges) {
    const [u, v] = [Math.floor(next() * nodes), Math.floor(next() * nodes)];
    if (u !== v && graph.weight(u, v) === 0) graph.insert(u, v);
  }
  const solve = timed(() => graph.minCut());
  const changes = 2000;
  const change = timed(() => {
    for (let i = 0; i < changes; ++i) {
      const at = 2 * Math.floor(next() * (near.length / 2));
      if (!graph.delete(near[at], near[at + 1])) graph.insert(near[at], near[at + 1]);
    }
  });
  const flow = timed(() => graph.maxFlow(0, nodes - 1));
  const { memoryBytes } = graph.stats();
  graph.dispose();
  const perChange = change / changes;
  console.log(
    `${edges} edges, ${nodes} nodes: taken in ${build.toFixed(0)} ms, cut from nothing in ${solve.toFixed(0)} ms, ` +
      `kept exact in ${(1000 * perChange).toFixed(0)} us a change, a flow in ${flow.toFixed(0)} ms; ` +
      `${(memoryBytes / 1e6).toFixed(0)} MB`,
  );
  return { build, solve, perChange, flow, memoryBytes };
}
