/** What a visitor chose, for the next visit; where the browser keeps nothing, that begins anew. */

export function remember(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {}
}

/** @returns {string | null} */
export function remembered(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
