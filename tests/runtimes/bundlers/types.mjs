// TypeScript: a program that uses every subpath, under both resolutions; attw and publint on the tarball.
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { publint } from 'publint';
import { root } from '../../support/package.mjs';
import { filesOf } from '../../support/tarball.mjs';
import { FRAMEWORKS, ours } from '../../support/third-party.mjs';
import { execute } from '../stage.mjs';
import { project } from './support/project.mjs';

const COMPILER_OPTIONS = {
  target: 'es2022',
  lib: ['esnext', 'dom'],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noEmit: true,
  types: [],
  typeRoots: [join(root, 'node_modules/@types')],
};

const RESOLUTIONS = {
  bundler: { module: 'esnext', moduleResolution: 'bundler' },
  node16: { module: 'node16', moduleResolution: 'node16' },
};

const versionOf = (name) =>
  JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')).version;

/** The subpaths that are modules: the files for bundlers to copy have no types. */
function subpathsOf(files) {
  const { exports } = JSON.parse(files.get('package.json'));
  return Object.keys(exports).filter((path) => exports[path].types !== undefined);
}

/** Compiles the program with `code` after it. @returns what tsc says of ours, '' where it compiles */
async function compiled(home, resolution, env, code) {
  copyFileSync(join(root, 'tests/support/consumer.ts'), join(home, 'consumer.ts'));
  writeFileSync(join(home, 'subpaths.ts'), code);
  const compilerOptions = { ...COMPILER_OPTIONS, ...resolution };
  const files = ['consumer.ts', 'subpaths.ts'];
  writeFileSync(join(home, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const args = [tsc, '--project', home, '--pretty', 'false'];
  const { status, stdout, stderr } = await execute(process.execPath, args, { cwd: home, env });
  if (status !== 0 && stdout === '') throw new Error(`tsc ended with ${status}: ${stderr}`);
  return ours(stdout).join('\n');
}

async function consumer(resolution, { tarball, env }) {
  const version = versionOf('typescript');
  const { langchain, llamaindex } = FRAMEWORKS;
  const home = project({ name: 'types', packages: { ...langchain, ...llamaindex }, tarball });
  const subpaths = subpathsOf(filesOf(tarball));
  const imports = subpaths.map((path, i) => {
    const from = JSON.stringify(`@ruvector/wasm${path.slice(1)}`);
    return `import * as it${i} from ${from};\nexport { it${i} };`;
  });
  const code = imports.join('\n');
  const said = await compiled(home, resolution, env, code);
  if (said) return { version, outcome: 'fail', detail: said };
  const wrong = await compiled(home, resolution, env, "import '@ruvector/wasm/nothing';\n");
  if (!wrong.includes('nothing'))
    return { version, outcome: 'fail', detail: 'a subpath that is not there was not reported' };
  return { version, outcome: 'pass', detail: `subpaths: ${subpaths.join(' ')}` };
}

async function attw({ tarball, env }) {
  const name = '@arethetypeswrong/cli';
  const version = versionOf(name);
  const subpaths = subpathsOf(filesOf(tarball));
  const program = join(root, 'node_modules', name, 'dist/index.js');
  const checked = (paths) => {
    const args = [tarball, '--profile', 'esm-only', '--entrypoints', ...paths, '--no-color'];
    return execute(process.execPath, [program, ...args], { cwd: root, env });
  };
  const { status, stdout, stderr } = await checked(subpaths);
  if (status !== 0) return { version, outcome: 'fail', detail: stdout + stderr };
  // One without types, which it must not let pass.
  if ((await checked(['./ruvector.h'])).status === 0)
    return { version, outcome: 'fail', detail: 'a subpath without types was not reported' };
  return { version, outcome: 'pass', detail: `subpaths: ${subpaths.join(' ')}` };
}

async function linted({ tarball }) {
  const version = versionOf('publint');
  const bytes = readFileSync(tarball);
  const data = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  const { messages } = await publint({ pack: { tarball: data }, strict: true });
  const detail = messages.map((message) => JSON.stringify(message)).join('\n');
  return { version, outcome: messages.length > 0 ? 'fail' : 'pass', detail };
}

const runs = {
  'types-bundler': (given) => consumer(RESOLUTIONS.bundler, given),
  'types-node16': (given) => consumer(RESOLUTIONS.node16, given),
  attw,
  publint: linted,
};

/** Not bounded: tests/node/package.test.mjs holds the same of each commit. */
export const rows = Object.entries(runs).map(([name, run]) => ({
  name,
  group: 'bundler',
  bounded: false,
  run,
}));
