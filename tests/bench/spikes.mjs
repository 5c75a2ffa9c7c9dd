// What neurons cost in wasm, through the package as it ships: a tick by neuron, where few spike, without
// learning and with it, and a spike from event to event, which reaches 16 neurons; and that memory does not grow.
import { pathToFileURL } from 'node:url';
import { packageFile } from '../support/package.mjs';
import { random } from '../support/random.mjs';
import { median } from './curves.mjs';
import { SEED } from './data.mjs';

const { createSpikingNetwork, Oscillators } = await import(pathToFileURL(packageFile('./snn')));

const FAN_OUT = 16;
/** What micro-hnsw v2.3 states for a tick of 32 neurons, in ns. */
const STATED = 499;

export async function spikes(plan, results) {
  results.spikes = [];
  const ms = 10 * plan.ms;
  for (const neurons of [32, 1000]) {
    const network = await createSpikingNetwork({ neurons, edges: edgesOf(neurons), delayMs: 1 });
    const drive = () => {
      network.reset();
      const next = random(SEED);
      const all = Array.from({ length: neurons }, (_, i) => i);
      network.setCurrents(
        all,
        all.map(() => 0.6 + 0.6 * next()),
      );
    };
    const medianOf = (work) => median(Array.from({ length: plan.turns }, () => work(ms)));

    drive();
    const tick = medianOf((budget) => nsPer(budget, 1000, () => void network.step(1)));
    const share = network.stats().spikes / network.timeMs / neurons;
    const warm = network.stats().memoryBytes;
    // So little that as many spike as before.
    network.learn({ potentiation: 1e-9, depression: 1e-9 });
    const learning = medianOf((budget) => nsPer(budget, 1000, () => void network.step(1)));
    drive();
    const began = performance.now();
    while (performance.now() - began < ms * plan.turns) network.run(100);
    const spike = (1e6 * (performance.now() - began)) / network.stats().spikes;
    const grown = network.stats().memoryBytes - warm;
    const oscillators = new Oscillators({ count: neurons, couplingHz: 5 });
    const turn = medianOf((budget) => nsPer(budget, 100, () => void oscillators.advance(1)));
    network.dispose();

    console.log(
      `${neurons} neurons: ${tick.toFixed(0)} ns a tick, ${(tick / neurons).toFixed(1)} a neuron-tick ` +
        `(${(100 * share).toFixed(1)} % spike; micro-hnsw states ${STATED} for 32), with learning ` +
        `${(learning / neurons).toFixed(1)}; ${spike.toFixed(0)} ns a spike to ${FAN_OUT} neurons by events; ` +
        `${(turn / neurons).toFixed(0)} ns an oscillator-step; memory grown by ${grown} bytes`,
    );
    results.spikes.push({ neurons, tick, learning, spike, turn, grown });
  }
}

function edgesOf(neurons) {
  const next = random(SEED);
  const from = Array.from({ length: neurons * FAN_OUT }, (_, i) => i % neurons);
  return {
    from,
    to: from.map((source) => (source + 1 + Math.floor(next() * (neurons - 1))) % neurons),
    weights: from.map(() => 0.1 * (next() - 0.3)),
  };
}

/** Nanoseconds of `work`, by as many batches as fit into `budget` milliseconds. */
function nsPer(budget, batch, work) {
  const began = performance.now();
  let count = 0;
  let now = began;
  while (now - began < budget) {
    for (let i = 0; i < batch; ++i) work();
    count += batch;
    now = performance.now();
  }
  return (1e6 * (now - began)) / count;
}
