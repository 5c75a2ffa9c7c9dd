/** What a program imports; a chunk of its own, so that its cold start can be timed. */
export {
  capabilities,
  createIndex,
  DimensionMismatchError,
  deleteDatabase,
  open,
} from '@ruvector/wasm';
