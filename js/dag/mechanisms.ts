import type { AttentionMechanism, Trigger } from './planner-types.js';

/** rv::Mechanism of src/dag/attention.h, in its order. */
export const MECHANISMS: readonly AttentionMechanism[] = [
  'topological',
  'causalCone',
  'criticalPath',
  'minCutGated',
  'lorentz',
  'parallelBranch',
  'btsp',
];

/** rv::Trigger of src/dag/selector.h, in its order. */
export const TRIGGERS: readonly Trigger[] = [
  'tension',
  'tail',
  'branches',
  'depth',
  'writes',
  'rhythm',
];
