import type { RawNetwork } from '../../types/raw.js';
import {
  checkArray,
  checkInteger,
  checkKeys,
  checkNumber,
  invalid,
  overLimit,
  unexpected,
} from '../core/arguments.js';
import { RuVectorError } from '../core/errors.js';
import { type Core, handle } from '../core/module.js';
import { check } from '../core/status.js';
import { FIELD, type Field, NetworkArrays, SETTING } from './arrays.js';
import {
  checkAbove,
  checkEach,
  checkMask,
  checkPlace,
  checkPlaces,
  checkTypes,
  LARGEST,
  MAX_MS,
  MAX_TIME_MS,
  MIN_MS,
} from './check.js';
import { winners } from './compete.js';
import type { Start } from './create.js';
import { Branches } from './dendrites.js';
import { weightedMean } from './features.js';
import type * as types from './types.js';

/** Of a run; statuses of the core, with all bits turned, are above it. */
const MAX_SPIKES = 1e8;

/** Checks what is asked for, and hands it to src/snn/network.h. */
export class Network implements types.SpikingNetwork {
  readonly neurons: number;
  readonly edges: number;
  readonly #start: Start;
  readonly #core: Core;
  readonly #raw: RawNetwork;
  readonly #arrays: NetworkArrays;
  #types = new Float64Array();
  /** Where weights end while they learn. */
  #maxWeight = LARGEST;
  #spikes = 0;
  /** As the core counts it. */
  #now = 0;
  #closed = false;
  #isCompeting = false;

  constructor(core: Core, start: Start) {
    const { neurons, maxMemoryBytes, weights } = start;
    this.neurons = neurons;
    this.edges = weights.length;
    this.#start = start;
    this.#core = core;
    const address = core.raw.createNetwork(maxMemoryBytes, neurons, weights.length);
    this.#raw = handle(core.raw, 'Network', address);
    this.#arrays = new NetworkArrays(core, this.#raw, neurons, weights.length);
    this.#arrays.writeEnds(start.from, start.to);
    this.reset();
  }

  get timeMs(): number {
    this.#opened();
    return this.#now;
  }

  inject(neurons: number | ArrayLike<number>, charges: types.PerNeuron): void {
    this.#put(FIELD.input, 'charges', neurons, charges, true);
  }

  setCurrents(neurons: number | ArrayLike<number>, currents: types.PerNeuron): void {
    this.#put(FIELD.current, 'currents', neurons, currents);
  }

  setPotentials(neurons: number | ArrayLike<number>, potentials: types.PerNeuron): void {
    this.#put(FIELD.potential, 'potentials', neurons, potentials);
  }

