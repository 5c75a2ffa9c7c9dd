import { open } from '../edge-light.js';
import type { Metadata } from '../types.js';
import type { DatabaseOptions, DatabaseState } from './types.js';
import { useOpened } from './use-database.js';

export type { DatabaseOptions, DatabaseState, QueryState } from './types.js';
export { useQuery } from './use-query.js';

/**
 * `open(name, options)` for the life of the component, which closes it. Opened anew when the name
 * changes, or the contents of the options, of which functions and such are not compared. Every call
 * opens one of its own: call it where all that use the database are below.
 */
export function useDatabase<M extends object = Metadata>(
  name: string,
  options: DatabaseOptions = {},
): DatabaseState<M> {
  return useOpened<M>(open, name, options);
}
