import { checkKeys, invalid, isPlainObject } from '../../core/arguments.js';
import type { IndexScan, Operator, SequentialScan } from '../operators.js';
import type { CostInput, CostModel } from './model.js';
import { expectedRows } from './rows.js';

/** What Postgres knows of a table (pg_class). */
export interface TableStatistics {
  /** Blocks of 8 KB. */
  readonly pages: number;
  readonly tuples: number;
  readonly indexes?: { readonly [index: string]: IndexStatistics };
}

export interface IndexStatistics {
  readonly pages: number;
  /** Levels above the leaves. @defaultValue those that 366 entries a page need */
  readonly height?: number;
  /** Of the index's order with the table's, -1 to 1 (pg_stats). @defaultValue 0 */
  readonly correlation?: number;
}

/** The planner's settings, by their names and with their defaults. */
export interface PostgresOptions {
  readonly tables?: { readonly [table: string]: TableStatistics };
  /** @defaultValue 1 */
  readonly seqPageCost?: number;
  /** @defaultValue 4 */
  readonly randomPageCost?: number;
  /** @defaultValue 0.01 */
  readonly cpuTupleCost?: number;
  /** @defaultValue 0.005 */
  readonly cpuIndexTupleCost?: number;
  /** @defaultValue 0.0025 */
  readonly cpuOperatorCost?: number;
  /** Pages. @defaultValue 524288, 4 GB */
  readonly effectiveCacheSize?: number;
  /** Bytes. @defaultValue 4 MiB */
  readonly workMem?: number;
}

const DEFAULTS = {
  seqPageCost: 1,
  randomPageCost: 4,
  cpuTupleCost: 0.01,
  cpuIndexTupleCost: 0.005,
  cpuOperatorCost: 0.0025,
  effectiveCacheSize: 524_288,
  workMem: 4 * 2 ** 20,
};
type Settings = typeof DEFAULTS;

const PAGE = 8192;
/** Entries of an index page: 20 bytes for a key of 4 to 8, nine tenths full. */
const ENTRIES = 366;
/** Bytes of a row of which no width is known, as in get_typavgwidth(). */
const WIDTH = 32;
/** Of a row in a page, and of one in a hash table. */
const TUPLE_HEADER = 24;
const HASH_HEADER = 32;
/** A page of a bitmap in memory. */
const BITMAP_ENTRY = 64;

/**
 * The formulas of PostgreSQL's planner (src/backend/optimizer/path/costsize.c and
 * utils/adt/selfuncs.c, version 13): sequential scan, index scan after Mackert & Lohman (1989) with
 * the interpolation by the square of the correlation, bitmap scan, the three joins, sort, hashed and
 * plain aggregate. A limit costs nothing of its own: what is below it runs for its share. Simpler than
 * the original: a hash bucket holds a row, a merge join reads both sides to the end, the cache is one
 * table's. Other kinds cost a tuple and an operator for each row that they take in.
 */
export function postgresCosts(options: PostgresOptions = {}): CostModel {
  checkKeys('options', options, ['tables', ...Object.keys(DEFAULTS)]);
  const { tables = {}, ...given } = options;
  const settings = { ...DEFAULTS };
  for (const name of Object.keys(DEFAULTS) as (keyof Settings)[]) {
    const value = given[name];
    if (value !== undefined) settings[name] = positive(name, value);
  }
  for (const [name, table] of Object.entries(tables)) checkTable(`tables.${name}`, table);
  const find = (name: string): TableStatistics | undefined =>
    Object.hasOwn(tables, name) ? tables[name] : undefined;

  return {
    unit: 'reads of a page in sequence (seq_page_cost)',
    rows: (operator, input) =>
      expectedRows(operator, input, { tuples: (table) => find(table)?.tuples }),
    cost(operator, input) {
      const scans = operator.kind === 'sequential-scan' || operator.kind === 'index-scan';
      if (!scans) return input.loops * operatorCost(operator, input, settings);
      const table = find(operator.table);
      if (table === undefined)
        throw invalid(`node '${input.id}'`, `statistics of '${operator.table}'`, undefined);
      const [startup, run] =
        operator.kind === 'sequential-scan'
          ? [0, sequentialCost(operator, table, settings)]
          : indexCost(operator, table, input, settings);
      return input.loops * (startup + input.share * run);
    },
  };
}

/** cost_seqscan(): every page, and for every tuple itself and its conditions. */
function sequentialCost(scan: SequentialScan, table: TableStatistics, s: Settings): number {
  const perTuple = s.cpuTupleCost + (scan.conditions ?? 0) * s.cpuOperatorCost;
  return s.seqPageCost * table.pages + (perTuple * table.tuples) / divisor(scan.workers);
}

/** get_parallel_divisor(): the workers, and what the leader has time for. Pages are read once. */
function divisor(workers = 0): number {
  return workers === 0 ? 1 : workers + Math.max(0, 1 - 0.3 * workers);
}

