import { TOP_K } from '../../index/query.js';
import { checkId, checkNamespace } from '../../index/records.js';
import { shardOf } from '../../index/shard.js';
import type { Explanation, QueryOptions, QueryResult } from '../../types.js';
import type { Call, Port } from '../calls.js';
import { sum, total } from './parts.js';
import type { PoolPort } from './pool.js';

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

/** The shard that has the record answers first, and with it what the others are asked for. */
export async function queryById(pool: PoolPort, call: Call): Promise<QueryResult> {
  const [id, options = {}] = call.args as [string, QueryOptions | undefined];
  const started = performance.now();
  const namespace = checkNamespace('namespace', options.namespace, call.namespace);
  const home = shardOf(namespace, checkId('id', id), pool.shards.length);
  const owner = pool.shards[home] as Port;
  let [own, others]: [unknown, Call | undefined] = [undefined, undefined];
  const results = await pool.inTurn(
    () => pool.ask(pool.shards.map((_, i) => (i === home ? undefined : others))),
    async () => {
      const get: Call = { verb: 'get', namespace, args: [id] };
      const [found, record] = await Promise.all([owner.call(call), owner.call(get)]);
      own = found;
      const { vector } = record as { vector: number[] };
      const { bits } = pool.standing.shape;
      others = { ...call, verb: 'query', args: [bits ? Uint8Array.from(vector) : vector, options] };
    },
  );
  results.splice(home, 0, own);
  return merged(pool, results as QueryResult[], options, performance.now() - started);
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
    version: total(results, 'version'),
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
  const { reason: _, ...most } = [...all].sort(
    (a, b) => b.bytesRead - a.bytesRead,
  )[0] as Explanation;
  // Where the whole has less than was asked for, every shard has, and says why.
  const reasons = all.map((it) => it.reason);
  const reason =
    reasons.find((it) => it?.startsWith('minScore')) ??
    reasons.find((it) => !it?.startsWith('no record')) ??
    reasons[0];
  const records = total(all, 'records');
  const share = (key: 'actual' | 'estimated'): number =>
    sum(all.map((it) => it.selectivity[key] * it.records)) / Math.max(1, records);
  return {
    ...most,
    returned: result.count,
    ...(result.count < most.requested && reason !== undefined && { reason }),
    records,
    selectivity: { actual: share('actual'), estimated: share('estimated') },
    ef: Math.max(...all.map(({ ef }) => ef)),
    candidates: total(all, 'candidates'),
    distanceEvaluations: total(all, 'distanceEvaluations'),
    codesScanned: total(all, 'codesScanned'),
    hops: total(all, 'hops'),
    bytesRead: total(all, 'bytesRead'),
    fallbacks: total(all, 'fallbacks'),
    result,
  };
}
