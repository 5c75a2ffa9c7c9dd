import type { RawModule } from '../../types/raw.js';
import { checkInteger, checkKeys, checkNumber, overLimit } from '../core/arguments.js';
import { checkPlace, LARGEST } from './check.js';
import type { DendriteOptions, Dendrites } from './types.js';

const MAX_BRANCHES = 2 ** 26;

/** What reaches each branch since it was emptied. The exponential is the core's: the same everywhere. */
export class Branches implements Dendrites {
  readonly #neurons: number;
  readonly #branches: number;
  readonly #threshold: number;
  readonly #slope: number;
  readonly #inputs: Float64Array;
  readonly #raw: RawModule;
  readonly #checkOpen: () => void;
  readonly #injectAll: (charges: readonly number[]) => void;

  constructor(
    neurons: number,
    options: DendriteOptions,
    raw: RawModule,
    checkOpen: () => void,
    injectAll: (charges: readonly number[]) => void,
  ) {
    checkKeys('options', options, ['branches', 'threshold', 'slope']);
    const { branches = 4, threshold = 1, slope = 0.1 } = options;
    this.#neurons = neurons;
    this.#branches = checkInteger('branches', branches, 1, 1024);
    this.#threshold = checkNumber('threshold', threshold, -LARGEST, LARGEST);
    this.#slope = checkNumber('slope', slope, 1e-6, LARGEST);
    if (neurons * branches > MAX_BRANCHES)
      throw overLimit('branches of all neurons', MAX_BRANCHES, neurons * branches);
    this.#inputs = new Float64Array(neurons * branches);
    this.#raw = raw;
    this.#checkOpen = checkOpen;
    this.#injectAll = injectAll;
  }

  inject(neuron: number, branch: number, charge: number): void {
    this.#checkOpen();
    checkPlace('neuron', neuron, this.#neurons);
    checkPlace('branch', branch, this.#branches);
    checkNumber('charge', charge, -LARGEST, LARGEST);
    const at = neuron * this.#branches + branch;
    this.#inputs[at] = (this.#inputs[at] as number) + charge;
  }

  outputs(): number[] {
    this.#checkOpen();
    return Array.from({ length: this.#neurons }, (_, neuron) => {
      let sum = 0;
      for (let at = neuron * this.#branches; at < (neuron + 1) * this.#branches; ++at)
        sum += this.#output(this.#inputs[at] as number);
      return sum;
    });
  }

  propagate(gain = 1): void {
    checkNumber('gain', gain, -1e6, 1e6);
    this.#injectAll(this.outputs().map((y) => gain * y));
    this.reset();
  }

  reset(): void {
    this.#checkOpen();
    this.#inputs.fill(0);
  }

  #output(input: number): number {
    return 1 / (1 + this.#raw.exponential((this.#threshold - input) / this.#slope));
  }
}
