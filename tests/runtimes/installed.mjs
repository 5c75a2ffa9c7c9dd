// Hosts that npm has, fetched when their row runs, into build/matrix/installed: nothing of them is a
// dependency of the project.
import { resolve } from 'node:path';
import { install } from '../support/install.mjs';

/** Why a row has no host to run on; the matrix reports it, and fails nothing. */
export class Missing extends Error {}

/** The folder with these packages, by name and version. @throws Missing */
export function installed(name, packages) {
  const folder = resolve('build/matrix/installed', name);
  const failed = install(folder, packages);
  if (failed) throw new Missing(failed);
  return folder;
}
