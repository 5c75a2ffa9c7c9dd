// The rows of the matrix: what hosts/ and bundlers/ export, and how one is run.
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../support/package.mjs';
import { Missing } from './installed.mjs';

/**
 * @typedef {object} Outcome
 * @property {string} version of the host or bundler
 * @property {'pass' | 'configured' | 'fail' | 'missing'} outcome `configured`: passes with `line`;
 *   `missing`: cannot be had here, and `detail` says why
 * @property {string} [line] what a user must configure
 * @property {string} [detail] what else to know
 * @property {number} [coldStartMs] from the import to the first answer
 * @property {number} [bytes] that a user's machine fetches until then, as gzip
 * @property {Record<string, number>} [emitted] what a bundler made, by kind, as gzip
 * @property {Record<string, number>} [entries] what each entry weighs by itself in its bundle, as gzip
 * @property {Record<string, string>} [texts] what a user reads where it does not load
 *
 * @typedef {object} Row
 * @property {string} name for `--only`
 * @property {'host' | 'bundler'} group
 * @property {boolean} bounded whether `npm test` runs it: it needs nothing beyond what that provisions
 * @property {(given: { tarball: string, home: string, env: object }) => Promise<Outcome>} run `home` is
 *   a folder of its own, empty
 */

/** @returns {Promise<Row[]>} */
export async function everyRow() {
  const rows = [];
  for (const folder of ['hosts', 'bundlers']) {
    const path = join(root, 'tests/runtimes', folder);
    if (!existsSync(path)) continue;
    for (const file of readdirSync(path).filter((name) => name.endsWith('.mjs'))) {
      const module = await import(pathToFileURL(join(path, file)));
      rows.push(...(module.rows ?? []));
    }
  }
  return rows;
}

/** Runs a row in its folder; what it throws is its failure. */
export async function runRow({ name, group, run }, { tarball, env }) {
  const home = join(root, 'build/matrix/homes', name);
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  try {
    return { name, group, ...(await run({ tarball, home, env })) };
  } catch (error) {
    const missing = error instanceof Missing;
    const detail = missing ? error.message : (error.stack ?? String(error));
    return { name, group, version: '-', outcome: missing ? 'missing' : 'fail', detail };
  }
}
