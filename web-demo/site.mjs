/** The demo's site: what is at which path, for `npm start`, `npm run demo` and the tests. */
import { readFile } from 'node:fs/promises';
import { makeWeights } from '../scripts/embedder.mjs';
import { readGlossary } from './glossary/read.mjs';
import { precache } from './offline/precache.mjs';
import { contents, demoMounts } from './server.mjs';

/** Pages, and data that the page fetches; what they link to and import is found from there. */
const BEGIN = ['/', '/storage/tab.html', '/glossary.json'];

/** Readers of rare kinds of files: kept for offline use too, once the page is there. */
const isLater = (path) => path.startsWith('/vendor/') || path.startsWith('/files/');

const WORKER = new URL('offline/service-worker.js', import.meta.url);

/**
 * @param {string} packageFolder of the package as it is installed
 * @param {Record<string, string | (() => Promise<string>)>} [more] contents by path, instead of files
 * @returns {Promise<{ mounts: object[], bytes: Record<string, string | (() => Promise<string>)> }>}
 *   what `serve()` takes
 */
export async function demoSite(packageFolder, more = {}) {
  const mounts = await demoMounts(packageFolder);
  const glossary = JSON.stringify(await readGlossary());
  const bytes = { '/glossary.json': glossary, '/embedder.bin': makeWeights(), ...more };
  const read = (path) => contents(path, mounts, bytes);
  const worker = async () =>
    `const PRECACHE = ${JSON.stringify(await precache(read, { begin: BEGIN, isLater }))};\n` +
    (await readFile(WORKER, 'utf8'));
  return { mounts, bytes: { ...bytes, '/service-worker.js': worker } };
}
