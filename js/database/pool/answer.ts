import { checkKeys, invalid } from '../../core/arguments.js';
import { checkId } from '../../index/records.js';
import { shardOf } from '../../index/shard.js';
import { checkFlat, checkItems } from '../../index/write.js';
import type {
  CompactResult,
  Explanation,
  ListOptions,
  ListResult,
  QueryOptions,
  QueryResult,
  StoredItem,
  TuneResult,
} from '../../types.js';
import type { Call, Port } from '../calls.js';
import type { DatabaseStats, StorageReport } from '../types.js';
import type { PoolPort } from './pool.js';
import { checkAlone, explained, measureRecall, merged, notAlone } from './query.js';
import { sum, sums } from './sum.js';
import { exportAll, importAll, put } from './write.js';

/** Answers a call as one index would: whose it is, or what the answers of all shards make together. */
export async function answer(pool: PoolPort, call: Call, signal?: AbortSignal): Promise<unknown> {
  const { verb, namespace, args } = call;
  const [first, second, third] = args as [never, never, never];
  const { shards, standing } = pool;
  const all = <T>(): Promise<T[]> =>
    pool.inTurn(() => pool.ask(() => call, signal)) as Promise<T[]>;
  switch (verb) {
    case 'upsert':
    case 'insert':
      return put(pool, checkItems(standing.shape, namespace, first), verb === 'insert');
    case 'upsertFlat':
      return put(pool, checkFlat(standing.shape, namespace, first, second, third), false);
    case 'update':
    case 'get': {
      const owner = shards[shardOf(namespace, checkId('id', first), shards.length)] as Port;
      return pool.inTurn(() => owner.call(call));
    }
    case 'has':
    case 'getMany':
      // Of each id what the shard says that has it.
      return (await all<unknown[]>()).reduce((some, more) => some.map((it, i) => it || more[i]));
    case 'delete':
    case 'deleteWhere':
    case 'count':
      return sum(await all<number>());
    case 'list':
      return list(pool, namespace, first);
    case 'feedback':
      throw notAlone('feedback', shards.length);
    case 'query':
      checkAlone(call, shards.length);
      return merged(call, await all<QueryResult>());
    case 'queryById':
      return queryById(pool, call);
    case 'queryMany': {
      checkAlone(call, shards.length);
      const lists = await all<QueryResult[]>();
      return lists[0]?.map((_, i) =>
        merged(
          call,
          lists.map((list) => list[i] as QueryResult),
        ),
      );
    }
    case 'explain':
      checkAlone(call, shards.length);
      return explained(call, await all<Explanation>());
    case 'measureRecall':
      return measureRecall(pool, first, signal);
    case 'tune':
      return tuned(await all<TuneResult>());
    case 'stats':
      return stats(pool, await all<DatabaseStats>());
    case 'storage':
      return storage(await all<StorageReport>());
    case 'compact':
      return sums(await all<CompactResult>(), 'removed', 'memoryBytes');
    case 'flush':
      await all();
      return pool.standing.durableVersion;
    case 'export':
      return exportAll(pool);
    case 'import':
      return importAll(pool, first);
    default:
      await all();
      return undefined;
  }
}

/** All are asked for what the shard of the record says that it is. */
async function queryById(pool: PoolPort, call: Call): Promise<unknown> {
  const [id, options] = call.args as [string, QueryOptions | undefined];
  const namespace = options?.namespace ?? call.namespace;
  const get: Call = { verb: 'get', namespace, args: [id] };
  const record = (await answer(pool, get)) as StoredItem | undefined;
  if (record === undefined) return pool.shards[0]?.call(call); // which says what is wrong
  const vector = pool.standing.shape.bits ? Uint8Array.from(record.vector) : record.vector;
  return answer(pool, { ...call, verb: 'query', args: [vector, options] });
}

/** Shard after shard. A cursor is that of a shard, after the number of the shard. */
async function list(
  { shards }: PoolPort,
  namespace: string,
  options: ListOptions = {},
): Promise<ListResult> {
  checkKeys('options', options, ['cursor', 'limit', 'filter']);
  const { limit = 100, cursor = '0.' } = options;
  const [number, from] = `${cursor}`.split('.');
  let start = shards[Number(number)] && from;
  if (start === undefined) throw invalid('cursor', 'the cursor of an earlier list()', cursor);
  const ids: string[] = [];
  for (let shard = Number(number); shard < shards.length; ++shard, start = '') {
    // The page may be full: is there more?
    const left = ids.length > 0 ? Math.max(1, limit - ids.length) : limit;
    const own = { ...options, limit: left, cursor: start || undefined };
    const call: Call = { verb: 'list', namespace, args: [own] };
    const page = (await shards[shard]?.call(call)) as ListResult;
    if (ids.length === limit && page.ids.length > 0) return { ids, cursor: `${shard}.${start}` };
    ids.push(...page.ids);
    if (page.cursor !== undefined) return { ids, cursor: `${shard}.${page.cursor}` };
  }
  return { ids };
}

/** Each shard tuned itself; this is the one that finds least. */
function tuned(all: TuneResult[]): TuneResult {
  const [least] = all.sort((a, b) => a.recall - b.recall) as [TuneResult];
  return { ...least, ...sums(all, 'samples') };
}

function stats({ standing }: PoolPort, all: readonly DatabaseStats[]): DatabaseStats {
  const [first] = all as [DatabaseStats];
  const { role, version, durableVersion } = standing;
  return {
    ...first,
    ...sums(all, 'count', 'deleted', 'linked', 'pending', 'memoryBytes'),
    // Shards of one thread share one memory.
    ...(first.worker && sums(all, 'wasmBytes')),
    shards: all.length,
    role,
    version,
    durableVersion,
  };
}

/** The usage is of the place, which all share. */
function storage(all: readonly StorageReport[]): StorageReport {
  return { ...(all[0] as StorageReport), ...sums(all, 'snapshotBytes', 'journalBytes') };
}
