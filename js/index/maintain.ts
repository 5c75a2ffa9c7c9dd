import { checkKeys, invalid } from '../core/arguments.js';
import { OUT_OF_MEMORY } from '../core/status.js';
import type { MaintainResult } from '../types.js';
import { advanceTuning, isTuning } from './recall.js';
import { pendingRows, type State } from './state.js';

/** Work that writes leave for later: the graph of an index of type auto, then its `ef`. */
export function maintain(state: State, options: { readonly budgetMs: number }): MaintainResult {
  checkKeys('options', options, ['budgetMs']);
  const { budgetMs } = options;
  if (!(typeof budgetMs === 'number' && budgetMs >= 0))
    throw invalid('budgetMs', 'a number of milliseconds from 0', budgetMs);
  const { collection } = state;
  const end = performance.now() + budgetMs;
  // Memory may have been given back since.
  if (budgetMs > 0) state.roomless = undefined;
  let pending = pendingRows(state);
  // A step is some records or some searches: about a millisecond.
  while (pending > 0 && performance.now() < end) {
    // Without room for a graph there is none, and nothing is pending that could be done.
    if (collection.maintain(STEP) === OUT_OF_MEMORY) state.roomless = state.version;
    pending = pendingRows(state);
  }
  while (pending === 0 && isTuning(state) && performance.now() < end) advanceTuning(state, 1);
  return { pending: pending + (isTuning(state) ? 1 : 0) };
}

const STEP = 8;
