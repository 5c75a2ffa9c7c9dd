import { checkInteger, checkKeys, checkNumber } from '../core/arguments.js';
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
  #mean: readonly [x: number, y: number];

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
    this.#mean = this.#place((i) => this.#phases[i] as number);
  }

  /**
   * Goes on by `ms`, 0 to 1e6, in steps of at most `stepMs`, by default 1, by the midpoint rule: of second
   * order in the coupling, and exact without one. @throws INVALID_ARGUMENT
   */
  advance(ms: number, options: { readonly stepMs?: number } = {}): Order {
    checkKeys('options', options, ['stepMs']);
    checkNumber('ms', ms, 0, MAX_MS);
    const stepMs = checkNumber('stepMs', options.stepMs ?? 1, MIN_MS, MAX_MS);
    const steps = Math.ceil(ms / stepMs);
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
    this.#mean = this.#place((i) => (this.#phases[i] as number) + (ms / 2) * this.#speed(i));
    this.#mean = this.#place((i) => {
      const phase = (this.#phases[i] as number) + ms * this.#speed(i);
      this.#phases[i] = phase - Math.floor(phase);
      return this.#phases[i] as number;
    });
  }

  /** sin(psi - phase) r is the imaginary part of the mean times e^(-i phase). */
  #speed(i: number): number {
    const [x, y] = this.#mean;
    const pull = y * (this.#x[i] as number) - x * (this.#y[i] as number);
    return (this.#frequencies[i] as number) + this.#coupling * pull;
  }

  /** Puts every oscillator on the circle. @returns their mean */
  #place(phaseOf: (i: number) => number): readonly [x: number, y: number] {
    let [sumX, sumY] = [0, 0];
    for (let i = 0; i < this.#phases.length; ++i) {
      const turns = phaseOf(i);
      const quarters = Math.floor(turns * 4 + 0.5);
      // Of at most an eighth of a turn; e^(i angle) by Horner's scheme: (pi / 4)^20 / 20! < 2^-67.
      const angle = (turns - quarters / 4) * (2 * Math.PI);
      let [x, y] = [1, 0];
      for (let term = 19; term > 0; --term) {
        const factor = angle / term;
        const before = x;
        x = 1 - y * factor;
        y = before * factor;
      }
      // A quarter turns (x, y) into (-y, x). Sines of the host differ from one to another.
      const quarter = ((quarters % 4) + 4) % 4;
      this.#x[i] = quarter === 0 ? x : quarter === 1 ? -y : quarter === 2 ? -x : y;
      this.#y[i] = quarter === 0 ? y : quarter === 1 ? x : quarter === 2 ? -y : -x;
      sumX += this.#x[i] as number;
      sumY += this.#y[i] as number;
    }
    return [sumX / this.#phases.length, sumY / this.#phases.length];
  }
}
