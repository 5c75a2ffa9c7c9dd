import type { QueryObservation, Signals } from './planner-types.js';

/** Queries over which tension has a slope, and over which latencies and writes are looked at. */
const SLOPE = 16;
const WINDOW = 100;

/** Bins of time that are kept, the open one included, and how far apart a rhythm is looked for. */
const BINS = 256;
const LAGS = 64;

/** No ratio is above it. */
const LARGEST = 1e100;

/** What is measured of the queries of one pattern. */
export class SignalMeter {
  readonly #bin: number;
  readonly #tensions: number[] = [];
  readonly #latencies: number[] = [];
  readonly #writes: number[] = [];
  /** Queries a bin; the last one is open. */
  #counts: number[] = [];
  /** Of the open bin. */
  #begin: number | undefined;
  #periodicity = 0;

  /** `bin`: seconds that count as one moment. */
  constructor(bin: number) {
    this.#bin = bin;
  }

  /** Pre: all numbers are in their ranges, and `time` is not before that of the last query. */
  observe({
    tension,
    latency,
    writes,
    time,
    branches,
    depth,
  }: Required<QueryObservation>): Signals {
    keep(this.#tensions, tension, SLOPE + 1);
    keep(this.#latencies, latency, WINDOW);
    keep(this.#writes, writes, WINDOW);
    this.#observeTime(time);
    const before = this.#tensions.length > SLOPE ? (this.#tensions[0] as number) : tension;
    const written = this.#writes.reduce((sum, it) => sum + it, 0);
    return {
      tension,
      tensionSlope: (tension - before) / SLOPE,
      tailRatio: tailRatio(this.#latencies),
      writeShare: written / (written + this.#writes.length),
      periodicity: this.#periodicity,
      branches,
      depth,
    };
  }

  #observeTime(time: number): void {
    const begin = this.#begin ?? time;
    const passed = Math.floor((time - begin) / this.#bin);
    if (this.#begin === undefined || passed > BINS) {
      // After a silence longer than all bins there is nothing to know.
      this.#counts = [0];
      this.#begin = time;
      this.#periodicity = 0;
    } else if (passed > 0) {
      for (let i = 0; i < passed; ++i) keep(this.#counts, 0, BINS);
      this.#begin = begin + passed * this.#bin;
      this.#periodicity = periodicity(this.#counts);
    }
    (this.#counts[this.#counts.length - 1] as number) += 1;
  }
}

/** The oldest goes where there are more than `most`. */
function keep(numbers: number[], number: number, most: number): void {
  numbers.push(number);
  if (numbers.length > most) numbers.shift();
}

/** By nearest ranks, of whole windows only. */
function tailRatio(latencies: readonly number[]): number {
  const sorted = Float64Array.from(latencies).sort();
  const median = sorted[WINDOW / 2 - 1] as number;
  const tail = sorted[WINDOW - 2] as number;
  if (latencies.length < WINDOW || tail === 0) return 1;
  return Math.min(tail / median, LARGEST);
}

/** Over the closed bins: of products, that many bins apart, of differences from the mean. */
function periodicity(counts: readonly number[]): number {
  if (counts.length < BINS) return 0;
  const closed = counts.slice(0, -1);
  // Of whole numbers, so that where all are the same none differs from it.
  const mean = closed.reduce((sum, count) => sum + count, 0) / closed.length;
  const off = closed.map((count) => count - mean);
  const covariance = (lag: number) => {
    let sum = 0;
    for (let i = lag; i < off.length; ++i) sum += (off[i] as number) * (off[i - lag] as number);
    return sum / (off.length - lag);
  };
  const variance = covariance(0);
  let most = 0;
  for (let lag = 2; lag <= LAGS; ++lag) most = Math.max(most, covariance(lag));
  return variance > 0 ? most / variance : 0;
}
