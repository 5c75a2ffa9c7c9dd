import { checkKeys, invalid } from '../../core/arguments.js';
import type { Operator } from '../operators.js';
import type { CostInput } from './model.js';

/** What an operator did or is expected to do, in counts that no machine changes; as `explain()` counts. */
export interface Work {
  /** Vectors compared, and codes along a graph. */
  readonly distanceEvaluations: number;
  /** Codes compared one after another. */
  readonly codesScanned: number;
  /** Records whose links were followed. */
  readonly hops: number;
  readonly bytesRead: number;
}

export const NO_WORK: Work = { distanceEvaluations: 0, codesScanned: 0, hops: 0, bytesRead: 0 };

/** The index that a plan would run on. */
export interface IndexShape {
  readonly records: number;
  readonly dimensions: number;
  /** Links of a record in the upper layers of the graph. @defaultValue 16 */
  readonly M?: number;
  /** Width of walks and candidates of codes where the operator says none. @defaultValue 64 */
  readonly ef?: number;
  /** Bits a component of a code. @defaultValue 1 */
  readonly bits?: number;
}

export function checkShape(what: string, shape: unknown): IndexShape {
  checkKeys(what, shape, ['records', 'dimensions', 'M', 'ef', 'bits']);
  const given = shape as IndexShape;
  amount(`${what}.records`, given.records);
  amount(`${what}.dimensions`, given.dimensions);
  for (const name of ['M', 'ef', 'bits'] as const)
    if (given[name] !== undefined) amount(`${what}.${name}`, given[name]);
  return { ...given };
}

export function amount(what: string, value: unknown): number {
  if (typeof value === 'number' && value >= 0 && Number.isFinite(value)) return value;
  throw invalid(what, 'a number from 0', value);
}

/**
 * Bytes of an f32 vector, of a code that is scanned, of one along a graph (int8), and of a record's
 * 2 M links in the bottom layer.
 */
export function bytesOf({ dimensions, M = 16, bits = 1 }: IndexShape): {
  readonly vector: number;
  readonly code: number;
  readonly step: number;
  readonly links: number;
} {
  const code = Math.ceil((bits * dimensions) / 8);
  return { vector: 4 * dimensions, code, step: dimensions, links: 8 * M };
}

/** Bytes of a row of a plan of which no width is known. */
const WIDTH = 32;

/**
 * Work before it is done, of all runs together. A flat scan compares with every vector; a scan of
 * codes with every code, then with `ef` vectors (at best: where data is hard it looks again, and
 * further); a walk follows the links of `ef` records and about log2(n) more on the way down, finds
 * about half of the 2 M links of each new, and ranks the rows that it emits by their vectors. All of
 * that is what the operator would do by its name: the index may find another way cheaper. `npm run
 * bench -- --only=plans` prints it beside what is counted. Other operators read their inputs: a sort
 * log2 of their number of times, a nested loop the pairs; scans of tables what they emit.
 */
export function expectedWork(operator: Operator, input: CostInput, shape?: IndexShape): Work {
  const { id, inputs, loops, share } = input;
  const widthOf = (i: number): number => inputs[i]?.width ?? WIDTH;
  const rowsOf = (i: number): number => inputs[i]?.rows ?? 0;
  const read = inputs.reduce((sum, { rows }, i) => sum + rows * widthOf(i), 0);
  const times = ({ distanceEvaluations, codesScanned, hops, bytesRead }: Work): Work => ({
    distanceEvaluations: loops * distanceEvaluations,
    codesScanned: loops * codesScanned,
    hops: loops * hops,
    bytesRead: loops * bytesRead,
  });
  switch (operator.kind) {
    case 'sequential-scan':
    case 'index-scan':
    case 'text-scan':
      return times({ ...NO_WORK, bytesRead: share * input.rows * (input.width ?? WIDTH) });
    case 'flat-scan': {
      const { records, vector } = known();
      return times({ ...NO_WORK, distanceEvaluations: records, bytesRead: records * vector });
    }
    case 'rabitq-scan': {
      const { records, vector, code, ef } = known();
      const ranked = Math.min(records, Math.max(operator.topK ?? 0, operator.ef ?? ef));
      return times({
        distanceEvaluations: ranked,
        codesScanned: records,
        hops: 0,
        bytesRead: records * code + ranked * vector,
      });
    }
    case 'hnsw-scan': {
      const { records, vector, step, links, ef, M } = known();
      const width = Math.max(operator.topK ?? 0, operator.ef ?? ef);
      const hops = Math.min(records, width + Math.log2(Math.max(1, records)));
      const distanceEvaluations = Math.min(records, M * hops);
      return times({
        distanceEvaluations,
        codesScanned: 0,
        hops,
        bytesRead: distanceEvaluations * step + hops * links + input.rows * vector,
      });
    }
    case 'rerank': {
      const { vector } = known();
      return times({
        ...NO_WORK,
        distanceEvaluations: input.rows,
        bytesRead: input.rows * vector,
      });
    }
    case 'sort': {
      const passes = Math.max(1, Math.log2(Math.max(1, rowsOf(0))));
      return times({ ...NO_WORK, bytesRead: passes * read });
    }
    case 'nested-loop-join':
      return times({
        ...NO_WORK,
        bytesRead: share * rowsOf(0) * (widthOf(0) + rowsOf(1) * widthOf(1)),
      });
    case 'limit':
      return NO_WORK;
    default:
      return times({ ...NO_WORK, bytesRead: share * read });
  }

  function known() {
    if (shape === undefined) throw invalid(`node '${id}'`, "the index's shape", undefined);
    return { ...shape, ...bytesOf(shape), ef: shape.ef ?? 64, M: shape.M ?? 16 };
  }
}
