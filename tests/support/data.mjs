// Real vector sets, where they are: RUVECTOR_DATA names the folder, by default ../shared/data beside
// the checkout. They are not part of the repository; tests of them say so in a line where absent.
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { root } from './package.mjs';

const folder = resolve(root, process.env.RUVECTOR_DATA || '../shared/data');

/** Rows of int32 length and that many 4-byte elements, little-endian. */
function readRows(file, Elements) {
  const bytes = readFileSync(file);
  const rows = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readInt32LE(at);
    const from = bytes.byteOffset + at + 4;
    rows.push(new Elements(bytes.buffer.slice(from, from + 4 * length)));
    at += 4 + 4 * length;
  }
  return rows;
}

export function hasSet(name) {
  return existsSync(resolve(folder, name, 'base.fvecs'));
}

/** A set's rows and queries, and `ids(file)`; undefined, and the test skipped, where absent. */
export function realSet(t, name) {
  const path = (file) => resolve(folder, name, file);
  if (!hasSet(name)) {
    t.skip(`no data set ${name}: set RUVECTOR_DATA to the folder that has it`);
    return undefined;
  }
  return {
    base: readRows(path('base.fvecs'), Float32Array),
    queries: readRows(path('queries.fvecs'), Float32Array),
    ids: (file) => readRows(path(file), Int32Array),
  };
}

/** The lines of a file of a set, each a JSON value; undefined, and the test skipped, where absent. */
export function realLines(t, name, file) {
  const path = resolve(folder, name, file);
  if (!existsSync(path)) {
    t.skip(`no data set ${name}: set RUVECTOR_DATA to the folder that has it`);
    return undefined;
  }
  return readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}
