import { checkArray } from '../../core/arguments.js';
import { RuVectorError } from '../../core/errors.js';
import { checkId } from '../../index/records.js';
import { checkFlat, checkItems, type Write } from '../../index/write.js';
import type { WriteResult } from '../../types.js';
import type { Call, Port } from '../calls.js';
import { partsOf, sum, total } from './parts.js';
import type { PoolPort } from './pool.js';

/**
 * Writes to shards. Records are checked here, by the code of an index, so that errors name what the
 * caller gave; the shards are asked what only they know (ids that are there, memory, vectors that
 * cannot be compared) before any of them writes.
 */

export function writeItems(
  pool: PoolPort,
  namespace: string,
  items: unknown,
  isNew: boolean,
): Promise<WriteResult> {
  return put(pool, checkItems(pool.standing.shape, namespace, items), isNew);
}

export function writeFlat(
  pool: PoolPort,
  namespace: string,
  args: readonly unknown[],
): Promise<WriteResult> {
  const [ids, vectors, options] = args as [string[], Float32Array, object | undefined];
  return put(pool, checkFlat(pool.standing.shape, namespace, ids, vectors, options), false);
}

async function put(pool: PoolPort, writes: readonly Write[], isNew: boolean): Promise<WriteResult> {
  const parts = partsOf(writes, pool.shards.length, (write) => write);
  const calls = (verb: 'check' | 'put'): (Call | undefined)[] =>
    parts.map((part) => part && { verb, namespace: '', args: [part, isNew] });
  const touched = parts.filter((part) => part !== undefined).length;
  const results = await pool.inTurn(
    () => pool.ask(calls('put')),
    touched > 1 ? () => check(pool, calls('check')) : undefined,
  );
  return whole(pool, results as WriteResult[]);
}

/** The order in which one index refuses: ids, room for all, vectors. */
const CODES = ['DUPLICATE_ID', 'LIMIT_EXCEEDED', 'OUT_OF_MEMORY', 'INVALID_VECTOR'];

/** @throws what one index would have found first */
async function check(pool: PoolPort, calls: readonly (Call | undefined)[]): Promise<void> {
  const answers = await Promise.allSettled(
    pool.shards.flatMap((shard, i) => (calls[i] === undefined ? [] : [shard.call(calls[i])])),
  );
  const errors = answers.flatMap((it) => (it.status === 'rejected' ? [it.reason as unknown] : []));
  const place = (error: unknown): number =>
    error instanceof RuVectorError
      ? 1e9 * CODES.indexOf(error.code) + Number(/\[(\d+)\]/.exec(error.message)?.[1] ?? 0)
      : -1e9;
  errors.sort((a, b) => place(a) - place(b));
  if (errors.length > 0) throw errors[0];
}

export async function remove(pool: PoolPort, namespace: string, ids: unknown): Promise<number> {
  const list = typeof ids === 'string' ? [ids] : checkArray('ids', ids);
  const checked = Array.from(list, (id, i) => checkId(`ids[${i}]`, id));
  const parts = partsOf(checked, pool.shards.length, (id) => ({ namespace, id }));
  const counts = await pool.inTurn(() =>
    pool.ask(parts.map((part) => part && { verb: 'delete', namespace, args: [part] })),
  );
  return sum(counts as number[]);
}

/** One snapshot of vectors alone, shard after shard. */
export async function exportAll(pool: PoolPort): Promise<unknown> {
  const parts = await pool.inTurn(() => pool.ask({ verb: 'part', namespace: '', args: [] }));
  return (pool.shards[0] as Port).call({ verb: 'join', namespace: '', args: [parts] });
}

/** The whole snapshot is read before any shard takes its part. */
export async function importAll(pool: PoolPort, snapshot: unknown): Promise<WriteResult> {
  const [first, { length }] = [pool.shards[0] as Port, pool.shards];
  let parts: unknown[] = [];
  const results = await pool.inTurn(
    () => pool.ask(parts.map((part) => ({ verb: 'import', namespace: '', args: [part] }))),
    async () => {
      const call: Call = { verb: 'split', namespace: '', args: [snapshot, length] };
      parts = (await first.call(call)) as unknown[];
    },
  );
  return whole(pool, results as WriteResult[]);
}

function whole(pool: PoolPort, results: readonly WriteResult[]): WriteResult {
  const { version } = pool.standing;
  return { inserted: total(results, 'inserted'), updated: total(results, 'updated'), version };
}
