import { CorePlan } from '../planner/core-plan.js';
import type { ExplainedPlan, Explanation, PlanChange, PlanStep, SpreadReport } from '../types.js';
import type { Cost } from './explain.js';
import type { State } from './state.js';

/** What a query did as a plan: its steps, what limited them, and what the planner changed. */

/** Matches aimed at: `wanted()` of src/engine/foresight.cpp. */
const wanted = (topK: number, ef: number): number => Math.max(2 * topK, ef / 2);
/** Tension from which on attention goes to the bottlenecks: as decide.ts of js/dag. */
const TENSE = 0.7;

export interface Ran {
  readonly plan: Explanation['plan'];
  /** Which codes a scan of codes goes over. */
  readonly scanned: 'int8' | 'rabitq';
  /** How the records were chosen, by a filter or a namespace. */
  readonly filter: Explanation['filter'];
  readonly topK: number;
  readonly records: number;
  readonly matching: number;
  readonly returned: number;
  readonly spread: SpreadReport | undefined;
  /** As asked for. */
  readonly ef: number;
}

/** A step without its share of attention, and with what limits the flow through it. */
interface Step extends Omit<PlanStep, 'attention'> {
  readonly candidates?: number;
  readonly selectivity?: number;
}

interface Network {
  readonly steps: readonly Step[];
  readonly edges: ExplainedPlan['edges'];
}

export function explainedPlan(state: State, total: Cost, ran: Ran): ExplainedPlan {
  const cost = withoutSpread(total, ran);
  const { steps, edges } = ran.plan === 'hnsw' ? walked(state, cost, ran) : scanned(cost, ran);
  const { flow, tension, bottlenecks, mechanism, attention } = read(state, steps, edges, ran.topK);
  return {
    steps: steps.map(({ candidates: _, selectivity: __, ...step }, i) => ({
      ...step,
      attention: attention[i] as number,
    })),
    edges,
    flow,
    tension,
    bottlenecks,
    mechanism,
    ...(cost.width > 0 && {
      asked: {
        width: ran.ef,
        flow: cost.expected,
        tension: cost.tension,
        changes: changesOf(cost, ran),
        work: { arcs: cost.planning, comparisons: wasted(cost, ran) },
      },
    }),
  };
}

function withoutSpread(cost: Cost, { spread }: Ran): Cost {
  if (!spread) return cost;
  const { distanceEvaluations, hops } = spread;
  return {
    ...cost,
    distanceEvaluations: cost.distanceEvaluations - distanceEvaluations,
    hops: cost.hops - hops,
  };
}

function read({ core }: State, steps: readonly Step[], edges: Network['edges'], k: number) {
  const ids = steps.map(({ id }) => id);
  const plan = new CorePlan(core);
  try {
    plan.take({
      costs: steps.map(({ work }) => work),
      candidates: steps.map(({ candidates = Infinity }) => candidates),
      selectivities: steps.map(({ selectivity = 1 }) => selectivity),
      edges: edges
        .map(([from, to]) => [ids.indexOf(from), ids.indexOf(to)] as const)
        .sort(([a, x], [b, y]) => a - b || x - y),
    });
    const { flow, tension, isBottleneck } = plan.analyzed(k, ids.length);
    const mechanism = tension > TENSE ? 'minCutGated' : 'topological';
    const attention = plan.shares(mechanism, ids.length);
    const bottlenecks = ids.filter((_, i) => isBottleneck(i));
    return { flow, tension, bottlenecks, mechanism, attention } as const;
  } finally {
    plan.dispose();
  }
}

/** All that match, one after another; by their codes, then the nearest by their vectors. */
function scanned(cost: Cost, ran: Ran): Network {
  const { plan, filter, topK, matching, returned } = ran;
  const scan = {
    id: 'scan',
    kind: `${plan as 'flat'}-scan`,
    estimatedRows: matching,
    rows: matching,
    work: plan === 'flat' ? cost.distanceEvaluations - wasted(cost, ran) : cost.codesScanned,
    candidates: matching,
  } as const;
  const steps: Step[] = filter ? [matches(matching), scan] : [scan];
  if (plan !== 'flat') steps.push(reranking(Math.min(matching, 2 * topK), cost));
  if (ran.spread) steps.push(spreading(matching, ran.spread));
  steps.push(limited(topK, matching, returned));
  return { steps, edges: chain(steps) };
}

