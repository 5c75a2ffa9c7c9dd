// Another origin that serves files to every page, as CDNs do, and what a page under a policy allows it.
import { createServer } from 'node:http';
import { extname } from 'node:path';
import { CSP } from '../../../../web-demo/server.mjs';

const TYPES = { '.js': 'text/javascript', '.wasm': 'application/wasm' };

/** @param {(path: string) => Uint8Array | undefined} read what is at a path, as `/assets/a.js` */
export async function serveElsewhere(read) {
  const server = createServer(({ url }, response) => {
    const body = read(url);
    response.writeHead(body ? 200 : 404, {
      'access-control-allow-origin': '*',
      'content-type': TYPES[extname(url)] ?? 'text/plain',
      'x-content-type-options': 'nosniff',
    });
    response.end(body);
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    close() {
      server.closeAllConnections();
      return new Promise((closed) => server.close(closed));
    },
  };
}

/** The worker is a blob that imports from there. */
export const policyFor = (origin) =>
  CSP.replace(/(script-src|connect-src) 'self'/g, `$& ${origin}`).concat(
    `; worker-src blob: ${origin}`,
  );

/** Of the policy, what a page without a CDN need not say. */
export const POLICY_LINE =
  'under a policy: the CDN in script-src and connect-src, and worker-src blob: <the CDN>';
