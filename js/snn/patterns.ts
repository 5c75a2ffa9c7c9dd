import { checkInteger, checkKeys, invalid } from '../core/arguments.js';
import { checkPlace, checkPlaces } from './check.js';

export interface PatternOptions {
  /** How many neurons there are, 1 to 4,194,304. */
  readonly neurons: number;
  /** How many slots are remembered, 32 or 64. @defaultValue 32 */
  readonly slots?: 32 | 64;
}

export interface PatternMatch {
  readonly neuron: number;
  /** In how many slots they differ (Hamming). */
  readonly distance: number;
}

const WORD = 32;

/** In which of the last slots of time each neuron has spiked: a bit a slot. */
export class SpikePatterns {
  readonly neurons: number;
  readonly slots: number;
  /** Words of a neuron lie together, the newest slot lowest in the first. */
  readonly #words: Uint32Array;

  /** @throws INVALID_ARGUMENT, LIMIT_EXCEEDED */
  constructor(options: PatternOptions) {
    checkKeys('options', options, ['neurons', 'slots']);
    const { neurons, slots = WORD } = options;
    checkInteger('neurons', neurons, 1, 2 ** 22);
    if (slots !== WORD && slots !== 2 * WORD) throw invalid('slots', '32 or 64', slots);
    this.neurons = neurons;
    this.slots = slots;
    this.#words = new Uint32Array((neurons * slots) / WORD);
  }

  /** A slot of time ends, in which these have spiked; what is older than all slots is forgotten. */
  record(spiking: ArrayLike<number>): void {
    checkPlaces('spiking', spiking, this.neurons);
    const words = this.#words;
    const each = this.slots / WORD;
    for (let at = words.length - 1; at >= 0; --at) {
      const carry = at % each > 0 ? (words[at - 1] as number) >>> (WORD - 1) : 0;
      words[at] = ((words[at] as number) << 1) | carry;
    }
    for (let i = 0; i < spiking.length; ++i) {
      const at = (spiking[i] as number) * each;
      words[at] = (words[at] as number) | 1;
    }
  }

  /** Slots as '0' and '1', the oldest first. @throws INVALID_ARGUMENT */
  pattern(neuron: number): string {
    return [...this.#of(neuron)]
      .reverse()
      .map((word) => word.toString(2).padStart(WORD, '0'))
      .join('');
  }

  /**
   * The `k` neurons whose patterns are nearest to one, ties to the smaller neuron.
   * @param pattern of a neuron, or as `pattern()` writes it
   * @throws INVALID_ARGUMENT, LIMIT_EXCEEDED
   */
  match(pattern: number | string, k: number = 1): PatternMatch[] {
    checkInteger('k', k, 1, this.neurons);
    return this.#distances(this.#wordsOf(pattern))
      .sort((a, b) => a.distance - b.distance || a.neuron - b.neuron)
      .slice(0, k);
  }

  /** The other neurons whose patterns differ from this one's in so many slots at most, ascending. */
  correlate(neuron: number, maxDistance: number): number[] {
    checkInteger('maxDistance', maxDistance, 0, this.slots);
    return this.#distances(this.#of(neuron))
      .filter((it) => it.neuron !== neuron && it.distance <= maxDistance)
      .map((it) => it.neuron);
  }

  /** Forgets all. */
  reset(): void {
    this.#words.fill(0);
  }

  #of(neuron: number): Uint32Array {
    const each = this.slots / WORD;
    const at = checkPlace('neuron', neuron, this.neurons) * each;
    return this.#words.slice(at, at + each);
  }

  #wordsOf(pattern: number | string): Uint32Array {
    if (typeof pattern !== 'string') return this.#of(pattern);
    if (pattern.length !== this.slots || /[^01]/.test(pattern))
      throw invalid('pattern', `${this.slots} of 0 and 1, or a neuron`, pattern);
    const words = new Uint32Array(this.slots / WORD);
    for (let i = 0; i < words.length; ++i) {
      const end = this.slots - i * WORD;
      words[i] = Number.parseInt(pattern.slice(end - WORD, end), 2);
    }
    return words;
  }

  #distances(wanted: Uint32Array): PatternMatch[] {
    return Array.from({ length: this.neurons }, (_, neuron) => {
      let distance = 0;
      for (let i = 0; i < wanted.length; ++i)
        distance += bits(
          (this.#words[neuron * wanted.length + i] as number) ^ (wanted[i] as number),
        );
      return { neuron, distance };
    });
  }
}

/** How many bits of a word are set. */
function bits(word: number): number {
  let left = word;
  left -= (left >>> 1) & 0x55555555;
  left = (left & 0x33333333) + ((left >>> 2) & 0x33333333);
  left = (left + (left >>> 4)) & 0x0f0f0f0f;
  return Math.imul(left, 0x01010101) >>> 24;
}
