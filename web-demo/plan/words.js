/** A plan in plain words: what its steps are, how tense it is, and what the planner changed. */
import { grouped } from '../common/elements.js';

const NAMES = {
  'flat-scan': 'Scan of vectors',
  'int8-scan': 'Scan of int8 codes',
  'rabitq-scan': 'Scan of one-bit codes',
  'hnsw-scan': 'Walk along the graph',
  filter: 'Filter',
  rerank: 'Exact distances',
  union: 'Both together',
};

/** Of tension above this, attention goes to what limits the results. */
export const TENSE = 0.7;

/** @param {import('./layout.js').Step} step */
export function nameOf({ kind, budget }) {
  return kind === 'limit' ? `The ${grouped(budget)} nearest` : (NAMES[kind] ?? kind);
}

/** What is told of a step, in parts. */
export function factsOf({ kind, budget, estimatedRows, rows, work, attention }) {
  const came = rows === undefined ? '' : ` → ${grouped(rows)} came`;
  return [
    `${amount(estimatedRows)} expected${came}`,
    ...(budget !== undefined && kind !== 'limit' ? [`at most ${grouped(budget)}`] : []),
    ...(work > 0 ? [`${grouped(work)} compared`] : []),
    `attention ${percent(attention)}`,
  ];
}

/** The drawing for those who do not see it: a sentence a step. */
export function stepSentences({ steps, edges, bottlenecks }) {
  const names = new Map(steps.map((step) => [step.id, nameOf(step)]));
  return steps.map((step) => {
    const next = edges.filter(([from]) => from === step.id).map(([, to]) => names.get(to));
    return `${[
      `${nameOf(step)}: ${factsOf(step).join(', ').replace(' →', ',')}`,
      ...(bottlenecks.includes(step.id) ? ['a bottleneck: it limits the results'] : []),
      ...(next.length > 0 ? [`goes on to: ${next.join(', ')}`] : []),
    ].join('; ')}.`;
  });
}

/** How many results could be expected, beside how many are wanted. */
export function tensionSentence({ dag: { flow, tension }, requested }) {
  const verdict = () => {
    if (tension === 0) return 'plenty';
    if (tension <= TENSE) return 'enough';
    return flow >= requested ? 'just enough' : 'too few';
  };
  return `${amount(flow)} can be expected, ${grouped(requested)} are wanted: ${verdict()}`;
}

/** What was done, and where the planner changed it, why. */
export function planSentence(explained) {
  const { plan, filter, records, selectivity, requested, dag } = explained;
  const matching = grouped(records * selectivity.actual);
  if (dag.asked !== undefined) return askedSentence(explained, matching);
  const wanted = `for the ${grouped(requested)} nearest`;
  if (plan === 'hnsw')
    return `A walk ${grouped(explained.ef)} wide ${wanted} of ${grouped(records)}.`;
  return filter === undefined
    ? `All ${matching} were looked at ${wanted}.`
    : `${matching} of ${grouped(records)} match the filter. All of those were looked at ${wanted}.`;
}

function askedSentence({ filter, returned, dag: { asked } }, matching) {
  const found = `Of ${grouped(asked.width)} looked at, ${amount(asked.flow)} can be expected to match`;
  if (filter === 'after')
    return `${found}, and it was left so, as the planner is off: ${grouped(returned)} came of it.`;
  const last = asked.changes.at(-1);
  if (last === undefined) return `${found}, which is enough: the walk was left as it was.`;
  if (typeof last.to === 'number')
    return `${sentenceCase(last.why)}: the walk was widened from ${grouped(last.from)} to ${grouped(last.to)}.`;
  const instead =
    last.to === 'in-graph'
      ? 'the walk went from match to match'
      : `all ${matching} that match were looked at`;
  return `${found}. So ${instead}: ${last.why}.`;
}

/** Of a plan in one line: how many steps, and how tense. */
export function brief(plans) {
  const steps = plans.reduce((sum, { dag }) => sum + dag.steps.length, 0);
  const tension = Math.max(...plans.map(({ dag }) => dag.tension));
  return `${steps} steps, tension ${tension.toFixed(2)}`;
}

/** As many digits as tell something: `less than 0.1`, `0.4`, `7`, `1,600`. */
export function amount(number) {
  if (number > 0 && number < 0.1) return 'less than 0.1';
  return number < 10 ? String(Math.round(10 * number) / 10) : grouped(number);
}

function percent(share) {
  return `${Math.round(100 * share)} %`;
}

function sentenceCase(text) {
  return text[0].toUpperCase() + text.slice(1);
}
