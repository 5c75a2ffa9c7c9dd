// No bundler: a page imports the package from another origin, by the paths of jsDelivr and unpkg.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { CSP, serve } from '../../../web-demo/server.mjs';
import { filesOf } from '../../support/tarball.mjs';
import { fill, PAGE } from './support/project.mjs';
import { BOTH, outcome, visit } from './support/visit.mjs';

const TYPES = { '.js': 'text/javascript', '.wasm': 'application/wasm' };

/** Serves the packed files as a CDN does: at `/npm/<name>@<version>/`, to pages of every origin. */
async function serveCdn(files) {
  const { name, version } = JSON.parse(files.get('package.json'));
  const prefix = `/npm/${name}@${version}/`;
  const server = createServer(({ url }, response) => {
    const body = url.startsWith(prefix) ? files.get(url.slice(prefix.length)) : undefined;
    response.writeHead(body ? 200 : 404, {
      'access-control-allow-origin': '*',
      'content-type': TYPES[extname(url)] ?? 'text/plain',
      'x-content-type-options': 'nosniff',
    });
    response.end(body);
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  const origin = `http://127.0.0.1:${server.address().port}`;
  const close = () => {
    server.closeAllConnections();
    return new Promise((closed) => server.close(closed));
  };
  return { origin, version, entry: `${origin}${prefix}dist/index.js`, close };
}

/** What a page under a policy must allow of a CDN; its worker is a blob that imports from there. */
const policy = (origin) =>
  CSP.replace(/(script-src|connect-src) 'self'/g, `$& ${origin}`).concat(
    `; worker-src blob: ${origin}`,
  );

async function run({ tarball, home }) {
  fill(home, tarball);
  const cdn = await serveCdn(filesOf(tarball));
  const program = readFileSync(join(home, PAGE, 'ruvector.js'), 'utf8');
  const server = await serve({
    mounts: [{ at: '/', folder: home, csp: policy(cdn.origin) }],
    bytes: { [`/${PAGE}/ruvector.js`]: program.replace('@ruvector/wasm', cdn.entry) },
  });
  try {
    const said = await visit(`${server.url}${PAGE}/`, BOTH);
    const detail = ['under a policy with worker-src blob: and the CDN'];
    return outcome({ version: cdn.version, said, detail });
  } finally {
    await Promise.all([server.close(), cdn.close()]);
  }
}

export const rows = [{ name: 'cdn', group: 'bundler', bounded: false, run }];
