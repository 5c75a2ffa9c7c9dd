/**
 * A static server for the demo page and for the browser tests: files of listed folders and bytes
 * that are made on the spot, under a strict Content-Security-Policy. Node's own modules only.
 */
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
  '.json': 'application/json',
  '.rv': 'application/octet-stream',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

const DOCUMENTS = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'CHANGELOG.md',
];

/**
 * @typedef {object} Mount
 * @property {string} at path prefix, as `/package/`
 * @property {string} folder
 * @property {(path: string) => boolean} [has] which of the folder's files there are
 * @property {boolean} [answersWithPage] HTML with status 200 for what there is not, as servers of
 *   single-page applications do
 * @property {string} [csp]
 */

/** The project's documentation: those of its files that exist, at least one. */
export async function readDocuments(folder) {
  const documents = [];
  for (const file of DOCUMENTS) {
    try {
      documents.push({ file, text: await readFile(join(folder, file), 'utf8') });
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
  }
  if (documents.length === 0)
    throw new Error(`expected one of ${DOCUMENTS.join(', ')} in ${folder}, found none`);
  return documents;
}

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
 * @param {{ mounts: readonly Mount[], bytes?: Record<string, string | Uint8Array>, port?: number }}
 *   options `bytes`: contents by path, as `/documents.json`; `port`: 0 for any that is free
 * @returns {Promise<{ url: string, close(): Promise<void> }>}
 */
export function serve({ mounts, bytes = {}, port = 0 }) {
  const server = createServer(async (request, response) => {
    const { status, type, body, csp = CSP } = await answer(request, mounts, bytes);
    response.writeHead(status, {
      'cache-control': 'no-store',
      'content-length': Buffer.byteLength(body),
      'content-security-policy': csp,
      'content-type': type,
      'x-content-type-options': 'nosniff',
    });
    response.end(request.method === 'HEAD' ? undefined : body);
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
  if (Object.hasOwn(bytes, path))
    return { status: 200, type: TYPES[extname(path)], body: bytes[path] };

  const mount = mounts.find(({ at }) => path.startsWith(at));
  const body = mount && (await read(mount, path.slice(mount.at.length)));
  if (body !== undefined) return { status: 200, type: TYPES[extname(path)], body, csp: mount.csp };
  if (mount?.answersWithPage)
    return { status: 200, type: TYPES['.html'], body: '<!doctype html><title>A page</title>' };
  return failure(404, 'not found');
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
