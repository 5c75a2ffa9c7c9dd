/**
 * The files of MiniLM in the browser's Cache Storage: fetched once, and there until they are removed,
 * which an HTTP cache does not promise. In its worker they are fetched and kept, on the page removed.
 */
const CACHE = 'demo-minilm';

/** Not where the page is on plain HTTP. */
const cache = () => globalThis.caches?.open(CACHE).catch(() => undefined);

/** What is being kept. */
let keeping = [];

/** As `fetch()`, of what is kept, or else of the network, to be kept. */
export function keepingFetch(fetch) {
  return async (input, options) => {
    const files = await cache();
    const { method, url } = new Request(input, options);
    const found = method === 'GET' ? await files?.match(url) : undefined;
    if (found !== undefined) return found;
    const response = await fetch(input, options);
    if (files !== undefined && method === 'GET' && response.status === 200)
      // No room is no reason to stop.
      keeping.push(files.put(url, response.clone()).catch(() => {}));
    return response;
  };
}

/** Once all that was fetched is kept, or could not be. */
export async function settled() {
  await Promise.all(keeping);
  keeping = [];
}

/** Whether there are any; undefined where the browser has no place for them. */
export async function areKept() {
  const files = await cache();
  return files && (await files.keys()).length > 0;
}

export async function remove() {
  await globalThis.caches?.delete(CACHE);
}
