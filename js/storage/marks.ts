import type { Marks } from '../database/platform.js';

/**
 * Remembers in localStorage which databases this origin had: what evicts IndexedDB alone, as Chromium does
 * when the disk is full or the stored database is damaged, spares it. What clears all data of an origin at
 * once, as Firefox and Safari do, takes both. A worker has none: what is opened
 * there is not remembered, and what is deleted there seems to have vanished.
 */
export const browserMarks: Marks = {
  has: (place) => (onShelf((shelf) => shelf.getItem(PREFIX + place)) ?? null) !== null,
  add(place) {
    if (/^(idb|opfs):/.test(place)) onShelf((shelf) => shelf.setItem(PREFIX + place, ''));
  },
  delete: (place) => onShelf((shelf) => shelf.removeItem(PREFIX + place)),
};

const PREFIX = 'ruvector:';

/** Undefined where it is blocked, or full. */
function onShelf<T>(use: (shelf: Storage) => T): T | undefined {
  try {
    return use(localStorage);
  } catch {
    return undefined;
  }
}
