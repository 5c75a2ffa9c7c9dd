import type { AttentionMechanism } from './types.js';

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
