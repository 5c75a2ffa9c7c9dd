import { invalid, isPlainObject } from '../core/arguments.js';
import { valueAt } from '../filter/columns.js';
import { passes } from '../filter/evaluate.js';
import { parseFilter } from '../filter/parse.js';
import { rowBytes, type Shape, scoreOf } from '../index/vectors.js';
import type { Explanation, Index, Json, Match, QueryOptions, VectorInput } from '../types.js';
import { NO_WORK, type Work } from './costs/work.js';
import { exactDistance } from './distance.js';
import type { Fuse, Operator, Rerank, Sort } from './operators.js';
import type { CustomFunction } from './run.js';

/** A run whose arguments were checked. */
export interface Run<M extends object> {
  readonly index: Index<M>;
  readonly vector: VectorInput;
  readonly topK: number;
  readonly namespace: string | undefined;
  readonly functions: { readonly [name: string]: CustomFunction<M> };
  readonly shape: Shape;
}

/** One node of a run: rows in, rows out, and what that took. */
export interface Executed<M extends object> {
  readonly rows: readonly Match<M>[];
  readonly work: Work;
  readonly plan?: Explanation['plan'];
}

type Input<M extends object> = readonly Match<M>[];

export function execute<M extends object>(
  run: Run<M>,
  id: string,
  operator: Operator,
  inputs: readonly Input<M>[],
): Executed<M> {
  const [first = []] = inputs;
  const idle = (rows: Input<M>): Executed<M> => ({ rows, work: NO_WORK });
  switch (operator.kind) {
    case 'hnsw-scan':
    case 'flat-scan':
    case 'rabitq-scan':
      return scan(run, operator);
    case 'filter': {
      const filter = parseFilter('filter', operator.filter);
      return idle(first.filter(({ metadata }) => passes(filter, metadata as Json | undefined)));
    }
    case 'limit': {
      const from = operator.offset ?? 0;
      return idle(first.slice(from, from + operator.limit));
    }
    case 'sort':
      return idle(sorted(first, operator));
    case 'rerank':
      return rerank(run, operator, first);
    case 'fuse':
      return idle(fuse(inputs, operator));
    case 'union':
      return idle(union(inputs));
    case 'custom': {
      const { name, parameters = {} } = operator;
      const call = run.functions[name] as (typeof run.functions)[string];
      const rows = call(
        inputs.map((rows) => [...rows]),
        { parameters, topK: run.topK },
      );
      return idle(checkRows(`what function '${name}' of node '${id}' gave`, rows));
    }
    default:
      return idle(first.slice(0, run.topK));
  }
}

type Scan = Extract<Operator, { kind: 'hnsw-scan' | 'flat-scan' | 'rabitq-scan' }>;

/** A scan is a query: `exact` is the flat one, and what else the index does goes by its own codes. */
function scan<M extends object>(run: Run<M>, operator: Scan): Executed<M> {
  const { index, vector, namespace } = run;
  const { topK = run.topK, filter } = operator;
  const ef = operator.kind === 'flat-scan' ? undefined : operator.ef;
  const { plan, distanceEvaluations, codesScanned, hops, bytesRead, result } = index.explain(
    vector,
    {
      topK,
      ...(filter !== undefined && { filter: filter as QueryOptions<M>['filter'] }),
      ...(namespace !== undefined && { namespace }),
      ...(ef !== undefined && { ef }),
      exact: operator.kind === 'flat-scan',
    } as QueryOptions<M>,
  );
  const work = { distanceEvaluations, codesScanned, hops, bytesRead };
  return { rows: result.matches, work, plan };
}

/** Exact distances in double; records that are gone meanwhile are left out. */
function rerank<M extends object>(run: Run<M>, { depth }: Rerank, input: Input<M>): Executed<M> {
  const { index, vector, shape } = run;
  const distance = exactDistance(vector, shape);
  const rows = input.slice(0, depth).flatMap((match): Match<M>[] => {
    const records = match.namespace === undefined ? index : index.namespace(match.namespace);
    const stored = records.get(match.id)?.vector;
    if (stored === undefined) return [];
    const exact = distance(stored);
    return [{ ...match, distance: exact, score: scoreOf(exact, shape) }];
  });
  const bytesRead = rows.length * rowBytes(shape);
  return {
    rows: nearestFirst(rows),
    work: { ...NO_WORK, distanceEvaluations: rows.length, bytesRead },
  };
}

