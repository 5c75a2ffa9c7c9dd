/**
 * Keeps one version of the page, whole, and answers from it alone. The server puts `PRECACHE` before
 * this: `version`, and the path and SHA-256 of each file that the page begins with (`files`) or may
 * come to need (`later`). A version takes over when no tab has the one before, or when all reload.
 */
const PREFIX = 'demo-page-';
const CACHE = PREFIX + PRECACHE.version;

addEventListener('install', (event) => event.waitUntil(fill(PRECACHE.files)));

addEventListener('activate', (event) =>
  event.waitUntil(
    (async () => {
      const others = (await caches.keys()).filter(
        (name) => name.startsWith(PREFIX) && name !== CACHE,
      );
      await Promise.all(others.map((name) => caches.delete(name)));
      // The first one: there is no other version that a tab could have.
      if (others.length === 0) await clients.claim();
    })(),
  ),
);

addEventListener('message', (event) => {
  if (event.data === 'take over') skipWaiting();
  if (event.data === 'fetch the rest')
    event.waitUntil(
      fill(PRECACHE.later).then(
        () => event.ports[0].postMessage(undefined),
        ({ message }) => event.ports[0].postMessage(message),
      ),
    );
});

addEventListener('fetch', (event) => {
  const { method, url } = event.request;
  if (method === 'GET' && url.startsWith(registration.scope))
    event.respondWith(answer(event.request));
});

async function answer(request) {
  const cache = await caches.open(CACHE);
  const found =
    request.mode === 'navigate'
      ? await cache.match(pageOf(request.url), { ignoreSearch: true })
      : await cache.match(request);
  return found ?? fetch(request);
}

/** A folder's page is kept by the folder. */
function pageOf(url) {
  const page = new URL(url);
  page.pathname = page.pathname.replace(/\/index\.html$/, '/');
  return page.href;
}

/** Every file or none; one that is of another version than this says so by its hash. */
async function fill(files) {
  const cache = await caches.open(CACHE);
  const answers = await Promise.all(
    files.map(async ([path, hash]) => {
      if (await cache.match(path)) return undefined;
      const response = await fetch(path, { cache: 'no-cache' });
      const got = response.ok
        ? await sha256(await response.clone().arrayBuffer())
        : response.status;
      if (got !== hash) throw new Error(`${path}: expected ${hash}, got ${got}`);
      return [path, response];
    }),
  );
  for (const answer of answers) if (answer !== undefined) await cache.put(...answer);
}

async function sha256(bytes) {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
