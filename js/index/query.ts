import { checkBoolean, checkInteger, checkKeys, checkNumber, invalid } from '../core/arguments.js';
import { LIMITS } from '../core/limits.js';
import { check, INVALID_VECTOR, notNull } from '../core/status.js';
import { type Node, parseFilter } from '../filter/parse.js';
import type { Match, QueryOptions, QueryResult } from '../types.js';
import { noveltyOf } from './novelty.js';
import { vectorAt } from './read.js';
import { checkEf, efFor } from './recall.js';
import { checkNamespace } from './records.js';
import { candidatesFor, checkRanking, ranksAnew, rerank } from './rerank.js';
import { ANY, type Neighbor, neighborsOf } from './search.js';
import { checkSession, type Session } from './session.js';
import { checkSpread, type Spread, spread } from './spread.js';
import { opened, type State } from './state.js';
import {
  type Components,
  checkMetric,
  checkVector,
  checkVectors,
  distanceOf,
  invalidVector,
  reachOf,
  rowBytes,
  scoreOf,
} from './vectors.js';

/** The query path: check, write the vectors into the core's buffer, search, build plain objects. */

const OPTIONS = [
  'topK',
  'filter',
  'namespace',
  'minScore',
  'exact',
  'ef',
  'gamma',
  'planner',
  'spread',
  'session',
  'diversify',
  'novelty',
  'includeMetadata',
  'includeVector',
];

export interface Checked {
  readonly topK: number;
  readonly filter: Node | undefined;
  readonly namespace: string;
  readonly minScore: number;
  readonly exact: boolean;
  readonly ef: number | undefined;
  readonly gamma: number | undefined;
  readonly planner: boolean;
  readonly spread: Spread | undefined;
  readonly session: Session | undefined;
  readonly diversify: number;
  readonly novelty: boolean;
  readonly includeMetadata: boolean;
  readonly includeVector: boolean;
  /** It is no visit of its session. */
  readonly isExplained?: boolean;
}

/** Matches of a query that names no number. */
export const TOP_K = 10;

/** `Plan::kFilterAfter` of src/engine/plan.h. */
const FILTER_AFTER = 4;
const UNPLANNED = 'the planner is off, and the walk found no more that match';

/** Keys (8 bytes) of one batch of queryMany: bounds its memory. */
const BATCH_KEYS = 1 << 18;
const BATCH_QUERIES = 64;

export function query<M extends object>(
  state: State,
  namespace: string,
  vector: unknown,
  options: QueryOptions<M> = {},
): QueryResult<M> {
  const checked = checkOptions(state, namespace, options);
  return run<M>(
    state,
    [checkVector('vector', vector, state.shape)],
    checked,
    () => 'vector',
  )[0] as QueryResult<M>;
}

export function queryById<M extends object>(
  state: State,
  namespace: string,
  id: string,
  options: QueryOptions<M> = {},
): QueryResult<M> {
  const checked = checkOptions(state, namespace, options);
  const row = opened(state).records.known(checked.namespace, id);
  return run<M>(state, [vectorAt(state, row)], checked, () => 'vector')[0] as QueryResult<M>;
}

export function queryMany<M extends object>(
  state: State,
  namespace: string,
  vectors: unknown,
  options: QueryOptions<M> = {},
): QueryResult<M>[] {
  const checked = checkOptions(state, namespace, options);
  if (checked.session) throw invalid('session', 'one query at a time', 'queryMany()');
  const all = checkVectors('vectors', vectors, state.shape);
  const batch = Math.max(1, Math.min(BATCH_QUERIES, Math.floor(BATCH_KEYS / checked.topK)));
  const results: QueryResult<M>[] = [];
  for (let from = 0; from < all.length; from += batch)
    results.push(
      ...run<M>(state, all.slice(from, from + batch), checked, (i) => `vectors[${from + i}]`),
    );
  return results;
}

export function checkOptions<M extends object>(
  state: State,
  namespace: string,
  options: QueryOptions<M>,
): Checked {
  checkKeys('options', options, OPTIONS);
  const { filter, minScore, gamma, diversify = 0 } = options;
  if (minScore !== undefined && !(typeof minScore === 'number' && Number.isFinite(minScore)))
    throw invalid('minScore', 'a finite number', minScore);
  for (const what of ['session', 'diversify', 'novelty'] as const)
    if (options[what]) checkMetric(what, state.shape);
  const topK =
    options.topK === undefined ? TOP_K : checkInteger('topK', options.topK, 1, LIMITS.topK);
  const checked = {
    topK,
    filter: filter === undefined ? undefined : parseFilter('filter', filter),
    namespace: checkNamespace('namespace', options.namespace, namespace),
    minScore: minScore ?? Number.NEGATIVE_INFINITY,
    exact: checkBoolean('exact', options.exact, false),
    ef: options.ef === undefined ? undefined : checkEf(options.ef),
    gamma: gamma === undefined ? gamma : checkNumber('gamma', gamma, 0, 10),
    planner: checkBoolean('planner', options.planner, true),
    spread: checkSpread(options.spread, topK, state),
    session: checkSession(options.session),
    diversify: checkNumber('diversify', diversify, 0, 1),
    novelty: checkBoolean('novelty', options.novelty, false),
    includeMetadata: checkBoolean('includeMetadata', options.includeMetadata, true),
    includeVector: checkBoolean('includeVector', options.includeVector, false),
  };
  checkRanking(checked);
  return checked;
}

