import type { StatusCode } from '../../types/raw.js';
import {
  checkArray,
  checkKeys,
  invalid,
  kindOf,
  overLimit,
  unexpected,
} from '../core/arguments.js';
import { LIMITS } from '../core/limits.js';
import { check, INVALID_VECTOR, OUT_OF_MEMORY } from '../core/status.js';
import { parseFilter } from '../filter/parse.js';
import { isSet } from '../filter/words.js';
import type { Item, Metadata, Progress, WriteResult } from '../types.js';
import type { Change, Key, Put } from './change.js';
import { metadataText } from './metadata.js';
import { advanceTuning } from './recall.js';
import { checkId, checkNamespace, Records } from './records.js';
import { changed, opened, type State } from './state.js';
import {
  type Components,
  checkVector,
  checkVectors,
  invalidVector,
  rowBytes,
  type Shape,
} from './vectors.js';

/**
 * The write path: check every record, write all vectors into staged rows, let the core check and
 * take them in one commit, then update ids and metadata. Nothing can fail after the commit. Verbs
 * take the namespace they are called on, '' for the default one.
 */

/** A checked record, and what errors call its vector. */
export interface Write extends Put {
  readonly what: string;
}

/** `VectorStore::kAppend`. */
const APPEND = 0xffffffff;

/** Deleted rows go when they are this many and outnumber the live ones. */
const COMPACT_AT = 1024;

export function upsert<M extends object>(
  state: State,
  namespace: string,
  items: Item<M> | Iterable<Item<M>>,
): WriteResult {
  return apply(state, checkItems(state.shape, namespace, items));
}

export function insert<M extends object>(
  state: State,
  namespace: string,
  items: Item<M> | Iterable<Item<M>>,
): WriteResult {
  const writes = checkItems(state.shape, namespace, items);
  checkNew(state, writes);
  return apply(state, writes);
}

/** That no two of the records are the same, and none is there. @throws DUPLICATE_ID */
export function checkNew(state: State, writes: readonly Write[]): void {
  const seen = new Set<string>();
  for (const write of writes) {
    const { what, id } = write;
    if (seen.has(keyOf(write)) || state.records.row(write.namespace, id) !== undefined)
      throw unexpected(
        'DUPLICATE_ID',
        what.replace(/vector$/, 'id'),
        'a new id (upsert() replaces)',
        JSON.stringify(id),
        { id },
      );
    seen.add(keyOf(write));
  }
}

export function upsertFlat<M extends object>(
  state: State,
  namespace: string,
  ids: readonly string[],
  vectors: Float32Array | Uint8Array,
  options: { readonly metadata?: readonly (M | undefined)[] } = {},
): WriteResult {
  return apply(state, checkFlat(state.shape, namespace, ids, vectors, options));
}

/** The records of upsertFlat(), checked. */
export function checkFlat(
  shape: Shape,
  namespace: string,
  ids: readonly string[],
  vectors: Float32Array | Uint8Array,
  options: { readonly metadata?: readonly unknown[] } = {},
): Write[] {
  checkArray('ids', ids);
  checkKeys('options', options, ['metadata']);
  const { metadata = [] } = options;
  if (options.metadata !== undefined && checkArray('metadata', metadata).length !== ids.length)
    throw invalid('metadata', `${ids.length}, one for each id`, metadata.length);
  // The metadata before the vectors, which are not copied: reading it can run the caller's code.
  const records = Array.from(ids, (id, i) => ({
    what: `vectors[${i}]`,
    namespace,
    id: checkId(`ids[${i}]`, id),
    metadata: metadataText(`metadata[${i}]`, metadata[i]),
  }));
  const wanted = shape.bits ? 'Uint8Array' : 'Float32Array';
  if (kindOf(vectors) !== wanted) throw invalid('vectors', `a ${wanted}`, vectors);
  const rows = checkVectors('vectors', vectors, shape);
  if (rows.length !== records.length)
    throw invalid('vectors', `${records.length}, one for each id`, rows.length);
  return records.map((record, i) => ({ ...record, vector: rows[i] as Components }));
}

export function* upsertSteps<M extends object>(
  state: State,
  namespace: string,
  items: Iterable<Item<M>>,
): Generator<Progress, WriteResult> {
  if (typeof items !== 'object' || items === null || !(Symbol.iterator in items))
    throw invalid('items', 'an iterable of records', items);
  // About 64 KB of vectors and at most 64 records a step; 8 where each is linked at once.
  const most = state.config.index === 'hnsw' ? 8 : 64;
  const step = Math.max(1, Math.min(most, Math.floor(65_536 / rowBytes(state.shape))));
  const total = Array.isArray(items) ? items.length : undefined;
  let [done, inserted, updated] = [0, 0, 0];
  let writes: Write[] = [];
  const flush = (): Progress => {
    const result = apply(state, writes);
    inserted += result.inserted;
    updated += result.updated;
    done += writes.length;
    writes = [];
    return total === undefined ? { done } : { done, total };
  };
  for (const item of items) {
    writes.push(checkItem(state.shape, namespace, `items[${done + writes.length}]`, item));
    if (writes.length === step) yield flush();
  }
  if (writes.length > 0) yield flush();
  return { inserted, updated, version: opened(state).version };
}

