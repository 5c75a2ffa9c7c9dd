// WAMR where it is installed: which ones, the C host built for each, and the forms of a module that
// it can be given.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

const FOLDER = 'build/device';

/** Those of WAMR_ROOT, or the one whose iwasm is on the PATH; each with its C host built. */
export function findWamr() {
  const named = process.env.WAMR_ROOT?.split(':').filter((it) => it !== '');
  const iwasm = onPath('iwasm');
  const roots = named ?? (iwasm === undefined ? [] : [dirname(dirname(realpathSync(iwasm)))]);
  return roots.map((root, i) => {
    const library = ['libiwasm.a', 'libiwasm.so']
      .map((it) => join(root, 'lib', it))
      .find(existsSync);
    if (library === undefined || !existsSync(join(root, 'include/wasm_export.h')))
      throw new Error(`expected include/wasm_export.h and lib/libiwasm.a or .so in ${root}`);
    const host = `${FOLDER}/host-${i}`;
    mkdirSync(FOLDER, { recursive: true });
    tool('cc', [
      ...['-std=gnu11', '-Wall', '-Wextra', '-Werror', '-O2', '-I.', `-I${join(root, 'include')}`],
      ...['tests/device/host.c', library, `-Wl,-rpath,${dirname(library)}`],
      ...['-lm', '-lpthread', '-ldl', '-o', host],
    ]);
    const version = tool(join(root, 'bin/iwasm'), ['--version']).split('\n')[0];
    const besides = join(root, 'bin/wamrc');
    const compiler = existsSync(besides) ? besides : onPath('wamrc');
    const about = compiler === undefined ? 'without wamrc: nothing is compiled' : 'with wamrc';
    // Which of its two interpreters was built in, by the name of the file that has it.
    const isFast = readFileSync(library).includes('wasm_interp_fast');
    return {
      root,
      host,
      version,
      about,
      formsOf: (name, path) => formsOf(i, isFast, compiler, name, path),
    };
  });
}

/** What an earlier run compiled may be of another build. */
const compiledNow = new Set();

/** [how it runs, the file]: interpreted and, where there is a compiler, compiled. */
function formsOf(number, isFast, compiler, name, path) {
  const forms = [[`${number + 1}, ${isFast ? 'fast' : 'classic'} interpreter`, path]];
  if (compiler === undefined) return forms;
  const compiled = `${FOLDER}/${number + 1}-${name}.aot`;
  if (!compiledNow.has(compiled)) tool(compiler, ['-o', compiled, path]);
  compiledNow.add(compiled);
  return [...forms, [`${number + 1}, AOT`, compiled]];
}

/** What the host printed, or `missing`: why the runtime does not take the module. A trap throws. */
export function runHost({ host }, module, pages, args) {
  const { status, stdout, stderr } = spawnSync(host, [module, pages, ...args].map(String), {
    encoding: 'utf8',
    timeout: 300_000,
    maxBuffer: 1 << 26,
  });
  if (status === 2 && stderr.startsWith(`${module}: `))
    return { missing: stderr.slice(module.length + 2).trim() };
  if (status !== 0) throw new Error(`${host} ${module}: exit code ${status}\n${stdout}${stderr}`);
  return JSON.parse(stdout);
}

function onPath(name) {
  return process.env.PATH?.split(':')
    .map((folder) => join(folder, name))
    .find(existsSync);
}

function tool(command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command}: ${error?.message ?? stderr}`);
  return stdout;
}
