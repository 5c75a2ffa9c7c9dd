/** The same for Node's worker threads. */
import { parentPort } from 'node:worker_threads';
import { nodePlatform } from '../platform-node.js';
import { serve } from './host.js';
import type { Request } from './protocol.js';

const answer = serve(nodePlatform, (reply) => parentPort?.postMessage(reply));
parentPort?.on('message', (request: Request) => void answer(request));
