/**
 * What the page is made of, for its service worker: found by reading, from the page on, what every
 * file links to and imports. In Node, by the server.
 */
import { createHash } from 'node:crypto';
import { posix } from 'node:path';

/** Read where the file itself is lost, so never of a page that works. */
const NEVER = /\/dist\/inline\.js$/;

const LINKS = {
  '.html': [/\b(?:href|src)="([^"#:]+)"/g],
  '.webmanifest': [/"src": "([^"]+)"/g],
  '.css': [/url\("?([^")]+)"?\)/g],
  '.js': [
    /\b(?:import|from)\s*\(?\s*['"]((?:\.{1,2})?\/[^'"]+)['"]/g,
    /\bnew URL\(\s*['"]((?:\.{1,2})?\/[^'"]+)['"],\s*import\.meta\.url/g,
  ],
};
LINKS['.mjs'] = LINKS['.js'];

/**
 * @param {(path: string) => Promise<string | Uint8Array | undefined>} read what the server answers
 * @param {{ begin: readonly string[], isLater: (path: string) => boolean }} options paths of pages and
 *   data; what is not needed to begin with
 * @returns {Promise<{ version: string, files: [string, string][], later: [string, string][] }>} paths
 *   relative to the page, with the SHA-256 of what is there
 */
export async function precache(read, { begin, isLater }) {
  const hashes = new Map();
  const todo = [...begin];
  while (todo.length > 0) {
    const path = todo.pop();
    if (hashes.has(path) || NEVER.test(path)) continue;
    const body = await read(path === '/' ? '/index.html' : path);
    if (body === undefined) throw new Error(`the page needs ${path}, which is not there`);
    hashes.set(path, createHash('sha256').update(body).digest('hex'));
    todo.push(...linksOf(path, body));
  }
  const all = [...hashes].sort(([a], [b]) => (a < b ? -1 : 1));
  const version = createHash('sha256').update(JSON.stringify(all)).digest('hex').slice(0, 16);
  const relative = all.map(([path, hash]) => [`.${path}`, hash]);
  return {
    version,
    files: relative.filter(([path]) => !isLater(path.slice(1))),
    later: relative.filter(([path]) => isLater(path.slice(1))),
  };
}

function linksOf(path, body) {
  const kind = path === '/' ? '.html' : posix.extname(path);
  const text = kind in LINKS ? String(body) : '';
  return (LINKS[kind] ?? [])
    .flatMap((pattern) => [...text.matchAll(pattern)])
    .map(([, link]) => posix.resolve(posix.dirname(path), link.split('?')[0]));
}
