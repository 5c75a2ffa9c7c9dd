/** The module of a web worker that holds a database: `@ruvector/wasm/worker`. */
import { workerPlaces } from '../storage/places-worker.js';
import { serve } from './host.js';
import type { Request } from './protocol.js';

const answer = serve(workerPlaces, (reply) => postMessage(reply));
addEventListener('message', ({ data }) => void answer(data as Request));
