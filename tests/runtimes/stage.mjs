// What every launcher in hosts/ shares: the packed package and the assertions in a folder, programs that
// answer with a report, and what becomes of reports.
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../support/package.mjs';
import { filesOf, install } from '../support/tarball.mjs';
import { snapshot } from './assertions.mjs';

/** The assertions, and what they import: at the same places in a staged folder. */
const SHARED = [
  'tests/runtimes/assertions.mjs',
  'tests/support/claims.mjs',
  'tests/support/distances.mjs',
  'tests/support/random.mjs',
];

/** The subpaths that have a core of their own. */
const ROOMS = ['dag', 'mincut', 'snn'];

/** Of the package's name, or of the file of an entry, where a subpath of it is. */
function roomOf(specifier, room) {
  const entry = /(index|workerd)\.js$/;
  if (!entry.test(specifier)) return `${specifier}/${room}`;
  return specifier.replace(entry, (_, host) =>
    host === 'index' ? `${room}/entry.js` : `${room}/entry-${host}.js`,
  );
}

/** Milliseconds for a program; each takes seconds, but for Next.js on a busy machine. */
const PATIENCE = 600_000;

/**
 * A fresh folder `home` with the package in node_modules, the assertions, and `run.mjs`, of the package
 * imported as `specifier`: `run(options)` reports, `cold()` is the cold start alone, `text(wasm)` is what
 * a user reads of a module that does not load.
 */
export async function stage({ tarball, home }, specifier = '@ruvector/wasm') {
  rmSync(home, { recursive: true, force: true });
  install(filesOf(tarball), home);
  for (const file of SHARED) {
    mkdirSync(dirname(join(home, file)), { recursive: true });
    copyFileSync(join(root, file), join(home, file));
  }
  writeFileSync(join(home, 'package.json'), '{ "private": true, "type": "module" }\n');
  const entry = pathToFileURL(join(home, 'node_modules/@ruvector/wasm/dist/node.js'));
  const { bytes, matches } = await snapshot((await import(entry)).createIndex);
  const made = { snapshot: Buffer.from(bytes).toString('base64'), matches };
  writeFileSync(
    join(home, 'run.mjs'),
    `import { coldStart, report } from './tests/runtimes/assertions.mjs';
const made = ${JSON.stringify(made)};
const load = () => import(${JSON.stringify(specifier)});
const rooms = {
${ROOMS.map((room) => `  ${room}: () => import(${JSON.stringify(roomOf(specifier, room))}),`).join('\n')}
};
export const cold = () => coldStart(load);
export const run = (options) => report(load, rooms, { made, ...options });
export async function text(wasm) {
  const { createIndex } = await load();
  const { code, message } = await createIndex({ dimensions: 2, wasm }).catch((error) => error);
  return \`\${code}: \${message}\`;
}
`,
  );
  return home;
}

/** What holds for Node and those that are like it. */
export function likeNode(relaxedSimd) {
  return {
    automatic: 'memory',
    worker: true,
    capabilities: {
      simd: true,
      relaxedSimd,
      threads: true,
      storage: ['file', 'memory'],
      loadedFrom: 'url',
    },
  };
}

/** What holds at the edge, where the wasm is imported. */
export function atTheEdge(relaxedSimd) {
  const capabilities = { simd: true, relaxedSimd, threads: false };
  return {
    automatic: 'memory',
    worker: false,
    capabilities: { ...capabilities, storage: ['memory'], loadedFrom: 'import' },
  };
}

/**
 * Runs `report` twice, the second time with the control, and makes the outcome of a row of both.
 * @param {(options: object) => Promise<object>} report
 */
export async function outcome(version, expected, report, more = {}) {
  const { results, coldStartMs } = await report({ expected });
  const broken = results.filter(({ ok }) => !ok);
  const control = await report({ expected, control: true });
  const caught = control.results.map(({ ok }) => ok);
  const said = [
    ...broken.map(({ name, error }) => `${name}: ${error}`),
    ...(results.length < 15 ? [`only ${results.length} assertions ran`] : []),
    ...(`${caught}` === 'true,false' ? [] : [`the control was taken for ${caught}`]),
  ];
  if (said.length > 0) return { version, outcome: 'fail', detail: said.join('\n') };
  return { version, outcome: 'pass', coldStartMs, ...more };
}

/** The report that a program prints as its last line. */
export async function reportOf(command, args, { cwd, env }) {
  const { status, stdout, stderr } = await execute(command, args, { cwd, env });
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${stderr || stdout}`);
  return JSON.parse(stdout.trim().split('\n').at(-1));
}

/** What a program printed and ended with; it is killed after PATIENCE. */
export function execute(command, args, { cwd, env }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const text = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'])
      child[name].setEncoding('utf8').on('data', (chunk) => {
        text[name] += chunk;
      });
    const late = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(late);
      resolve({ status: code ?? signal, ...text });
    });
  });
}