/** All queries of `vectors` in one pass; `what` names one in errors. */
export function run<M extends object>(
  state: State,
  vectors: readonly Components[],
  options: Checked,
  what: (query: number) => string,
): QueryResult<M>[] {
  const { collection, core, shape } = opened(state);
  const again = ranksAnew(options);
  // More is searched for after each, in the same buffers.
  if ((again || options.novelty) && vectors.length > 1)
    return vectors.flatMap((vector, i) => run<M>(state, [vector], options, () => what(i)));
  const started = performance.now();
  const selection = state.records.select(options.namespace, options.filter);
  const count = selection?.count ?? state.records.count;
  const k = again
    ? candidatesFor(options.topK)
    : Math.max(options.topK, options.spread?.seeds ?? 1);
  check(collection.prepare(vectors.length, Math.max(1, Math.min(k, count))));
  const at = collection.queries();
  for (const [i, vector] of vectors.entries())
    core.heap.write(at + i * rowBytes(shape), vector, shape.bits);
  if (selection && state.records.rows > 0)
    core.heap.writeUint32s(notNull(collection.filter() || null), selection.words);
  const unplanned = !options.planner && selection !== undefined;
  if (unplanned) collection.forcePlan(FILTER_AFTER);
  let status: number;
  try {
    status = collection.search(
      options.exact,
      options.ef ?? efFor(state, again ? k : options.topK),
      reachOf(options.gamma, shape),
    );
  } finally {
    if (unplanned) collection.forcePlan(ANY);
  }
  if (status === INVALID_VECTOR) {
    const faulty = collection.faulty();
    throw invalidVector(what(faulty), vectors[faulty] as Components);
  }
  check(status);

  const results = vectors.map((_, i) => {
    const activations = options.spread && spread(state, i, options.spread);
    const complete = !unplanned || collection.found(i) >= Math.min(options.topK, count);
    const vector = vectors[i] as Components;
    const ranked = again
      ? rerank(state, vector, neighborsOf(state, i), selection?.words, options)
      : undefined;
    const queryId = `q${++state.queries}${options.session ? `-${state.records.sessions.token}` : ''}`;
    const matches = matchesOf<M>(state, i, options, activations, ranked, queryId);
    const { version } = state;
    const reason = complete ? {} : { reason: UNPLANNED };
    const novelty = options.novelty ? { novelty: noveltyOf(state, options.namespace, vector) } : {};
    return {
      matches,
      count: matches.length,
      complete,
      ...reason,
      ...novelty,
      queryId,
      version,
      tookMs: 0,
    };
  });
  const tookMs = (performance.now() - started) / vectors.length;
  for (const result of results) result.tookMs = tookMs;
  return results;
}

function matchesOf<M extends object>(
  state: State,
  i: number,
  options: Checked,
  activations: readonly number[] | undefined,
  anew: readonly Neighbor[] | undefined,
  queryId: string,
): Match<M>[] {
  const { collection, core, records, shape } = state;
  const matches: Mutable<Match<M>>[] = [];
  const rows: number[] = [];
  const add = (row: number, ranked: number, place = Number.NaN): void => {
    const distance = distanceOf(ranked, shape);
    const score = scoreOf(distance, shape);
    if (score < options.minScore) return;
    const match: Mutable<Match<M>> = { id: records.id(row) as string, score, distance };
    if (options.namespace !== '') match.namespace = options.namespace;
    const text = options.includeMetadata ? records.metadata(row) : undefined;
    const activation = activations?.[place];
    if (activation !== undefined) match.activation = activation;
    if (text !== undefined) match.metadata = JSON.parse(text) as M;
    matches.push(match);
    rows.push(row);
  };
  const found = Math.min(options.topK, collection.found(i));
  if (anew) for (const { row, distance } of anew) add(row, distance);
  else core.heap.forEachNeighbor(collection.neighbors(i), found, add);
  if (options.session && !options.isExplained)
    records.sessions.answered(
      queryId,
      options.session,
      rows.map((row) => records.sequence(row)),
    );
  if (options.includeVector)
    for (const [n, match] of matches.entries()) match.vector = vectorAt(state, rows[n] as number);
  return matches;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
