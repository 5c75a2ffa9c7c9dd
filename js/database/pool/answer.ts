import { checkArray, checkInteger, checkKeys, invalid } from '../../core/arguments.js';
import { checkId } from '../../index/records.js';
import { shardOf } from '../../index/shard.js';
import type { CompactResult, ListOptions, ListResult } from '../../types.js';
import type { Call, Port } from '../calls.js';
import type { DatabaseStats, StorageReport } from '../types.js';
import { partsOf, sum, total } from './parts.js';
import type { PoolPort } from './pool.js';
import { explain, query, queryById, queryMany } from './query.js';
import { measureRecall, tune } from './recall.js';
import { exportAll, importAll, remove, writeFlat, writeItems } from './write.js';

/** Answers a call as one index would: whose it is, or what the answers of all shards make together. */
export async function answer(pool: PoolPort, call: Call): Promise<unknown> {
  const { verb, namespace, args } = call;
  const [first] = args;
  const all = (): Promise<unknown[]> => pool.inTurn(() => pool.ask(call));
  switch (verb) {
    case 'upsert':
    case 'insert':
      return writeItems(pool, namespace, first, verb === 'insert');
    case 'upsertFlat':
      return writeFlat(pool, namespace, args);
    case 'delete':
      return remove(pool, namespace, first);
    case 'update':
    case 'get': {
      const owner = ownerOf(pool, namespace, checkId('id', first));
      return pool.inTurn(() => owner.call(call));
    }
    case 'getMany':
    case 'has':
      return byId(pool, call);
    case 'count':
    case 'deleteWhere':
      return sum((await all()) as number[]);
    case 'list':
      return list(pool, namespace, first as ListOptions);
    case 'query':
      return query(pool, call);
    case 'queryById':
      return queryById(pool, call);
    case 'queryMany':
      return queryMany(pool, call);
    case 'explain':
      return explain(pool, call);
    case 'measureRecall':
      return measureRecall(pool, first);
    case 'tune':
      return tune(pool, call);
    case 'stats':
      return stats(pool, (await all()) as DatabaseStats[]);
    case 'storage':
      return storage((await all()) as StorageReport[]);
    case 'compact': {
      const results = (await all()) as CompactResult[];
      const memoryBytes = total(results, 'memoryBytes');
      return { removed: total(results, 'removed'), memoryBytes } satisfies CompactResult;
    }
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

export function ownerOf({ shards }: PoolPort, namespace: string, id: string): Port {
  return shards[shardOf(namespace, id, shards.length)] as Port;
}

/** A list of ids in, a list of answers out. */
async function byId(pool: PoolPort, call: Call): Promise<unknown[]> {
  const { namespace, args } = call;
  const ids = Array.from(checkArray('ids', args[0]), (id, i) => checkId(`ids[${i}]`, id));
  const places = partsOf([...ids.keys()], pool.shards.length, (i) => ({
    namespace,
    id: ids[i] as string,
  }));
  const answers = await pool.inTurn(() =>
    pool.ask(places.map((part) => part && { ...call, args: [part.map((i) => ids[i])] })),
  );
  const result: unknown[] = new Array(ids.length);
  for (const [n, part] of places.filter((it) => it !== undefined).entries())
    for (const [k, i] of part.entries()) result[i] = (answers[n] as unknown[])[k];
  return result;
}

/** Shard after shard. A cursor is that of a shard, after the number of the shard. */
async function list(
  pool: PoolPort,
  namespace: string,
  options: ListOptions = {},
): Promise<ListResult> {
  checkKeys('options', options, ['cursor', 'limit', 'filter']);
  const { filter, limit: given = 100, cursor = '0.' } = options;
  const limit = checkInteger('limit', given, 1, 10_000);
  const [, number, from = ''] = /^(\d{1,2})\.(\d{0,15})$/.exec(String(cursor)) ?? [];
  if (number === undefined || Number(number) >= pool.shards.length)
    throw invalid('cursor', 'the cursor of an earlier list()', cursor);
  const ids: string[] = [];
  let page: ListResult = { ids };
  const next = async (shard: number, cursor: string, limit: number): Promise<void> => {
    const own = { limit, ...(filter && { filter }), ...(cursor && { cursor }) };
    const call: Call = { verb: 'list', namespace, args: [own] };
    page = (await (pool.shards[shard] as Port).call(call)) as ListResult;
  };
  const work = async (): Promise<ListResult> => {
    for (let shard = Number(number); shard < pool.shards.length; ++shard) {
      const start = shard === Number(number) ? from : '';
      // The page may be full: is there more?
      await next(shard, start, Math.max(1, limit - ids.length));
      if (ids.length === limit && page.ids.length > 0) return { ids, cursor: `${shard}.${start}` };
      ids.push(...page.ids);
      if (page.cursor !== undefined) return { ids, cursor: `${shard}.${page.cursor}` };
    }
    return { ids };
  };
  let result: ListResult = { ids };
  await pool.inTurn(
    async () => {},
    async () => {
      result = await work();
    },
  );
  return result;
}

function stats(pool: PoolPort, all: readonly DatabaseStats[]): DatabaseStats {
  const first = all[0] as DatabaseStats;
  const { role, version, durableVersion } = pool.standing;
  const memories = all.map(({ wasmBytes }) => wasmBytes);
  return {
    ...first,
    count: total(all, 'count'),
    deleted: total(all, 'deleted'),
    linked: total(all, 'linked'),
    pending: total(all, 'pending'),
    ef: Math.max(...all.map(({ ef }) => ef)),
    memoryBytes: total(all, 'memoryBytes'),
    bytesPerVector: Math.max(...all.map(({ bytesPerVector }) => bytesPerVector)),
    // Shards of one thread share one memory.
    wasmBytes: first.worker ? sum(memories) : Math.max(...memories),
    shards: all.length,
    role,
    version,
    durableVersion,
  };
}

/** All shards are in one place, which reports its usage as a whole; memories are places of their own. */
function storage(all: readonly StorageReport[]): StorageReport {
  const first = all[0] as StorageReport;
  const own = first.backend === 'memory' && { usage: sum(all.map(({ usage = 0 }) => usage)) };
  return {
    ...first,
    ...own,
    snapshotBytes: total(all, 'snapshotBytes'),
    journalBytes: total(all, 'journalBytes'),
  };
}
