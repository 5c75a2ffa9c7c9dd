import { checkArray, checkInteger, checkKeys, invalid } from '../core/arguments.js';
import type { IndexStats, ListOptions, ListResult, StoredItem } from '../types.js';
import { checkId } from './records.js';
import type { State } from './state.js';
import { rowBytes, storedLength } from './vectors.js';

/** Reading records back, and what there is to know about the index. */

export function get<M extends object>(
  state: State,
  id: string,
  what = 'id',
): StoredItem<M> | undefined {
  const row = state.records.row(checkId(what, id));
  if (row === undefined) return undefined;
  const text = state.records.metadata(row);
  return {
    id,
    vector: vectorAt(state, row),
    ...(text !== undefined && { metadata: JSON.parse(text) as M }),
  };
}

export function getMany<M extends object>(
  state: State,
  ids: readonly string[],
): (StoredItem<M> | undefined)[] {
  checkArray('ids', ids);
  return Array.from(ids, (id, i) => get<M>(state, id, `ids[${i}]`));
}

export function has(state: State, ids: readonly string[]): boolean[] {
  checkArray('ids', ids);
  return Array.from(ids, (id, i) => state.records.row(checkId(`ids[${i}]`, id)) !== undefined);
}

export function list(state: State, options: ListOptions = {}): ListResult {
  checkKeys('options', options, ['cursor', 'limit']);
  const limit = options.limit === undefined ? 100 : checkInteger('limit', options.limit, 1, 10_000);
  const { cursor } = options;
  if (cursor !== undefined && !(typeof cursor === 'string' && /^\d{1,15}$/.test(cursor)))
    throw invalid('cursor', 'the cursor of an earlier list()', cursor);
  const { records } = state;
  const ids: string[] = [];
  let row = cursor === undefined ? 0 : records.rowAfter(Number(cursor));
  let last = -1;
  for (; row < records.rows; ++row) {
    const id = records.id(row);
    if (id === undefined) continue;
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
    index: 'flat',
    metric: shape.metric,
    dimensions: shape.stored,
    ...(state.model !== undefined && { model: state.model }),
    version: state.version,
    memoryBytes: collection.usedBytes(),
    // cosine keeps the inverse norm; every row has a bit that says whether it is deleted.
    bytesPerVector: rowBytes(shape) + (shape.metric === 'cosine' ? 4 : 0) + 1 / 8,
    wasmBytes: core.heap.byteLength,
    simd: core.raw.simd128(),
  };
}

/** The stored components of a row, as plain numbers. */
export function vectorAt(state: State, row: number): number[] {
  const { core, collection, shape } = state;
  return core.heap.read(collection.row(row), storedLength(shape), shape.bits);
}
