// Takes the choice of plan out of the index's hands, to compare plans: reaches below the public
// interface, to the collections of the package under test, as nothing else may.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { dist } from './indexes.mjs';
import { capabilities } from './package.mjs';

/** `Plan` of src/engine/plan.h. */
export const PLANS = { flat: 0, codes: 1, graph: 2, twoHops: 3, filterAfter: 4 };
const ANY = 0xffffffff;
/** The field of `Collection.cost` that counts what building took. */
const LINKING = 12;

/** The first fields: what a search did. */
const COUNTS = [
  'plan',
  'distanceEvaluations',
  'codesScanned',
  'reranked',
  'hops',
  'bytesRead',
  'fallbacks',
  'selectivity',
];

let forced = ANY;
let last;
const slices = [];
let evaluations = 0;

await capabilities(); // loads the core, so that load() needs no host
const { load } = await import(pathToFileURL(join(dist, 'core/load.js')));
await reach();

/** Takes over the indexes of `wasm` (bytes, as createIndex takes them) as well. Once a source. */
export async function reach(wasm) {
  const { raw } = await load({}, wasm);
  const names = ['search', 'maintain', 'forcePlan', 'commit', 'cost'];
  const [search, maintain, forcePlan, commit, cost] = names.map(
    (name) => raw[`Collection.${name}`],
  );
  raw['Collection.search'] = (collection, ...args) => {
    if (forced !== ANY) forcePlan(collection, forced);
    try {
      return search(collection, ...args);
    } finally {
      if (forced !== ANY) forcePlan(collection, ANY);
      last = Object.fromEntries(COUNTS.map((name, field) => [name, cost(collection, field)]));
    }
  };
  raw['Collection.maintain'] = (collection, rows) => {
    slices.push(rows);
    return counted(collection, () => maintain(collection, rows));
  };
  raw['Collection.commit'] = (collection) => counted(collection, () => commit(collection));

  function counted(collection, work) {
    const before = cost(collection, LINKING);
    const status = work();
    evaluations += cost(collection, LINKING) - before;
    return status;
  }
}

/** How many distances were evaluated to link records while `action` ran. */
export async function linkEvaluationsOf(action) {
  evaluations = 0;
  await action();
  return evaluations;
}

/** What `action` gives when all its searches, but exact ones, go by `plan`. */
export function withPlan(plan, action) {
  forced = PLANS[plan];
  try {
    return action();
  } finally {
    forced = ANY;
  }
}

/** The plan and the counted work of the last search. */
export function lastCost() {
  return last;
}

/** How many rows each step of building a graph was asked for while `action` ran. */
export function stepsOf(action) {
  slices.length = 0;
  action();
  return [...slices];
}

/**
 * What a query cost, as src/engine/plan.cpp weighs it: bytes read one after another 1, here and
 * there 1.5, of one-bit codes 1.75, along a graph 5. `explained` is what explain() said; `vector` and
 * `code` are the bytes of a vector and of a one-bit code, `matches` the records there were to look
 * at, `rows` all, and `codeRows` the rows of the blocks of 32 that hold a match.
 */
export function workOf(explained, { vector, code, matches, rows, codeRows }) {
  const { plan, candidates, codesScanned, bytesRead } = explained;
  const streams = plan === 'flat' && 2 * matches >= rows;
  const vectors = (plan === 'flat' ? (streams ? rows : matches) : candidates) * vector;
  const codes = codesScanned > 0 ? codeRows * code : 0;
  const walked = bytesRead - vectors - Math.min(codes, codesScanned * code);
  return vectors * (streams ? 1 : 1.5) + codes * 1.75 + Math.max(0, walked) * 5;
}
