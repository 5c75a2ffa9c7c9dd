// npm at run time, into a folder under build/: for what is compared with or run on, never depended on.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Installs into `folder` unless that is done; undefined, or why it failed. */
export function install(folder, dependencies, overrides = {}) {
  const wanted = JSON.stringify(
    { private: true, type: 'module', dependencies, overrides },
    undefined,
    2,
  );
  const stamp = join(folder, 'installed.json');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return undefined;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), wanted);
  const args = ['install', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status, stderr, error } = spawnSync('npm', args, {
    cwd: folder,
    encoding: 'utf8',
    timeout: 300_000,
  });
  if (status !== 0) {
    const lines = (stderr ?? '').split('\n').filter((line) => /npm (?:error|ERR!)/.test(line));
    const said = lines.slice(0, 3).map((line) => line.replace(/^npm (?:error|ERR!)\s*/, ''));
    return `npm install failed: ${error?.message ?? said.join(' ').slice(0, 200)}`;
  }
  writeFileSync(stamp, wanted);
  return undefined;
}
