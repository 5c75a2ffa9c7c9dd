/** What the panel measures, without the panel: in steps of a slice at most. */
import { SLICE } from '../common/slices.js';
import { clusteredVectors } from '../common/vectors.js';

export const SIZES = [5_000, 20_000, 50_000, 100_000];
export const DEFAULT_SIZE = 20_000;
export const DIMENSIONS = 64;
export const TOP_K = 10;
const QUERIES = 100;
const SEED = 42;

/** Widths of the graph's searches; the one that the index chose is tried as well. */
const LADDER = [10, 16, 32, 64, 128, 256, 512];

/** What an index without a graph does, by the plan that `explain()` names. */
const SCANS = { rabitq: 'one-bit scan', int8: 'int8 scan', flat: 'scan of vectors' };

/** Slices that one kind of search is timed for. Its time is their median. */
const TIMINGS = 15;

/**
 * Fills an empty index of type `auto` and measures it. Every step yields the phase and how far it
 * is. There is no graph (and `graph` is undefined) where the index wants none.
 * @returns {Generator<{ phase: string, done: number, total: number }, object>} the report, plain JSON
 */
export function* measure(index, count) {
  const made = clusteredVectors({ count: count + QUERIES, dimensions: DIMENSIONS, seed: SEED });
  const vectors = yield* during('Making vectors', made);
  const queries = vectors.splice(count);
  const load = yield* during('Loading', loading(index, vectors));

  const searches = [];
  let truth;
  const search = function* (name, options) {
    const steps = searching(index, queries, truth, { topK: TOP_K, ...options });
    const { found, ...result } = yield* during(`Measuring ${name}`, steps);
    truth ??= found;
    return { name, ...result };
  };
  searches.push(yield* search('exact scan', { exact: true }));
  const scan = yield* search('scan by codes', {});
  searches.push({ ...scan, name: SCANS[scan.plan] ?? scan.name });

  const graph = yield* during('Building the graph', building(index));
  const { ef, memoryBytes, bytesPerVector } = index.stats();
  let scansFromEf;
  if (graph !== undefined)
    for (const width of [...new Set([...LADDER, ef])].sort((a, b) => a - b)) {
      const rung = yield* search(`ef ${width}`, { ef: width });
      if (rung.plan !== 'hnsw') {
        scansFromEf = width;
        break;
      }
      searches.push({ ...rung, ef: width });
    }
  return {
    data: { count, dimensions: DIMENSIONS, seed: SEED, queries: QUERIES, topK: TOP_K },
    load,
    graph,
    memory: { memoryBytes, bytesPerVector },
    ef: graph && ef,
    scansFromEf,
    searches,
  };
}

function* during(phase, steps) {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    yield { phase, ...value };
  }
}

function* loading(index, vectors) {
  const total = vectors.length;
  const clock = stopwatch();
  const batches = index.upsertSteps(vectors.map((vector, i) => ({ id: `v${i}`, vector })));
  let [steps, done, recordsPerStep] = [0, 0, 0];
  for (;;) {
    const step = clock.run(() => batches.next());
    if (step.done) return { ...clock.speed(total), steps, recordsPerStep };
    recordsPerStep = Math.max(recordsPerStep, step.value.done - done);
    ++steps;
    ({ done } = step.value);
    yield { done, total };
  }
}

function* building(index) {
  const total = index.stats().pending;
  if (total === 0) return undefined;
  const clock = stopwatch();
  for (let steps = 1; ; ++steps) {
    const { pending } = clock.run(() => index.maintain({ budgetMs: SLICE }));
    if (pending === 0) return { ...clock.speed(total), steps };
    yield { done: total - pending, total };
  }
}

/** Without `truth`, what is found is the truth. */
function* searching(index, queries, truth, options) {
  const total = queries.length + TIMINGS;
  const found = [];
  const plans = new Map();
  let [hits, compared] = [0, 0];
  for (const [i, query] of queries.entries()) {
    const { plan, distanceEvaluations, result } = index.explain(query, options);
    const ids = result.matches.map(({ id }) => id);
    const right = new Set(truth?.[i] ?? ids);
    found.push(ids);
    hits += ids.filter((id) => right.has(id)).length;
    plans.set(plan, (plans.get(plan) ?? 0) + 1);
    compared += distanceEvaluations;
    yield { done: found.length, total };
  }
  const times = [];
  for (let next = 0; times.length < TIMINGS; ) {
    // So many that a clock rounded to 0.1 ms, or to 1, can tell.
    const began = performance.now();
    let [took, count] = [0, 0];
    while (took < SLICE) {
      index.query(queries[next++ % queries.length], options);
      ++count;
      took = performance.now() - began;
    }
    times.push(took / count);
    yield { done: queries.length + times.length, total };
  }
  const milliseconds = times.sort((a, b) => a - b)[TIMINGS >> 1];
  return {
    plan: [...plans].sort(([, a], [, b]) => b - a)[0][0],
    recall: hits / (queries.length * TOP_K),
    milliseconds,
    perSecond: 1000 / milliseconds,
    compared: compared / queries.length,
    found,
  };
}

/** Of the work alone, and of the clock, which has the page's turns in between. */
function stopwatch() {
  const since = performance.now();
  let milliseconds = 0;
  return {
    run(work) {
      const began = performance.now();
      const result = work();
      milliseconds += performance.now() - began;
      return result;
    },
    speed: (vectors) => ({
      milliseconds,
      elapsed: performance.now() - since,
      vectorsPerSecond: (1000 * vectors) / milliseconds,
    }),
  };
}
