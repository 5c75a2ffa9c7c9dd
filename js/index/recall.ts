import { checkInteger, checkKeys, invalid } from '../core/arguments.js';
import { LIMITS } from '../core/limits.js';
import { isSet, type Words } from '../filter/words.js';
import type { RecallOptions, RecallReport, TuneResult } from '../types.js';
import { vectorAt } from './read.js';
import { ANY, type Neighbor, nearest, type Sample } from './search.js';
import { opened, type State } from './state.js';
import { checkVectors, type Shape } from './vectors.js';

/**
 * How much of the truth searches find, from exact scans on sampled queries, and the `ef` that is
 * wide enough. The samples are queries of the caller's, or records, each searched for as if it had
 * never been written: left out of the answers and of the graph, through which it would find its own
 * neighbours.
 */

/** Widths that tuning tries, narrow ones first; each costs about 1.4 times the one before. */
const LADDER = [32, 45, 64, 90, 128, 181, 256, 362, 512, 724, 1024, 1448, 2048, 4096];

/** `Plan::kGraph` of src/engine/plan.h. */
const GRAPH = 2;

const TUNED_TOP_K = 10;
const TUNING_SAMPLES = 100;
/** What `targetRecall` is where the caller names none. */
export const DEFAULT_TARGET = 0.95;

/** A number in [0, 2^32) from a seed, for samples that are the same in every run. */
function draw(seed: number): number {
  let z = (seed + 0x9e3779b9) >>> 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return (z ^ (z >>> 15)) >>> 0;
}

/** Of all records, or those of `among`. */
export function sampleRows(state: State, count: number, seed: number, among?: Words): Sample[] {
  const { records } = state;
  const live = Array.from({ length: records.rows }, (_, row) => row).filter(
    (row) => records.id(row) !== undefined && (among === undefined || isSet(among, row)),
  );
  // Partial Fisher-Yates: no row twice.
  const wanted = Math.min(count, live.length);
  for (let i = 0; i < wanted; ++i) {
    const j = i + (draw(seed * 0x10001 + i) % (live.length - i));
    [live[i], live[j]] = [live[j] as number, live[i] as number];
  }
  return live.slice(0, wanted).map((row) => ({ row, vector: vectorAt(state, row) }));
}

/** The share of `truth` that is among what was found. */
function share(truth: readonly Neighbor[], found: readonly Neighbor[]): number {
  const rows = new Set(found.map(({ row }) => row));
  return truth.length === 0 ? 1 : truth.filter(({ row }) => rows.has(row)).length / truth.length;
}

/** Mean of shares of `topK` and the bounds of its 95 % interval. */
export function estimate(
  shares: readonly number[],
  topK: number,
): { recall: number; lower: number; upper: number } {
  const n = shares.length;
  if (n === 0) return { recall: 1, lower: 0, upper: 1 }; // nothing is missed, and nothing known
  const recall = shares.reduce((sum, x) => sum + x, 0) / n;
  const variance = shares.reduce((sum, x) => sum + (x - recall) ** 2, 0) / Math.max(1, n - 1);
  // A sample without misses says no more than that they are rarer than it can see (rule of three).
  const half = variance > 0 ? 1.96 * Math.sqrt(variance / n) : 3 / (n * topK);
  return { recall, lower: Math.max(0, recall - half), upper: Math.min(1, recall + half) };
}

const RECALL_OPTIONS = ['samples', 'topK', 'ef', 'seed', 'queries'];

export interface Measurement {
  readonly samples: number;
  readonly topK: number;
  readonly seed: number;
  readonly ef: number | undefined;
  /** The caller's queries; undefined for a sample of the records. */
  readonly given: Sample[] | undefined;
}

export function checkMeasurement(shape: Shape, options: RecallOptions = {}): Measurement {
  checkKeys('options', options, RECALL_OPTIONS);
  const {
    samples: wanted = TUNING_SAMPLES,
    topK: k = TUNED_TOP_K,
    seed: from = 1,
    queries,
  } = options;
  const samples = checkInteger('samples', wanted, 1, 10_000);
  return {
    samples,
    topK: checkInteger('topK', k, 1, LIMITS.topK),
    seed: checkInteger('seed', from, 0, 0xffffffff),
    ef: options.ef === undefined ? undefined : checkEf(options.ef),
    given:
      queries === undefined
        ? undefined
        : checkVectors('queries', queries, shape)
            .slice(0, samples)
            .map((vector, i) => ({ vector, row: ANY, what: `queries[${i}]` })),
  };
}

/** Measures in steps of one sample; between them there may be writes, but rows must stay. */
export function* measuring(state: State, options?: RecallOptions): Generator<void, RecallReport> {
  const { samples, topK, seed, ef, given } = checkMeasurement(state.shape, options);
  const chosen = ef ?? efFor(opened(state), topK);
  const shares: number[] = [];
  for (const sample of given ?? sampleRows(state, samples, seed)) {
    const truth = nearest(state, sample, { topK, exact: true });
    shares.push(share(truth, nearest(state, sample, { topK, ef: chosen })));
    yield;
  }
  return {
    ...estimate(shares, topK),
    samples: shares.length,
    topK,
    ef: ef ?? shownEf(state, topK),
    reference: reference(state),
  };
}

/** All steps at once. */
export function finish<T>(steps: Generator<void, T>): T {
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}

export interface Probe {
  readonly ef: number;
  readonly reference: RecallReport['reference'];
  /** For each sample the distances that an exact and a usual search find, nearest first. */
  readonly found: readonly (readonly [exact: number[], usual: number[]])[];
}

