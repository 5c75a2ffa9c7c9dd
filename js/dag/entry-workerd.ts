import { workerdHost } from '../core/host-workerd.js';
import { createPlannerOn } from './create.js';
import type { Planner, PlannerOptions } from './planner-types.js';

export type * from '../planner/types.js';
export type * from './planner-types.js';
export * from './public.js';

/** @throws WASM_LOAD_FAILED, WASM_UNSUPPORTED, INVALID_ARGUMENT, OUT_OF_MEMORY */
export function createPlanner(options?: PlannerOptions): Promise<Planner> {
  return createPlannerOn(workerdHost, options);
}
