import { checkMeasurement, estimate, type Found, type Sample, share } from '../../index/recall.js';
import type { RecallOptions, RecallReport, TuneResult } from '../../types.js';
import type { Call } from '../calls.js';
import type { DatabaseStats } from '../types.js';
import { sum, total } from './parts.js';
import type { PoolPort } from './pool.js';

/** `Collection::kAny`: a sample that is no record of a shard. */
const ANY = 0xffffffff;

interface Probe {
  readonly ef: number;
  readonly reference: RecallReport['reference'];
  readonly pairs: readonly (readonly [exact: Found, usual: Found])[];
}

/** What searches of all shards find of the nearest in all shards. */
export async function measureRecall(pool: PoolPort, options: unknown): Promise<RecallReport> {
  const wanted = checkMeasurement(pool.standing.shape, options as RecallOptions | undefined);
  const { topK, ef, given } = wanted;
  let probes: Call[] = [];
  const answers = await pool.inTurn(
    () => pool.ask(probes),
    async () => {
      const lists = given ? undefined : await sampled(pool, wanted);
      probes = pool.shards.map((_, i) => {
        const samples =
          given ??
          lists?.flatMap((list, owner) =>
            owner === i ? list : list.map(({ vector }) => ({ vector, row: ANY })),
          );
        return { verb: 'probe', namespace: '', args: [samples, topK, ef] };
      });
    },
  );
  const all = answers as Probe[];
  const shares = (all[0] as Probe).pairs.map((_, i) =>
    share(nearest(all, i, 0, topK), nearest(all, i, 1, topK)),
  );
  return {
    ...estimate(shares, topK),
    samples: shares.length,
    topK,
    ef: Math.max(...all.map((probe) => probe.ef)),
    reference: all.some(({ reference }) => reference === 'stored') ? 'stored' : 'exact',
  };
}

/** Samples of each shard, as many as its share of the records. */
async function sampled(
  pool: PoolPort,
  { samples, seed }: { readonly samples: number; readonly seed: number },
): Promise<Sample[][]> {
  const stats = (await pool.ask({ verb: 'stats', namespace: '', args: [] })) as DatabaseStats[];
  const count = Math.max(1, total(stats, 'count'));
  let [before, taken] = [0, 0];
  const calls = stats.map((it): Call => {
    before += it.count;
    const own = Math.round((Math.min(samples, count) * before) / count) - taken;
    taken += own;
    return { verb: 'sample', namespace: '', args: [own, seed] };
  });
  return (await pool.ask(calls)) as Sample[][];
}

/** The nearest rows of all shards for sample `i`, by an exact (0) or a usual search (1). */
function nearest(all: readonly Probe[], i: number, which: 0 | 1, topK: number): string[] {
  return all
    .flatMap(({ pairs }, shard) => {
      const { rows, distances } = (pairs[i] as Probe['pairs'][number])[which];
      return rows.map((row, k) => ({ row: `${shard}.${row}`, distance: distances[k] as number }));
    })
    .sort((a, b) => a.distance - b.distance)
    .slice(0, topK)
    .map(({ row }) => row);
}

/** Each shard for itself. The bounds are those of the worst and the best one. */
export async function tune(pool: PoolPort, call: Call): Promise<TuneResult> {
  const all = (await pool.inTurn(() => pool.ask(call))) as TuneResult[];
  const samples = total(all, 'samples');
  return {
    ...(all[0] as TuneResult),
    ef: Math.max(...all.map(({ ef }) => ef)),
    recall: samples === 0 ? 1 : sum(all.map((result) => result.recall * result.samples)) / samples,
    lower: Math.min(...all.map(({ lower }) => lower)),
    upper: Math.max(...all.map(({ upper }) => upper)),
    samples,
  };
}
