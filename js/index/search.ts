import { check, INVALID_VECTOR, notNull } from '../core/status.js';
import type { Words } from '../filter/words.js';
import type { State } from './state.js';
import { invalidVector } from './vectors.js';

/** `Collection::kAny`, of plans and rows. */
export const ANY = 0xffffffff;

/** A vector to search for. */
export interface Sample {
  readonly vector: ArrayLike<number>;
  /** The record that it is, which is searched for as if it had never been written; or ANY. */
  readonly row: number;
  /** Names the caller's vector in errors. */
  readonly what?: string;
}

export interface Search {
  readonly topK: number;
  /** By default not. */
  readonly exact?: boolean;
  /** 0: as wide as the core thinks best. */
  readonly ef?: number;
  readonly plan?: number;
  /** The rows to search; by default all. */
  readonly among?: Words | undefined;
}

export interface Neighbor {
  readonly row: number;
  /** What the core ranks by: under euclidean the square. */
  readonly distance: number;
}

/** One search of our own, beside those that callers ask for. */
export function nearest(state: State, sample: Sample, search: Search): Neighbor[] {
  const { collection, core, shape, records } = state;
  const { topK, exact = false, ef = 0, plan = ANY, among } = search;
  check(collection.prepare(1, Math.max(1, Math.min(topK, records.count))));
  core.heap.write(collection.queries(), sample.vector, shape.bits);
  if (among && records.rows > 0)
    core.heap.writeUint32s(notNull(collection.filter() || null), among);
  collection.withhold(sample.row);
  collection.forcePlan(plan);
  const status = collection.search(exact, ef, 0);
  collection.forcePlan(ANY);
  collection.withhold(ANY);
  if (status === INVALID_VECTOR) throw invalidVector(sample.what ?? 'vector', sample.vector);
  check(status);
  return neighborsOf(state, 0);
}

/** What the last search found for one of its queries, nearest first. */
export function neighborsOf({ collection, core }: State, query: number): Neighbor[] {
  const found: Neighbor[] = [];
  const count = collection.found(query);
  core.heap.forEachNeighbor(collection.neighbors(query), count, (row, distance) => {
    found.push({ row, distance });
  });
  return found;
}
