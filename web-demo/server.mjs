/**
 * A static server for the demo page and for the browser tests: files of listed folders and bytes
 * that are made on the spot, under a strict Content-Security-Policy. Node's own modules only.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { POLICY } from './embedders/minilm-source.js';

/** The page needs no more than this; 'wasm-unsafe-eval' is what WebAssembly itself needs. */
export const CSP = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "connect-src 'self'",
  "frame-src 'self'",
  "img-src 'self' data:",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** Of workers that are started from /embedders/: they have policies of their own, not the page's. */
const EMBEDDERS_CSP = [
  "default-src 'none'",
  `script-src 'self' 'wasm-unsafe-eval' ${POLICY.script}`,
  `connect-src ${POLICY.connect}`,
].join('; ');

/** Of pdf.js, what the page loads: itself, its worker, and tables of characters. */
const PDFJS = /^(?:legacy\/build\/pdf(?:\.worker)?\.min\.mjs|cmaps\/[\w-]+\.bcmap)$/;

/** What is served; a file of another kind is as good as absent. */
const TYPES = {
  '.bcmap': 'application/octet-stream',
  '.bin': 'application/octet-stream',
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.json': 'application/json',
  '.rv': 'application/octet-stream',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
};

/**
 * @typedef {object} Mount
 * @property {string} at path prefix, as `/package/`
 * @property {string} folder
 * @property {(path: string) => boolean} [has] which of the folder's files there are
 * @property {boolean} [answersWithPage] HTML with status 200 for what there is not, as servers of
 *   single-page applications do
 * @property {string} [csp]
 *
 * @typedef {string | Uint8Array} Bytes
 */

/**
 * The demo page at `/`, of the package's folder what `npm pack` would ship at `/package/`, and pdf.js
 * at `/vendor/pdfjs/`.
 */
export async function demoMounts(packageFolder) {
  const here = (path) => fileURLToPath(new URL(path, import.meta.url));
  return [
    { at: '/package/', folder: packageFolder, has: await shipped(packageFolder) },
    {
      at: '/vendor/pdfjs/',
      folder: here('../node_modules/pdfjs-dist'),
      has: (path) => PDFJS.test(path),
    },
    { at: '/embedders/', folder: here('embedders'), csp: EMBEDDERS_CSP },
    { at: '/', folder: here('.') },
  ];
}

/** Tells of a path in a package's folder whether the package ships it. */
export async function shipped(folder) {
  const { files } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  return (path) =>
    path === 'package.json' || files.some((file) => path === file || path.startsWith(`${file}/`));
}

/**
 * Serves, on this machine only. The first mount whose prefix fits answers. Rejects when the port is
 * taken.
 * @param {{ mounts: readonly Mount[], bytes?: Record<string, Bytes | (() => Promise<Bytes>)>,
 *   port?: number, onRequest?: (path: string, status: number, body: Bytes) => void }} options
 *   `bytes`: contents by path, as `/glossary.json`; `port`: 0 for any that is free
 * @returns {Promise<{ url: string, close(): Promise<void> }>}
 */
export function serve({ mounts, bytes = {}, port = 0, onRequest }) {
  const server = createServer(async (request, response) => {
    const {
      status,
      type,
      body,
      csp = CSP,
    } = await answer(request, mounts, bytes).catch((error) => failure(500, error.message));
    const etag = `"${createHash('sha256').update(body).digest('base64url')}"`;
    const isKnown = status === 200 && request.headers['if-none-match'] === etag;
    onRequest?.(request.url, isKnown ? 304 : status, body);
    response.writeHead(isKnown ? 304 : status, {
      // Asked for every time, sent once.
      'cache-control': status === 200 ? 'no-cache' : 'no-store',
      'content-security-policy': csp,
      'content-type': type,
      etag,
      'x-content-type-options': 'nosniff',
      ...(!isKnown && { 'content-length': Buffer.byteLength(body) }),
    });
    response.end(request.method === 'HEAD' || isKnown ? undefined : body);
  });
  return new Promise((done, fail) => {
    server.once('error', fail);
    server.listen(port, '127.0.0.1', () =>
      done({
        url: `http://127.0.0.1:${server.address().port}/`,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            server.closeAllConnections();
          }),
      }),
    );
  });
}

async function answer({ method, url }, mounts, bytes) {
  if (method !== 'GET' && method !== 'HEAD') return failure(405, 'only GET and HEAD');
  let path;
  try {
    path = decodeURIComponent(new URL(url, 'http://localhost').pathname);
  } catch {
    return failure(400, 'not a path');
  }
  if (path.endsWith('/')) path += 'index.html';
  const mount = Object.hasOwn(bytes, path) ? undefined : mountOf(path, mounts);
  const body = await contents(path, mounts, bytes);
  if (body !== undefined) return { status: 200, type: TYPES[extname(path)], body, csp: mount?.csp };
  if (mount?.answersWithPage)
    return { status: 200, type: TYPES['.html'], body: '<!doctype html><title>A page</title>' };
  return failure(404, 'not found');
}

/** What is at a path, or undefined. */
export async function contents(path, mounts, bytes = {}) {
  if (Object.hasOwn(bytes, path))
    return typeof bytes[path] === 'function' ? bytes[path]() : bytes[path];
  const mount = mountOf(path, mounts);
  return mount && (await read(mount, path.slice(mount.at.length)));
}

function mountOf(path, mounts) {
  return mounts.find(({ at }) => path.startsWith(at));
}

async function read({ folder, has = () => true }, path) {
  const root = resolve(folder);
  const file = resolve(root, path);
  const inside = file.startsWith(root + sep) && !path.includes('\0');
  if (
    !inside ||
    !(extname(file) in TYPES) ||
    !has(file.slice(root.length + 1).replaceAll(sep, '/'))
  )
    return undefined;
  return readFile(file).catch(() => undefined);
}

function failure(status, text) {
  return { status, type: 'text/plain; charset=utf-8', body: `${status} ${text}\n` };
}
