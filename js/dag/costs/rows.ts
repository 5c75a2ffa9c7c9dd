import { invalid } from '../../core/arguments.js';
import type { Operator } from '../operators.js';
import type { RowsInput } from './model.js';

/** What is known of the data: records of the index, rows of tables. */
export interface Sizes {
  /** Records of the vector index. */
  readonly records?: number;
  /** Rows of a table. */
  tuples?(table: string): number | undefined;
}

/** Share of rows that pass a condition of which nothing is known: Postgres' DEFAULT_INEQ_SEL. */
const UNKNOWN = 1 / 3;
/** Groups of an aggregate of which nothing is known: Postgres' DEFAULT_NUM_DISTINCT. */
const GROUPS = 200;
const TOP_K = 10;

/**
 * Rows by the textbook (Selinger et al. 1979): the product of selectivity and what comes in. A join
 * of which no selectivity is known is taken for one over a key: as many rows as the larger side.
 */
export function expectedRows(operator: Operator, { id, inputs }: RowsInput, sizes: Sizes): number {
  const [outer, inner] = inputs.map(({ rows }) => rows) as [number, number];
  const all = inputs.reduce((sum, { rows }) => sum + rows, 0);
  const { selectivity } = operator;
  switch (operator.kind) {
    case 'sequential-scan':
    case 'index-scan': {
      const tuples = sizes.tuples?.(operator.table);
      if (tuples === undefined)
        throw invalid(
          `node '${id}'`,
          `its rows, or statistics of the table '${operator.table}'`,
          undefined,
        );
      const found = operator.kind === 'index-scan' ? operator.indexSelectivity : undefined;
      return tuples * (selectivity ?? found ?? 1);
    }
    case 'hnsw-scan':
    case 'flat-scan':
    case 'rabitq-scan':
    case 'text-scan':
      return Math.min(operator.topK ?? TOP_K, (sizes.records ?? Infinity) * (selectivity ?? 1));
    case 'filter':
      return outer * (selectivity ?? UNKNOWN);
    case 'nested-loop-join':
    case 'hash-join':
    case 'merge-join':
      return selectivity === undefined ? Math.max(outer, inner) : outer * inner * selectivity;
    case 'aggregate':
      return operator.by?.length ? Math.min(outer, GROUPS) : 1;
    case 'limit':
      return Math.min(operator.limit, Math.max(0, outer - (operator.offset ?? 0)));
    case 'rerank':
      return Math.min(outer, operator.depth ?? Infinity);
    default:
      return all * (selectivity ?? 1);
  }
}
