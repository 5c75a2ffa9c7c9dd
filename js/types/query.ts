/** What a query is asked with, and what it answers. */
import type { Filter, Metadata } from './values.js';

export interface QueryOptions<M extends object = Metadata> {
  /** Matches wanted, 1 to 10,000. @defaultValue 10 */
  readonly topK?: number;
  /** Search these records only: the nearest of them, as if there were no others. */
  readonly filter?: Filter<M>;
  /** Search this namespace. By default that of the view, which it must not contradict. */
  readonly namespace?: string;
  /** Leave out matches of a lower score. There is no default threshold. */
  readonly minScore?: number;
  /** Compare with every record, whatever the index. */
  readonly exact?: boolean;
  /**
   * How wide a graph is searched, at least `topK`, and how many candidates of codes are ranked; 1 to
   * 20,000. By default what `targetRecall` needs, and never below max(2 topK, 32).
   */
  readonly ef?: number;
  /**
   * Ends a search of a graph once what is left is farther than 1 + gamma times the last match, 0 to
   * 10 (distance-adaptive beam search, arXiv 2505.15636). It saves comparisons where some queries are
   * easier than others, and misses more where tight clusters lie among loose ones: measure it on
   * your data. Of no effect with a filter, under `dot`, and where no graph is searched; under
   * `cosine` far means the length of the chord. By default there is no such end.
   */
  readonly gamma?: number;
  /**
   * With a filter. `false` leaves a walk as wide as `ef` says and gives what of it matches, as a plain
   * HNSW does: that can be fewer than there are, which `complete` tells. To compare with.
   * @defaultValue true
   */
  readonly planner?: boolean;
  /**
   * Ranks by activation that spreads from the nearest records over the graph, instead of by distance:
   * records that many of the nearest are linked to come first, whether or not they were among the
   * nearest themselves. It helps where what belongs together forms clusters (images, products), and
   * does not where each query has its own few answers. `true` is all defaults. Without a graph the
   * order is that of distance: an index of type `hnsw` has one from 1,024 records on, one of type `auto`
   * from 20,000, once `maintain()` has built it. `minScore` is of scores, whatever the order. @throws INVALID_ARGUMENT under `dot`, and
   * for an index of type `flat`
   * @defaultValue false
   */
  readonly spread?: boolean | SpreadOptions;
  /**
   * Ranks by what a session is about as well: what it clicked ({@link Namespace.feedback}) and, a
   * tenth as much, what its queries found. Each such record is excited as far as it is near the query
   * too, so that a query of another subject is left alone, and passes that on to candidates near
   * itself. A string is `{ id }`. Not for `queryMany()` and not with `spread`, and with it `topK` is at most 100. Experimental:
   * it is measured to gain on some data and not on others.
   */
  readonly session?: string | SessionOptions;
  /**
   * Matches that differ: each one picked inhibits those that are like it, by this much, 0 to 1
   * (soft winner-take-all). 0 is the order of distance; begin with 0.2, and go up to 1 where matches are
   * still too alike. Not with `spread`. Of 50 candidates, or 5 `topK`; with
   * it `topK` is at most 100. @defaultValue 0
   */
  readonly diversify?: number;
  /**
   * Tells how unlike the records of the namespace the vector is: {@link QueryResult.novelty}. The
   * first time, and when the records have doubled, it takes about 600 searches, at
   * once: seconds where a scan of 100,000 vectors does. It is about records that were drawn like the
   * others: a query of another kind, as one word is among texts, is novel, and a record that is there
   * already finds itself.
   * @throws INVALID_ARGUMENT under `dot`
   * @defaultValue false
   */
  readonly novelty?: boolean;
  /** @defaultValue true */
  readonly includeMetadata?: boolean;
  /** @defaultValue false */
  readonly includeVector?: boolean;
}

/**
 * Integrate-and-fire neurons, one a record: a neuron whose charge is at `epsilon` times its number of
 * links fires, keeps 1 - `alpha` of it as activation and sends the rest on, more of it the nearer a
 * neighbour is. What comes of it is personalised PageRank, from below (Andersen, Chung & Lang, FOCS
 * 2006): no record lacks more than the `residual` that `explain()` tells, and neurons fire at most
 * 1 / (`epsilon` (1 - `alpha`)) times, whatever the size of the index.
 */
export interface SpreadOptions {
  /** How far activation goes, 0 to 0.99. @defaultValue 0.6 */
  readonly alpha?: number;
  /** Exactness for work, 1e-6 to 1. @defaultValue 0.01 / `topK` */
  readonly epsilon?: number;
  /** The nearest records that it starts from, 1 to 1,000. @defaultValue 10 */
  readonly seeds?: number;
}

/**
 * What a session remembers is in memory only, bounded (256 sessions of 32 records), and decays:
 * activations are leaky integrators. Records that are deleted are forgotten.
 */
export interface SessionOptions {
  /** 1 to 512 bytes of UTF-8. */
  readonly id: string;
  /** Milliseconds in which activation falls to 1/e, from 1. @defaultValue 1,800,000, half an hour */
  readonly tauMs?: number;
  /** How much the records of the session count, from 0 on, where the distance counts 1. @defaultValue 0.5 */
  readonly weight?: number;
  /**
   * How much it counts that a record was often clicked after the last clicks of the session, in this
   * session or another, from 0 on: so much where it always was. To be told what comes next, whatever it
   * is like: `weight: 0` and a `next` of 100. @defaultValue 0
   */
  readonly next?: number;
  /** The moment in milliseconds; one before that of an earlier query is the same. @defaultValue Date.now() */
  readonly at?: number;
}

/**
 * What was thought of a record, at the moment of the query. A session is one in all namespaces, and so is
 * what is learnt.
 */
export interface Feedback {
  /** `queryId` of a result of this index, as long as it is open: of the last 256 that had a session. */
  readonly query: string;
  readonly id: string;
  /** 1: it was clicked, -1: it was not what was looked for, and between. @defaultValue 1 */
  readonly weight?: number;
}

export interface Match<M extends object = Metadata> {
  readonly id: string;
  /** Where it is not the default one. */
  readonly namespace?: string;
  /** Higher is better; see {@link Metric}. */
  readonly score: number;
  /** Lower is nearer; see {@link Metric}. */
  readonly distance: number;
  /**
   * With `spread`: how much of the activation, all of which is 1; of records whose vectors are the same,
   * that of all of them. Absent where none came.
   */
  readonly activation?: number;
  readonly metadata?: M;
  readonly vector?: number[];
}

/** Plain JSON. */
export interface QueryResult<M extends object = Metadata> {
  /**
   * Nearest first; equal distances in order of insertion. With `spread`, most activation first; with
   * `session` or `diversify` as these rank, while scores and distances stay those of the query.
   */
  readonly matches: Match<M>[];
  /** `matches.length`. */
  readonly count: number;
  /** Whether `matches` holds every record that belongs there; if not, `reason` says why. */
  readonly complete: boolean;
  readonly reason?: string;
  /**
   * With {@link QueryOptions.novelty}: the share of the namespace's records that are less unlike the
   * others than the vector, 0 to 1, by 100 samples. What lies farther from its 5 nearest records than
   * these from theirs is novel: at 0.99 it is as odd as one record in a hundred, or of a kind that is
   * not there. 1 where there are no two records.
   */
  readonly novelty?: number;
  /** Names this query within the index. */
  readonly queryId: string;
  /** The index's version that was searched. */
  readonly version: number;
  /** Milliseconds of this query; of its share, in {@link Index.queryMany}. */
  readonly tookMs?: number;
}