export function update<M extends object>(
  state: State,
  namespace: string,
  id: string,
  patch: { readonly vector?: unknown; readonly values?: unknown; readonly metadata?: Partial<M> },
): boolean {
  checkId('id', id);
  checkKeys('patch', patch, ['vector', 'values', 'metadata']);
  const given = vectorOf('patch', patch);
  const vector =
    given === undefined ? undefined : copyOf(checkVector('patch.vector', given, state.shape));
  const added = metadataText('patch.metadata', patch.metadata);
  // From here on none of the caller's code runs.
  const row = opened(state).records.row(namespace, id);
  const before = row === undefined ? undefined : state.records.metadata(row);
  const metadata =
    added === undefined ? before : metadataText('metadata', { ...parse(before), ...parse(added) });
  const write = vector && { what: 'patch.vector', namespace, id, vector, metadata };
  if (row === undefined) {
    if (write) judge(state, [write]);
    return false;
  }
  if (write) apply(state, [write]);
  else if (metadata !== before) {
    describe(state, { namespace, id, metadata });
  }
  return true;
}

function describe(state: State, change: Key & Pick<Put, 'metadata'>): void {
  const { namespace, id, metadata } = change;
  state.records.put(namespace, id, metadata);
  changed(state);
  state.log?.({ op: 'describe', namespace, id, metadata });
}

export function remove(state: State, namespace: string, ids: string | readonly string[]): number {
  const list = typeof ids === 'string' ? [ids] : checkArray('ids', ids);
  for (const [i, id] of list.entries()) checkId(`ids[${i}]`, id);
  const rows = (list as readonly string[]).map((id) => state.records.row(namespace, id));
  return removeRows(state, new Set(rows));
}

export function deleteWhere(state: State, namespace: string, filter: unknown): number {
  const node = parseFilter('filter', filter);
  const { records } = opened(state);
  const selection = records.select(namespace, node);
  const rows = new Set<number>();
  for (let row = 0; row < records.rows; ++row)
    if (selection && isSet(selection.words, row)) rows.add(row);
  return removeRows(state, rows);
}

function removeRows(state: State, rows: ReadonlySet<number | undefined>): number {
  const { collection, records } = state;
  const keys: Key[] = [];
  for (const row of rows) {
    if (row === undefined) continue;
    check(collection.remove(row));
    keys.push({ namespace: records.namespace(row), id: records.id(row) as string });
    records.remove(row);
  }
  const removed = keys.length;
  if (removed > 0) {
    changed(state);
    state.log?.({ op: 'delete', keys });
  }
  const deleted = records.rows - records.count;
  if (deleted >= COMPACT_AT && deleted > records.count) compact(state);
  return removed;
}

/** Returns how many deleted rows went. */
export function compact(state: State): number {
  const deleted = state.records.rows - state.records.count;
  if (deleted > 0) {
    state.collection.compact();
    state.records.compact();
    state.tuning = undefined;
    state.log?.({ op: 'compact' });
  }
  return deleted;
}

/** Empties the whole index. */
export function clear(state: State): void {
  const { records, foreign, model, givenModel } = state;
  if (records.rows === 0 && foreign.length === 0 && model === givenModel) return;
  state.collection.clear();
  state.records = new Records(state.indexed);
  state.foreign = [];
  state.model = state.givenModel;
  state.tuned = state.tuning = undefined;
  changed(state);
  state.log?.({ op: 'clear' });
}

/**
 * Makes a change that another index of the same options logged. Returns what the verb returned that
 * made it.
 */
export function replay(state: State, change: Change): WriteResult | number | true | undefined {
  switch (change.op) {
    case 'put':
      return apply(
        state,
        change.writes.map((write) => ({ ...write, what: JSON.stringify(write.id) })),
      );
    case 'delete':
      return removeRows(
        state,
        new Set(change.keys.map(({ namespace, id }) => state.records.row(namespace, id))),
      );
    case 'describe':
      describe(state, change);
      return true;
    case 'clear':
      clear(state);
      return undefined;
    case 'compact':
      compact(state);
      return undefined;
  }
}

/** Each item is checked, and its vector copied, as it comes: a generator may reuse its arrays. */
export function checkItems(shape: Shape, namespace: string, items: unknown): Write[] {
  if (typeof items !== 'object' || items === null)
    throw invalid('items', 'a record or an iterable of records', items);
  return Symbol.iterator in items
    ? Array.from(items as Iterable<unknown>, (item, i) =>
        checkItem(shape, namespace, `items[${i}]`, item),
      )
    : [checkItem(shape, namespace, 'item', items)];
}