/** One shard's part of a measurement. */
export function probe(
  state: State,
  samples: readonly Sample[],
  topK: number,
  given: number | undefined,
): Probe {
  const ef = given ?? efFor(opened(state), topK);
  const search = (sample: Sample, exact: boolean): number[] =>
    nearest(state, sample, { topK, exact, ef }).map(({ distance }) => distance);
  const found = samples.map((it) => [search(it, true), search(it, false)] as const);
  return { ef: given ?? shownEf(state, topK), reference: reference(state), found };
}

function reference(state: State): 'exact' | 'stored' {
  return state.config.keep || state.config.quantization === 'none' ? 'exact' : 'stored';
}

export function checkEf(ef: unknown, what = 'ef'): number {
  return checkInteger(what, ef, 1, 2 * LIMITS.topK);
}

export function checkTarget(target: unknown): number {
  if (!(typeof target === 'number' && target > 0 && target < 1))
    throw invalid('targetRecall', 'a number between 0 and 1', target);
  return target;
}

/**
 * The width of a search for `topK`: what the caller fixed, else at least max(2 topK, 32). 0 where no
 * width is known to be enough: then the core does not go by the graph.
 */
export function efFor(state: State, topK: number): number {
  if (state.ef !== undefined) return Math.max(state.ef, topK);
  const { tuned } = state;
  const least = Math.max(2 * topK, 32);
  if (tuned === undefined || tuned.ef === 0) return 0;
  // What was found for 10 neighbours, a little more in an index that has grown since, and for more
  // neighbours as much more as they are.
  const grown = Math.max(1, state.collection.linked() / Math.max(1, tuned.count)) ** 0.5;
  return Math.max(least, Math.ceil(tuned.ef * grown) + 2 * (topK - TUNED_TOP_K));
}

/** As {@link efFor}; where that is 0, the width of the core. */
export function shownEf(state: State, topK: number): number {
  return efFor(state, topK) || Math.max(2 * topK, 64);
}

/** Tunes in steps of one sample; between them there may be writes, but rows must stay. */
export function* tuning(
  state: State,
  options: { readonly targetRecall: number },
): Generator<void, TuneResult> {
  checkKeys('options', options, ['targetRecall']);
  const target = checkTarget(options.targetRecall);
  opened(state).target = target;
  state.tuning = undefined; // was for the target before
  return yield* tuneSteps(state, target);
}

/**
 * `steps` steps of the tuning that the index is due, if it is. Never throws, since it follows
 * writes that are done: where there is no memory for searches the width stays as it is.
 */
export function advanceTuning(state: State, steps: number): void {
  try {
    for (let step = 0; step < steps && isTuning(state); ++step) {
      state.tuning ??= tuneSteps(state, state.target);
      if (state.tuning.next().done) state.tuning = undefined;
    }
  } catch {
    state.tuning = undefined;
    settle(state, efFor(state, TUNED_TOP_K));
  }
}

export function isTuning(state: State): boolean {
  return state.tuning !== undefined || wantsTuning(state);
}

/**
 * Tuning in steps of one sampled query, each compared at once with the truth of the moment: between
 * steps there may be writes. Leaves the outcome in the state.
 */
function* tuneSteps(state: State, target: number): Generator<void, TuneResult> {
  const samples = sampleRows(state, TUNING_SAMPLES, 1);
  if (samples.length === 0)
    return {
      ...estimate([], 1),
      ef: shownEf(state, TUNED_TOP_K),
      targetRecall: target,
      samples: 0,
    };
  const ladder = state.ef === undefined ? LADDER : [state.ef];
  const shares: number[][] = ladder.map(() => []);
  for (const sample of samples) {
    const topK = TUNED_TOP_K;
    const truth = nearest(state, sample, { topK, exact: true });
    // The width is the graph's, even where a scan would be cheaper at the moment.
    const plan = state.collection.linked() > 0 ? GRAPH : ANY;
    let found = 0;
    for (const [i, ef] of ladder.entries()) {
      // What finds all is not worth a wider walk.
      if (found < 1) found = share(truth, nearest(state, sample, { topK, ef, plan }));
      shares[i]?.push(found);
    }
    yield;
  }
  const { count } = state.records;
  // A walk as wide as there are records finds no more in a wider one.
  const results = ladder.map((ef, i) => ({ ...estimate(shares[i] ?? [], TUNED_TOP_K), ef }));
  const enough = ({ ef, lower }: { ef: number; lower: number }): boolean =>
    lower >= target - 0.01 || ef >= count;
  const best = results.find(enough);
  // What scans find says nothing of a graph that there is not yet.
  if (state.collection.linked() > 0) settle(state, best?.ef ?? 0);
  const widest = results.at(-1) as (typeof results)[number];
  return { ...(best ?? widest), targetRecall: target, samples: samples.length };
}

function settle(state: State, ef: number): void {
  state.tuned = { ef, count: state.collection.linked(), written: 0 };
}

/**
 * Whether the index has a graph and it is twice as large, or half, as when its `ef` was chosen, or as
 * many records were written since then as it had.
 */
function wantsTuning({ ef, collection, tuned }: State): boolean {
  const count = collection.linked();
  if (ef !== undefined || count < 1024) return false;
  const { count: at, written } = tuned ?? { count: 0, written: 0 };
  return count >= 2 * at || 2 * count <= at || written >= at;
}
