// The parts of ./dag that need no wasm, from the package under test; and random plans.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { dist } from './indexes.mjs';

export const { QueryDag, chipCosts, embeddedCosts, measuredCosts, postgresCosts, run } =
  await import(pathToFileURL(join(dist, 'dag/public.js')));

/** The model's cost of one operator that reads nothing. */
export function costOfScan(model, operator) {
  const dag = new QueryDag();
  const id = dag.add(operator);
  return dag.estimate(model).get(id).cost;
}
