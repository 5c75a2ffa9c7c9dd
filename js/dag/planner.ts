import { checkInteger, checkKeys, checkNumber, invalid } from '../core/arguments.js';
import { RuVectorError } from '../core/errors.js';
import { check } from '../core/status.js';
import { SCALARS } from '../planner/core-plan.js';
import type { PerNode, Plan } from '../planner/types.js';
import { divide, fits, waterFill } from './allocate.js';
import { BtspTraces } from './btsp.js';
import { MAX_NODES, numbersOf } from './check.js';
import { byId, PlanReader } from './plan-reader.js';
import type {
  AllocateOptions,
  Btsp,
  BtspOptions,
  Planner,
  Raised,
  RaiseOffer,
  Selector,
  SelectorOptions,
} from './planner-types.js';
import { PatternSelector } from './selector.js';

/** A planner over the core: what it says of plans, and what it does with that. */
export class CorePlanner extends PlanReader implements Planner {
  allocate(
    budget: number,
    shares: PerNode,
    options: AllocateOptions = {},
  ): { [id: string]: number } {
    this.dag;
    checkNumber('budget', budget, 0);
    checkKeys('options', options, ['least', 'most', 'scales']);
    const { least = 0, most = Infinity, scales } = options;
    const ids = Object.keys(shares);
    checkInteger('shares', ids.length, 0, MAX_NODES);
    const division = {
      shares: numbersOf('shares', shares, ids),
      least: numbersOf('least', least, ids),
      most: numbersOf('most', most, ids, Infinity, Infinity),
    };
    const given = scales && numbersOf('scales', scales, ids);
    const missing = given?.indexOf(0) ?? -1;
    if (missing >= 0) throw invalid(`scales.${ids[missing]}`, 'a number above 0', given?.[missing]);
    // What is left to refuse is how the numbers fit together.
    if (!fits(budget, division))
      throw new RuVectorError(
        'INVALID_ARGUMENT',
        `least: expected no more than most each, and no more than the budget of ${budget} in all`,
      );
    const parts = given ? waterFill(budget, division, given) : divide(budget, division);
    return byId(ids, (i) => parts[i] as number);
  }

  raise(
    plan: Plan,
    offers: { readonly [id: string]: RaiseOffer },
    options: { readonly wanted: number },
  ): Raised {
    checkKeys('options', options, ['wanted']);
    const wanted = checkNumber('wanted', options.wanted, 0);
    const order = this.takeChecked(plan);
    checkKeys('offers', offers, order);
    const pairs = order.flatMap((id) => {
      const offer = Object.hasOwn(offers, id) ? offers[id] : undefined;
      if (offer === undefined) return [0, 0];
      checkKeys(`offers.${id}`, offer, ['price', 'most']);
      const { price, most = Infinity } = offer;
      checkNumber(`offers.${id}.price`, price, 0);
      return [price, most === Infinity ? most : checkNumber(`offers.${id}.most`, most, 0)];
    });
    this.write(0, pairs);
    this.write(-SCALARS, [wanted]);
    check(this.dag.raise());
    const [flow, cost, , arcsScanned] = this.scalars();
    const raises = this.list(2, order.length);
    return {
      raises: Object.fromEntries(
        order.map((id, i) => [id, raises[i] as number]).filter(([, by]) => by !== 0),
      ),
      flow,
      enough: flow >= wanted * (1 - 1e-9),
      cost,
      arcsScanned,
    };
  }

  btsp(options: BtspOptions = {}): Btsp {
    return new BtspTraces(options, (scalars, synapses, use) => {
      this.begin(synapses.length / 3, 0);
      this.write(-SCALARS, scalars);
      this.write(0, synapses);
      check(use(this.dag));
      return this.core.heap.readFloat64s(this.at(0), synapses.length);
    });
  }

  selector(options: SelectorOptions = {}): Selector {
    this.dag;
    return new PatternSelector(options);
  }
}
