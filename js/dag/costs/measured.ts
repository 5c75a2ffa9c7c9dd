import { checkKeys, invalid } from '../../core/arguments.js';
import type { CostModel } from './model.js';
import { expectedRows } from './rows.js';
import { amount, checkShape, expectedWork, type IndexShape, type Work } from './work.js';

/** What one of each count costs, all in one unit of the caller's; 0 where absent. */
export interface UnitCosts {
  readonly distanceEvaluation?: number;
  readonly code?: number;
  readonly hop?: number;
  readonly byte?: number;
}

export interface MeasuredOptions {
  readonly units: UnitCosts;
  /** Of `units`, for people. @defaultValue 'counted work' */
  readonly unit?: string;
  /** What nodes did, by id: `nodes` of a run. Of others it is expected. */
  readonly nodes?: { readonly [id: string]: { readonly rows: number; readonly work: Work } };
  /** Of the index, for scans and reranks that have not run. */
  readonly shape?: IndexShape;
}

const UNITS = ['distanceEvaluation', 'code', 'hop', 'byte'] as const;

/**
 * Counted work times unit costs: evaluations * distanceEvaluation + codes * code + hops * hop + bytes
 * * byte. The counts are those of a run of the same plan, which are those of the engine's own
 * counters (`explain()`); for a node without them the expected ones.
 */
export function measuredCosts(options: MeasuredOptions): CostModel {
  checkKeys('options', options, ['units', 'unit', 'nodes', 'shape']);
  const { unit = 'counted work', nodes = {} } = options;
  checkKeys('units', options.units, UNITS);
  if (typeof unit !== 'string') throw invalid('unit', 'a string', unit);
  const units = UNITS.map((name) => amount(`units.${name}`, options.units[name] ?? 0));
  const shape = options.shape && checkShape('shape', options.shape);
  const counted = (id: string) => (Object.hasOwn(nodes, id) ? nodes[id] : undefined);
  return {
    unit,
    rows: (operator, input) =>
      counted(input.id)?.rows ?? expectedRows(operator, input, shape ?? {}),
    cost(operator, input) {
      const work = counted(input.id)?.work ?? expectedWork(operator, input, shape);
      const counts = [work.distanceEvaluations, work.codesScanned, work.hops, work.bytesRead];
      return counts.reduce((sum, count, i) => sum + count * (units[i] as number), 0);
    },
  };
}
