import { checkInteger, checkKeys, checkNumber, overLimit } from '../core/arguments.js';
import { checkEach, MAX_MS, MIN_MS } from './check.js';
import type { PerNeuron } from './types.js';

export interface OscillatorOptions {
  /** How many there are, 1 to 4,194,304. */
  readonly count: number;
  /** -1e6 to 1e6. @defaultValue 40 */
  readonly frequencyHz?: PerNeuron;
  /** K: the usual one, in radians a second, over 2 pi. -1e6 to 1e6. @defaultValue 0 */
  readonly couplingHz?: number;
  /** In turns, 0 to 1. @defaultValue 0 */
  readonly phase?: PerNeuron;
}

export interface Order {
  /** r, from 0, where phases are spread, to 1, where they are one. */
  readonly order: number;
  /** r e^(i psi), the mean of e^(i phase). */
  readonly mean: readonly [x: number, y: number];
}

const MAX_STEPS = 1e6;

/** What the terms of the series are to the ones before; (pi / 4)^20 / 20! < 2^-67. */
const LAST_TERM = 9;
const COSINE = Array.from({ length: LAST_TERM + 1 }, (_, i) => 1 / (2 * i * (2 * i - 1)));
const SINE = Array.from({ length: LAST_TERM + 1 }, (_, i) => 1 / (2 * i * (2 * i + 1)));

/**
 * Oscillators, each drawn to the mean of all: d phase / dt = f + K r sin(psi - phase) (Kuramoto 1975).
 * Of frequencies with a Lorentzian of half width g, r tends to sqrt(1 - 2 g / K), and to 0 for K below
 * 2 g. By means of the mean a step takes time in their number, not its square; the same on every host.
 */
export class Oscillators {
  readonly #phases: Float64Array;
  /** Turns a ms. */
  readonly #frequencies: Float64Array;
  readonly #coupling: number;
  readonly #x: Float64Array;
  readonly #y: Float64Array;
  #mean: readonly [x: number, y: number] = [0, 0];

  /** @throws INVALID_ARGUMENT, LIMIT_EXCEEDED */
  constructor(options: OscillatorOptions) {
    checkKeys('options', options, ['count', 'frequencyHz', 'couplingHz', 'phase']);
    const { frequencyHz = 40, couplingHz = 0, phase = 0 } = options;
    const count = checkInteger('count', options.count, 1, 2 ** 22);
    const frequencies = checkEach('frequencyHz', frequencyHz, count, -1e6, 1e6);
    this.#coupling = checkNumber('couplingHz', couplingHz, -1e6, 1e6) / 1000;
    this.#phases = checkEach('phase', phase, count, 0, 1);
    this.#frequencies = frequencies.map((hz) => hz / 1000);
    this.#x = new Float64Array(count);
    this.#y = new Float64Array(count);
    this.#move(0, false);
  }

  /**
   * Goes on by `ms`, 0 to 1e6, in steps of at most `stepMs`, by default 1, by the midpoint rule: of second
   * order in the coupling, and exact without one. @throws INVALID_ARGUMENT, LIMIT_EXCEEDED above 1,000,000 steps
   */
  advance(ms: number, options: { readonly stepMs?: number } = {}): Order {
    checkKeys('options', options, ['stepMs']);
    checkNumber('ms', ms, 0, MAX_MS);
    const stepMs = checkNumber('stepMs', options.stepMs ?? 1, MIN_MS, MAX_MS);
    const steps = Math.ceil(ms / stepMs);
    if (steps > MAX_STEPS) throw overLimit('steps', MAX_STEPS, steps);
    for (let i = 0; i < steps; ++i) this.#step(ms / steps);
    return this.order();
  }

  order(): Order {
    const [x, y] = this.#mean;
    return { order: Math.sqrt(x * x + y * y), mean: [x, y] };
  }

  /** In turns, 0 to 1. */
  phases(): number[] {
    return Array.from(this.#phases);
  }

  #step(ms: number): void {
    this.#move(ms / 2, false);
    this.#move(ms, true);
  }

  /** All go on by `ms` from their phases, at the speeds that they have where they are on the circle. */
  #move(ms: number, isKept: boolean): void {
    const [meanX, meanY] = this.#mean;
    const [phases, xs, ys] = [this.#phases, this.#x, this.#y];
    const count = phases.length;
    let [sumX, sumY] = [0, 0];
    for (let i = 0; i < count; ++i) {
      // sin(psi - phase) r is the imaginary part of the mean times e^(-i phase).
      const pull = meanY * (xs[i] as number) - meanX * (ys[i] as number);
      const speed = (this.#frequencies[i] as number) + this.#coupling * pull;
      let phase = (phases[i] as number) + ms * speed;
      phase -= Math.floor(phase);
      if (isKept) phases[i] = phase;
      // Of at most an eighth of a turn; sines of the host differ from one to another.
      const quarters = Math.floor(phase * 4 + 0.5);
      const angle = (phase - quarters / 4) * (2 * Math.PI);
      const square = angle * angle;
      let [cosine, sine] = [1, 1];
      for (let term = LAST_TERM; term > 0; --term) {
        cosine = 1 - square * (COSINE[term] as number) * cosine;
        sine = 1 - square * (SINE[term] as number) * sine;
      }
      sine *= angle;
      // A quarter turns (x, y) into (-y, x).
      const isOdd = quarters % 2 === 1;
      const sign = quarters % 4 < 2 ? 1 : -1;
      const x = sign * (isOdd ? -sine : cosine);
      const y = sign * (isOdd ? cosine : sine);
      xs[i] = x;
      ys[i] = y;
      sumX += x;
      sumY += y;
    }
    this.#mean = [sumX / count, sumY / count];
  }
}