/** Startup and run of cost_index() or cost_bitmap_heap_scan(), for one run of several. */
function indexCost(
  scan: IndexScan & Operator,
  table: TableStatistics,
  { id, rows, loops: runs }: CostInput,
  s: Settings,
): [number, number] {
  const loops = scan.repeats ?? runs;
  const index = table.indexes?.[scan.index];
  if (index === undefined)
    throw invalid(`node '${id}'`, `statistics of the index '${scan.index}'`, undefined);
  const selectivity = scan.indexSelectivity ?? scan.selectivity ?? 1;
  const tuples = Math.max(1, Math.round(selectivity * table.tuples));
  const { descent, io, cpu } = descentAndEntries(scan, table, index, tuples, loops, s);
  const perTuple = s.cpuTupleCost + (scan.conditions ?? 0) * s.cpuOperatorCost;
  const heapCpu = (perTuple * tuples) / divisor(scan.workers);
  if (scan.bitmap) {
    // The whole index part comes first, with a tenth of an operator for each row of all workers.
    const bits = 0.1 * s.cpuOperatorCost * rows * divisor(scan.workers);
    const { reads, tested } = bitmapReads(tuples, table, index, loops, s);
    const each =
      reads >= 2
        ? s.randomPageCost -
          (s.randomPageCost - s.seqPageCost) * Math.sqrt(reads / Math.max(1, table.pages))
        : s.randomPageCost;
    const tests = (perTuple * tested) / divisor(scan.workers);
    return [descent + io + cpu + bits, reads * each + tests];
  }
  const inOrder = Math.ceil(selectivity * table.pages);
  const most =
    (mackertLohman(tuples * loops, table.pages, index.pages, s) * s.randomPageCost) / loops;
  const least =
    loops > 1
      ? (mackertLohman(inOrder * loops, table.pages, index.pages, s) * s.randomPageCost) / loops
      : s.randomPageCost + Math.max(0, inOrder - 1) * s.seqPageCost;
  const square = (index.correlation ?? 0) ** 2;
  return [descent, io + cpu + most + square * (least - most) + heapCpu];
}

/**
 * compute_bitmap_pages(): the pages to read, and the tuples to test. A bitmap of more pages than
 * workMem has room for forgets the tuples of some, and all of theirs are tested.
 */
function bitmapReads(
  tuples: number,
  { pages, tuples: all }: TableStatistics,
  index: IndexStatistics,
  loops: number,
  s: Settings,
): { readonly reads: number; readonly tested: number } {
  const once = (2 * pages * tuples) / Math.max(1, 2 * pages + tuples);
  const fetched =
    loops > 1
      ? mackertLohman(tuples * loops, pages, index.pages, s) / loops
      : Math.min(pages, once);
  const held = Math.min(pages, once);
  const entries = Math.floor(s.workMem / BITMAP_ENTRY);
  const lossy = held > entries ? Math.max(0, held - entries / 2) / held : 0;
  const tested = Math.round((1 - lossy) * tuples + lossy * all);
  return { reads: Math.min(pages, Math.ceil(fetched)), tested };
}

/** btcostestimate() and genericcostestimate(): down the tree, the leaves' pages, their entries. */
function descentAndEntries(
  scan: IndexScan,
  { tuples: all }: TableStatistics,
  index: IndexStatistics,
  tuples: number,
  loops: number,
  s: Settings,
): { readonly descent: number; readonly io: number; readonly cpu: number } {
  const height = index.height ?? heightOf(index.pages);
  const descent = (Math.ceil(Math.log2(Math.max(1, all))) + 50 * (height + 1)) * s.cpuOperatorCost;
  const pages = index.pages > 1 && all > 1 ? Math.ceil((tuples * index.pages) / all) : 1;
  const read =
    loops > 1 ? mackertLohman(pages * loops, index.pages, index.pages, s) / loops : pages;
  const perEntry = s.cpuIndexTupleCost + (scan.indexConditions ?? 1) * s.cpuOperatorCost;
  return { descent, io: read * s.randomPageCost, cpu: perEntry * tuples };
}

function heightOf(pages: number): number {
  let [levels, width] = [0, pages];
  for (; width > 1; width /= ENTRIES) ++levels;
  return levels;
}

/**
 * index_pages_fetched(): pages that `tuples` random tuples of a table of `pages` lie on, where the
 * cache keeps its part `b` of table and index (Mackert & Lohman, TODS 14:3, 1989).
 */
function mackertLohman(tuples: number, pages: number, indexPages: number, s: Settings): number {
  const T = Math.max(1, pages);
  const b = Math.max(1, Math.ceil((s.effectiveCacheSize * T) / Math.max(1, T + indexPages)));
  const distinct = (2 * T * tuples) / (2 * T + tuples);
  if (T <= b) return Math.ceil(Math.min(T, distinct));
  const fill = (2 * T * b) / (2 * T - b);
  return Math.ceil(tuples <= fill ? distinct : b + ((tuples - fill) * (T - b)) / T);
}

