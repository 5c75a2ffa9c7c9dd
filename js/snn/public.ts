/** What every entry of `./snn` exports and needs no wasm of its own. */
export { codeSimilarity, latencyCode } from './codes.js';
export { updateVector } from './features.js';
export {
  inputCurrents,
  type NeighborGraph,
  type NeighborGraphOptions,
  neighborGraph,
} from './neighbors.js';
export { type Order, type OscillatorOptions, Oscillators } from './oscillators.js';
export { type PatternMatch, type PatternOptions, SpikePatterns } from './patterns.js';
