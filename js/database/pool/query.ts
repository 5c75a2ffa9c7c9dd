import { TOP_K } from '../../index/query.js';
import type { Explanation, QueryOptions, QueryResult } from '../../types.js';
import type { Call } from '../calls.js';
import type { PoolPort } from './pool.js';
import { most, sum, sums } from './sum.js';

/** Queries go to all shards; the nearest of what they find are the nearest. */

export async function query(pool: PoolPort, call: Call): Promise<QueryResult> {
  const [, options] = call.args as [unknown, QueryOptions | undefined];
  const started = performance.now();
  const results = await pool.inTurn(() => pool.ask(call));
  return merged(pool, results as QueryResult[], options, performance.now() - started);
}

export async function queryMany(pool: PoolPort, call: Call): Promise<QueryResult[]> {
  const [, options] = call.args as [unknown, QueryOptions | undefined];
  const started = performance.now();
  const all = (await pool.inTurn(() => pool.ask(call))) as QueryResult[][];
  const { length } = all[0] as QueryResult[];
  const tookMs = (performance.now() - started) / length;
  return Array.from({ length }, (_, i) => {
    const results = all.map((ofShard) => ofShard[i] as QueryResult);
    return merged(pool, results, options, tookMs);
  });
}

/** By distance; of equal ones in order of the shards, as a stable sort leaves them. */
function merged(
  pool: PoolPort,
  results: readonly QueryResult[],
  { topK = TOP_K }: QueryOptions = {},
  tookMs: number,
): QueryResult {
  const matches = results
    .flatMap((result) => result.matches)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, topK);
  const partial = results.find(({ complete }) => !complete);
  return {
    ...(results[0] as QueryResult),
    ...partial,
    matches,
    count: matches.length,
    queryId: pool.nextQuery(),
    ...sums(results, 'version'),
    tookMs,
  };
}

/** The work of all shards together, by the plan of the one that had most. */
export async function explain(pool: PoolPort, call: Call): Promise<Explanation> {
  const [, options] = call.args as [unknown, QueryOptions | undefined];
  const started = performance.now();
  const all = (await pool.inTurn(() => pool.ask(call))) as Explanation[];
  const results = all.map(({ result }) => result);
  const result = merged(pool, results, options, performance.now() - started);
  const [{ reason: _, ...busiest }] = [...all].sort((a, b) => b.bytesRead - a.bytesRead) as [
    Explanation,
  ];
  // Where the whole has less than was asked for, every shard has, and says why.
  const reasons = all.map((it) => it.reason ?? '').sort();
  const reason = reasons.find((it) => it.startsWith('minScore')) ?? reasons[0];
  const counts = sums(all, 'records', ...WORK);
  const share = (key: 'actual' | 'estimated'): number =>
    sum(all.map((it) => it.selectivity[key] * it.records)) / Math.max(1, counts.records);
  return {
    ...busiest,
    ...counts,
    returned: result.count,
    ...(result.count < busiest.requested && { reason }),
    selectivity: { actual: share('actual'), estimated: share('estimated') },
    ef: most(all, 'ef'),
    result,
  };
}

const WORK = [
  'candidates',
  'distanceEvaluations',
  'codesScanned',
  'hops',
  'bytesRead',
  'fallbacks',
] as const;