/** One run of an operator that reads no table. */
function operatorCost(operator: Operator, input: CostInput, s: Settings): number {
  const { inputs, share, rows } = input;
  const [outer = { rows: 0 }, inner = { rows: 0 }] = inputs;
  const all = inputs.reduce((sum, one) => sum + one.rows, 0);
  switch (operator.kind) {
    // cost_nestloop(): every pair, but for the inner rows, which the inner node's loops count.
    case 'nested-loop-join': {
      const perPair = s.cpuTupleCost + (operator.conditions ?? 0) * s.cpuOperatorCost;
      return share * perPair * outer.rows * Math.max(1, inner.rows);
    }
    // cost_hashjoin(): a table of the inner rows; batches on disk beyond workMem.
    case 'hash-join': {
      const hashed = (operator.conditions ?? 1) * s.cpuOperatorCost;
      const spills = inner.rows * (HASH_HEADER + align(inner.width ?? WIDTH)) > s.workMem;
      const [outerPages, innerPages] = spills ? [pagesOf(outer), pagesOf(inner)] : [0, 0];
      const startup = (hashed + s.cpuTupleCost) * inner.rows + s.seqPageCost * innerPages;
      const run =
        1.5 * hashed * outer.rows +
        s.cpuTupleCost * rows +
        s.seqPageCost * (innerPages + 2 * outerPages);
      return startup + share * run;
    }
    // cost_mergejoin(), of inputs that are in order: each row of both is compared once.
    case 'merge-join': {
      const compared = (operator.conditions ?? 1) * s.cpuOperatorCost * all;
      return share * (compared + s.cpuTupleCost * rows);
    }
    // cost_sort(): N log2 N comparisons of two operators; in a heap of the few that a limit keeps.
    case 'sort': {
      const N = Math.max(2, outer.rows);
      const kept = Math.max(1, share * N);
      const perRow = TUPLE_HEADER + align(outer.width ?? WIDTH);
      const onDisk = kept * perRow > s.workMem;
      const inHeap = !onDisk && (N > 2 * kept || N * perRow > s.workMem);
      const compared = 2 * s.cpuOperatorCost * N * Math.log2(inHeap ? 2 * kept : N);
      const merged = onDisk ? mergeCost(N * perRow, s) : 0;
      return compared + merged + share * s.cpuOperatorCost * N;
    }
    // cost_agg(): an operator for each function and group key of each row, a tuple for each group.
    case 'aggregate': {
      const operators = (operator.by?.length ?? 0) + (operator.functions ?? 1);
      return operators * s.cpuOperatorCost * outer.rows + share * s.cpuTupleCost * rows;
    }
    case 'limit':
    case 'result':
    case 'custom':
      return 0;
    default:
      return share * (s.cpuTupleCost + s.cpuOperatorCost) * all;
  }
}

/** The disk part of cost_tuplesort(): each pass writes and reads all, three quarters in sequence. */
function mergeCost(bytes: number, s: Settings): number {
  const pages = Math.ceil(bytes / PAGE);
  const runs = bytes / s.workMem;
  // tuplesort_merge_order(): a tape takes 33 pages, and one page of it is for output.
  const order = Math.max(6, Math.min(500, Math.floor((s.workMem - PAGE) / (33 * PAGE))));
  const passes = runs > order ? Math.ceil(Math.log(runs) / Math.log(order)) : 1;
  return 2 * pages * passes * (0.75 * s.seqPageCost + 0.25 * s.randomPageCost);
}

/** page_size() */
function pagesOf({
  rows,
  width = WIDTH,
}: {
  readonly rows: number;
  readonly width?: number;
}): number {
  return Math.ceil((rows * (TUPLE_HEADER + align(width))) / PAGE);
}

/** MAXALIGN() */
function align(bytes: number): number {
  return 8 * Math.ceil(bytes / 8);
}

function checkTable(what: string, table: unknown): void {
  if (!isPlainObject(table)) throw invalid(what, 'an object like { pages, tuples }', table);
  checkKeys(what, table, ['pages', 'tuples', 'indexes']);
  positive(`${what}.pages`, table.pages);
  positive(`${what}.tuples`, table.tuples);
  for (const [name, index] of Object.entries(table.indexes ?? {})) {
    const where = `${what}.indexes.${name}`;
    if (!isPlainObject(index)) throw invalid(where, 'an object like { pages }', index);
    checkKeys(where, index, ['pages', 'height', 'correlation']);
    positive(`${where}.pages`, index.pages);
    if (index.height !== undefined) positive(`${where}.height`, index.height);
    const { correlation = 0 } = index;
    if (!(typeof correlation === 'number' && Math.abs(correlation) <= 1))
      throw invalid(`${where}.correlation`, 'a number from -1 to 1', correlation);
  }
}

function positive(what: string, value: unknown): number {
  if (typeof value === 'number' && value >= 0 && Number.isFinite(value)) return value;
  throw invalid(what, 'a number from 0', value);
}
