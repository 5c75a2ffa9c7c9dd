import { turn } from '../common/slices.js';

/**
 * An index that is kept as a snapshot in the browser's caches, so that the next visit need not embed
 * anything. One that cannot be had, or is refused, is made anew.
 */
const CACHE = 'demo-vectors';

/**
 * @param {object} index empty
 * @param {string} key changes with whatever changes the contents
 * @param {() => Promise<void>} fill
 */
export async function keptIndex(index, key, fill) {
  // Not where the page is on plain HTTP.
  const cache = await globalThis.caches?.open(CACHE).catch(() => undefined);
  const name = new URL(`./vectors/${encodeURIComponent(key)}`, location.href).href;
  const found = await cache?.match(name);
  if (found !== undefined)
    try {
      index.import(await found.arrayBuffer());
      return;
    } catch {
      await cache.delete(name);
    }
  await fill();
  await turn();
  if (cache === undefined) return;
  const snapshot = index.export();
  await turn();
  await cache.put(name, new Response(snapshot)).catch(() => {}); // no room is no reason to stop
}

/** Forgets all but those that `isWanted` says yes to. */
export async function forgetIndexes(isWanted) {
  const cache = await globalThis.caches?.open(CACHE).catch(() => undefined);
  for (const { url } of (await cache?.keys()) ?? []) {
    const key = decodeURIComponent(new URL(url).pathname.split('/').at(-1));
    if (!isWanted(key)) await cache.delete(url);
  }
}

/** Hexadecimal SHA-256 of a text, or the text's length where there is none (plain HTTP). */
export async function fingerprint(text) {
  if (globalThis.crypto?.subtle === undefined) return String(text.length);
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(hash).slice(0, 8), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}