  setThresholds(neurons: number | ArrayLike<number>, thresholds: types.PerNeuron): void {
    const places = checkPlaces('neurons', neurons, this.neurons);
    for (const each of checkEach('thresholds', thresholds, places.length, -LARGEST, LARGEST))
      checkAbove('thresholds', each, this.#start.reset, 'reset');
    this.#put(FIELD.threshold, 'thresholds', places, thresholds);
  }

  setWeights(edges: number | ArrayLike<number>, weights: types.PerNeuron): void {
    const arrays = this.#opened();
    const places = checkPlaces('edges', edges, this.edges);
    arrays.putWeights(
      places,
      checkEach('weights', weights, places.length, -LARGEST, this.#maxWeight),
    );
  }

  setTypes(neurons: number | ArrayLike<number>, kinds: types.PerNeuron): void {
    this.#opened();
    const places = checkPlaces('neurons', neurons, this.neurons);
    const each = checkTypes(kinds, places.length);
    for (let i = 0; i < places.length; ++i) this.#types[places[i] as number] = each[i] as number;
  }

  step(ms = 1): number[] {
    this.#opened();
    checkNumber('ms', ms, 1e-6, MAX_MS);
    const now = this.#checkTime(ms);
    const count = this.#counted(this.#raw.step(ms));
    this.#now = now + ms;
    if (count === 0) return [];
    return this.#arrays.spikes(count).filter((_, i) => i % 2 === 1);
  }

  run(ms: number, options: types.RunOptions = {}): types.RunResult {
    const arrays = this.#opened();
    checkKeys('options', options, ['inputs', 'maxSpikes']);
    const now = this.#checkTime(checkNumber('ms', ms, 0, MAX_TIME_MS));
    const most = checkInteger('maxSpikes', options.maxSpikes ?? 1e6, 1, MAX_SPIKES);
    const inputs = this.#checkInputs(options.inputs ?? [], ms);
    const spikes: types.Spike[] = [];
    /** Whether it came to `until`, before there were as many spikes as wanted or as there is room for. */
    const isAt = (until: number): boolean => {
      while (spikes.length < most) {
        const answer = this.#raw.run(until, most - spikes.length);
        this.#now = arrays.readings()[0];
        if (answer > MAX_SPIKES && spikes.length > 0) return false;
        const count = this.#counted(answer);
        if (count === 0) return true;
        const numbers = arrays.spikes(count);
        for (let i = 0; i < numbers.length; i += 2)
          spikes.push({ timeMs: numbers[i] as number, neuron: numbers[i + 1] as number });
      }
      return false;
    };
    let complete = true;
    let last = -1;
    for (const { afterMs, neuron, charge } of inputs) {
      // Those of one instant come together.
      if (afterMs > last) complete &&= isAt(now + afterMs);
      last = afterMs;
      if (complete) arrays.put(FIELD.input, [neuron], [charge], true);
    }
    complete &&= isAt(now + ms);
    return { spikes, timeMs: this.#now, complete };
  }

  learn(options: types.LearningOptions | false = {}): void {
    const arrays = this.#opened();
    if (options === false) {
      this.#maxWeight = LARGEST;
      arrays.set(SETTING.maxWeight, 0);
      return;
    }
    const tauNames = ['potentiationTauMs', 'depressionTauMs'] as const;
    const keys = ['potentiation', 'depression', ...tauNames, 'maxWeight', 'bounds'];
    checkKeys('options', options, keys);
    const { potentiation = 0.01, depression = 0.012, maxWeight = 1, bounds = 'soft' } = options;
    checkNumber('potentiation', potentiation, 0, LARGEST);
    checkNumber('depression', depression, 0, LARGEST);
    const taus = tauNames.map((tau) => checkNumber(tau, options[tau] ?? 20, MIN_MS, MAX_MS));
    checkAbove('maxWeight', checkNumber('maxWeight', maxWeight, 0, LARGEST), 0, 'nothing');
    if (bounds !== 'soft' && bounds !== 'hard') throw invalid('bounds', "'soft' or 'hard'", bounds);
    const heaviest = arrays.weights().reduce((most, weight) => Math.max(most, weight), 0);
    if (heaviest > maxWeight) throw overLimit('weights', maxWeight, heaviest);
    this.#maxWeight = maxWeight;
    arrays.fill(FIELD.preTrace, 0);
    arrays.fill(FIELD.postTrace, 0);
    const soft = bounds === 'soft' ? 1 : 0;
    arrays.set(
      SETTING.maxWeight,
      ...[
        maxWeight,
        -(1 - soft) * depression,
        potentiation,
        -soft * depression,
        -soft * potentiation,
      ],
      ...taus,
    );
  }

  homeostasis(options: types.HomeostasisOptions | false = {}): void {
    const arrays = this.#opened();
    if (options === false) {
      arrays.set(SETTING.adaptation, 0);
      return;
    }
    checkKeys('options', options, ['targetHz', 'gain', 'least', 'most']);
    const { targetHz = 10, gain = 0.02, least = 0.1, most = 10 } = options;
    checkNumber('targetHz', targetHz, 0, 1e6);
    checkAbove('gain', checkNumber('gain', gain, 0, LARGEST), 0, 'nothing');
    checkNumber('most', most, -LARGEST, LARGEST);
    checkAbove('least', checkNumber('least', least, -LARGEST, most), this.#start.reset, 'reset');
    arrays.set(SETTING.adaptation, gain, targetHz / 1000, least, most);
  }

  gate(options: types.GateOptions | false = {}): void {
    const arrays = this.#opened();
    let [turnsPerMs, share] = [0, 1];
    if (options !== false) {
      checkKeys('options', options, ['frequencyHz', 'open', 'phase']);
      const { frequencyHz = 40, open = 0.5, phase = 0 } = options;
      turnsPerMs = checkNumber('frequencyHz', frequencyHz, 1e-3, 1e6) / 1000;
      share = checkNumber('open', open, 0, 1);
      checkAbove('open', open, 0, 'nothing');
      const phases = checkEach('phase', phase, this.neurons, 0, 1);
      arrays.write(FIELD.gatePhase, phases);
    }
    this.#raw.read(true);
    arrays.set(SETTING.gateFrequency, turnsPerMs, share);
  }

  compete(k: number, options: types.CompeteOptions = {}): types.Winner[] {
    checkKeys('options', options, ['types']);
    const { won, rest } = this.#winners(k, options.types);
    this.#put(FIELD.potential, 'potentials', rest, this.#start.reset);
    return won;
  }

  softCompete(k: number, options: types.SoftCompeteOptions = {}): types.Winner[] {
    checkKeys('options', options, ['types', 'beta', 'similarity']);
    const beta = checkNumber('beta', options.beta ?? 0.5, 0, LARGEST);
    const { similarity } = options;
    if (similarity !== undefined && typeof similarity !== 'function')
      throw invalid('similarity', 'a function of two neurons', similarity);
    const told = (winner: number, other: number): number => {
      this.#isCompeting = true;
      try {
        return checkNumber('similarity', similarity?.(winner, other), -LARGEST, LARGEST);
      } finally {
        this.#isCompeting = false;
      }
    };
    const { won, rest, potentials } = this.#winners(k, options.types, (winner, others, take) => {
      if (beta === 0) return;
      if (similarity === undefined)
        this.#arrays.forEachEdge(winner, (to, weight) => take(to, beta * weight));
      else for (const it of others) take(it, beta * told(winner, it));
    });
    const since = this.#arrays.field(FIELD.since);
    const free = rest.filter((neuron) => (since[neuron] as number) <= this.#now);
    const left = free.map((neuron) => potentials[neuron] as number);
    this.#raw.read(true);
    this.#arrays.put(FIELD.potential, free, left);
    return won;
  }

  spread(
    neurons: number | ArrayLike<number>,
    charges: types.PerNeuron = 1,
    options: { readonly alpha?: number; readonly epsilon?: number } = {},
  ): types.Activation {
    const arrays = this.#opened();
    checkKeys('options', options, ['alpha', 'epsilon']);
    const alpha = checkNumber('alpha', options.alpha ?? 0.6, 0, 0.99);
    const epsilon = checkNumber('epsilon', options.epsilon ?? 2e-4, 1e-6, 1);
    const places = checkPlaces('neurons', neurons, this.neurons);
    const each = checkEach('charges', charges, places.length, 0, LARGEST);
    const sum = each.reduce((all, charge) => all + charge, 0);
    checkAbove('the sum of charges', sum, 0, 'nothing');
    arrays.fill(FIELD.reading, 0);
    arrays.put(
      FIELD.reading,
      places,
      each.map((charge) => charge / sum),
      true,
    );
    check(this.#raw.spread(alpha, epsilon));
    const activations = arrays
      .field(FIELD.reading)
      .map((activation, neuron) => ({ neuron, activation }))
      .filter(({ activation }) => activation > 0)
      .sort((a, b) => b.activation - a.activation || a.neuron - b.neuron);
    const [, spikes, residual] = arrays.readings();
    return { activations, spikes, residual };
  }

  dendrites(options: types.DendriteOptions = {}): types.Dendrites {
    this.#opened();
    return new Branches(
      this.neurons,
      options,
      this.#core.raw,
      () => void this.#opened(),
      (charges) =>
        this.inject(
          Array.from(charges, (_, neuron) => neuron),
          charges,
        ),
    );
  }

  potentials(): number[] {
    const arrays = this.#opened();
    this.#raw.read(false);
    return arrays.field(FIELD.reading);
  }

  currents(): number[] {
    return this.#opened().field(FIELD.current);
  }

  thresholds(): number[] {
    return this.#opened().field(FIELD.threshold);
  }

  rates(): number[] {
    return this.#opened()
      .field(FIELD.rate)
      .map((perMs) => 1000 * perMs);
  }

  lastSpikes(): (number | null)[] {
    return this.#opened()
      .field(FIELD.last)
      .map((time) => (time === Number.NEGATIVE_INFINITY ? null : time));
  }

  types(): number[] {
    this.#opened();
    return Array.from(this.#types);
  }

  weights(): number[] {
    return this.#opened().weights();
  }

  neuronsOfTypes(mask: number): number[] {
    this.#opened();
    const wanted = checkMask('mask', mask);
    const neurons: number[] = [];
    for (let i = 0; i < this.neurons; ++i) if (this.#isOf(i, wanted)) neurons.push(i);
    return neurons;
  }

  aggregate(
    neuron: number,
    vectors: ArrayLike<ArrayLike<number>>,
    options: types.CompeteOptions = {},
  ): number[] {
    const arrays = this.#opened();
    checkKeys('options', options, ['types']);
    checkPlace('neuron', neuron, this.neurons);
    const wanted = checkMask('types', options.types);
    return weightedMean(vectors, this.neurons, (visit) =>
      arrays.forEachEdge(neuron, (to, weight) => {
        if (this.#isOf(to, wanted)) visit(to, Math.abs(weight));
      }),
    );
  }

  reset(): void {
    const arrays = this.#opened();
    const { membrane, rest, thresholds, weights, types: kinds } = this.#start;
    this.#raw.start();
    arrays.set(SETTING.tau, ...membrane);
    for (let at: number = SETTING.adaptation; at <= SETTING.gateOpen; ++at) arrays.set(at, 0);
    arrays.fill(FIELD.potential, rest);
    arrays.write(FIELD.threshold, thresholds);
    arrays.writeWeights(weights);
    this.#types = kinds.slice();
    this.#maxWeight = LARGEST;
    this.#spikes = 0;
    this.#now = 0;
  }

  stats(): types.NetworkStats {
    const arrays = this.#opened();
    this.#raw.read(false);
    const memoryBytes = arrays.readings()[3];
    return { neurons: this.neurons, edges: this.edges, spikes: this.#spikes, memoryBytes };
  }

  dispose(): void {
    if (this.#closed) return;
    this.#checkApart();
    this.#closed = true;
    this.#raw.delete();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #opened(): NetworkArrays {
    if (this.#closed)
      throw new RuVectorError('CLOSED', 'expected an open network, got one after dispose()');
    this.#checkApart();
    return this.#arrays;
  }

  /** `similarity` runs between reading potentials and writing them. */
  #checkApart(): void {
    if (this.#isCompeting)
      throw unexpected(
        'INVALID_ARGUMENT',
        'similarity',
        'a function that leaves the network alone',
        'one that calls it',
      );
  }

  /** A number of some neurons. What was foreseen of them holds no longer, but of what is to come. */
  #put(
    field: Field,
    what: string,
    neurons: number | ArrayLike<number>,
    values: types.PerNeuron,
    isMore = false,
  ): void {
    const arrays = this.#opened();
    const places = checkPlaces('neurons', neurons, this.neurons);
    const each = checkEach(what, values, places.length, -LARGEST, LARGEST);
    if (!isMore) this.#raw.read(true);
    arrays.put(field, places, each, isMore);
  }

  /** What a call of the core says: spikes, or a status with all bits turned. */
  #counted(answer: number): number {
    if (answer > MAX_SPIKES) check(~answer);
    this.#spikes += answer;
    return answer;
  }

  /** Now. */
  #checkTime(ms: number): number {
    if (this.#now + ms > MAX_TIME_MS) throw overLimit('timeMs', MAX_TIME_MS, this.#now + ms);
    return this.#now;
  }

  #checkInputs(inputs: readonly types.Input[], ms: number): readonly types.Input[] {
    const checked = checkArray('inputs', inputs).map((input, i) => {
      const what = `inputs[${i}]`;
      checkKeys(what, input, ['afterMs', 'neuron', 'charge']);
      const { afterMs, neuron, charge } = input as types.Input;
      checkNumber(`${what}.afterMs`, afterMs, 0, ms);
      checkPlace(`${what}.neuron`, neuron, this.neurons);
      checkNumber(`${what}.charge`, charge, -LARGEST, LARGEST);
      return { afterMs, neuron, charge };
    });
    return checked.sort((a, b) => a.afterMs - b.afterMs);
  }

  #isOf(neuron: number, mask: number): boolean {
    return ((mask >>> (this.#types[neuron] as number)) & 1) === 1;
  }

  #winners(
    k: number,
    mask: number | undefined,
    inhibit?: Parameters<typeof winners>[3],
  ): ReturnType<typeof winners> {
    this.#opened();
    checkInteger('k', k, 1, this.neurons);
    const wanted = checkMask('types', mask);
    const potentials = this.potentials();
    return winners(potentials, k, this.neuronsOfTypes(wanted), inhibit);
  }
}
