// Next.js with webpack and with Turbopack: a server component, a route handler, a page at the edge and a
// client component with the hooks, on its production and its development server. Beside them a page for
// each entry, which is weighed.
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, relative } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { execute } from '../stage.mjs';
import { ENTRIES, sum, writeEntries } from './support/entries.mjs';
import { project } from './support/project.mjs';
import { bytesAt, outcome, visit } from './support/visit.mjs';

const VERSION = '16.4.6';
const PACKAGES = { next: VERSION, react: '19.3.1', 'react-dom': '19.3.1' };

const LINE = "serverExternalPackages: ['@ruvector/wasm']";

/** The root, because this project is inside another one, with a lock file of its own. */
const config = (line) =>
  `export default { ${line}turbopack: { root: import.meta.dirname }, devIndicators: false };\n`;

/** As it is; and where that does not pass, with the line of configuration. */
async function run(bundler, mode, { tarball, env }) {
  const cwd = project({ name: 'next-16', packages: PACKAGES, fixture: 'next', tarball });
  if (mode === 'production') writePages(cwd);
  const { NODE_ENV: _, ...rest } = env;
  const options = { cwd, env: { ...rest, NEXT_TELEMETRY_DISABLED: '1' } };
  const browsers = mode === 'production' ? ['Chromium', 'Firefox'] : ['Chromium'];
  const tried = async (line) => {
    writeFileSync(join(cwd, 'next.config.mjs'), config(line ? `${line}, ` : ''));
    return outcome({ ...(await visited(bundler, mode, browsers, options)), line });
  };
  const asItIs = await tried();
  if (asItIs.outcome === 'pass') return asItIs;
  const row = await tried(LINE);
  return { ...row, detail: `${row.detail}\nwithout the line: ${asItIs.detail}` };
}

/** A page for each entry, and one for none. */
function writePages(cwd) {
  for (const [name, file] of Object.entries({ ...writeEntries(cwd), nothing: undefined })) {
    const folder = join(cwd, 'app/weighed', name.toLowerCase());
    mkdirSync(folder, { recursive: true });
    const code = `${file ? `import ${JSON.stringify(relative(folder, file))};\n` : ''}`;
    writeFileSync(
      join(folder, 'page.js'),
      `'use client';\n${code}export default function Page() {\n  return null;\n}\n`,
    );
  }
}

/** Of each page of an entry the JavaScript that the page of none has not, as gzip. */
async function weighPages(url) {
  const scriptsOf = async (name) => {
    const html = await (await fetch(`${url}weighed/${name.toLowerCase()}`)).text();
    return new Set(Array.from(html.matchAll(/\/_next\/static\/[\w./~-]+?\.js/g), ([path]) => path));
  };
  const known = await scriptsOf('nothing');
  const entries = {};
  for (const name of ENTRIES) {
    const own = [...(await scriptsOf(name))].filter((path) => !known.has(path));
    const sizes = await Promise.all(own.map((path) => bytesAt(new URL(path, url))));
    entries[name] = sizes.reduce(sum, 0);
  }
  return entries;
}

async function visited(bundler, mode, browsers, { cwd, env }) {
  const next = join(cwd, 'node_modules/next/dist/bin/next');
  const flag = `--${bundler}`;
  if (mode === 'production') {
    const { status, stdout, stderr } = await execute(process.execPath, [next, 'build', flag], {
      cwd,
      env,
    });
    if (status !== 0) throw new Error(`next build ended with ${status}: ${stderr || stdout}`);
  }
  const port = await freePort();
  const verb = mode === 'production' ? ['start'] : ['dev', flag];
  const args = [next, ...verb, '-p', String(port), '-H', '127.0.0.1'];
  // A group of its own: the server is a child of what is started.
  const child = spawn(process.execPath, args, { cwd, env, detached: true, stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('close', resolve));
  try {
    const url = `http://127.0.0.1:${port}/`;
    await answers(`${url}api`);
    const said = await visit(url, browsers);
    const version = VERSION;
    if (mode === 'production')
      return { version, said, weights: { entries: await weighPages(url) } };
    for (const it of Object.values(said)) delete it.bytes;
    return { version, said };
  } finally {
    process.kill(-child.pid, 'SIGKILL');
    await ended;
  }
}

async function freePort() {
  const server = createServer();
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address();
  await new Promise((closed) => server.close(closed));
  return port;
}

/** Waits until there is an answer, whatever it is. */
async function answers(url) {
  for (let tries = 0; ; ++tries) {
    try {
      return await fetch(url);
    } catch (error) {
      if (tries === 240) throw error;
      await setTimeout(500);
    }
  }
}

export const rows = ['webpack', 'turbopack'].flatMap((bundler) =>
  ['production', 'development'].map((mode) => ({
    name: `next-${bundler}-${mode}`,
    group: 'bundler',
    bounded: false,
    run: (given) => run(bundler, mode, given),
  })),
);
