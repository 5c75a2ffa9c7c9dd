import type { RawCollection } from '../../types/raw.js';
import type { Core } from '../core/module.js';
import type { Records } from './records.js';
import type { HostSection } from './sections.js';
import type { Shape } from './vectors.js';

/** What an index is, shared by the files of its verbs. */
export interface State {
  readonly core: Core;
  readonly shape: Shape;
  readonly maxMemoryBytes: number;
  collection: RawCollection;
  records: Records;
  model: string | undefined;
  version: number;
  queries: number;
  /** Optional sections of an imported snapshot that this version does not know; kept as they are. */
  foreign: readonly HostSection[];
}
