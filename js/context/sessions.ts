import { putLast, weakest } from './bounded.js';
import { type Trace, Transitions } from './transitions.js';

/** How a query uses its session. */
export interface Visit {
  readonly id: string;
  /** Time constant of what decays, in ms. */
  readonly tauMs: number;
  /** The moment, in ms. */
  readonly at: number;
}

/** What a match gives its record, at most, of what a click does. */
const MATCHED = 0.1;
/** The matches of a query that count. */
const MATCHES = 10;
/** A click fades by e^(-1 / 0.3) when another one follows it. */
const FADE = Math.exp(-1 / 0.3);
/** Clicks of which the next one learns. */
const TRAIL = 2;

/** Bounds: sessions, what each attends to, and queries that feedback can be about. */
const SESSIONS = 256;
const ATTENTION = 32;
const QUERIES = 256;

class Session {
  /** In [-1, 1] by record. */
  readonly activations = new Map<number, number>();
  /** Newest first. */
  trail: Trace[] = [];
  #at = Number.NEGATIVE_INFINITY;

  /** Lets time pass until `at`; a moment that was before is now. */
  decay({ at, tauMs }: Visit): void {
    const left = at > this.#at ? Math.exp((this.#at - at) / tauMs) : 1;
    this.#at = Math.max(at, this.#at);
    for (const [record, activation] of this.activations)
      this.activations.set(record, activation * left);
    this.trail = this.trail.map(({ record, trace }) => ({ record, trace: trace * left }));
  }

  /** Towards 1, or -1, by the share `amount`. */
  excite(record: number, amount: number): void {
    const before = this.activations.get(record) ?? 0;
    this.#attend(record, before + amount * (1 - Math.sign(amount) * before));
  }

  #attend(record: number, activation: number): void {
    this.activations.set(record, activation);
    if (this.activations.size > ATTENTION)
      this.activations.delete(weakest(this.activations, record));
  }

  /** A match: however often it is one, it stays far below a click. */
  notice(record: number): void {
    const before = this.activations.get(record) ?? 0;
    if (before >= 0 && before < MATCHED) this.#attend(record, MATCHED);
  }

  click(record: number): void {
    const faded = this.trail.map((it) => ({ record: it.record, trace: it.trace * FADE }));
    this.trail = [{ record, trace: 1 }, ...faded].slice(0, TRAIL);
  }
}

/**
 * What an index remembers of the queries and clicks of its visitors, in memory and bounded: leaky
 * activations of records by session, and one table of what is clicked after what. Records are numbers
 * that are never used for another one.
 */
export class Sessions {
  readonly #sessions = new Map<string, Session>();
  readonly #queries = new Map<string, Visit>();
  /** In the ids of queries: those of another opening, tab or process are not taken for them. */
  readonly token: string = Math.random().toString(36).slice(2, 8);
  readonly #transitions = new Transitions();

  /** The activations of a session at the moment, and what is to be expected next. */
  at(visit: Visit): {
    readonly activations: ReadonlyMap<number, number>;
    readonly expected: ReadonlyMap<number, number>;
  } {
    const { activations, trail } = this.#session(visit);
    return { activations, expected: this.#transitions.expect(trail) };
  }

  /** The answer to a query, nearest first. */
  answered(query: string, visit: Visit, matches: readonly number[]): void {
    const session = this.#session(visit);
    for (const record of matches.slice(0, MATCHES)) session.notice(record);
    putLast(this.#queries, query, visit, QUERIES);
  }

  /** The visit that a query was made by; undefined where it expired or was made without a session. */
  visitOf(query: string): Visit | undefined {
    return this.#queries.get(query);
  }

  /** A click on a record, at the moment of the query. `weight` -1 to 1: 1 is a click, -1 the opposite. */
  clicked(visit: Visit, record: number, weight: number): void {
    if (weight === 0) return;
    const session = this.#session(visit);
    this.#transitions.learn(session.trail, record, weight);
    session.excite(record, weight);
    if (weight > 0) session.click(record);
  }

  #session(visit: Visit): Session {
    const session = this.#sessions.get(visit.id) ?? new Session();
    session.decay(visit);
    putLast(this.#sessions, visit.id, session, SESSIONS);
    return session;
  }
}
