import { checkArray, checkInteger, checkKeys, checkNumber, invalid } from '../core/arguments.js';
import { RuVectorError } from '../core/errors.js';
import type { AttentionMechanism } from '../planner/types.js';
import { decide, NOTHING } from './decide.js';
import type {
  LoggedDecision,
  QueryObservation,
  Selector,
  SelectorOptions,
} from './planner-types.js';
import { SignalMeter } from './signals.js';

/** The log of one pattern: signals are measured (`signals.ts`), and decided by (`decide.ts`). */
export class PatternSelector implements Selector {
  readonly #meter: SignalMeter;
  readonly #keep: number;
  #log: LoggedDecision[] = [];
  #queries = 0;
  #now = -Infinity;
  #isClosed = false;

  constructor(options: SelectorOptions) {
    checkKeys('options', options, ['bin', 'keep']);
    const { bin = 1, keep = 1000 } = options;
    checkNumber('bin', bin, 0);
    if (bin === 0) throw invalid('bin', 'a number above 0', bin);
    this.#meter = new SignalMeter(bin);
    this.#keep = checkInteger('keep', keep, 1, 1_000_000);
  }

  observe(query: QueryObservation): LoggedDecision {
    this.#checkOpen();
    checkKeys('query', query, ['tension', 'latency', 'writes', 'time', 'branches', 'depth']);
    const { tension = 0, latency = 0, writes = 0, time = 0, branches = 0, depth = 0 } = query;
    checkNumber('tension', tension, 0, 1);
    checkNumber('latency', latency, 0);
    checkNumber('writes', writes, 0);
    checkInteger('branches', branches, 0, 0xffffffff);
    checkInteger('depth', depth, 0, 0xffffffff);
    if (!Number.isFinite(time) || time < this.#now)
      throw invalid('time', `a number of seconds from ${this.#now} on`, time);
    this.#now = time;
    const signals = this.#meter.observe({ tension, latency, writes, time, branches, depth });
    const last = this.#log.at(-1) ?? NOTHING;
    const decision = { query: ++this.#queries, signals, ...decide(last, signals) };
    // Old ones go in bulk: shift() moves all others.
    if (this.#log.length === 2 * this.#keep) this.#log = this.#log.slice(this.#keep);
    this.#log.push(decision);
    return decision;
  }

  get mechanism(): AttentionMechanism {
    return (this.#log.at(-1) ?? NOTHING).mechanism;
  }

  get log(): readonly LoggedDecision[] {
    return this.#log.slice(-this.#keep);
  }

  replay(log: readonly LoggedDecision[]): LoggedDecision[] {
    this.#checkOpen();
    checkArray('log', log);
    return log.map((entry, i) => {
      const last = log[i - 1];
      if (last === undefined && entry.query !== 1) return entry;
      const { query, signals } = entry;
      return { query, signals, ...decide(last ?? NOTHING, signals) };
    });
  }

  dispose(): void {
    this.#isClosed = true;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #checkOpen(): void {
    if (this.#isClosed)
      throw new RuVectorError('CLOSED', 'expected a selector in use, got a disposed one');
  }
}
