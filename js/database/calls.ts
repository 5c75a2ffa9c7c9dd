import { isPlainObject } from '../core/arguments.js';
import { RuVectorError } from '../core/errors.js';
import type { ShardVerb } from '../index/shard.js';
import type { Shape } from '../index/vectors.js';
import type { Namespace } from '../types.js';
import type { StoredOptions } from './journal/manifest.js';
import type { DatabaseEvent, Role } from './types.js';

/**
 * Every request to a database is a call: plain data that is answered here, in a worker, or by the tab
 * that writes. Verbs on records are those of Namespace, the others those of Index, those of a shard, and
 * five more.
 */
export type RecordVerb = Exclude<keyof Namespace, 'upsertSteps'>;
export type IndexVerb = 'stats' | 'compact' | 'measureRecall' | 'tune' | 'export' | 'import';
/** Of the first of several shards: whether all were made, and that they are. */
export type MakingVerb = 'areMade' | 'markMade';
export type Verb = RecordVerb | IndexVerb | ShardVerb | MakingVerb | 'flush' | 'storage' | 'close';

export interface Call {
  readonly verb: Verb;
  /** '' is the default one. */
  readonly namespace: string;
  readonly args: readonly unknown[];
}

const WRITES: readonly Verb[] = [
  'upsert',
  'upsertFlat',
  'insert',
  'update',
  'delete',
  'deleteWhere',
  'clear',
  'compact',
  'import',
  'put',
];

export function isWrite(verb: Verb): boolean {
  return WRITES.includes(verb);
}

/** Whether a verb is made in steps where a signal may end it: many searches, of which none is a write. */
export function hasSteps(verb: Verb): boolean {
  return verb === 'tune' || verb === 'measureRecall';
}

/** What is known of a database without asking. */
export interface Standing {
  readonly shape: Shape;
  readonly options: StoredOptions;
  readonly role: Role;
  /** Whether it was there once, and this opening had to make it anew. */
  readonly vanished: boolean;
  readonly version: number;
  readonly durableVersion: number;
}

/** Where the calls of a database are answered. */
export interface Port {
  readonly standing: Standing;
  /**
   * Answers with what the verb returns; `signal` ends what is made in steps. @throws what the verb throws,
   * the signal's reason
   */
  call(call: Call, signal?: AbortSignal): Promise<unknown>;
  /** Sets who hears of events. */
  listen(listener: (event: DatabaseEvent) => void): void;
}

/** The error for calls of a database that is closed, or is being closed. */
export function closed(): RuVectorError {
  return new RuVectorError('CLOSED', 'expected an open database, got one after close()');
}

/**
 * Sends a message to a worker or another tab. @throws INVALID_ARGUMENT for what cannot be cloned
 */
export function post(to: { postMessage(message: unknown): void }, message: unknown): void {
  try {
    to.postMessage(message);
  } catch (cause) {
    throw new RuVectorError(
      'INVALID_ARGUMENT',
      `expected plain data that can be sent to a worker or a tab, got other (${String(cause)})`,
      { cause },
    );
  }
}

/** The call with views cut loose: to clone a view is to clone all of the buffer that it is of. */
export function sendable(call: Call): Call {
  return { ...call, args: call.args.map(cutLoose) };
}

function cutLoose(value: unknown): unknown {
  if (ArrayBuffer.isView(value))
    return value.byteLength === value.buffer.byteLength ? value : (value as Uint8Array).slice();
  if (Array.isArray(value)) return typeof value[0] === 'object' ? value.map(cutLoose) : value;
  if (!isPlainObject(value)) {
    // A tensor's parts may be getters of its class.
    const { data, dims } = Object(value) as { data?: unknown; dims?: unknown };
    return data === undefined || dims === undefined ? value : { data: cutLoose(data), dims };
  }
  const copy: Record<string, unknown> = { ...value };
  for (const key of ['vector', 'values', 'data', 'queries'])
    if (key in copy) copy[key] = cutLoose(copy[key]);
  return copy;
}
