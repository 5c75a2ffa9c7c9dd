import { shardOf } from '../../index/shard.js';
import type { Write } from '../../index/write.js';
import type { WriteResult } from '../../types.js';
import type { Port, Verb } from '../calls.js';
import type { PoolPort } from './pool.js';
import { sums, whole } from './sum.js';

/**
 * Writes to shards. Their records were checked by the code of an index, so that errors name what the
 * caller gave; the shards are asked what only they know (ids that are there, memory, vectors that
 * cannot be compared) before any of them writes.
 */
export async function put(
  pool: PoolPort,
  writes: readonly Write[],
  isNew: boolean,
): Promise<WriteResult> {
  const parts: Write[][] = pool.shards.map(() => []);
  for (const write of writes) parts[shardOf(write.namespace, write.id, parts.length)]?.push(write);
  const ask = (verb: Verb, isSent = true): Promise<unknown[]> =>
    pool.ask((shard) => {
      const part = parts[shard] as Write[];
      return part.length > 0 ? whole(verb, isNew, isSent ? part : undefined) : undefined;
    });
  const isOfOne = parts.some(({ length }) => length === writes.length);
  const results = await pool.inTurn(
    // They have what they checked.
    () => ask('put', isOfOne),
    isOfOne ? undefined : () => ask('check'),
  );
  return written(pool, results);
}

/** One snapshot of vectors alone, shard after shard. */
export async function exportAll(pool: PoolPort): Promise<unknown> {
  const parts = await pool.inTurn(() => pool.ask(() => whole('join')));
  return (pool.shards[0] as Port).call(whole('join', parts));
}

/** The whole snapshot is read, and all shards have room for their part of it, before any takes it. */
export async function importAll(pool: PoolPort, snapshot: unknown): Promise<WriteResult> {
  const [first, { length }] = [pool.shards[0] as Port, pool.shards];
  let parts: unknown[] = [];
  const results = await pool.inTurn(
    () => pool.ask((shard) => whole('import', parts[shard])),
    async () => {
      parts = (await first.call(whole('split', snapshot, length))) as unknown[];
    },
  );
  return written(pool, results);
}

function written({ standing }: PoolPort, results: readonly unknown[]): WriteResult {
  const { version } = standing;
  return { ...sums(results as WriteResult[], 'inserted', 'updated'), version };
}
