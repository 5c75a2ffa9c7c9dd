import { invalid } from '../core/arguments.js';
import { check as checkStatus } from '../core/status.js';
import type { WriteResult } from '../types.js';
import { checkedState, newCollection } from './create.js';
import { vectorAt } from './read.js';
import { probe, sampleRows } from './recall.js';
import { exportSnapshot, importSnapshot } from './snapshot.js';
import type { State } from './state.js';
import { apply, checkNew, rehearse, type Write } from './write.js';

/**
 * What an index does as one shard of several: verbs for whoever holds all shards, who has checked
 * their arguments. Records come and go in snapshots of vectors alone, which take any form.
 */

/** Records that are copied at a time. */
const BATCH = 256;

/**
 * The shard of a record: FNV-1a over the UTF-16 units of its namespace and id, mixed so that every bit
 * counts. Stored databases depend on it.
 */
export function shardOf(namespace: string, id: string, shards: number): number {
  let hash = 0x811c9dc5;
  // Half of a surrogate pair is in no namespace and no id.
  const key = `${namespace}\ud800${id}`;
  for (let i = 0; i < key.length; ++i) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x21f0aaad);
  hash = Math.imul(hash ^ (hash >>> 15), 0x735a2d97);
  return ((hash ^ (hash >>> 15)) >>> 0) % shards;
}

/** What the last check() was of: where put() follows at once, records need not be sent twice. */
const checked = new WeakMap<State, readonly Write[]>();

/** Throws what put() would throw. */
function check(state: State, isNew: boolean, writes: readonly Write[]): void {
  if (isNew) checkNew(state, writes);
  rehearse(state, writes);
  checked.set(state, writes);
}

/** Writes records, by default those that were just checked; `isNew`: refuses those that are there. */
function put(state: State, isNew: boolean, given?: readonly Write[]): WriteResult {
  const writes = given ?? checked.get(state);
  checked.delete(state);
  if (writes === undefined) throw invalid('writes', 'records, or a check() of them', undefined);
  if (isNew) checkNew(state, writes);
  return apply(state, writes);
}

/** A snapshot of vectors alone: of these records, or of what is in several snapshots, in their order. */
function join(state: State, parts?: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return beside(state, 'flat', (target) => {
    if (parts === undefined) copy(state, target);
    else
      for (const part of parts)
        beside(state, 'flat', (source) => {
          importSnapshot(source, part);
          copy(source, target);
        });
    return exportSnapshot(target);
  });
}

/**
 * The records of any snapshot, one for each shard, all of which have the options of this one.
 * @throws what Index.import() throws, here or of a part in its shard
 */
function split(state: State, snapshot: Uint8Array, shards: number): Uint8Array<ArrayBuffer>[] {
  return beside(state, 'auto', (whole) => {
    importSnapshot(whole, snapshot);
    return Array.from({ length: shards }, (_, shard) =>
      beside(state, 'flat', (target) => {
        copy(whole, target, (namespace, id) => shardOf(namespace, id, shards) === shard);
        checkRoom(state, target.records.count);
        return exportSnapshot(target);
      }),
    );
  });
}

/** Takes the memory that an import of so many vectors alone takes: nothing is linked. @throws OUT_OF_MEMORY */
function checkRoom(state: State, count: number): void {
  const { core, shape, maxMemoryBytes, givenConfig } = state;
  const collection = newCollection(core, shape, maxMemoryBytes, givenConfig);
  try {
    checkStatus(collection.stage(count));
  } finally {
    collection.delete();
  }
}

export type ShardVerb = 'check' | 'put' | 'sample' | 'probe' | 'join' | 'split';

export const shardVerbs: Readonly<Record<ShardVerb, (state: State, ...args: never[]) => unknown>> =
  { check, put, sample: sampleRows, probe, join, split };

/** Adds records to an index, and says that their model is its model. */
function copy(
  source: State,
  target: State,
  isWanted?: (namespace: string, id: string) => boolean,
): void {
  const { records } = source;
  target.model = source.model;
  let writes: Write[] = [];
  for (let row = 0; row < records.rows; ++row) {
    const id = records.id(row);
    const namespace = records.namespace(row);
    if (id === undefined || isWanted?.(namespace, id) === false) continue;
    const metadata = records.metadata(row);
    writes.push({ what: id, namespace, id, vector: vectorAt(source, row), metadata });
    if (writes.length < BATCH) continue;
    apply(target, writes);
    writes = [];
  }
  apply(target, writes);
}

/** What is made of an empty index for the same vectors, which lives as long as `use` runs. */
function beside<T>(
  { core, shape, givenModel: model }: State,
  index: 'flat' | 'auto',
  use: (empty: State) => T,
): T {
  const { dimensions, metric, stored: truncateDim } = shape;
  const own = { dimensions, metric, truncateDim, index, ...(model !== undefined && { model }) };
  const state = checkedState(own)(core);
  try {
    return use(state);
  } finally {
    state.collection.delete();
  }
}
