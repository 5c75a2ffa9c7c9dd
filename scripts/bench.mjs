// `npm run bench`: the exact scan against a hand-written native one, both in turns on the same data.
// Speed is printed as a ratio; absolute numbers are of this machine at this moment.
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { createInterface } from 'node:readline';
import { build, cmake } from './build.mjs';
import { commit, provision } from './setup.mjs';

const SEED = 42;
const DIM = 384;
const K = 10;
const SIZES = [10_000, 100_000];
const REPEATS = 9;
const QUERIES = 64;
const METRICS = { cosine: 'dot', euclidean: 'l2' };

const env = provision('all');
build(env);
cmake('native', env, 'flat_reference');
const { createIndex } = await import('@ruvector/wasm');
const { seededVectors } = await import('../tests/support/random.mjs');

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
console.log(
  `seed ${SEED}, d = ${DIM}, k = ${K}, median of ${REPEATS} turns, one thread, ` +
    `${cpus()[0].model}, Node ${process.version}, commit ${commit()}\n`,
);

const overhead = await overheadMs();
const rows = [];
for (const n of SIZES) rows.push(...(await compare(n)));
console.table(rows);
console.log(
  `G7   QPS ratio, wasm / native, of 100k x 384: must 0.85, goal 0.95\n` +
    `G12  JavaScript per query / search time: must 1 %, goal 0.5 %; JavaScript per query is query() ` +
    `on 10 records: ${(overhead * 1000).toFixed(1)} us\n` +
    `     batch is queryMany of ${QUERIES}; the best row agrees with the native scan's in that share of turns`,
);

/** What query() costs when there is next to nothing to search. */
async function overheadMs() {
  const index = await createIndex({ dimensions: DIM });
  const vectors = seededVectors({ seed: SEED, count: 10, dimensions: DIM });
  index.upsert(vectors.map((vector, i) => ({ id: `${i}`, vector })));
  const turn = () => {
    const start = performance.now();
    for (let i = 0; i < 2000; ++i) index.query(vectors[i % 10], { topK: K });
    return (performance.now() - start) / 2000;
  };
  turn();
  return median(Array.from({ length: REPEATS }, turn));
}

async function compare(n) {
  const flat = new Float32Array((n + QUERIES) * DIM);
  // Unit vectors: dot and cosine rank alike, so one native kernel serves.
  seededVectors({ seed: SEED + n, count: n + QUERIES, dimensions: DIM }).forEach((vector, i) => {
    const norm = Math.hypot(...vector);
    flat.set(
      vector.map((x) => x / norm),
      i * DIM,
    );
  });
  mkdirSync('build/bench', { recursive: true });
  writeFileSync('build/bench/vectors.f32', flat);
  const native = await startNative('build/bench/vectors.f32', n);
  const ids = Array.from({ length: n }, (_, i) => `${i}`);
  const queries = Array.from({ length: QUERIES }, (_, i) =>
    flat.subarray((n + i) * DIM, (n + i + 1) * DIM),
  );

  const results = [];
  for (const [metric, kernel] of Object.entries(METRICS)) {
    const index = await createIndex({ dimensions: DIM, metric });
    index.upsertFlat(ids, flat.subarray(0, n * DIM));
    const times = { wasm: [], native: [], batch: [], bandwidth: [] };
    let agree = 0;
    for (let turn = -1; turn < REPEATS; ++turn) {
      const count = 8;
      const first = ((turn + 1) * count) % QUERIES;
      let start = performance.now();
      let best;
      for (let q = first; q < first + count; ++q) best = index.query(queries[q], { topK: K });
      const wasm = (performance.now() - start) / count;
      const [seconds, bestRow] = (await native.ask(`${kernel} ${first} ${count}`))
        .split(' ')
        .map(Number);
      start = performance.now();
      index.queryMany(flat.subarray(n * DIM), { topK: K });
      const batch = (performance.now() - start) / QUERIES;
      const bandwidth = Number(await native.ask('bandwidth'));
      if (turn < 0) continue; // warm-up
      times.wasm.push(wasm);
      times.native.push((seconds * 1000) / count);
      times.batch.push(batch);
      times.bandwidth.push(bandwidth);
      agree += best.matches[0].id === `${bestRow}`;
    }
    index.dispose();
    results.push(row(n, metric, times, agree / REPEATS, native.name));
  }
  native.end();
  return results;
}

function row(n, metric, times, recall, reference) {
  const gigabytes = (n * DIM * 4) / 1e9;
  const of = (name) => median(times[name]);
  const [wasm, native, batch, bandwidth] = [of('wasm'), of('native'), of('batch'), of('bandwidth')];
  const speed = gigabytes / (native / 1000);
  // A reference that leaves the machine idle would flatter us: then no ratio is printed.
  const fit = speed >= 0.85 * bandwidth;
  return {
    n,
    metric,
    'wasm ms': wasm.toFixed(3),
    'wasm GB/s': (gigabytes / (wasm / 1000)).toFixed(1),
    [`${reference} ms`]: native.toFixed(3),
    [`${reference} GB/s`]: speed.toFixed(1),
    'read GB/s': bandwidth.toFixed(1),
    'QPS ratio': fit ? (native / wasm).toFixed(2) : 'n/a: reference below 85 % of read',
    'batch ms': batch.toFixed(3),
    'batch / single': (batch / wasm).toFixed(2),
    'G12 overhead': `${((100 * overhead) / wasm).toFixed(2)} %`,
    'best row agrees': recall,
  };
}

/** The native process, asked one line at a time. */
async function startNative(file, n) {
  const child = spawn('build/native/flat_reference', [file, String(n), String(DIM)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const name = (await lines.next()).value;
  return {
    name,
    async ask(question) {
      child.stdin.write(`${question}\n`);
      return (await lines.next()).value;
    },
    end: () => child.stdin.end(),
  };
}
