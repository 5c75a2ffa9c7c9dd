// The package's program, as its package.json names it, in a process of its own.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runModule } from './child.mjs';
import { packageFile } from './package.mjs';

const home = dirname(packageFile('./package.json'));
const { bin } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
const program = join(home, Object.values(bin)[0]);
const moduleUrl = (path) => pathToFileURL(join(dirname(program), path)).href;

/** A module of the program, to call what it does without a process. */
export function programModule(path) {
  return import(moduleUrl(path));
}

/** A folder to work in; `run` runs the program there, stdout as bytes. */
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
    /** Many commands that print text, in one process; on a `terminal`, if that is said. */
    runAll: (commands, { terminal = false } = {}) =>
      runModule(driver(commands, terminal), { cwd: folder }),
    remove: () => rmSync(folder, { recursive: true }),
  };
}

const driver = (commands, terminal) => `
  import { run } from ${JSON.stringify(moduleUrl('program.js'))};
  const told = [];
  const streams = ['stdout', 'stderr'];
  for (const name of streams) process[name].isTTY = ${terminal};
  const real = streams.map((name) => process[name].write);
  for (const args of ${JSON.stringify(commands)}) {
    const result = { stdout: '', stderr: '' };
    for (const name of streams) process[name].write = (text) => ((result[name] += text), true);
    told.push({ code: await run(args), ...result });
  }
  streams.forEach((name, i) => { process[name].write = real[i]; });
  console.log(JSON.stringify(told));
`;
