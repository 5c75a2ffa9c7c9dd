// The data of the benchmark: seeded generators, real sets, and the exact neighbours of both. A set is
// one file of f32 rows, the queries behind them, that every side reads (side.h), so all have the same.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { random } from '../support/random.mjs';

export const SEED = 42;
export const K = 10;
/** Of a generated set. */
export const QUERIES = 500;

// Sets stay from run to run; those of another generator or truth than today's are of no use.
const ALL = 'build/bench/data';
const HOME = join(ALL, recipe('data.mjs', 'truth.cpp'));
const SHARED = resolve(process.env.RUVECTOR_DATA || '../shared/data');

function recipe(...files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(new URL(file, import.meta.url)));
  return hash.digest('hex').slice(0, 12);
}

/** Numbers with mean 0 and deviation 1 (Box-Muller). */
function gaussian(next) {
  let spare;
  return () => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - next()));
    const angle = 2 * Math.PI * next();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}

/** Write a row each into `row`; the data set is what they write, made unit length. */
const GENERATORS = {
  /**
   * Like embeddings of texts: 100 topics, around each of which some directions vary much and most
   * little (deviation of the r-th direction as r^-1/2, another order of directions in every topic).
   */
  clustered(dim, next) {
    const topics = 100;
    const normal = gaussian(next);
    const centres = Float32Array.from({ length: topics * dim }, normal);
    const turns = Array.from({ length: topics }, () => Math.floor(dim * next()));
    return (row) => {
      const topic = Math.floor(topics * next());
      for (let i = 0; i < dim; ++i) {
        const rank = 1 + ((i + turns[topic]) % dim);
        row[i] = centres[topic * dim + i] + (2 * normal()) / Math.cbrt(rank);
      }
    };
  },
  /**
   * Hard: one round cloud in which all directions vary alike, so distances hardly differ and a graph
   * has nothing to go by. 48 dimensions of it, turned into `dim` ones, as no data has hundreds.
   */
  isotropic(dim, next) {
    const inner = Math.min(dim, 48);
    const normal = gaussian(next);
    const basis = Float32Array.from({ length: inner * dim }, normal);
    const point = new Float32Array(inner);
    return (row) => {
      for (let j = 0; j < inner; ++j) point[j] = normal();
      row.fill(0);
      for (let j = 0; j < inner; ++j)
        for (let i = 0; i < dim; ++i) row[i] += point[j] * basis[j * dim + i];
    };
  },
};

export function generated(kind, n, dim) {
  const name = `${kind} ${n}x${dim}`;
  return stored({ name, n, dim, metric: 'cosine', seed: SEED }, () => {
    const rows = new Float32Array((n + QUERIES) * dim);
    const write = GENERATORS[kind](dim, random(SEED + n + dim));
    for (let at = 0; at < rows.length; at += dim) write(rows.subarray(at, at + dim));
    return toUnitLength(rows, dim);
  });
}

const METRICS = { l2: 'euclidean', ip: 'dot', cosine: 'cosine' };

/** The real sets of at least `least` rows; none, said so by the caller, where the folder is absent. */
export function realSets({ least = 2000, most = Infinity } = {}) {
  if (!existsSync(SHARED)) return [];
  return readdirSync(SHARED)
    .filter((name) => existsSync(resolve(SHARED, name, 'base.fvecs')))
    .map((name) => JSON.parse(readFileSync(resolve(SHARED, name, 'meta.json'), 'utf8')))
    .filter(({ n }) => n >= least && n <= most)
    .sort((a, b) => a.n - b.n)
    .map(({ name, n, dim, metric }) => ({ name, n, dim, metric: METRICS[metric] }));
}

/** A set of realSets(), with its own metric or, `unit`, every row of unit length under cosine. */
export function realSet({ name, n, dim, metric }, { unit = false } = {}) {
  const set = unit
    ? { name: `${name}${metric === 'cosine' ? '' : ' unit'}`, n, dim, metric: 'cosine' }
    : { name, n, dim, metric };
  return stored(set, () => {
    const base = readRows(resolve(SHARED, name, 'base.fvecs'), dim);
    const queries = readRows(resolve(SHARED, name, 'queries.fvecs'), dim);
    const rows = new Float32Array(base.length + queries.length);
    rows.set(base);
    rows.set(queries, base.length);
    return set.metric === 'cosine' ? toUnitLength(rows, dim) : rows;
  });
}

/** `fvecs`: an int32 length before every row, all of them `dim`. */
function readRows(file, dim) {
  const bytes = readFileSync(file);
  const words = new Float32Array(
    bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
  );
  const rows = new Float32Array((words.length / (dim + 1)) * dim);
  for (let i = 0; i * dim < rows.length; ++i)
    rows.set(words.subarray(i * (dim + 1) + 1, (i + 1) * (dim + 1)), i * dim);
  return rows;
}

function toUnitLength(rows, dim) {
  for (let at = 0; at < rows.length; at += dim) {
    let sum = 0;
    for (let i = at; i < at + dim; ++i) sum += rows[i] ** 2;
    const inverse = sum > 0 ? 1 / Math.sqrt(sum) : 0;
    for (let i = at; i < at + dim; ++i) rows[i] *= inverse;
  }
  return rows;
}

/** The set as a file, made by `make` where it is not there yet, and its exact neighbours. */
function stored(set, make) {
  if (!existsSync(HOME)) rmSync(ALL, { recursive: true, force: true });
  mkdirSync(HOME, { recursive: true });
  const file = `${HOME}/${set.name.replace(/\W+/g, '-')}-${set.metric}.f32`;
  if (!existsSync(file)) {
    writeFileSync(`${file}.new`, make());
    renameSync(`${file}.new`, file);
  }
  return { ...set, file, truth: truthOf(set, file) };
}

/** One Set of rows a query: the K nearest, and those as near as the last of them. */
function truthOf({ n, dim, metric }, file) {
  const out = `${file}.truth`;
  if (!existsSync(out)) {
    const args = [file, n, dim, metric, K, `${out}.new`].map(String);
    const { status, stderr } = spawnSync('build/native/truth', args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`truth ${args.join(' ')}: ${stderr}`);
    renameSync(`${out}.new`, out);
  }
  const bytes = readFileSync(out);
  const rows = new Int32Array(
    bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
  );
  return Array.from(
    { length: rows.length / (2 * K) },
    (_, q) => new Set(rows.subarray(2 * K * q, 2 * K * (q + 1)).filter((row) => row >= 0)),
  );
}

/** The share of the K nearest that was found; `found` has K rows a query. */
export function recallOf(truth, found) {
  let hits = 0;
  truth.forEach((nearest, q) => {
    const distinct = new Set(found.slice(q * K, (q + 1) * K));
    for (const row of distinct) hits += nearest.has(row) ? 1 : 0;
  });
  return hits / (truth.length * K);
}
