import { checkMeasurement, estimate, type Found, type Sample, share } from '../../index/recall.js';
import type { RecallOptions, RecallReport } from '../../types.js';
import type { Call, Verb } from '../calls.js';
import type { PoolPort } from './pool.js';
import { most } from './sum.js';

/** `Collection::kAny`: a sample that is no record of a shard. */
const ANY = 0xffffffff;

interface Probe {
  readonly ef: number;
  readonly reference: RecallReport['reference'];
  readonly pairs: readonly (readonly [exact: Found, usual: Found])[];
}

/** What searches of all shards find of the nearest in all shards. */
export async function measureRecall(pool: PoolPort, options: unknown): Promise<RecallReport> {
  const { shards, standing } = pool;
  const measurement = checkMeasurement(standing.shape, options as RecallOptions | undefined);
  const { samples, topK, seed, ef, given } = measurement;
  const call = (verb: Verb, ...args: unknown[]): Call => ({ verb, namespace: '', args });
  const until = (shard: number): number => Math.floor((samples * shard) / shards.length);
  let lists: Sample[][] = [];
  const answers = await pool.inTurn(
    () =>
      pool.ask(
        shards.map((_, shard) => {
          const own = lists.flatMap((list, owner) =>
            owner === shard ? list : list.map(({ vector }) => ({ vector, row: ANY })),
          );
          return call('probe', own, topK, ef);
        }),
      ),
    async () => {
      const wanted = shards.map((_, i) => call('sample', until(i + 1) - until(i), seed));
      lists = given ? [given] : ((await pool.ask(wanted)) as Sample[][]);
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
    ef: most(all, 'ef'),
    reference: all.some(({ reference }) => reference === 'stored') ? 'stored' : 'exact',
  };
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
