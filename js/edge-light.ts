import { edgeLightHost } from './core/host-edge-light.js';
import { type Entry, edgeEntry } from './edge.js';

export * from './public.js';

const entry = edgeEntry(edgeLightHost);
export const createIndex: Entry['createIndex'] = entry.createIndex;
export const capabilities: Entry['capabilities'] = entry.capabilities;
export const open: Entry['open'] = entry.open;
export const listDatabases: Entry['listDatabases'] = entry.listDatabases;
export const deleteDatabase: Entry['deleteDatabase'] = entry.deleteDatabase;
