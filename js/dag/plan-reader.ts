import { checkKeys, checkNumber, invalid } from '../core/arguments.js';
import { CorePlan } from '../planner/core-plan.js';
import { MECHANISMS } from '../planner/mechanisms.js';
import type { AttentionMechanism, AttentionOptions, Plan, PlanAnalysis } from '../planner/types.js';
import { checkPlan, numbersOf } from './check.js';

/** Bits of an analysis, beside those that js/planner/core-plan.ts reads. */
const SOURCE_SIDE = 1;
const WITNESS = 2;
const ON_PATH = 8;

/** What the core says of a plan that a caller made, by the ids of its nodes. */
export class PlanReader extends CorePlan {
  analyze(plan: Plan, options: { readonly k: number }): PlanAnalysis {
    checkKeys('options', options, ['k']);
    const k = checkNumber('k', options.k, 0);
    const order = this.takeChecked(plan);
    const found = this.analyzed(k, order.length);
    const { depth, slack, earliest, passRate, flow, bits } = found;
    const marked = (bit: number) => order.filter((_, i) => ((bits[i] as number) & bit) !== 0);
    return {
      nodes: byId(order, (i) => ({
        depth: depth[i] as number,
        earliest: earliest[i] as number,
        slack: slack[i] as number,
        critical: slack[i] === 0,
        passRate: passRate[i] as number,
      })),
      criticalPath: marked(ON_PATH),
      length: found.length,
      flow: flow === Infinity ? null : flow,
      tension: found.tension,
      side: marked(SOURCE_SIDE),
      witness: marked(WITNESS),
      bottlenecks: order.filter((_, i) => found.isBottleneck(i)),
      arcsScanned: found.arcsScanned,
    };
  }

  attention(
    plan: Plan,
    mechanism: AttentionMechanism,
    options: AttentionOptions = {},
  ): { [id: string]: number } {
    if (!MECHANISMS.includes(mechanism))
      throw invalid('mechanism', `one of ${MECHANISMS.join(', ')}`, mechanism);
    checkKeys('options', options, ['decay', 'focus', 'synapses']);
    const { decay, focus, synapses = {} } = options;
    if (decay !== undefined) {
      checkNumber('decay', decay, 0, 1);
      if (decay === 0) throw invalid('decay', 'a number above 0, at most 1', decay);
    }
    const order = this.takeChecked(plan);
    const at = focus === undefined ? undefined : order.indexOf(focus);
    if (at === -1) throw invalid('focus', 'the id of a node', focus);
    const shares = this.shares(mechanism, order.length, {
      ...(decay !== undefined && { decay }),
      ...(at !== undefined && { focus: at }),
      synapses: numbersOf('synapses', synapses, order, 0, 1),
    });
    return byId(order, (i) => shares[i] as number);
  }

  /** Makes `plan` the core's. @returns its nodes in the core's order */
  protected takeChecked(plan: Plan): readonly string[] {
    const checked = checkPlan(plan);
    this.take(checked);
    return checked.order;
  }
}

export function byId<T>(ids: readonly string[], of: (i: number) => T): { [id: string]: T } {
  return Object.fromEntries(ids.map((id, i) => [id, of(i)]));
}
