/** What every entry of `./dag` exports and needs no wasm of its own. */
export { type ChipOptions, chipCosts } from './costs/chip.js';
export { type EmbeddedOptions, embeddedCosts } from './costs/embedded.js';
export { type MeasuredOptions, measuredCosts, type UnitCosts } from './costs/measured.js';
export type { CostInput, CostModel, Rows, RowsInput } from './costs/model.js';
export {
  type IndexStatistics,
  type PostgresOptions,
  postgresCosts,
  type TableStatistics,
} from './costs/postgres.js';
export type { IndexShape, Work } from './costs/work.js';
export type { Estimate } from './estimate.js';
export type * from './operators.js';
export { type DagJson, QueryDag } from './query-dag.js';
export { type CustomFunction, type NodeRun, type RunOptions, type RunResult, run } from './run.js';
export type { SignatureOptions } from './signature.js';
