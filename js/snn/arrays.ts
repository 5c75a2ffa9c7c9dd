import type { RawNetwork } from '../../types/raw.js';
import type { Core } from '../core/module.js';

/** SpikingNetwork::Settings of src/snn/network.h, by place. */
export const SETTING = {
  tau: 0,
  window: 5,
  adaptation: 6,
  maxWeight: 10,
  gateFrequency: 17,
  gateOpen: 18,
} as const;

/** SpikingNetwork::Neuron, by place: those of its numbers that are used here. */
export const FIELD = {
  potential: 0,
  input: 1,
  current: 2,
  threshold: 3,
  gatePhase: 4,
  since: 5,
  last: 7,
  rate: 9,
  preTrace: 10,
  postTrace: 11,
  reading: 12,
} as const;

export type Field = (typeof FIELD)[keyof typeof FIELD];

type Readings = [now: number, pushes: number, residual: number, usedBytes: number];

/** How many numbers a neuron has. */
const STRIDE = 13;
const BYTES = 8;

/** What bindings/embind/snn.cpp calls the arrays. */
const ARRAY = { settings: 0, readings: 1, neurons: 2, weights: 3, ends: 4, lists: 5, spikes: 6 };

/** The numbers of a network, read and written where they lie. Nothing is checked here. */
export class NetworkArrays {
  readonly #core: Core;
  readonly #raw: RawNetwork;
  readonly #neurons: number;
  readonly #edges: number;

  constructor(core: Core, raw: RawNetwork, neurons: number, edges: number) {
    this.#core = core;
    this.#raw = raw;
    this.#neurons = neurons;
    this.#edges = edges;
  }

  /** Settings from one place on. */
  set(from: number, ...values: number[]): void {
    this.#core.heap.writeFloat64s(this.#raw.array(ARRAY.settings) + BYTES * from, values);
  }

  /** SpikingNetwork::Readings. */
  readings(): Readings {
    return this.#core.heap.readFloat64s(this.#raw.array(ARRAY.readings), 4) as Readings;
  }

  field(field: Field): number[] {
    return this.#core.heap.readFloat64s(this.#fieldAt(field), this.#neurons, STRIDE);
  }

  write(field: Field, values: ArrayLike<number>): void {
    this.#core.heap.putFloat64s(this.#fieldAt(field), STRIDE, values);
  }

  fill(field: Field, value: number): void {
    this.write(field, new Float64Array(this.#neurons).fill(value));
  }

  put(field: Field, neurons: ArrayLike<number>, values: ArrayLike<number>, isMore = false): void {
    this.#core.heap.putFloat64s(this.#fieldAt(field), STRIDE, values, neurons, isMore);
  }

  weights(): number[] {
    return this.#core.heap.readFloat64s(this.#raw.array(ARRAY.weights), this.#edges);
  }

  writeWeights(weights: ArrayLike<number>): void {
    this.#core.heap.writeFloat64s(this.#raw.array(ARRAY.weights), weights);
  }

  putWeights(edges: ArrayLike<number>, weights: ArrayLike<number>): void {
    this.#core.heap.putFloat64s(this.#raw.array(ARRAY.weights), 1, weights, edges);
  }

  writeEnds(from: ArrayLike<number>, to: ArrayLike<number>): void {
    const at = this.#raw.array(ARRAY.ends);
    this.#core.heap.writeUint32s(at, from);
    this.#core.heap.writeUint32s(at + 4 * this.#edges, to);
  }

  /** Calls `visit` for every edge that leaves a neuron, in order. */
  forEachEdge(neuron: number, visit: (to: number, weight: number) => void): void {
    const { heap } = this.#core;
    const at = this.#raw.array(ARRAY.lists);
    const ends = this.#raw.array(ARRAY.ends) + 4 * this.#edges;
    const weights = this.#raw.array(ARRAY.weights);
    const [begin, end] = heap.readUint32s(at + 4 * neuron, 2) as [number, number];
    for (const edge of heap.readUint32s(at + 4 * (this.#neurons + 1 + begin), end - begin))
      visit(
        heap.readUint32s(ends + 4 * edge, 1)[0] as number,
        heap.readFloat64s(weights + BYTES * edge, 1)[0] as number,
      );
  }

  /** Times and neurons of the last `count` spikes, in turns. */
  spikes(count: number): number[] {
    return this.#core.heap.readFloat64s(this.#raw.array(ARRAY.spikes), 2 * count);
  }

  #fieldAt(field: Field): number {
    return this.#raw.array(ARRAY.neurons) + BYTES * field;
  }
}
