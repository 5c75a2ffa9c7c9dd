import { checkArray, checkInteger, checkKeys, invalid } from '../core/arguments.js';
import { notNull } from '../core/status.js';
import { parseFilter } from '../filter/parse.js';
import { isSet } from '../filter/words.js';
import type { IndexStats, ListOptions, ListResult, StoredItem } from '../types.js';
import { shownEf } from './recall.js';
import { checkId } from './records.js';
import { opened, pendingRows, type State } from './state.js';
import { storedLength } from './vectors.js';

/** Reading the records of a namespace back, and what there is to know about the index. */

export function get<M extends object>(
  state: State,
  namespace: string,
  id: string,
  what = 'id',
): StoredItem<M> | undefined {
  const row = state.records.row(namespace, checkId(what, id));
  if (row === undefined) return undefined;
  const text = state.records.metadata(row);
  return {
    id,
    ...(namespace !== '' && { namespace }),
    vector: vectorAt(state, row),
    ...(text !== undefined && { metadata: JSON.parse(text) as M }),
  };
}

export function getMany<M extends object>(
  state: State,
  namespace: string,
  ids: readonly string[],
): (StoredItem<M> | undefined)[] {
  checkArray('ids', ids);
  return Array.from(ids, (id, i) => get<M>(state, namespace, id, `ids[${i}]`));
}

export function has(state: State, namespace: string, ids: readonly string[]): boolean[] {
  checkArray('ids', ids);
  const { records } = state;
  return Array.from(ids, (id, i) => records.row(namespace, checkId(`ids[${i}]`, id)) !== undefined);
}

export function count(state: State, namespace: string, filter: unknown): number {
  const node = filter === undefined ? undefined : parseFilter('filter', filter);
  const { records } = opened(state);
  return records.select(namespace, node)?.count ?? records.count;
}

export function list<M extends object>(
  state: State,
  namespace: string,
  options: ListOptions<M> = {},
): ListResult {
  checkKeys('options', options, ['cursor', 'limit', 'filter']);
  const limit = options.limit === undefined ? 100 : checkInteger('limit', options.limit, 1, 10_000);
  const { cursor } = options;
  if (cursor !== undefined && !(typeof cursor === 'string' && /^\d{1,15}$/.test(cursor)))
    throw invalid('cursor', 'the cursor of an earlier list()', cursor);
  const { filter } = options;
  const node = filter === undefined ? undefined : parseFilter('filter', filter);
  const { records } = opened(state);
  const selection = records.select(namespace, node);
  const ids: string[] = [];
  let row = cursor === undefined ? 0 : records.rowAfter(Number(cursor));
  let last = -1;
  for (; row < records.rows; ++row) {
    const id = records.id(row);
    if (id === undefined || (selection && !isSet(selection.words, row))) continue;
    if (ids.length === limit) return { ids, cursor: String(last) };
    ids.push(id);
    last = records.sequence(row);
  }
  return { ids };
}

export function stats(state: State): IndexStats {
  const { collection, core, records, shape } = state;
  return {
    count: records.count,
    deleted: records.rows - records.count,
    index: state.config.index,
    quantization: state.config.quantization,
    linked: collection.linked(),
    pending: pendingRows(state),
    ef: shownEf(state, 10),
    metric: shape.metric,
    dimensions: shape.stored,
    ...(state.model !== undefined && { model: state.model }),
    version: state.version,
    memoryBytes: collection.usedBytes(),
    bytesPerVector: collection.bytesPerRow(),
    wasmBytes: core.heap.byteLength,
    simd: core.raw.simd128() !== 0,
  };
}

/** The stored components of a row, as plain numbers. */
export function vectorAt(state: State, row: number): number[] {
  const { core, collection, shape } = state;
  return core.heap.read(notNull(collection.vector(row) || null), storedLength(shape), shape.bits);
}
