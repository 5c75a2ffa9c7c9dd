import type { WriteResult } from '../types.js';
import { checkedState } from './create.js';
import { vectorAt } from './read.js';
import { probe, type Sample, sampleRows } from './recall.js';
import { exportSnapshot, importSnapshot } from './snapshot.js';
import { opened, type State } from './state.js';
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

/** Throws what put() would throw. */
function check(state: State, writes: readonly Write[], isNew: boolean): void {
  if (isNew) checkNew(state, writes);
  rehearse(state, writes);
}

/** Writes checked records; `isNew`: refuses those that are there. */
function put(state: State, writes: readonly Write[], isNew: boolean): WriteResult {
  if (isNew) checkNew(state, writes);
  return apply(state, writes);
}

function sample(state: State, count: number, seed: number): Sample[] {
  return sampleRows(opened(state), count, seed);
}

/** A snapshot of vectors alone: of these records, or of what is in several snapshots, in their order. */
function join(state: State, parts?: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return copied(state, parts ? loaded(state, parts) : [opened(state)]);
}

/** The records of any snapshot, one for each shard. @throws what Index.import() throws */
function split(state: State, snapshot: Uint8Array, shards: number): Uint8Array<ArrayBuffer>[] {
  const whole = scratch(state, 'auto');
  try {
    importSnapshot(whole, snapshot);
    return Array.from({ length: shards }, (_, shard) =>
      copied(whole, [whole], (namespace, id) => shardOf(namespace, id, shards) === shard),
    );
  } finally {
    dispose(whole);
  }
}

export type ShardVerb = 'check' | 'put' | 'sample' | 'probe' | 'join' | 'split';

export const shardVerbs: Readonly<Record<ShardVerb, (state: State, ...args: never[]) => unknown>> =
  { check, put, sample, probe, join, split };

function* loaded(state: State, parts: readonly Uint8Array[]): Generator<State> {
  for (const part of parts) {
    const opened = scratch(state, 'flat');
    try {
      importSnapshot(opened, part);
      yield opened;
    } finally {
      dispose(opened);
    }
  }
}

/** A snapshot of the wanted records of `sources`, vectors alone; it is of their model. */
function copied(
  state: State,
  sources: Iterable<State>,
  isWanted = (_namespace: string, _id: string): boolean => true,
): Uint8Array<ArrayBuffer> {
  const target = scratch(state, 'flat');
  try {
    for (const source of sources) {
      target.model = source.model;
      let writes: Write[] = [];
      for (let row = 0; row < source.records.rows; ++row) {
        const id = source.records.id(row);
        const namespace = source.records.namespace(row);
        if (id === undefined || !isWanted(namespace, id)) continue;
        const metadata = source.records.metadata(row);
        writes.push({ what: id, namespace, id, vector: vectorAt(source, row), metadata });
        if (writes.length < BATCH) continue;
        apply(target, writes);
        writes = [];
      }
      apply(target, writes);
    }
    return exportSnapshot(target);
  } finally {
    dispose(target);
  }
}

/** An empty index of the same vectors, beside this one. */
function scratch({ core, shape, givenModel: model }: State, index: 'flat' | 'auto'): State {
  const { dimensions, metric, stored: truncateDim } = shape;
  return checkedState({
    dimensions,
    metric,
    truncateDim,
    index,
    ...(model !== undefined && { model }),
  })(core);
}

function dispose(state: State): void {
  state.closed = true;
  state.collection.delete();
}
