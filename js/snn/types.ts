import type { IndexOptions } from '../types.js';

/** One number for all, or one for each. */
export type PerNeuron = number | ArrayLike<number>;

/** Edges i from `from[i]` to `to[i]`, two different neurons. */
export interface Edges {
  readonly from: ArrayLike<number>;
  readonly to: ArrayLike<number>;
  /**
   * What a spike adds to the potential of the neuron it goes to, -1e9 to 1e9; below 0 it inhibits.
   * @defaultValue 1 each
   */
  readonly weights?: ArrayLike<number>;
}

/** Potentials, currents and weights are in the unit that `threshold` is given in. */
export interface SpikingNetworkOptions {
  /** How many there are, named 0 to `neurons` - 1: 1 to 4,194,304. */
  readonly neurons: number;
  /** At most 67,108,864; none by default. */
  readonly edges?: Edges;
  /** Time constant of the membrane in ms, 0.001 to 1e6. @defaultValue 20 */
  readonly tauMs?: number;
  /** Where a potential tends to without a current, -1e9 to 1e9. @defaultValue 0 */
  readonly rest?: number;
  /** The potential after a spike, below every threshold. @defaultValue 0 */
  readonly reset?: number;
  /** A neuron spikes when its potential is there, above `reset` and up to 1e9. @defaultValue 1 */
  readonly threshold?: PerNeuron;
  /** How long after a spike the potential is held and nothing arrives, in ms, 0 to 1e6. @defaultValue 2 */
  readonly refractoryMs?: number;
  /** From a spike to its arrival, in ms, 0 to 1e6. @defaultValue 0 */
  readonly delayMs?: number;
  /** Time over which spikes are counted, for rates and homeostasis, in ms, 0.001 to 1e9. @defaultValue 100 */
  readonly windowMs?: number;
  /** What kind a neuron is, 0 to 31; see {@link SpikingNetwork.neuronsOfTypes}. @defaultValue 0 */
  readonly types?: PerNeuron;
  /** Bytes of WebAssembly memory that the network may take. */
  readonly maxMemoryBytes?: number;
  /** Where the WebAssembly comes from, instead of the package's own file. */
  readonly wasm?: IndexOptions['wasm'];
}

export interface Spike {
  readonly timeMs: number;
  readonly neuron: number;
}

/** Something that reaches a neuron from outside: `charge` is added to its potential. */
export interface Input {
  /** From the beginning of the run on, 0 to its length. */
  readonly afterMs: number;
  readonly neuron: number;
  readonly charge: number;
}

export interface RunOptions {
  /** Inputs during the run, in any order. */
  readonly inputs?: readonly Input[];
  /** Stop after so many, 1 to 100,000,000. @defaultValue 1,000,000 */
  readonly maxSpikes?: number;
}

export interface RunResult {
  /** In the order in which they happened: by time, and in an instant as one led to the other. */
  readonly spikes: Spike[];
  /** Where the network is now. */
  readonly timeMs: number;
  /**
   * Whether it ran to the end. If not, there were `maxSpikes`, or memory ended; inputs after `timeMs` have
   * not been made.
   */
  readonly complete: boolean;
}

/**
 * Spike-timing-dependent plasticity of all pairs of spikes. A spike of an edge's target `d` ms after one
 * of its source makes the weight greater by `potentiation` e^(-d / potentiationTauMs), one `d` ms before
 * it smaller by `depression` e^(-d / depressionTauMs). Spikes of one instant are no pair. Delays do not
 * count. Negative weights do not change.
 */
export interface LearningOptions {
  /** 0 to 1e9. @defaultValue 0.01 */
  readonly potentiation?: number;
  /** 0 to 1e9. @defaultValue 0.012 */
  readonly depression?: number;
  /** 0.001 to 1e6. @defaultValue 20 */
  readonly potentiationTauMs?: number;
  /** 0.001 to 1e6. @defaultValue 20 */
  readonly depressionTauMs?: number;
  /** Weights stay in [0, maxWeight]; none may be above when learning begins. Up to 1e9. @defaultValue 1 */
  readonly maxWeight?: number;
  /**
   * `soft`: gains are times 1 - w / maxWeight and losses times w / maxWeight, so that bounds are
   * approached; `hard`: changes are as they are, and end at a bound. @defaultValue 'soft'
   */
  readonly bounds?: 'soft' | 'hard';
}

