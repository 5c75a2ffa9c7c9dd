/** What the network does after a query, as far as it has been let to go: it can be looked at from any moment. */
import { SEEDS } from './ask.js';

/** Milliseconds of a run, by the network's clock. */
export const LENGTH = 100;

/** Of the gate, in Hz; it is open for half of each cycle. */
export const GATE = 40;

/** At distances up to 0.6 it is enough for a neuron to spike by itself. */
const GAIN = 1.6;

export class Recording {
  #made;
  #spikes = [];

  /**
   * Begins anew, with currents into the neurons of the nearest points.
   * @param {import('./making.js').Made} made whose network it is until another recording begins
   * @param {{ inputCurrents: Function }} snn
   * @param {{ x: number, y: number }} place
   * @param {boolean} isGated
   */
  constructor(made, { inputCurrents }, { x, y }, isGated) {
    const { index, graph, network } = made;
    const result = index.query([x, y], { topK: SEEDS });
    const { neurons, currents } = inputCurrents(result, graph, { gain: GAIN });
    network.reset();
    network.gate(isGated && { frequencyHz: GATE });
    network.setCurrents(neurons, currents);
    this.#made = made;
    this.isGated = isGated;
  }

  /** Lets the network go on until then, if it has not. */
  until(timeMs) {
    const { network, graph } = this.#made;
    const left = Math.min(timeMs, LENGTH) - network.timeMs;
    if (left <= 0) return;
    for (const { timeMs, neuron } of network.run(left).spikes)
      this.#spikes.push({ timeMs, point: Number(graph.ids[neuron]) });
  }

  /**
   * @returns {{ timeMs: number, spikes: { timeMs: number, point: number }[], last: Float64Array,
   *   fired: number[] }} what there was up to then: `last` by point, -Infinity where it has not
   *   spiked; `fired`: points that have, by arm
   */
  at(timeMs) {
    const { points } = this.#made;
    const spikes = this.#spikes.filter((spike) => spike.timeMs <= timeMs);
    const last = new Float64Array(points.length).fill(-Infinity);
    const fired = [0, 0];
    for (const { timeMs, point } of spikes) {
      if (last[point] === -Infinity) fired[points[point].arm] += 1;
      last[point] = timeMs;
    }
    return { timeMs, spikes, last, fired };
  }
}

/** Where the gate's cycle is: in turns from 0, at which it is widest, and whether it is open. */
export function phaseAt(timeMs) {
  const turns = (GATE * timeMs) / 1000;
  const phase = turns - Math.floor(turns);
  return { phase, isOpen: phase < 0.25 || phase > 0.75 };
}
