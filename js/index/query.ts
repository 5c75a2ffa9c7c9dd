import { checkBoolean, checkInteger, checkKeys, invalid, unexpected } from '../core/arguments.js';
import { LIMITS } from '../core/limits.js';
import { check, INVALID_VECTOR } from '../core/status.js';
import type { Explanation, Match, QueryOptions, QueryResult } from '../types.js';
import { vectorAt } from './read.js';
import { checkId } from './records.js';
import { opened, type State } from './state.js';
import {
  type Components,
  checkVector,
  checkVectors,
  distanceOf,
  invalidVector,
  rowBytes,
  scoreOf,
} from './vectors.js';

/** The query path: check, write the vectors into the core's buffer, search, build plain objects. */

const OPTIONS = ['topK', 'minScore', 'exact', 'includeMetadata', 'includeVector'];

interface Checked {
  readonly topK: number;
  readonly minScore: number;
  readonly includeMetadata: boolean;
  readonly includeVector: boolean;
}

const TOP_K = 10;

/** Keys (8 bytes) of one batch of queryMany: bounds its memory. */
const BATCH_KEYS = 1 << 18;
const BATCH_QUERIES = 64;

export function query<M extends object>(
  state: State,
  vector: unknown,
  options: QueryOptions = {},
): QueryResult<M> {
  const checked = checkOptions(options);
  return run<M>(
    state,
    [checkVector('vector', vector, state.shape)],
    checked,
    () => 'vector',
  )[0] as QueryResult<M>;
}

export function queryById<M extends object>(
  state: State,
  id: string,
  options: QueryOptions = {},
): QueryResult<M> {
  const checked = checkOptions(options);
  const row = opened(state).records.row(checkId('id', id));
  if (row === undefined)
    throw unexpected('NOT_FOUND', 'id', 'the id of a record', JSON.stringify(id), { id });
  return run<M>(state, [vectorAt(state, row)], checked, () => 'vector')[0] as QueryResult<M>;
}

export function queryMany<M extends object>(
  state: State,
  vectors: unknown,
  options: QueryOptions = {},
): QueryResult<M>[] {
  const checked = checkOptions(options);
  const all = checkVectors('vectors', vectors, state.shape);
  const batch = Math.max(1, Math.min(BATCH_QUERIES, Math.floor(BATCH_KEYS / checked.topK)));
  const results: QueryResult<M>[] = [];
  for (let from = 0; from < all.length; from += batch)
    results.push(
      ...run<M>(state, all.slice(from, from + batch), checked, (i) => `vectors[${from + i}]`),
    );
  return results;
}

export function explain<M extends object>(
  state: State,
  vector: unknown,
  options: QueryOptions = {},
): Explanation<M> {
  const result = query<M>(state, vector, options);
  const requested = options.topK ?? TOP_K;
  const reason =
    result.count === requested
      ? undefined
      : result.count === state.records.count
        ? 'the index holds fewer records'
        : 'minScore left the others out';
  return {
    plan: 'flat',
    requested,
    returned: result.count,
    ...(reason !== undefined && { reason }),
    records: state.records.count,
    distanceEvaluations: state.collection.distanceEvaluations(),
    bytesRead: state.collection.bytesRead(),
    result,
  };
}

function checkOptions(options: QueryOptions): Checked {
  checkKeys('options', options, OPTIONS);
  const { minScore } = options;
  if (minScore !== undefined && !(typeof minScore === 'number' && Number.isFinite(minScore)))
    throw invalid('minScore', 'a finite number', minScore);
  checkBoolean('exact', options.exact, true);
  return {
    topK: options.topK === undefined ? TOP_K : checkInteger('topK', options.topK, 1, LIMITS.topK),
    minScore: minScore ?? Number.NEGATIVE_INFINITY,
    includeMetadata: checkBoolean('includeMetadata', options.includeMetadata, true),
    includeVector: checkBoolean('includeVector', options.includeVector, false),
  };
}

/** All queries of `vectors` in one pass; `what` names one in errors. */
function run<M extends object>(
  state: State,
  vectors: readonly Components[],
  options: Checked,
  what: (query: number) => string,
): QueryResult<M>[] {
  const { collection, core, shape } = opened(state);
  const started = performance.now();
  check(
    collection.prepare(vectors.length, Math.max(1, Math.min(options.topK, state.records.count))),
  );
  const at = collection.queries();
  for (const [i, vector] of vectors.entries())
    core.heap.write(at + i * rowBytes(shape), vector, shape.bits);
  const status = collection.search();
  if (status === INVALID_VECTOR) {
    const faulty = collection.faulty();
    throw invalidVector(what(faulty), vectors[faulty] as Components);
  }
  check(status);

  const results = vectors.map((_, i) => {
    const matches = matchesOf<M>(state, i, options);
    const queryId = `q${++state.queries}`;
    const { version } = state;
    return { matches, count: matches.length, complete: true, queryId, version, tookMs: 0 };
  });
  const tookMs = (performance.now() - started) / vectors.length;
  for (const result of results) result.tookMs = tookMs;
  return results;
}

function matchesOf<M extends object>(state: State, i: number, options: Checked): Match<M>[] {
  const { collection, core, records, shape } = state;
  const matches: Mutable<Match<M>>[] = [];
  const rows: number[] = [];
  core.heap.forEachNeighbor(collection.neighbors(i), collection.found(i), (row, ranked) => {
    const distance = distanceOf(ranked, shape);
    const score = scoreOf(distance, shape);
    if (score < options.minScore) return;
    const match: Mutable<Match<M>> = { id: records.id(row) as string, score, distance };
    const text = options.includeMetadata ? records.metadata(row) : undefined;
    if (text !== undefined) match.metadata = JSON.parse(text) as M;
    matches.push(match);
    rows.push(row);
  });
  if (options.includeVector)
    for (const [n, match] of matches.entries()) match.vector = vectorAt(state, rows[n] as number);
  return matches;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
