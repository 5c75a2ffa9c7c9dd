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

/** Where a file of a set is, if the set is there. */
export function setFile(name, file) {
  return resolve(folder, name, file);
}

export function hasSet(name) {
  return existsSync(resolve(folder, name, 'base.fvecs'));
}

/** The published graphs with a global cut, as [{ name, nodes, edges, cut }]; undefined, and the test skipped, where absent. */
export function realGraphs(t) {
  const path = (file) => resolve(folder, 'graphs-mincut', file);
  if (!existsSync(path('graphs.json'))) {
    t.skip('no data set graphs-mincut: set RUVECTOR_DATA to the folder that has it');
    return undefined;
  }
  const listed = JSON.parse(readFileSync(path('graphs.json'), 'utf8'));
  return listed
    .filter(({ directed }) => !directed)
    .map(({ file, nodes, global_min_cut: cut, edges: count }) => {
      const lines = readFileSync(path(file), 'utf8').trim().split('\n');
      const edges = file.endsWith('.metis') ? metisEdges(lines) : tsvEdges(lines);
      return { name: file, nodes, edges, count, cut };
    });
}

/** Lines of two nodes, from 0, and a weight. */
function tsvEdges(lines) {
  return lines.filter((line) => !line.startsWith('#')).map((line) => line.split('\t').map(Number));
}

/** A line a node, from 1: its neighbours and, where the first line ends in 1, their weights. */
function metisEdges([head, ...lines]) {
  const weighted = head.split(' ')[2] === '1';
  return lines.flatMap((line, u) => {
    const numbers = line.trim().split(/\s+/).map(Number);
    const edges = weighted
      ? numbers.flatMap((v, i) => (i % 2 === 0 ? [[u, v - 1, numbers[i + 1]]] : []))
      : numbers.map((v) => [u, v - 1, 1]);
    return edges.filter(([, v]) => v > u);
  });
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
