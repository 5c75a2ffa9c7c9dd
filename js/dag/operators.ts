import type { Filter, Json } from '../types.js';

/**
 * The operators of a plan, and what each is told. Some exist for planning only: they can be costed
 * and analysed, and `run()` refuses them.
 */
export type Operator = Estimates &
  (
    | SequentialScan
    | IndexScan
    | HnswScan
    | FlatScan
    | RabitqScan
    | TextScan
    | FilterRows
    | Join
    | Aggregate
    | Sort
    | Limit
    | Rerank
    | Fuse
    | Union
    | Result
    | Custom
  );

export type Kind = Operator['kind'];

/** What is known beforehand of a node. Where given, it is believed; else a cost model estimates it. */
export interface Estimates {
  /** Rows that it emits each time it runs. */
  readonly rows?: number;
  /** Share of its input, of its table, or of all pairs, that it lets pass; 0 to 1. */
  readonly selectivity?: number;
  /** Bytes of a row that it emits. */
  readonly width?: number;
  /** Its own cost, all its runs together, without that of its inputs. */
  readonly cost?: number;
  /** Rows that it can emit under its budget. By default `ef`, `topK`, `depth` or `limit`. */
  readonly candidates?: number;
}

/** Reads a table from end to end. For planning only. */
export interface SequentialScan {
  readonly kind: 'sequential-scan';
  readonly table: string;
  /** Conditions that each row is tested for, a comparison each. @defaultValue 0 */
  readonly conditions?: number;
  /** Background processes that share the work, each with its part of the rows. @defaultValue 0 */
  readonly workers?: number;
}

/** Reads what an ordered index (a B-tree) finds. For planning only. */
export interface IndexScan {
  readonly kind: 'index-scan';
  readonly table: string;
  readonly index: string;
  /** Share of the table that the index finds, 0 to 1. @defaultValue `selectivity`, else 1 */
  readonly indexSelectivity?: number;
  /** Conditions that the index answers. @defaultValue 1 */
  readonly indexConditions?: number;
  /** Conditions that what it finds is tested for. @defaultValue 0 */
  readonly conditions?: number;
  /**
   * Runs that find each other's pages in the cache. Postgres takes the rows of the table whose column
   * is looked up. @defaultValue the runs of the plan
   */
  readonly repeats?: number;
  /** Whether all is found first, then read in the order of the table. @defaultValue false */
  readonly bitmap?: boolean;
  /** @defaultValue 0 */
  readonly workers?: number;
}

/** The nearest records by the index's graph. */
export interface HnswScan {
  readonly kind: 'hnsw-scan';
  /** Rows to emit, 1 to 10,000. @defaultValue that of the run */
  readonly topK?: number;
  /** Width of the walk, 1 to 20,000. @defaultValue what the index's `targetRecall` needs */
  readonly ef?: number;
  /** Look for matches of this only. */
  readonly filter?: Filter;
}

/** The nearest records by comparing with every one. */
export interface FlatScan {
  readonly kind: 'flat-scan';
  /** Rows to emit, 1 to 10,000. @defaultValue that of the run */
  readonly topK?: number;
  readonly filter?: Filter;
}

/** The nearest records by comparing with every RaBitQ code, then with the best vectors. */
export interface RabitqScan {
  readonly kind: 'rabitq-scan';
  /** Rows to emit, 1 to 10,000. @defaultValue that of the run */
  readonly topK?: number;
  /** Candidates whose vectors are compared, 1 to 20,000. */
  readonly ef?: number;
  readonly filter?: Filter;
}

/** The best records by words. For planning only. */
export interface TextScan {
  readonly kind: 'text-scan';
  readonly text: string;
  readonly topK?: number;
}

/** Keeps the rows whose metadata matches. */
export interface FilterRows {
  readonly kind: 'filter';
  readonly filter: Filter;
}

/**
 * Pairs of rows of the first input, the outer one, and of the second, the inner one: for each outer
 * row the inner input runs again (nested loop), the inner one is made a hash table (hash), or both
 * come sorted (merge). For planning only.
 */
export interface Join {
  readonly kind: 'nested-loop-join' | 'hash-join' | 'merge-join';
  /** What is compared, for people. */
  readonly on?: string;
  /** Conditions of a pair: keys of the hash or of the order, or tests. @defaultValue 1, of a nested loop 0 */
  readonly conditions?: number;
}

/** Groups of rows, and functions of each. For planning only. */
export interface Aggregate {
  readonly kind: 'aggregate';
  /** The fields that make a group; none makes one group of all. */
  readonly by?: readonly string[];
  /** Functions of each group. @defaultValue 1 */
  readonly functions?: number;
}

export interface Sort {
  readonly kind: 'sort';
  /**
   * `distance`, `score`, `id`, or `metadata.` and a path: numbers before strings, rows without either
   * last. Equal rows keep their order. @defaultValue 'distance'
   */
  readonly by?: string;
  /** @defaultValue false, of `score` true */
  readonly descending?: boolean;
}

export interface Limit {
  readonly kind: 'limit';
  readonly limit: number;
  /** Rows to skip. @defaultValue 0 */
  readonly offset?: number;
}

/** Exact distances of the first rows, and the order by them. */
export interface Rerank {
  readonly kind: 'rerank';
  /** Rows to rank; the others are dropped. @defaultValue all */
  readonly depth?: number;
}

/**
 * Reciprocal rank fusion (Cormack, Clarke & Buettcher 2009): a record's score is the sum over the
 * inputs of weight / (k + rank), ranks from 1.
 */
export interface Fuse {
  readonly kind: 'fuse';
  /** @defaultValue 60 */
  readonly k?: number;
  /** Of the inputs, in their order. @defaultValue 1 each */
  readonly weights?: readonly number[];
}

/** The rows of all inputs, each record once (the nearest row, then the best score), nearest first. */
export interface Union {
  readonly kind: 'union';
}

/** What the query answers: the first `topK` rows of the run. */
export interface Result {
  readonly kind: 'result';
}

/** A function that is given when the plan is run, by this name. */
export interface Custom {
  readonly kind: 'custom';
  readonly name: string;
  /** What it is told; a JSON object. */
  readonly parameters?: { readonly [key: string]: Json };
}
