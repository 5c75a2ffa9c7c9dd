import { putLast } from '../context/bounded.js';
import type { Words } from '../filter/words.js';
import { vectorAt } from './read.js';
import { efFor, sampleRows } from './recall.js';
import { ANY, nearest, type Sample } from './search.js';
import type { State } from './state.js';

/**
 * How unlike the records of its namespace a vector is. A record is a neuron with a threshold near to
 * what usually reaches it, the mean distance of its nearest neighbours. A vector's surplus is by how much
 * its nearest records are farther than their thresholds; its novelty is the share of sampled records
 * whose surplus is less, each taken as if it had never been written.
 */

const NEIGHBORS = 5;
/** Of the mean: 0 is the distance of the nearest neighbours, 1 forgets it where records lie apart. */
const THRESHOLD = 0.8;
const SAMPLES = 100;
/** Namespaces whose surpluses are known. */
const NAMESPACES = 64;

/** What is known of the records as they were when so many had been written. */
export interface Known {
  readonly written: number;
  readonly count: number;
  readonly surplusOf: (sample: Sample, among: Words | undefined) => number;
  readonly surpluses: readonly number[];
}

export function noveltyOf(state: State, namespace: string, vector: ArrayLike<number>): number {
  const { records } = state;
  // One record has no neighbour to be usual for.
  if (records.countIn(namespace) < 2) return 1;
  const among = records.select(namespace)?.words;
  const { surpluses, surplusOf } = knownOf(state, namespace, among);
  const surplus = surplusOf({ vector, row: ANY }, among);
  // Equal ones count half.
  const less = surpluses.map((it) => (Math.sign(surplus - it) + 1) / 2);
  return mean(less);
}

/** Sampled anew once there are twice or half as many records, or as many writes as there were records. */
function knownOf(state: State, namespace: string, among: Words | undefined): Known {
  const { records, written } = state;
  const count = records.countIn(namespace);
  const before = records.usual.get(namespace);
  if (
    before &&
    Math.max(count, written - before.written + before.count) < 2 * before.count &&
    2 * count > before.count
  ) {
    putLast(records.usual, namespace, before, NAMESPACES);
    return before;
  }
  const surplusOf = judge(state);
  const samples = sampleRows(state, SAMPLES, 1, among);
  const surpluses = samples.map((sample) => surplusOf(sample, among));
  const known = { written, count, surplusOf, surpluses };
  putLast(records.usual, namespace, known, NAMESPACES);
  return known;
}

/** Tells surpluses, and remembers thresholds of records, by their sequence. */
function judge(state: State): Known['surplusOf'] {
  const { records } = state;
  const thresholds = new Map<number, number>();
  const drive = (sample: Sample, among: Words | undefined) => {
    const near = nearest(state, sample, { topK: NEIGHBORS, ef: efFor(state, NEIGHBORS), among });
    return { near, distance: mean(near.map(({ distance }) => distance)) };
  };
  return (sample, among) => {
    const { near, distance } = drive(sample, among);
    const usual = near.map(({ row }) => {
      const sequence = records.sequence(row);
      const known = thresholds.get(sequence);
      if (known !== undefined) return known;
      const own = drive({ vector: vectorAt(state, row), row }, among).distance;
      thresholds.set(sequence, own);
      return own;
    });
    return distance - THRESHOLD * mean(usual);
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