/** Comparisons along a graph that did not lead to the plan that ran, or were given up. */
function wasted(cost: Cost, { plan, matching }: Ran): number {
  if (plan === 'hnsw' || cost.width === 0) return 0;
  return cost.distanceEvaluations - (plan === 'flat' ? matching : cost.reranked);
}

/** Along the graph, and beside it the rows that it does not have yet. */
function walked({ collection }: State, cost: Cost, ran: Ran): Network {
  const { filter, scanned, topK, records, matching, returned } = ran;
  const inGraph = filter === 'in-graph';
  const width = inGraph || filter === 'iterative' ? Math.max(cost.width, ran.ef) : ran.ef;
  const passing = filter && !inGraph ? cost.selectivity : 1;
  const tail = collection.pending();
  const fromTail = (tail * matching) / Math.max(1, records);
  const expected = width * passing;
  const walk: Step = {
    id: 'walk',
    kind: 'hnsw-scan',
    budget: width,
    estimatedRows: width,
    rows: cost.hops,
    work: cost.distanceEvaluations - cost.reranked,
    candidates: width,
  };
  const filtering: Step = {
    id: 'filter',
    kind: 'filter',
    estimatedRows: width * passing,
    ...(tail === 0 && { rows: cost.reranked }),
    work: 0,
    selectivity: passing,
  };
  const steps: Step[] = !filter ? [walk] : inGraph ? [matches(matching), walk] : [walk, filtering];
  const last = (steps.at(-1) as Step).id;
  const edges = [...chain(steps)];
  if (tail > 0) {
    steps.push(
      {
        id: 'tail',
        kind: cost.codesScanned > 0 ? `${scanned}-scan` : 'flat-scan',
        estimatedRows: fromTail,
        work: cost.codesScanned,
        candidates: fromTail,
      },
      { id: 'union', kind: 'union', estimatedRows: width * passing + fromTail, work: 0 },
    );
    edges.push([last, 'union'], ['tail', 'union']);
  }
  const end = [
    reranking(width * passing + fromTail, cost),
    ...(ran.spread ? [spreading(width * passing + fromTail, ran.spread)] : []),
    limited(topK, expected + fromTail, returned),
  ];
  edges.push([tail > 0 ? 'union' : last, 'rerank'], ...chain(end));
  return { steps: [...steps, ...end], edges };
}

/** The records that the filter chooses, known before anything is compared. */
function matches(matching: number): Step {
  const rows = { estimatedRows: matching, rows: matching };
  return { id: 'filter', kind: 'filter', ...rows, work: 0, candidates: matching };
}

function reranking(estimatedRows: number, { reranked }: Cost): Step {
  return { id: 'rerank', kind: 'rerank', estimatedRows, rows: reranked, work: reranked };
}

function spreading(estimatedRows: number, { activated, distanceEvaluations }: SpreadReport): Step {
  const work = distanceEvaluations;
  return { id: 'spread', kind: 'rerank', estimatedRows, rows: activated, work };
}

function limited(topK: number, expected: number, rows: number): Step {
  const estimatedRows = Math.min(topK, expected);
  return { id: 'limit', kind: 'limit', budget: topK, estimatedRows, rows, work: 0 };
}

function chain(steps: readonly Step[]): [string, string][] {
  return steps.slice(1).map(({ id }, i) => [(steps[i] as Step).id, id]);
}

/** What the planner changed of the walk that was asked for, before it ran or when it was given up. */
function changesOf(cost: Cost, { plan, filter, topK, matching, ef }: Ran): PlanChange[] {
  const { expected, width, fallbacks } = cost;
  if (filter === 'after') return [];
  const wide = Math.round(width);
  const raise =
    width > ef && (filter === 'iterative' || fallbacks > 0)
      ? [
          {
            step: 'walk',
            from: ef,
            to: wide,
            why: `of ${ef} nodes ${rounded(expected)} can be expected to match, and ${rounded(wanted(Math.min(topK, matching), ef))} are wanted`,
          },
        ]
      : [];
  if (filter === 'iterative') return raise;
  const why =
    fallbacks > 0
      ? 'the walk found too few, or had cost as much as this'
      : `it costs less than a walk ${wide} wide`;
  return [
    ...raise,
    { step: 'walk', from: 'iterative', to: filter === 'in-graph' ? filter : plan, why },
  ];
}

function rounded(x: number): number {
  return Math.round(10 * x) / 10;
}
