import { shardOf } from '../../index/shard.js';
import type { Write } from '../../index/write.js';
import type { WriteResult } from '../../types.js';
import type { Call, Port, Verb } from '../calls.js';
import type { PoolPort } from './pool.js';
import { sums } from './sum.js';

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
  const calls = (verb: Verb): (Call | undefined)[] =>
    parts.map((part) =>
      part.length > 0 ? { verb, namespace: '', args: [part, isNew] } : undefined,
    );
  const isOfSeveral = parts.filter((part) => part.length > 0).length > 1;
  const results = await pool.inTurn(
    () => pool.ask(calls('put')),
    isOfSeveral ? () => pool.ask(calls('check')) : undefined,
  );
  return whole(pool, results);
}

/** One snapshot of vectors alone, shard after shard. */
export async function exportAll(pool: PoolPort): Promise<unknown> {
  const parts = await pool.inTurn(() => pool.ask({ verb: 'join', namespace: '', args: [] }));
  return (pool.shards[0] as Port).call({ verb: 'join', namespace: '', args: [parts] });
}

/** The whole snapshot is read before any shard takes its part. */
export async function importAll(pool: PoolPort, snapshot: unknown): Promise<WriteResult> {
  const [first] = pool.shards as [Port];
  let parts: unknown[] = [];
  const results = await pool.inTurn(
    () => pool.ask(parts.map((part) => ({ verb: 'import', namespace: '', args: [part] }))),
    async () => {
      const args = [snapshot, pool.shards.length];
      parts = (await first.call({ verb: 'split', namespace: '', args })) as unknown[];
    },
  );
  return whole(pool, results);
}

function whole({ standing }: PoolPort, results: readonly unknown[]): WriteResult {
  const { version } = standing;
  return { ...sums(results as WriteResult[], 'inserted', 'updated'), version };
}