/**
 * Thresholds follow rates: each spike makes the neuron's own greater by `gain`, and time makes it
 * smaller by `gain` x `targetHz` a second; both at the end of a window, of `windowMs`.
 */
export interface HomeostasisOptions {
  /** 0 to 1e6 spikes a second. @defaultValue 10 */
  readonly targetHz?: number;
  /** In the unit of potentials, above 0 and up to 1e9. @defaultValue 0.02 */
  readonly gain?: number;
  /** The least threshold, above `reset`. @defaultValue 0.1 */
  readonly least?: number;
  /** The greatest threshold. @defaultValue 10 */
  readonly most?: number;
}

/**
 * Spikes are admitted only while cos(2 pi (f t - phase)) > cos(pi `open`). A potential that has reached
 * the threshold before that stays, and spikes at the opening if it is still there.
 */
export interface GateOptions {
  /** 0.001 to 1e6. @defaultValue 40 */
  readonly frequencyHz?: number;
  /** The share of each cycle in which a gate is open, above 0 and up to 1. @defaultValue 0.5 */
  readonly open?: number;
  /** When in the cycle it is widest, in turns, 0 to 1. @defaultValue 0 */
  readonly phase?: PerNeuron;
}

export interface Winner {
  readonly neuron: number;
  /** Its potential when it won, after what earlier winners took from it. */
  readonly potential: number;
}

export interface CompeteOptions {
  /** Only neurons of these types take part, bit t for type t. @defaultValue all */
  readonly types?: number;
}

export interface SoftCompeteOptions extends CompeteOptions {
  /** What a winner takes from the others' potentials, times their similarity; 0 to 1e9. @defaultValue 0.5 */
  readonly beta?: number;
  /** Of a winner to another neuron; by default the weight of the edges from the one to the other. */
  readonly similarity?: (winner: number, neuron: number) => number;
}

export interface DendriteOptions {
  /** Of each neuron, 1 to 1,024. @defaultValue 4 */
  readonly branches?: number;
  /** Of a branch: the input at which it gives half. -1e9 to 1e9. @defaultValue 1 */
  readonly threshold?: number;
  /** How gradual a branch turns on, in the unit of inputs, 1e-6 to 1e9. @defaultValue 0.1 */
  readonly slope?: number;
}

/**
 * Branches that add up what reaches them and pass it on by a threshold of their own:
 * y = sum over branches of 1 / (1 + e^-((input - threshold) / slope)). So inputs that come together on
 * one branch do more than the same inputs on two.
 */
export interface Dendrites {
  /** Adds to the input of a branch. @throws INVALID_ARGUMENT, CLOSED */
  inject(neuron: number, branch: number, charge: number): void;
  /** y of each neuron. */
  outputs(): number[];
  /** Injects `gain` y into every neuron, for its next step or run, and empties the branches. */
  propagate(gain?: number): void;
  /** Empties the branches. */
  reset(): void;
}

export interface Activation {
  /** Neurons that got some, the most first, ties to the smaller neuron. All charges are 1 together. */
  readonly activations: { readonly neuron: number; readonly activation: number }[];
  /** How many times neurons have fired. */
  readonly spikes: number;
  /** The charge that has not gone on: all that PageRank has beyond the activations. */
  readonly residual: number;
}

export interface NetworkStats {
  readonly neurons: number;
  readonly edges: number;
  /** Spikes since the beginning. */
  readonly spikes: number;
  readonly memoryBytes: number;
}

/**
 * Leaky integrate-and-fire neurons: tau dv/dt = rest + current - v. One whose potential reaches its
 * threshold spikes: it is reset, and what the weights of its edges say is added to potentials, `delayMs`
 * later. The same calls give the same bytes on every host. What is thrown leaves it as it was, but for
 * OUT_OF_MEMORY of `run()`; all methods throw CLOSED after `dispose()`.
 */
export interface SpikingNetwork extends Disposable {
  readonly neurons: number;
  readonly edges: number;
  readonly timeMs: number;

