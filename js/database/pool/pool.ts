import { type Call, closed, type Port, type Standing } from '../calls.js';
import type { Shard } from '../open-port.js';
import { bytesOfSnapshot } from '../source.js';
import type { DatabaseEvent, SnapshotSource } from '../types.js';
import { answer } from './answer.js';
import { sum, whole } from './sum.js';

/** Versions that are remembered until they are stored. */
const MOMENTS = 1000;

/**
 * A database over shards: each is a database of its own, in a worker or here, and has the records that
 * hash to it, and one tab has them all. What one index would do as a whole is done in turns (`inTurn`): a write is sent to all
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
  #closing: Promise<void> | undefined;

  constructor(shards: readonly Port[]) {
    this.shards = shards;
    this.#seen = this.#versions();
    this.#durableVersion = this.#told = sum(this.#seen);
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
      version: sum(this.#seen),
      durableVersion: this.#durableVersion,
    };
  }

  listen(listener: (event: DatabaseEvent) => void): void {
    this.#listener = listener;
  }

  async call(call: Call, signal?: AbortSignal): Promise<unknown> {
    if (call.verb === 'close') return this.#close();
    if (this.#closing !== undefined) throw closed();
    return answer(this, call, signal);
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

  /** The answers of all shards that get a call, once all have answered. @throws the first error */
  async ask(callOf: (shard: number) => Call | undefined, signal?: AbortSignal): Promise<unknown[]> {
    const answers = await Promise.allSettled(
      this.shards.flatMap((port, shard) => {
        const call = callOf(shard);
        return call === undefined ? [] : [port.call(call, signal)];
      }),
    );
    return answers.map((it) => {
      if (it.status === 'rejected') throw it.reason;
      return it.value;
    });
  }

  #versions(): number[] {
    return this.shards.map(({ standing }) => standing.version);
  }

  /** What all shards have stored is what is stored: a version counts once each has its part of it. */
  #look(): void {
    const now = this.#versions();
    if (now.some((version, i) => version !== this.#seen[i])) {
      // Where nothing can be stored for long, some moments are passed over.
      if (this.#unstored.length === MOMENTS) this.#unstored.pop();
      this.#unstored.push(now);
    }
    this.#seen = now;
    const isStored = (versions: readonly number[]): boolean =>
      this.shards.every(({ standing }, i) => (versions[i] as number) <= standing.durableVersion);
    for (let [next] = this.#unstored; next !== undefined && isStored(next); [next] = this.#unstored)
      this.#durableVersion = sum(this.#unstored.shift() as readonly number[]);
  }

  /** What the listeners hear of a shard's event. */
  #asOne(event: DatabaseEvent, shard: number): DatabaseEvent | undefined {
    const { version, durableVersion } = this.standing;
    switch (event.type) {
      case 'change':
        return { type: 'change', version };
      case 'stored':
        if (durableVersion === this.#told) return;
        this.#told = durableVersion;
        return { type: 'stored', version: durableVersion };
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
    const close = whole('close');
    try {
      await this.ask((shard) => (shard > 0 ? close : undefined));
    } finally {
      await (this.shards[0] as Port).call(close);
    }
  }
}

/**
 * Opens the other shards of a database, all or none: one that fails closes those that did not.
 * `snapshot`: the contents of a database that holds nothing yet.
 */
export async function openPool(
  first: Port,
  shards: number,
  snapshot: SnapshotSource | undefined,
  signal: AbortSignal | undefined,
  open: (shard: Shard) => Promise<Port>,
): Promise<Port> {
  const ports = [first];
  const { role, version } = first.standing;
  const areMade = role === 'writer' && (await areAllMade(first));
  const isOld = areMade || version > 0;
  const openings = await Promise.allSettled(
    Array.from({ length: shards }, async (_, shard) => {
      ports[shard] ??= await open({ number: shard, isOld });
    }),
  );
  const pool = new PoolPort(ports.flat()); // without those that are missing
  try {
    for (const opening of openings) if (opening.status === 'rejected') throw opening.reason;
    if (role !== 'writer') return pool;
    // Where that fails the next one does.
    if (!areMade) await first.call(whole('markMade')).catch(() => {});
    if (snapshot !== undefined && pool.standing.version === 0) {
      const bytes = await bytesOfSnapshot(snapshot, signal);
      signal?.throwIfAborted();
      await pool.call(whole('import', bytes));
    }
    return pool;
  } catch (error) {
    await pool.call(whole('close')).catch(() => {});
    throw error;
  }
}

/** One that cannot say closes. */
async function areAllMade(first: Port): Promise<boolean> {
  try {
    return (await first.call(whole('areMade'))) as boolean;
  } catch (error) {
    await first.call(whole('close')).catch(() => {});
    throw error;
  }
}
