/** The subpaths that have a core of their own: a chunk that is loaded after the first answer. */
export { createPlanner } from '@ruvector/wasm/dag';
export { createGraph } from '@ruvector/wasm/mincut';
export { createSpikingNetwork } from '@ruvector/wasm/snn';