/** Equal scores by distance, then by name: the order of the inputs shows nowhere. */
function fuse<M extends object>(
  inputs: readonly Input<M>[],
  { k = 60, weights }: Fuse,
): Match<M>[] {
  const found = new Map<string, { readonly best: Match<M>; readonly parts: number[] }>();
  for (const [i, rows] of inputs.entries())
    for (const [rank, match] of onceEach(rows).entries()) {
      const key = nameOf(match);
      const before = found.get(key);
      const best = before && before.best.distance <= match.distance ? before.best : match;
      const part = (weights?.[i] ?? 1) / (k + rank + 1);
      found.set(key, { best, parts: [...(before?.parts ?? []), part] });
    }
  const rows = [...found.values()].map(({ best, parts }): Match<M> => {
    // Sums of doubles depend on their order.
    const score = parts.sort((a, b) => a - b).reduce((sum, part) => sum + part, 0);
    return { ...best, score };
  });
  return nearestFirst(rows).sort((a, b) => b.score - a.score);
}

function union<M extends object>(inputs: readonly Input<M>[]): Match<M>[] {
  return onceEach(nearestFirst(inputs.flat()));
}

/** By distance, then by name; of one record at one distance the best score. */
function nearestFirst<M extends object>(rows: readonly Match<M>[]): Match<M>[] {
  const named = rows.map((match): [string, Match<M>] => [nameOf(match), match]);
  named.sort(
    ([a, x], [b, y]) => x.distance - y.distance || (a === b ? y.score - x.score : a < b ? -1 : 1),
  );
  return named.map(([, match]) => match);
}

/** The first row of each record. */
function onceEach<M extends object>(rows: readonly Match<M>[]): Match<M>[] {
  const seen = new Set<string>();
  return rows.filter((match) => seen.size < seen.add(nameOf(match)).size);
}

function nameOf({
  namespace = '',
  id,
}: {
  readonly namespace?: string;
  readonly id: string;
}): string {
  return JSON.stringify([namespace, id]);
}

function sorted<M extends object>(
  rows: readonly Match<M>[],
  { by = 'distance', descending = by === 'score' }: Sort,
): Match<M>[] {
  const keyed = rows.map((match): [unknown, Match<M>] => [keyOf(match, by), match]);
  const direction = descending ? -1 : 1;
  keyed.sort(([a], [b]) => classOf(a) - classOf(b) || direction * compare(a, b));
  return keyed.map(([, match]) => match);
}

function keyOf<M extends object>(match: Match<M>, by: string): unknown {
  if (!by.startsWith('metadata.')) return match[by as 'distance' | 'score' | 'id'];
  return valueAt(match.metadata as Json | undefined, by.split('.').slice(1));
}

function classOf(value: unknown): number {
  return typeof value === 'number' ? 0 : typeof value === 'string' ? 1 : 2;
}

/** Of one class; strings by UTF-16 unit. */
function compare(a: unknown, b: unknown): number {
  if (classOf(a) === 2) return 0;
  return (a as number) < (b as number) ? -1 : Number((a as number) > (b as number));
}

/** What a custom function gave: rows with the fields that other operators read. */
function checkRows<M extends object>(what: string, rows: unknown): Match<M>[] {
  if (!Array.isArray(rows)) throw invalid(what, 'an array of matches', rows);
  return rows.map((row, i) => {
    if (!isPlainObject(row)) throw invalid(`${what}[${i}]`, 'a match', row);
    if (typeof row.id !== 'string') throw invalid(`${what}[${i}].id`, 'a string', row.id);
    for (const field of ['distance', 'score'])
      if (!Number.isFinite(row[field]))
        throw invalid(`${what}[${i}].${field}`, 'a number', row[field]);
    return row as unknown as Match<M>;
  });
}
