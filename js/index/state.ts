import type { RawCollection } from '../../types/raw.js';
import { RuVectorError } from '../core/errors.js';
import type { Core } from '../core/module.js';
import type { Change } from './change.js';
import type { Config } from './config.js';
import type { Records } from './records.js';
import { type HostSection, OF_RECORDS } from './sections.js';
import type { Shape } from './vectors.js';

/** What an index is, shared by the files of its verbs. */
export interface State {
  readonly core: Core;
  readonly shape: Shape;
  readonly maxMemoryBytes: number;
  /** Of the options: what a snapshot of vectors alone becomes. */
  readonly givenConfig: Config;
  config: Config;
  /** Width of searches, where the caller fixed it. */
  readonly ef: number | undefined;
  /** Recall that `tuned` is chosen for: of the options, else of the snapshot. */
  target: number;
  readonly givenTarget: number | undefined;
  /** The width that was found to be enough for a graph of `count` records; `written` since then. */
  tuned: { readonly ef: number; readonly count: number; written: number } | undefined;
  /** Tuning that is under way; its samples are rows, so it ends where these are renumbered. */
  tuning: Generator<void, unknown> | undefined;
  /** The paths that get columns; undefined for those that filters ask for. */
  readonly indexed: readonly string[] | undefined;
  collection: RawCollection;
  /** The version at which a graph was found to have no room. */
  roomless: number | undefined;
  records: Records;
  /** Of the options; an imported snapshot of another is refused. */
  readonly givenModel: string | undefined;
  /** Of the vectors in the index, where it is known. */
  model: string | undefined;
  version: number;
  /** Records, each time that one was written. */
  written: number;
  closed: boolean;
  queries: number;
  /** Optional sections of an imported snapshot that this version does not know; kept as they are. */
  foreign: readonly HostSection[];
  /** Hears of every change once it is made, in order; what a database writes to its journal. */
  log: ((change: Change) => void) | undefined;
}

/** `state`, unless it is disposed, which may happen between two steps or in the caller's iterator. */
export function opened(state: State): State {
  if (state.closed)
    throw new RuVectorError('CLOSED', 'expected an open index, got one after dispose()');
  return state;
}

/** Records that a graph could be given; none where it was found to have no room for these. */
export function pendingRows({ collection, roomless, version }: State): number {
  return roomless === version ? 0 : collection.pending();
}

/** Counts a change of the records; sections that held for the old ones only are gone. */
export function changed(state: State): number {
  if (state.indexed) state.records.fillColumns();
  state.foreign = state.foreign.filter(({ flags }) => (flags & OF_RECORDS) === 0);
  return ++state.version;
}