  /**
   * Adds to potentials: at the end of the next `step()`, or when the next `run()` begins. A refractory
   * neuron takes nothing. @throws INVALID_ARGUMENT
   */
  inject(neurons: number | ArrayLike<number>, charges: PerNeuron): void;
  /** Sets constant currents, times the membrane's resistance: the potential tends to rest + current. */
  setCurrents(neurons: number | ArrayLike<number>, currents: PerNeuron): void;
  setThresholds(neurons: number | ArrayLike<number>, thresholds: PerNeuron): void;
  setPotentials(neurons: number | ArrayLike<number>, potentials: PerNeuron): void;
  /** By edge, in the order in which they were given. */
  setWeights(edges: number | ArrayLike<number>, weights: PerNeuron): void;
  setTypes(neurons: number | ArrayLike<number>, types: PerNeuron): void;

  /**
   * Goes on by `ms`, 1e-6 to 1e6, and looks at thresholds at its end, where all that came meanwhile takes
   * effect. Exact but for that, whatever the step. @returns who spiked, ascending
   * @throws INVALID_ARGUMENT, LIMIT_EXCEEDED after 1e9 ms, OUT_OF_MEMORY where there is a delay
   */
  step(ms?: number): number[];
  /**
   * Goes on by `ms`, 0 to 1e9, from spike to spike, at the very times at which thresholds are reached.
   * In pieces it gives the same spikes as at once. Of one instant, what arrives comes first, then
   * spikes, the smallest neuron first.
   * @throws INVALID_ARGUMENT, LIMIT_EXCEEDED after 1e9 ms; OUT_OF_MEMORY where there is a delay, and no
   *   room for the next spike: the network is just before it
   */
  run(ms: number, options?: RunOptions): RunResult;

  /** Weights learn from now on, by spikes from now on; `false`: no longer. @throws INVALID_ARGUMENT */
  learn(options?: LearningOptions | false): void;
  /** Thresholds follow rates from the next end of a window on. @throws INVALID_ARGUMENT */
  homeostasis(options?: HomeostasisOptions | false): void;
  /** @throws INVALID_ARGUMENT */
  gate(options?: GateOptions | false): void;

  /** Winner-take-all: the `k` highest potentials, ties to the smaller neuron; all others are reset. */
  compete(k: number, options?: CompeteOptions): Winner[];
  /**
   * `k` winners, one after another: each time the highest potential, which then takes `beta` times their
   * similarity to it from all who have not won. With `beta` 0 the `k` highest.
   */
  softCompete(k: number, options?: SoftCompeteOptions): Winner[];

  /**
   * Spreads charges over the network by neurons without a leak, apart from its potentials: one whose
   * charge is at `epsilon` times the sum of its weights, the heaviest of all being 1, fires, keeps 1 - `alpha` of it as activation and
   * sends the rest on by the weights. It is personalised PageRank from below (Andersen, Chung & Lang,
   * FOCS 2006): where every edge has one back of the same weight, no neuron lacks more than that sum
   * times `epsilon`, in units of the heaviest weight. Weights below 0 carry nothing.
   * @param charges in proportion, 0 to 1e9 and not all 0
   * @param options.alpha how far it goes, 0 to 0.99; by default 0.6
   * @param options.epsilon exactness for work, 1e-6 to 1; by default 2e-4
   * @throws INVALID_ARGUMENT, OUT_OF_MEMORY
   */
  spread(
    neurons: number | ArrayLike<number>,
    charges?: PerNeuron,
    options?: { readonly alpha?: number; readonly epsilon?: number },
  ): Activation;

  /** Branches for the neurons, empty; as many such as one likes. */
  dendrites(options?: DendriteOptions): Dendrites;

  /** Of now, by neuron. */
  potentials(): number[];
  currents(): number[];
  thresholds(): number[];
  /** Spikes a second in the last whole window. */
  rates(): number[];
  /** When each neuron has spiked last, or null. */
  lastSpikes(): (number | null)[];
  types(): number[];
  /** By edge, in the order in which they were given. */
  weights(): number[];

  /** Neurons whose type is in a mask, bit t for type t. */
  neuronsOfTypes(mask: number): number[];
  /**
   * The mean of `vectors[n]` over the neurons n that edges of `neuron` lead to, by the sizes of the weights;
   * with `types` over those of these only. Zeros where there are none.
   * @throws INVALID_ARGUMENT, DIMENSION_MISMATCH
   */
  aggregate(
    neuron: number,
    vectors: ArrayLike<ArrayLike<number>>,
    options?: CompeteOptions,
  ): number[];

  /** The beginning of time: all is as `createSpikingNetwork()` made it, weights and settings too. */
  reset(): void;
  stats(): NetworkStats;
  /** Gives the memory back. Twice is harmless. */
  dispose(): void;
}
