import type { RawCollection } from '../../types/raw.js';
import { RuVectorError } from '../core/errors.js';
import type { Core } from '../core/module.js';
import type { Records } from './records.js';
import { type HostSection, OF_RECORDS } from './sections.js';
import type { Shape } from './vectors.js';

/** What an index is, shared by the files of its verbs. */
export interface State {
  readonly core: Core;
  readonly shape: Shape;
  readonly maxMemoryBytes: number;
  collection: RawCollection;
  records: Records;
  /** Of the options; an imported snapshot of another is refused. */
  readonly givenModel: string | undefined;
  /** Of the vectors in the index, where it is known. */
  model: string | undefined;
  version: number;
  closed: boolean;
  queries: number;
  /** Optional sections of an imported snapshot that this version does not know; kept as they are. */
  foreign: readonly HostSection[];
}

/** `state`, unless it is disposed, which may happen between two steps or in the caller's iterator. */
export function opened(state: State): State {
  if (state.closed)
    throw new RuVectorError('CLOSED', 'expected an open index, got one after dispose()');
  return state;
}

/** Counts a change of the records; sections that held for the old ones only are gone. */
export function changed(state: State): number {
  state.foreign = state.foreign.filter(({ flags }) => (flags & OF_RECORDS) === 0);
  return ++state.version;
}
