import { checkKeys, invalid } from '../../core/arguments.js';
import type { CostModel } from './model.js';
import { expectedRows } from './rows.js';
import { amount, bytesOf, checkShape, expectedWork, type IndexShape } from './work.js';

export interface EmbeddedOptions {
  readonly ramKB: number;
  /** Nanoseconds to read a page of flash. */
  readonly flashLatencyNs: number;
  /** @defaultValue 4096 */
  readonly flashPageBytes?: number;
  /** Nanoseconds to take in a byte that is in RAM. @defaultValue 1 */
  readonly ramNsPerByte?: number;
  /** Of the index, for scans and reranks. */
  readonly shape?: IndexShape;
}

const PARAMETERS = ['ramKB', 'flashLatencyNs', 'flashPageBytes', 'ramNsPerByte'] as const;

/**
 * A device whose index lies in flash, as much of it in RAM as fits; nanoseconds. The external-memory
 * model (Aggarwal & Vitter 1988): every byte is taken in once from RAM, and of what does not fit
 * every page is read from flash. A scan reads pages end to end; a walk reads, for each
 * code that it compares with, the pages of that, and a rerank those of each vector. A sort or a hash table that does not fit is written once and read
 * once (Grace partitions).
 */
export function embeddedCosts(options: EmbeddedOptions): CostModel {
  checkKeys('options', options, [...PARAMETERS, 'shape']);
  const { flashPageBytes: page = 4096, ramNsPerByte = 1, ramKB, flashLatencyNs } = options;
  for (const name of PARAMETERS)
    amount(name, { flashPageBytes: page, ramNsPerByte, ramKB, flashLatencyNs }[name]);
  if (page === 0) throw invalid('flashPageBytes', 'a number above 0', page);
  const shape = options.shape && checkShape('shape', options.shape);
  const ram = 1024 * ramKB;
  /** Share of the bytes that are not in RAM. */
  const outside = (bytes: number): number => (bytes > ram ? 1 - ram / bytes : 0);
  return {
    unit: 'ns',
    rows: (operator, input) => expectedRows(operator, input, shape ?? {}),
    cost(operator, input) {
      const { bytesRead, distanceEvaluations } = expectedWork(operator, input, shape);
      return bytesRead * ramNsPerByte + pages() * flashLatencyNs;

      function pages(): number {
        switch (operator.kind) {
          case 'hnsw-scan':
          case 'rerank': {
            const { vector, step } = bytesOf(shape as IndexShape);
            const each = Math.ceil((operator.kind === 'rerank' ? vector : step) / page);
            return distanceEvaluations * outside(stored()) * each;
          }
          case 'flat-scan':
          case 'rabitq-scan':
            return Math.ceil((bytesRead * outside(stored())) / page);
          case 'sequential-scan':
          case 'index-scan':
            return Math.ceil((bytesRead * outside(bytesRead)) / page);
          case 'sort':
          case 'aggregate':
          case 'hash-join': {
            const held = input.inputs.at(-1);
            const bytes = (held?.rows ?? 0) * (held?.width ?? 32);
            return input.loops * 2 * Math.ceil((bytes * outside(bytes)) / page);
          }
          default:
            return 0;
        }
      }
      /** Vectors, both kinds of codes, and links of all records. */
      function stored(): number {
        const { vector, code, step, links } = bytesOf(shape as IndexShape);
        return (shape as IndexShape).records * (vector + code + step + links);
      }
    },
  };
}
