import { checkInteger, checkKeys, invalid } from '../../core/arguments.js';
import { checkId, checkNamespace } from '../../index/records.js';
import { shardOf } from '../../index/shard.js';
import { checkFlat, checkItems } from '../../index/write.js';
import type {
  CompactResult,
  ListOptions,
  ListResult,
  QueryOptions,
  StoredItem,
  TuneResult,
} from '../../types.js';
import type { Call, Port } from '../calls.js';
import type { DatabaseStats, StorageReport } from '../types.js';
import type { PoolPort } from './pool.js';
import { explain, query, queryMany } from './query.js';
import { measureRecall } from './recall.js';
import { most, sum, sums } from './sum.js';
import { exportAll, importAll, put } from './write.js';

/** Answers a call as one index would: whose it is, or what the answers of all shards make together. */
export async function answer(pool: PoolPort, call: Call): Promise<unknown> {
  const { verb, namespace, args } = call;
  const [first, second, third] = args as [never, never, never];
  const { shape } = pool.standing;
  const all = <T>(): Promise<T[]> => pool.inTurn(() => pool.ask(call)) as Promise<T[]>;
  switch (verb) {
    case 'upsert':
    case 'insert':
      return put(pool, checkItems(shape, namespace, first), verb === 'insert');
    case 'upsertFlat':
      return put(pool, checkFlat(shape, namespace, first, second, third), false);
    case 'update':
    case 'get':
      return pool.inTurn(() => ownerOf(pool, namespace, first).call(call));
    case 'has':
      return firstOf(await all<boolean[]>(), (it) => it);
    case 'getMany':
      return firstOf(await all<unknown[]>(), (it) => it !== undefined);
    case 'delete':
    case 'deleteWhere':
    case 'count':
      return sum(await all<number>());
    case 'list':
      return list(pool, namespace, first);
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

function ownerOf({ shards }: PoolPort, namespace: string, id: unknown): Port {
  return shards[shardOf(namespace, checkId('id', id), shards.length)] as Port;
}

/** Of lists of one length, element by element that of the shard that has it. */
function firstOf<T>(lists: readonly T[][], has: (it: T) => unknown): T[] {
  const [own = []] = lists;
  return own.map((it, i) => lists.map((list) => list[i] as T).find(has) ?? it);
}

/** What the record's shard says of it is what all are asked for. */
async function queryById(pool: PoolPort, call: Call): Promise<unknown> {
  const [id, options] = call.args as [string, QueryOptions | undefined];
  const namespace = checkNamespace('namespace', options?.namespace, call.namespace);
  const owner = ownerOf(pool, namespace, id);
  const get: Call = { verb: 'get', namespace, args: [id] };
  const record = (await pool.inTurn(() => owner.call(get))) as StoredItem | undefined;
  if (record === undefined) return owner.call(call); // which says what is wrong
  const vector = pool.standing.shape.bits ? Uint8Array.from(record.vector) : record.vector;
  return query(pool, { ...call, verb: 'query', args: [vector, options] });
}

/** Shard after shard. A cursor is that of a shard, after the number of the shard. */
async function list(
  { shards }: PoolPort,
  namespace: string,
  options: ListOptions = {},
): Promise<ListResult> {
  checkKeys('options', options, ['cursor', 'limit', 'filter']);
  const { filter, limit = 100, cursor = '0.' } = options;
  checkInteger('limit', limit, 1, 10_000);
  const [, number = shards.length, from = ''] = /^(\d{1,2})\.(\d{0,15})$/.exec(`${cursor}`) ?? [];
  const ids: string[] = [];
  for (let [shard, start] = [Number(number), from]; ; ++shard, start = '') {
    const port = shards[shard];
    if (port === undefined) throw invalid('cursor', 'the cursor of an earlier list()', cursor);
    // The page may be full: is there more?
    const own = { limit: Math.max(1, limit - ids.length), filter, cursor: start || undefined };
    const page = (await port.call({ verb: 'list', namespace, args: [own] })) as ListResult;
    if (ids.length === limit && page.ids.length > 0) return { ids, cursor: `${shard}.${start}` };
    ids.push(...page.ids);
    if (page.cursor !== undefined) return { ids, cursor: `${shard}.${page.cursor}` };
    if (shard === shards.length - 1) return { ids };
  }
}

/** Each shard for itself. The bounds are those of the worst and the best one. */
function tuned(all: readonly TuneResult[]): TuneResult {
  const { samples } = sums(all, 'samples');
  return {
    ...(all[0] as TuneResult),
    ef: most(all, 'ef'),
    recall: sum(all.map((it) => it.recall * it.samples)) / samples || 1,
    lower: Math.min(...all.map(({ lower }) => lower)),
    upper: most(all, 'upper'),
    samples,
  };
}

function stats({ standing }: PoolPort, all: readonly DatabaseStats[]): DatabaseStats {
  const first = all[0] as DatabaseStats;
  const { role, version, durableVersion } = standing;
  return {
    ...first,
    ...sums(all, 'count', 'deleted', 'linked', 'pending', 'memoryBytes'),
    ef: most(all, 'ef'),
    bytesPerVector: most(all, 'bytesPerVector'),
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
