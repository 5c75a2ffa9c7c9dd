import { checked } from './check.js';

globalThis.outcome = checked(() => import('./ruvector.js'));
