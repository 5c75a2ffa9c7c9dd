import { putLast, weakest } from './bounded.js';

/** A click that still counts: its trace is 1 when it is made, and decays. */
export interface Trace {
  readonly record: number;
  readonly trace: number;
}

/** Spike-timing-dependent plasticity (Bi & Poo 1998): how much one pairing changes a weight. */
const POTENTIATION = 0.01;
const DEPRESSION = 0.012;
/** A coincidence of two clicks says more of what follows than either. */
const COINCIDENCE = 10;

/** Bounds: neurons that have learnt something, and what each of them can lead to. */
const NEURONS = 16_384;
const FAN_OUT = 32;

/**
 * Which record is clicked after which: directed weights in [0, 1), one neuron a record and one for
 * each pair that was clicked in succession (a dendrite that needs both). A weight grows by
 * A+ x (1 - w) where its record came after the neuron's, x the trace that was left, and shrinks by
 * A- x w where it came before: windows in the order of clicks, soft bounds. A pair of clicks is O(1).
 * The neurons that were not used for longest, and the weakest of their weights, make room for others.
 */
export class Transitions {
  readonly #neurons = new Map<string, Map<number, number>>();

  /** A click on `record` after those of `trail`, newest first. `weight` -1 to 1; below 0: it was a mistake. */
  learn(trail: readonly Trace[], record: number, weight: number): void {
    for (const [i, { record: before, trace }] of trail.entries()) {
      if (before === record) continue;
      this.#change(`${before}`, record, weight * trace);
      if (weight > 0) this.#change(`${record}`, before, -weight * trace);
      const earlier = trail[i + 1];
      if (i === 0 && earlier) this.#change(pair(earlier, before), record, weight * trace);
    }
  }

  /** What is to be expected after the clicks of `trail`, as shares of 1: the less was learnt, the less they sum to. */
  expect(trail: readonly Trace[]): Map<number, number> {
    const drive = new Map<number, number>();
    let total = POTENTIATION;
    const fire = (neuron: string, trace: number): void => {
      for (const [record, weight] of this.#neurons.get(neuron) ?? []) {
        drive.set(record, (drive.get(record) ?? 0) + trace * weight);
        total += trace * weight;
      }
    };
    for (const { record, trace } of trail) fire(`${record}`, trace);
    const [last, earlier] = trail;
    if (last && earlier) fire(pair(earlier, last.record), COINCIDENCE * last.trace);
    for (const [record, share] of drive) drive.set(record, share / total);
    return drive;
  }

  #change(neuron: string, record: number, change: number): void {
    const weights = this.#neurons.get(neuron) ?? new Map<number, number>();
    const weight = weights.get(record) ?? 0;
    if (change <= 0 && weight === 0) return;
    weights.set(
      record,
      weight + change * (change > 0 ? POTENTIATION * (1 - weight) : DEPRESSION * weight),
    );
    if (weights.size > FAN_OUT) weights.delete(weakest(weights, record));
    putLast(this.#neurons, neuron, weights, NEURONS);
  }
}

function pair(earlier: Trace, last: number): string {
  return `${earlier.record},${last}`;
}
