/** The database of notes that the tabs of the storage panel share, and what a tab tells its page. */
import { DIMENSIONS, MODEL } from '../embedders/plain.js';

export const NAME = 'demo-notes';

/** Not `'auto'`, which takes memory where there is no IndexedDB: notes that are not kept are an error. */
export const STORAGE = `idb:${NAME}`;

/** A note is acknowledged once it is stored; a database in a worker does not keep its page waiting. */
export const OPTIONS = {
  dimensions: DIMENSIONS,
  metric: 'cosine',
  model: MODEL,
  storage: STORAGE,
  durability: 'strict',
  worker: true,
};

/**
 * @typedef {object} Message
 * @property {string} [acknowledged] id of a note that the tab added
 * @property {'writer' | 'follower'} [role]
 * @property {object} [report] what `storage()` says
 * @property {true} [closed] the database was deleted, or did not open
 */
