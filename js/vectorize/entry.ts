export { createVectorizeBinding } from './binding.js';
export type * from './types.js';
