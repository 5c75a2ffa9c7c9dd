// What JSR would say of the package: a dry run of its publishing. JSR knows no export conditions, so its
// entry is the browsers', whose wasm is fetched, or is in ./inline.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installed } from '../installed.mjs';
import { execute, stage } from '../stage.mjs';

const VERSION = '2.9.6';

/** Entries with their types; what they import comes with them. */
const ENTRIES = { '.': ['index', 'api'], './inline': ['inline', 'inline'] };

/** Without any permission: nothing is fetched, nothing is read. */
const PROGRAM = `import { capabilities, createIndex } from './jsr/index.js';
import { wasmBytes } from './jsr/inline.js';
const index = await createIndex({ dimensions: 2, wasm: wasmBytes() });
index.upsert([{ id: 'a', vector: [1, 2] }, { id: 'b', vector: [2, 1] }]);
console.log((await capabilities()).loadedFrom, index.query([1, 3]).matches[0].id);
`;

async function run(row) {
  const deno = join(installed('deno', { deno: VERSION }), 'node_modules/.bin/deno');
  const from = join(await stage(row), 'node_modules/@ruvector/wasm');
  const folder = join(row.home, 'jsr');
  mkdirSync(folder);
  for (const path of ['dist', 'types', 'README.md', 'LICENSE-MIT', 'LICENSE-APACHE'])
    cpSync(join(from, path), join(folder, path), { recursive: true });
  const { name, version, license } = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8'));
  const api = join(folder, 'types/api.d.ts');
  // JSR wants none of these; Deno has the library anyway.
  writeFileSync(api, readFileSync(api, 'utf8').replace(/^\/\/\/ <reference .*\n/m, ''));
  const exports = {};
  for (const [entry, [file, types]] of Object.entries(ENTRIES)) {
    exports[entry] = `./${file}.js`;
    writeFileSync(
      join(folder, `${file}.js`),
      `/* @ts-self-types="./types/${types}.d.ts" */\nexport * from './dist/${file}.js';\n`,
    );
  }
  writeFileSync(join(folder, 'deno.json'), JSON.stringify({ name, version, license, exports }));
  writeFileSync(join(row.home, 'inline.mjs'), PROGRAM);
  const env = {
    ...row.env,
    DENO_NO_UPDATE_CHECK: '1',
    DENO_DIR: join(row.home, '.deno'),
    NO_COLOR: '1',
  };
  const dry = await execute(deno, ['publish', '--dry-run', '--allow-dirty'], { cwd: folder, env });
  const ran = await execute(deno, ['run', '--no-prompt', 'inline.mjs'], { cwd: row.home, env });
  const result = { version: `deno ${VERSION}`, outcome: 'pass' };
  for (const [{ status, stdout, stderr }, answer] of [
    [dry, 'Dry run complete'],
    [ran, 'given a'],
  ])
    if (status !== 0 || !`${stdout}${stderr}`.includes(answer))
      Object.assign(result, { outcome: 'fail', detail: `${stdout}${stderr}` });
  return result;
}

export const rows = [{ name: 'jsr-dry-run', group: 'host', bounded: false, run }];
