// Provisioning for every command: npm packages, then the system's tools. Node's own modules only,
// since it runs before there are any others.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);

/** Runs a command, its output on ours; ends this process with its code if it fails. */
export function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit', ...options });
  if (error) console.error(`${command}: ${error.message}`);
  if (status !== 0) process.exit(status || 1);
}

/** The commit of this checkout, for results to name. */
export function commit() {
  const { stdout } = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' });
  return stdout?.trim() || 'unknown';
}

/**
 * Makes the tools of `group` available: 'wasm' to build, 'test' for all that the tests want.
 * Returns the environment to run them in.
 */
export function provision(group) {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 20) {
    console.error(`expected Node 20 or newer, got ${process.version}`);
    process.exit(1);
  }
  installPackages();
  run('bash', ['scripts/toolchain.sh', group]);
  const { stdout } = spawnSync('bash', ['-c', '. .toolchain/env.sh && env -0'], {
    encoding: 'utf8',
  });
  const env = {};
  for (const line of stdout.split('\0')) {
    const at = line.indexOf('=');
    if (at > 0) env[line.slice(0, at)] = line.slice(at + 1);
  }
  return env;
}

/** `npm ci` where the lock file is another than the one last installed. */
function installPackages() {
  const stamp = 'node_modules/.installed';
  const lock = createHash('sha256').update(readFileSync('package-lock.json')).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  console.log('Installing the npm packages of package-lock.json.');
  const install = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  // Once more after a while: an npm that was interrupted works on for a second or two, and the two
  // get in each other's way.
  if (spawnSync('npm', install, { stdio: 'ignore' }).status !== 0) {
    console.log('npm ci failed; once more in 5 seconds.');
    run('sleep', ['5']);
    run('npm', install);
  }
  writeFileSync(stamp, lock);
}
