import { LIMITS } from '../core/limits.js';
import type { Explanation, QueryOptions, QueryResult } from '../types.js';
import { explainedPlan } from './explained-plan.js';
import { type Checked, checkOptions, run } from './query.js';
import { shownEf } from './recall.js';
import { candidatesFor, ranksAnew } from './rerank.js';
import { spreadReport } from './spread.js';
import type { State } from './state.js';
import { checkVector } from './vectors.js';

/** `QueryCost` of src/engine/collection.h, its fields in order. */
export interface Cost {
  readonly plan: number;
  readonly distanceEvaluations: number;
  readonly codesScanned: number;
  readonly reranked: number;
  readonly hops: number;
  readonly bytesRead: number;
  readonly fallbacks: number;
  /** Of all records of the index. */
  readonly selectivity: number;
  readonly expected: number;
  readonly tension: number;
  readonly width: number;
  readonly planning: number;
}

const FIELDS: readonly (keyof Cost)[] = [
  'plan',
  'distanceEvaluations',
  'codesScanned',
  'reranked',
  'hops',
  'bytesRead',
  'fallbacks',
  'selectivity',
  'expected',
  'tension',
  'width',
  'planning',
];

/** `Plan` of src/engine/plan.h, as far as walks go. */
const WALKS: Record<number, 'iterative' | 'in-graph' | 'after'> = {
  2: 'iterative',
  3: 'in-graph',
  4: 'after',
};

const PLAIN = { session: undefined, diversify: 0, novelty: false };

/** Runs the query and tells what it did. */
export function explain<M extends object>(
  state: State,
  namespace: string,
  vector: unknown,
  options: QueryOptions<M> = {},
): Explanation<M> {
  const checked = checkOptions(state, namespace, options);
  const checkedVector = checkVector('vector', vector, state.shape);
  const told = { ...checked, isExplained: true };
  const [result] = run<M>(state, [checkedVector], told, () => 'vector') as [QueryResult<M>];
  /** Of the search; the best of them are ranked anew. */
  const topK = ranksAnew(checked) ? candidatesFor(checked.topK) : checked.topK;
  // The searches of its own that ranking anew makes are not what is told.
  if (ranksAnew(checked) || checked.novelty)
    run<M>(state, [checkedVector], { ...told, ...PLAIN, topK }, () => 'vector');
  const cost = costOf(state);
  const spread = checked.spread && spreadReport(state);
  const records = state.records.countIn(checked.namespace);
  const selection = state.records.select(checked.namespace, checked.filter);
  const matching = selection?.count ?? records;
  const walk = WALKS[cost.plan];
  const plan = walk ? 'hnsw' : cost.plan === 0 ? 'flat' : scannedBy(state);
  const reason = result.reason ?? reasonFor(checked, result.count, matching);
  // The core's estimate is of all records.
  const share = (cost.selectivity * state.records.count) / Math.max(1, records);
  const estimated = matching === 0 ? 0 : Math.min(1, share);
  const ef = checked.ef ?? shownEf(state, topK);
  const filter = checked.filter && (walk ?? 'prefilter');
  const { distanceEvaluations, codesScanned, hops, bytesRead, fallbacks } = cost;
  return {
    plan,
    ...(filter && { filter }),
    requested: checked.topK,
    returned: result.count,
    ...(reason !== undefined && { reason }),
    records,
    selectivity: { actual: matching / Math.max(1, records), estimated },
    ef,
    candidates: plan === 'flat' ? 0 : cost.reranked,
    distanceEvaluations,
    codesScanned,
    hops,
    bytesRead,
    fallbacks,
    ...(spread && { spread }),
    dag: explainedPlan(state, cost, {
      plan,
      scanned: scannedBy(state),
      filter: selection && (walk ?? 'prefilter'),
      topK,
      records,
      matching,
      returned: result.count,
      spread,
      // As the core bounds it.
      ef: Math.min(Math.max(ef, topK), 2 * LIMITS.topK),
    }),
    result,
  };
}

function costOf({ collection }: State): Cost {
  return Object.fromEntries(FIELDS.map((name, field) => [name, collection.cost(field)])) as Record<
    keyof Cost,
    number
  >;
}

/** Which codes a scan of codes goes over: Codes of src/engine/codes.h. */
function scannedBy({ config }: State): 'int8' | 'rabitq' {
  return config.quantization === 'int8' ? 'int8' : 'rabitq';
}

/** Why a query gave fewer than were wanted; undefined where it did not. */
function reasonFor({ topK, filter }: Checked, count: number, matching: number): string | undefined {
  if (count === topK) return undefined;
  if (count < matching) return 'minScore left the others out';
  if (filter === undefined) return 'there are fewer records';
  return matching === 0 ? 'no record matches the filter' : 'fewer records match the filter';
}
