import type { RawDag, StatusCode } from '../../types/raw.js';
import { checkArray, checkKeys, checkNumber, invalid } from '../core/arguments.js';
import type { PerNode } from '../planner/types.js';
import type { Btsp, BtspOptions, BtspState } from './planner-types.js';

/** Calls the core with a few numbers and synapses, of three each, and gives back what it made of these. */
type WithSynapses = (
  scalars: readonly number[],
  synapses: readonly number[],
  use: (dag: RawDag) => StatusCode,
) => number[];

type Synapse = [weight: number, eligibility: number, time: number];

/** The state is here, by id; the arithmetic is src/dag/btsp.h. */
export class BtspTraces implements Btsp {
  readonly #tau: number;
  readonly #rate: number;
  readonly #synapses: Map<string, Synapse>;
  readonly #withSynapses: WithSynapses;
  #now = -Infinity;

  constructor(options: BtspOptions, withSynapses: WithSynapses) {
    checkKeys('options', options, ['tau', 'rate', 'state']);
    const { tau = 2, rate = 0.5, state = {} } = options;
    this.#tau = checkNumber('tau', tau, 0);
    if (tau === 0) throw invalid('tau', 'a number above 0', tau);
    this.#rate = checkNumber('rate', rate, 0, 1);
    this.#synapses = new Map(Object.entries(state).map(([id, it]) => [id, checkSynapse(id, it)]));
    for (const [, , time] of this.#synapses.values()) this.#now = Math.max(this.#now, time);
    this.#withSynapses = withSynapses;
  }

  executed(ids: readonly string[], time: number): void {
    checkArray('ids', ids);
    this.#advance(time);
    for (const id of ids) {
      const synapse = this.#synapses.get(id) ?? [0, 0, time];
      const after = this.#withSynapses([time, this.#tau, this.#rate], synapse, (dag) =>
        dag.execute(0),
      );
      this.#synapses.set(id, after as Synapse);
    }
  }

  surprise(time: number): void {
    this.#advance(time);
    const all = [...this.#synapses.values()].flat();
    const after = this.#withSynapses([time, this.#tau, this.#rate], all, (dag) => dag.plateau());
    for (const [i, id] of [...this.#synapses.keys()].entries())
      this.#synapses.set(id, after.slice(3 * i, 3 * i + 3) as Synapse);
  }

  get weights(): PerNode {
    return Object.fromEntries([...this.#synapses].map(([id, [weight]]) => [id, weight]));
  }

  get state(): BtspState {
    return Object.fromEntries([...this.#synapses].map(([id, it]) => [id, [...it] as const]));
  }

  #advance(time: number): void {
    if (!Number.isFinite(time) || time < this.#now)
      throw invalid('time', `a number of seconds from ${this.#now} on`, time);
    this.#now = time;
  }
}

function checkSynapse(id: string, value: unknown): Synapse {
  const [weight, eligibility, time, ...more] = checkArray(`state.${id}`, value) as number[];
  checkNumber(`state.${id}[0]`, weight, 0, 1);
  checkNumber(`state.${id}[1]`, eligibility, 0);
  if (!Number.isFinite(time) || more.length > 0)
    throw invalid(`state.${id}`, 'a weight, an eligibility and a time', value);
  return [weight, eligibility, time] as Synapse;
}