function checkItem(shape: Shape, namespace: string, what: string, item: unknown): Write {
  checkKeys(what, item, ['id', 'vector', 'values', 'metadata', 'namespace']);
  const record = item as Partial<Record<keyof Item, unknown>>;
  const id = checkId(`${what}.id`, record.id);
  const vector = vectorOf(what, record);
  if (vector === undefined) throw invalid(what, 'a vector', vector);
  return {
    what: `${what}.vector`,
    namespace: checkNamespace(`${what}.namespace`, record.namespace, namespace),
    id,
    vector: copyOf(checkVector(`${what}.vector`, vector, shape)),
    metadata: metadataText(`${what}.metadata`, record.metadata),
  };
}

/** A copy, so that what was checked is what is written. */
function copyOf(vector: Components): Components {
  // Not vector.slice(): that of a Node Buffer is a view.
  return ArrayBuffer.isView(vector)
    ? (Uint8Array.prototype.slice.call(vector) as Components)
    : Array.from(vector);
}

function vectorOf(what: string, item: { vector?: unknown; values?: unknown }): unknown {
  if (item.vector !== undefined && item.values !== undefined)
    throw invalid(what, 'vector or values', 'both');
  return item.vector === undefined ? item.values : item.vector;
}

/** Writes checked records, all or none. @throws INVALID_VECTOR, OUT_OF_MEMORY, LIMIT_EXCEEDED */
export function apply(state: State, writes: readonly Write[]): WriteResult {
  const { records } = opened(state);
  if (writes.length === 0) return { inserted: 0, updated: 0, version: state.version };
  const { known, fresh } = tally(state, writes);

  check(commit(state, writes, () => targetsOf(records, writes, fresh)));

  for (const { namespace, id, metadata } of writes) records.put(namespace, id, metadata);
  const version = changed(state);
  state.written += writes.length;
  if (state.tuned) state.tuned.written += writes.length;
  state.log?.({ op: 'put', writes });
  // As the graph is kept up to date by writes, so is its `ef`: a few searches a write.
  if (state.config.index === 'hnsw') advanceTuning(state, 1 + writes.length / 8);
  return { inserted: fresh.size, updated: known.size, version };
}

/** Throws what apply() would throw, and writes nothing. */
export function rehearse(state: State, writes: readonly Write[]): void {
  tally(opened(state), writes);
  judge(state, writes);
}

/** To rows that cannot exist: the core says whether there is room and all vectors are good, no more. */
function judge(state: State, writes: readonly Write[]): void {
  commit(state, writes, () => writes.map(() => APPEND - 1));
}

/** Which records are there already, and the new ones, numbered as they come; makes sure of ids. */
function tally(
  state: State,
  writes: readonly Write[],
): { readonly known: ReadonlySet<string>; readonly fresh: ReadonlyMap<string, number> } {
  const { records } = state;
  const known = new Set<string>();
  const fresh = new Map<string, number>();
  for (const write of writes) {
    const key = keyOf(write);
    if (records.row(write.namespace, write.id) !== undefined) known.add(key);
    else if (!fresh.has(key)) fresh.set(key, fresh.size);
  }
  const count = records.count + fresh.size;
  if (count > LIMITS.records) throw overLimit('items', LIMITS.records, count, ' records');
  // A Map counts what was deleted from it too, until it is filled anew.
  if (records.rows + fresh.size > LIMITS.records) compact(state);
  return { known, fresh };
}

/** The row of each write: one that exists, new, or one that an earlier write of the batch takes. */
function targetsOf(
  records: Records,
  writes: readonly Write[],
  fresh: ReadonlyMap<string, number>,
): number[] {
  let next = 0;
  return writes.map((write) => {
    const at = fresh.get(keyOf(write));
    if (at === undefined) return records.row(write.namespace, write.id) as number;
    if (at < next) return records.rows + at;
    ++next;
    return APPEND;
  });
}

/** Names a record; half of a surrogate pair is in no id and no namespace. */
function keyOf({ namespace, id }: Write): string {
  return namespace === '' ? id : `${namespace}\ud800${id}`;
}

/** Offers the vectors to the core, all or nothing. `targets` is asked once there is room. */
function commit(state: State, writes: readonly Write[], targets: () => number[]): StatusCode {
  const { collection, core, shape } = state;
  let status = collection.stage(writes.length);
  if (status === OUT_OF_MEMORY && compact(state) > 0) status = collection.stage(writes.length);
  check(status);
  for (const [i, { vector }] of writes.entries())
    core.heap.write(collection.stagedRow(i), vector, shape.bits);
  core.heap.writeUint32s(collection.targets(), targets());
  status = collection.commit();
  if (status === INVALID_VECTOR) {
    const { what, vector } = writes[collection.faulty()] as Write;
    throw invalidVector(what, vector);
  }
  return status;
}

function parse(text: string | undefined): Metadata {
  return text === undefined ? {} : (JSON.parse(text) as Metadata);
}
