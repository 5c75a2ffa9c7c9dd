/** What every entry exports beside its own `createIndex` and `capabilities`. */
export {
  DimensionMismatchError,
  type ErrorCode,
  type ErrorDetails,
  RuVectorError,
} from './core/errors.js';
export type * from './database/types.js';
export type * from './types.js';
