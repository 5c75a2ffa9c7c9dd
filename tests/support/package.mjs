// The package under test: what `npm pack` ships, installed where `npm test` put it
// (RV_PACKAGE_HOME, a folder whose node_modules has it). Without that, dist/ of this checkout, so
// that one test file can be run by itself after `npm run build`.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
const home = process.env.RV_PACKAGE_HOME || root;
const { resolve } = createRequire(join(home, 'package.json'));

/** The file that an import of the package's `subpath` ('.', './inline') resolves to. */
export function packageFile(subpath = '.') {
  return resolve(`@ruvector/wasm${subpath.slice(1)}`);
}

export const {
  createIndex,
  open,
  deleteDatabase,
  listDatabases,
  capabilities,
  RuVectorError,
  DimensionMismatchError,
} = await import(pathToFileURL(packageFile()));
