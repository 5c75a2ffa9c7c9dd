/** The points in an index, the graph of their neighbours, and a network of neurons along it. */
import { inSlices } from '../common/slices.js';
import { ARMS, armPoints } from './arms.js';

const INDEX = {
  dimensions: 2,
  metric: 'euclidean',
  index: { type: 'hnsw', M: 8, efConstruction: 24, ef: 64 },
};

/** Edges from each neuron. */
const NEIGHBOURS = 8;

/** A spike is on its way for so many milliseconds. */
const DELAY = 0.4;

/** So strong that a spike makes near neighbours spike, and so soon weaker that the other arm's do not. */
const weight = (distance) => 5 * Math.exp(-((distance / 0.35) ** 2));

/**
 * @typedef {object} Made
 * @property {import('@ruvector/wasm').Index} index record `i` is point i
 * @property {import('./arms.js').ArmPoint[]} points
 * @property {import('@ruvector/wasm/snn').NeighborGraph} graph
 * @property {import('@ruvector/wasm/snn').SpikingNetwork} network
 */

/**
 * @param {{ createIndex: Function }} module the package
 * @param {{ neighborGraph: Function, createSpikingNetwork: Function }} snn its `./snn`
 * @param {{ signal: AbortSignal, onProgress: Function }} options
 * @returns {Promise<Made>}
 */
export async function make({ createIndex }, snn, { signal, onProgress }) {
  const points = armPoints();
  const index = await createIndex(INDEX);
  try {
    await inSlices(index.upsertSteps(points.map(recordOf)), {
      signal,
      onProgress: ({ done, total }) => onProgress('Linking points', done, total),
    });
    const graph = await snn.neighborGraph(index, {
      k: NEIGHBOURS,
      weight,
      signal,
      onProgress: ({ done, total }) => onProgress('Finding neighbours', done, total),
    });
    const network = await snn.createSpikingNetwork({
      neurons: points.length,
      edges: graph,
      tauMs: 10,
      delayMs: DELAY,
      refractoryMs: 10,
    });
    return { index, points, graph, network };
  } catch (error) {
    index.dispose();
    throw error;
  }
}

function recordOf({ x, y, arm }, i) {
  return { id: String(i), vector: [x, y], metadata: { arm: ARMS[arm] } };
}
