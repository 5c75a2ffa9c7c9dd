// Runs JavaScript in a process of its own.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';

/** Runs the module `code`; what it gave to console.log as JSON is the result. */
export function runModule(code, { args = [], ...options } = {}) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...args, '--input-type=module', '--eval', code],
    { encoding: 'utf8', timeout: 60_000, ...options },
  );
  assert.equal(status, 0, `exit code ${status}\n${stdout}${stderr}`);
  return JSON.parse(stdout);
}
