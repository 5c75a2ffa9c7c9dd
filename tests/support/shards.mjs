// Databases over shards, with places of the test's own for them, and what is in which shard.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { dist } from './indexes.mjs';

const load = (path) => import(pathToFileURL(join(dist, path)));
export const { openOn } = await load('database/open.js');
export const { nodePlatform } = await load('platform-node.js');
export const { shardOf } = await load('index/shard.js');

/** Opens a database of this thread, whose shard number `i` has the place `placeOf(i)`. */
export function openShards(options, placeOf) {
  const storage = async (_scheme, _place, shard) => placeOf(shard);
  return openOn({ ...nodePlatform, storage, automatic: () => 'test:d' }, 'd', options);
}

/** Records, shard by shard: the order of a database over shards. */
export function byShard(records, shards) {
  return Array.from({ length: shards }, (_, shard) =>
    records.filter(({ namespace = '', id }) => shardOf(namespace, id, shards) === shard),
  );
}
