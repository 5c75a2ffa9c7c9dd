// The package's program, as its package.json names it, in a process of its own.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { packageFile } from './package.mjs';

const home = dirname(packageFile('./package.json'));
const { bin } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
const program = join(home, Object.values(bin)[0]);

/** A module of the program, to call what it does without a process for each call. */
export function programModule(path) {
  return import(pathToFileURL(join(dirname(program), path)));
}

/** A folder to work in, and the program run there: `{ code, stdout, stderr }`, stdout as bytes. */
export function workplace() {
  const folder = mkdtempSync(join(tmpdir(), 'rv-cli-'));
  return {
    folder,
    path: (name) => join(folder, name),
    run(args, { input } = {}) {
      const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
        cwd: folder,
        input,
        timeout: 60_000,
        maxBuffer: 2 ** 28,
      });
      return { code: status, stdout, stderr: stderr.toString('utf8') };
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}
