import { checkKeys } from '../core/arguments.js';
import { type Host, load } from '../core/load.js';
import { CorePlanner } from './planner.js';
import type { Planner, PlannerOptions } from './planner-types.js';

export async function createPlannerOn(host: Host, options: PlannerOptions = {}): Promise<Planner> {
  checkKeys('options', options, ['wasm']);
  return new CorePlanner(await load(host, options.wasm));
}
