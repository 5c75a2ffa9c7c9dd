import type { AttentionMechanism } from '../planner/types.js';
import type { LoggedDecision, Signals, Trigger } from './planner-types.js';

/** A decision, without what it is made of. */
export type Decision = Pick<LoggedDecision, 'triggers' | 'mechanism' | 'since'>;

/** In the order in which they count; each begins to hold above `enter`, and ends below `leave`. */
const TRIGGERS: readonly {
  readonly name: Trigger;
  readonly signal: keyof Signals;
  readonly enter: number;
  readonly leave: number;
  readonly mechanism: AttentionMechanism;
}[] = [
  { name: 'tension', signal: 'tension', enter: 0.7, leave: 0.5, mechanism: 'minCutGated' },
  { name: 'tail', signal: 'tailRatio', enter: 2, leave: 1.6, mechanism: 'criticalPath' },
  { name: 'branches', signal: 'branches', enter: 3, leave: 4, mechanism: 'parallelBranch' },
  { name: 'depth', signal: 'depth', enter: 10, leave: 11, mechanism: 'lorentz' },
  { name: 'writes', signal: 'writeShare', enter: 0.5, leave: 0.4, mechanism: 'causalCone' },
  { name: 'rhythm', signal: 'periodicity', enter: 0.5, leave: 0.5, mechanism: 'btsp' },
];

/** Tension that grows by more than this a query is one that holds. */
const SLOPE = 0.02;

/** Queries before another change. */
const DWELL = 16;

/** Before the first query, which waits for nothing. */
export const NOTHING: Decision = { triggers: [], mechanism: 'topological', since: 0 };

/** The decision after `last`: of that and of the signals alone, so that a log can be checked. */
export function decide(last: Decision, signals: Signals): Decision {
  const holding = TRIGGERS.filter(({ name, signal, enter, leave }) => {
    if (name === 'tension' && signals.tensionSlope > SLOPE) return true;
    return last.triggers.includes(name) ? signals[signal] >= leave : signals[signal] > enter;
  });
  const triggers = holding.map(({ name }) => name);
  const mechanism = holding[0]?.mechanism ?? 'topological';
  const waits = last.since > 0 && last.since < DWELL;
  if (mechanism !== last.mechanism && !waits) return { triggers, mechanism, since: 1 };
  return { triggers, mechanism: last.mechanism, since: Math.min(last.since + 1, DWELL) };
}
