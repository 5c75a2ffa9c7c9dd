import { unexpected } from '../../core/arguments.js';
import type { RuVectorError } from '../../core/errors.js';
import { TOP_K } from '../../index/query.js';
import { checkMeasurement, estimate, type Probe } from '../../index/recall.js';
import { ANY, type Sample } from '../../index/search.js';
import type {
  Explanation,
  QueryOptions,
  QueryResult,
  RecallOptions,
  RecallReport,
} from '../../types.js';
import type { Call } from '../calls.js';
import type { PoolPort } from './pool.js';
import { most, sum, sums, whole } from './sum.js';

/** Options by which no shard alone can rank or judge. @throws INVALID_ARGUMENT */
export function checkAlone({ args }: Call, shards: number): void {
  const options = Object(args[1]) as QueryOptions;
  for (const what of ['spread', 'session', 'diversify', 'novelty'] as const)
    if (options[what]) throw notAlone(what, shards);
}

export function notAlone(what: string, shards: number): RuVectorError {
  return unexpected('INVALID_ARGUMENT', what, 'a database of one shard', `${shards} shards`);
}

/** Matches of all shards by distance; of equal ones in order of the shards, as a stable sort leaves them. */
export function merged({ args }: Call, results: readonly QueryResult[]): QueryResult {
  const [, options] = args as [unknown, QueryOptions | undefined];
  const matches = results
    .flatMap((result) => result.matches)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, options?.topK ?? TOP_K);
  const [{ reason: _, ...first }] = results as [QueryResult];
  const short = results.find((result) => !result.complete);
  return {
    ...first,
    ...sums(results, 'version'),
    complete: short === undefined,
    ...(short?.reason !== undefined && { reason: short.reason }),
    matches,
    count: matches.length,
    tookMs: most(results, 'tookMs'),
  };
}

/** The work of all shards together, by the plan of the one that had most. */
export function explained(call: Call, all: Explanation[]): Explanation {
  const result = merged(
    call,
    all.map((it) => it.result),
  );
  all.sort((a, b) => b.bytesRead - a.bytesRead);
  const [{ reason: _, ...busiest }] = all as [Explanation];
  const { requested, ef } = busiest;
  // Where the whole has less than was asked for, every shard has, and says why.
  const reasons = all.map((it) => it.reason ?? '').sort();
  const reason = result.reason ?? reasons.find((it) => it.startsWith('minScore')) ?? reasons[0];
  // Whatever is a number is counted work, but for the width and what was asked for.
  const keys = Object.keys(busiest) as 'records'[];
  const counts = sums(all, ...keys.filter((key) => typeof busiest[key] === 'number'));
  const matching = sum(all.map((it) => it.selectivity.actual * it.records));
  return {
    ...busiest,
    ...counts,
    requested,
    ef,
    returned: result.count,
    ...(result.count < requested && { reason }),
    selectivity: { ...busiest.selectivity, actual: matching / Math.max(1, counts.records) },
    result,
  };
}

/** Samples of one part. */
const SAMPLES = 16;

/** What searches of all shards find of the nearest in all shards. */
export async function measureRecall(
  pool: PoolPort,
  options: unknown,
  signal: AbortSignal | undefined,
): Promise<RecallReport> {
  const { shards, standing } = pool;
  const measurement = checkMeasurement(standing.shape, options as RecallOptions | undefined);
  const { samples, topK, seed, ef, given } = measurement;
  const until = (shard: number): number => Math.floor((samples * shard) / shards.length);
  let lists: Sample[][] | undefined;
  const choose = async (): Promise<void> => {
    const sample = (shard: number) => whole('sample', until(shard + 1) - until(shard), seed);
    lists ??= given ? [given] : ((await pool.ask(sample)) as Sample[][]);
  };
  const all: Probe[] = [];
  // In parts where a signal may end it between two.
  const part = signal === undefined ? samples : SAMPLES;
  for (let from = 0; from < (lists?.flat().length ?? samples); from += part) {
    signal?.throwIfAborted();
    const answers = await pool.inTurn(
      () =>
        pool.ask((shard) => {
          const own = (lists ?? []).flatMap((list, owner) =>
            owner === shard ? list : list.map(({ vector }) => ({ vector, row: ANY })),
          );
          return whole('probe', own.slice(from, from + part), topK, ef);
        }),
      choose,
    );
    for (const [shard, probe] of (answers as Probe[]).entries())
      all[shard] = { ...probe, found: [...(all[shard]?.found ?? []), ...probe.found] };
  }
  const nearest = (sample: number, which: 0 | 1): number[] =>
    all
      .flatMap(({ found }) => found[sample]?.[which] ?? [])
      .sort((a, b) => a - b)
      .slice(0, topK);
  const shares = (lists ?? []).flat().map((_, i) => {
    const truth = nearest(i, 0);
    const last = truth.at(-1);
    if (last === undefined) return 1;
    return nearest(i, 1).filter((distance) => distance <= last).length / truth.length;
  });
  return {
    ...estimate(shares, topK),
    samples: shares.length,
    topK,
    ef: most(all, 'ef'),
    reference: all.some(({ reference }) => reference === 'stored') ? 'stored' : 'exact',
  };
}
