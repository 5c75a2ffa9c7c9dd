import { checkKeys, invalid } from '../../core/arguments.js';
import type { CostModel } from './model.js';
import { expectedRows } from './rows.js';
import { amount, checkShape, expectedWork, type IndexShape } from './work.js';

export interface ChipOptions {
  readonly clockMHz: number;
  /** Stages that a wrong guess empties. */
  readonly pipelineDepth: number;
  readonly cacheLineBytes: number;
  /** Cycles to fetch a line that no stream foretold. @defaultValue `pipelineDepth` */
  readonly lineCycles?: number;
  /** Bytes that one instruction takes in: 16 with SIMD of 128 bits. @defaultValue 4 */
  readonly bytesPerCycle?: number;
  /** Of the index, for scans and reranks. */
  readonly shape?: IndexShape;
}

const PARAMETERS = [
  'clockMHz',
  'pipelineDepth',
  'cacheLineBytes',
  'lineCycles',
  'bytesPerCycle',
] as const;

/**
 * A core in order, in nanoseconds: cycles = one for each `bytesPerCycle` bytes while the pipeline is
 * full, plus `pipelineDepth` for each decision that the data makes (a row kept or not, a link
 * followed), plus `lineCycles` for each line of the cache; ns = 1000 cycles / clockMHz. CPI = ideal +
 * stalls, as in Hennessy & Patterson, Computer Architecture, appendix C. Every vector, code and row is
 * one decision; every line that is read is fetched once, so the cache is taken for smaller than the
 * data.
 */
export function chipCosts(options: ChipOptions): CostModel {
  checkKeys('options', options, [...PARAMETERS, 'shape']);
  const given = { lineCycles: options.pipelineDepth, bytesPerCycle: 4, ...options };
  for (const name of PARAMETERS) amount(name, given[name]);
  for (const name of ['clockMHz', 'cacheLineBytes', 'bytesPerCycle'] as const)
    if (given[name] === 0) throw invalid(name, 'a number above 0', 0);
  const shape = options.shape && checkShape('shape', options.shape);
  return {
    unit: 'ns',
    rows: (operator, input) => expectedRows(operator, input, shape ?? {}),
    cost(operator, input) {
      const work = expectedWork(operator, input, shape);
      const sources = input.inputs.length > 0 ? input.inputs : [input];
      const rows = input.loops * sources.reduce((sum, one) => sum + one.rows, 0);
      const vectors = work.distanceEvaluations + work.codesScanned + work.hops;
      const decisions = work.bytesRead === 0 ? 0 : vectors > 0 ? vectors : rows;
      const cycles =
        work.bytesRead / given.bytesPerCycle +
        decisions * given.pipelineDepth +
        Math.ceil(work.bytesRead / given.cacheLineBytes) * given.lineCycles;
      return (1000 * cycles) / given.clockMHz;
    },
  };
}
