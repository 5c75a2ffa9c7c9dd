import type { Address, RawSelector } from '../../types/raw.js';
import { checkArray, checkInteger, checkKeys, checkNumber, invalid } from '../core/arguments.js';
import { RuVectorError } from '../core/errors.js';
import { type Core, handle } from '../core/module.js';
import { check, notNull } from '../core/status.js';
import { MECHANISMS } from '../planner/mechanisms.js';
import type { AttentionMechanism } from '../planner/types.js';
import type {
  LoggedDecision,
  QueryObservation,
  Selector,
  SelectorOptions,
  Signals,
  Trigger,
} from './planner-types.js';

/** rv::Trigger of src/dag/selector.h, in its order. */
export const TRIGGERS: readonly Trigger[] = [
  'tension',
  'tail',
  'branches',
  'depth',
  'writes',
  'rhythm',
];

/** The fields of rv::Signals, in its order. */
const SIGNALS: readonly (keyof Signals)[] = [
  'tension',
  'tensionSlope',
  'tailRatio',
  'writeShare',
  'periodicity',
  'branches',
  'depth',
];

/** Before the first query. */
const NOTHING = 0;

export class PatternSelector implements Selector {
  readonly #core: Core;
  readonly #bin: number;
  readonly #keep: number;
  #raw: RawSelector | undefined;
  #log: LoggedDecision[] = [];
  #queries = 0;
  #now = -Infinity;

  constructor(core: Core, options: SelectorOptions) {
    checkKeys('options', options, ['bin', 'keep']);
    const { bin = 1, keep = 1000 } = options;
    this.#bin = checkNumber('bin', bin, 0);
    if (bin === 0) throw invalid('bin', 'a number above 0', bin);
    this.#keep = checkInteger('keep', keep, 1, 1_000_000);
    this.#core = core;
    this.#raw = handle<RawSelector>(core.raw, 'Selector', core.raw.createSelector());
  }

  observe(query: QueryObservation): LoggedDecision {
    const raw = this.#selector;
    checkKeys('query', query, ['tension', 'latency', 'writes', 'time', 'branches', 'depth']);
    const { tension = 0, latency = 0, writes = 0, time = 0, branches = 0, depth = 0 } = query;
    checkNumber('tension', tension, 0, 1);
    checkNumber('latency', latency, 0);
    checkNumber('writes', writes, 0);
    checkInteger('branches', branches, 0, 0xffffffff);
    checkInteger('depth', depth, 0, 0xffffffff);
    if (!Number.isFinite(time) || time < this.#now)
      throw invalid('time', `a number of seconds from ${this.#now} on`, time);
    const numbers = [tension, latency, writes, time, branches, depth, this.#bin];
    this.#core.heap.writeFloat64s(raw.address, numbers);
    check(raw.observe());
    this.#now = time;
    const signals = this.#core.heap.readFloat64s(raw.signals(), SIGNALS.length);
    const decision = unpack(++this.#queries, signals, raw.decision());
    // Old ones go in bulk: shift() moves all others.
    if (this.#log.length === 2 * this.#keep) this.#log = this.#log.slice(this.#keep);
    this.#log.push(decision);
    return decision;
  }

  get mechanism(): AttentionMechanism {
    return this.#log.at(-1)?.mechanism ?? 'topological';
  }

  get log(): readonly LoggedDecision[] {
    return this.#log.slice(-this.#keep);
  }

  replay(log: readonly LoggedDecision[]): LoggedDecision[] {
    this.#selector;
    checkArray('log', log);
    const { raw, heap } = this.#core;
    const at: Address = notNull(raw.allocate(8 * SIGNALS.length) || null);
    try {
      return log.map((entry, i) => {
        const last = log[i - 1];
        if (last === undefined && entry.query !== 1) return entry;
        const signals = SIGNALS.map((name) => Number(entry.signals[name]));
        heap.writeFloat64s(at, signals);
        const packed = raw.decide(at, last === undefined ? NOTHING : pack(last));
        return unpack(entry.query, signals, packed);
      });
    } finally {
      raw.release(at);
    }
  }

  dispose(): void {
    this.#raw?.delete();
    this.#raw = undefined;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  get #selector(): RawSelector {
    if (this.#raw === undefined)
      throw new RuVectorError('CLOSED', 'expected a selector in use, got a disposed one');
    return this.#raw;
  }
}

/** rv::Decision: mechanism, triggers, queries, eight bits each. */
function pack({ mechanism, triggers, since }: LoggedDecision): number {
  const bits = TRIGGERS.reduce((sum, name, i) => sum + (triggers.includes(name) ? 1 << i : 0), 0);
  return MECHANISMS.indexOf(mechanism) + (bits << 8) + (since << 16);
}

function unpack(query: number, signals: readonly number[], packed: number): LoggedDecision {
  return {
    query,
    signals: Object.fromEntries(SIGNALS.map((name, i) => [name, signals[i]])) as never as Signals,
    triggers: TRIGGERS.filter((_, i) => ((packed >> (8 + i)) & 1) !== 0),
    mechanism: MECHANISMS[packed & 0xff] as AttentionMechanism,
    since: packed >> 16,
  };
}
