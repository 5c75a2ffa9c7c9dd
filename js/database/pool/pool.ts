import { type Call, closed, isWrite, type Port, readOnly, type Standing } from '../calls.js';
import type { DatabaseEvent, Role } from '../types.js';
import { answer } from './answer.js';
import { sum } from './sum.js';

/**
 * A database over shards: each is a database of its own, in a worker or here, and has the records that
 * hash to it. What one index would do as a whole is done in turns (`inTurn`): a write is sent to all
 * shards it touches at once, after they said that none of them will refuse it.
 */
export class PoolPort implements Port {
  readonly shards: readonly Port[];
  #listener: (event: DatabaseEvent) => void = () => {};
  /** Ends when everything that was asked for so far is sent. */
  #turn: Promise<unknown> = Promise.resolve();
  /** The versions of the shards when they were last looked at. */
  #seen: readonly number[];
  /** Those that were seen and are not stored yet, oldest first. */
  #unstored: (readonly number[])[] = [];
  #durableVersion: number;
  /** The one that listeners know of. */
  #told: number;
  #role: Role;
  #queries = 0;
  #closing: Promise<void> | undefined;

  constructor(shards: readonly Port[]) {
    this.shards = shards;
    this.#seen = this.#versions();
    this.#durableVersion = this.#told = sum(this.#seen);
    this.#role = this.#commonRole();
    for (const [i, shard] of shards.entries())
      shard.listen((event) => {
        const own = this.#asOne(event, i);
        if (own !== undefined) this.#listener(own);
      });
  }

  /** Versions are sums: they grow with every change, by one for each shard that it is of. */
  get standing(): Standing {
    this.#look();
    return {
      ...(this.shards[0] as Port).standing,
      role: this.#commonRole(),
      version: sum(this.#seen),
      durableVersion: this.#durableVersion,
    };
  }

  listen(listener: (event: DatabaseEvent) => void): void {
    this.#listener = listener;
  }

  async call(call: Call): Promise<unknown> {
    if (call.verb === 'close') return this.#close();
    if (this.#closing !== undefined) throw closed();
    if (isWrite(call.verb) && this.#commonRole() === 'readonly') throw readOnly(call.verb);
    return answer(this, call);
  }

  /** Names a query. */
  nextQuery(): string {
    return `q${++this.#queries}`;
  }

  /**
   * Sends when all that was asked for before is sent, and `before` is done; the next one follows
   * without waiting for the answer. What is sent in one turn meets all shards at the same moment.
   */
  async inTurn<T>(send: () => Promise<T>, before?: () => Promise<unknown>): Promise<T> {
    const turn = this.#turn.then(before).then(() => ({ sent: send() }));
    this.#turn = turn.catch(() => {});
    return (await turn).sent;
  }

  /**
   * The answers of all shards, or of those that `calls` has one for. @throws of several errors the
   * one about the first of the caller's records
   */
  async ask(calls: Call | readonly (Call | undefined)[]): Promise<unknown[]> {
    const answers = await Promise.allSettled(
      this.shards.flatMap((shard, i) => {
        const call = Array.isArray(calls) ? (calls[i] as Call | undefined) : (calls as Call);
        return call === undefined ? [] : [shard.call(call)];
      }),
    );
    const errors = answers.flatMap((it) => (it.status === 'rejected' ? [it.reason] : []));
    if (errors.length > 0) throw errors.sort((a, b) => placeOf(a) - placeOf(b))[0];
    return answers.map((it) => (it as PromiseFulfilledResult<unknown>).value);
  }

  #versions(): number[] {
    return this.shards.map(({ standing }) => standing.version);
  }

  #commonRole(): Role {
    const roles = this.shards.map(({ standing }) => standing.role);
    return roles.every((role) => role === roles[0]) ? (roles[0] as Role) : 'follower';
  }

  /** What all shards have stored is what is stored: a version counts once each has its part of it. */
  #look(): void {
    const now = this.#versions();
    if (now.some((version, i) => version !== this.#seen[i])) this.#unstored.push(now);
    this.#seen = now;
    const isStored = (versions: readonly number[]): boolean =>
      this.shards.every(({ standing }, i) => (versions[i] as number) <= standing.durableVersion);
    for (let [next] = this.#unstored; next !== undefined && isStored(next); [next] = this.#unstored)
      this.#durableVersion = sum(this.#unstored.shift() as readonly number[]);
  }

  /** What the listeners hear of a shard's event. */
  #asOne(event: DatabaseEvent, shard: number): DatabaseEvent | undefined {
    const { version, durableVersion, role } = this.standing;
    switch (event.type) {
      case 'change':
        return { type: 'change', version };
      case 'stored':
        if (durableVersion === this.#told) return;
        this.#told = durableVersion;
        return { type: 'stored', version: durableVersion };
      case 'role':
        if (role === this.#role) return;
        this.#role = role;
        return { type: 'role', role };
      case 'evicted':
        // All have the same place, and it goes as a whole.
        return shard === 0 ? event : undefined;
      case 'blocked':
        if (this.#closing !== undefined) return;
        this.#close().catch(() => {}); // the shard that fails to says so
    }
    return event;
  }

  #close(): Promise<void> {
    this.#closing ??= this.#shutDown();
    return this.#closing;
  }

  /** The first shard last: who can open that one finds the others free. */
  async #shutDown(): Promise<void> {
    await this.#turn;
    const close: Call = { verb: 'close', namespace: '', args: [] };
    const [first, ...others] = this.shards;
    const results = await Promise.allSettled(others.map((shard) => shard.call(close)));
    await (first as Port).call(close);
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }
}

/** The number in `items[137].vector`. */
function placeOf(error: Error): number {
  return Number(/\[(\d+)\]/.exec(error.message)?.[1] ?? -1);
}
