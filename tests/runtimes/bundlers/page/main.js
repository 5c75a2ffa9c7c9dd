import { checked } from './check.js';

globalThis.outcome = checked(
  () => import('./ruvector.js'),
  () => import('./rooms.js'),
);
