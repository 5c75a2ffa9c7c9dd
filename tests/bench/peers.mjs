// Other vector libraries of npm, each in a process of its own, beside native hnswlib and ours. G13.
// All vectors have unit length, so that every peer can use the metric it is best at.
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { medianAt, race, ratioAt } from './curves.mjs';
import { generated, realSet, realSets } from './data.mjs';
import { report } from './goals.mjs';
import { installPeer } from './install.mjs';
import { hosted, native, ours } from './side.mjs';

const FOLDER = new URL('peers/', import.meta.url);
const OURS = 'ours, hnsw';
const HNSWLIB = 'native hnswlib';

/** Of the design's list of peers, those that are not run, and why. */
const LEFT_OUT = {
  'entity-db': 'lives in IndexedDB; in Node only an imitation of that could be measured',
  'duckdb-wasm': 'its vector extension is fetched from a server at run time',
  'vecstore-js': 'no public documentation of its index; not measured by the design either',
  ruvector: 'a wrapper of @ruvector/core, which is here',
  'sqlite-vec-wasm-demo': 'a demo that refuses Node; sqlite-vec is here',
};

/** Rows that a peer is given at a time, and seconds that it may take to build. */
const STEP = 500;
const PATIENCE_MS = 60_000;

export async function peers(plan, results) {
  const all = await adapters();
  const failures = Object.entries(LEFT_OUT).map(([name, why]) => ({ name, why }));
  const usable = [];
  for (const adapter of all) {
    const { wasm, slow, name } = adapter.peer;
    if (!wasm && !plan.peers.all && (slow || plan.peers.few)) {
      failures.push({ name, why: 'only with --full' });
      continue;
    }
    const why = installPeer(adapter.peer);
    if (why) failures.push({ name: adapter.peer.name, why });
    else usable.push(adapter);
  }
  results.peers = [];
  for (const [index, set] of sets(plan).entries()) {
    const wanted = usable.filter(({ peer }) => peer.wasm || plan.peers.all || index < 2);
    const found = await compare(set, wanted, plan);
    results.peers.push(found);
    print(found);
    judge(found);
  }
  console.log('\npeers not run:');
  for (const { name, why } of failures) console.log(`  ${name}: ${why}`);
  results.peersNotRun = failures;
}

async function adapters() {
  const files = readdirSync(FOLDER).filter((name) => name !== 'load.mjs');
  return Promise.all(
    files.map(async (file) => {
      const url = new URL(file, FOLDER);
      return { module: fileURLToPath(url), peer: (await import(url)).peer };
    }),
  );
}

function sets({ peers: { generated: shapes, real } }) {
  const list = shapes.map((shape) => generated(...shape));
  if (!real) return list;
  return [...realSets(real).map((set) => realSet(set, { unit: true })), ...list];
}

async function compare(set, adapterList, plan) {
  const { simd128 } = plan.builds;
  const failures = [];
  const drop = (side, error) => {
    side.end();
    failures.push({ name: side.name, why: error.message });
  };
  const sides = [
    Object.assign(native(HNSWLIB, 'hnsw_reference', set), { kind: 'native, HNSW' }),
    named(OURS, ours(simd128, set, { index: 'hnsw' }), 'wasm simd128, HNSW'),
    named('ours, auto', ours(simd128, set, { index: 'auto' }), 'wasm simd128, as it chooses'),
    ...adapterList.map(({ module, peer }) =>
      Object.assign(hosted(peer.name, module, set, { patience: PATIENCE_MS }), {
        kind: peer.kind,
        wasm: peer.wasm,
        whole: peer.whole,
        ladder: peer.exact ? [0] : peer.ladder,
      }),
    ),
  ];
  const built = [];
  for (const side of sides)
    try {
      side.seconds = await build(side, set.n);
      side.bytes = await side.memory();
      built.push(side);
    } catch (error) {
      drop(side, error);
    }
  const curves = await race(built, set.truth, { ...plan, drop });
  const rows = [...curves].map(([side, points]) => ({
    ...{ name: side.name, kind: side.kind, wasm: side.wasm === true, points },
    ...{ buildSeconds: side.seconds, residentPerVector: side.bytes / set.n },
  }));
  for (const side of built) side.end();
  return { set: set.name, n: set.n, dim: set.dim, queries: set.truth.length, rows, failures };
}

const named = (name, side, kind) => Object.assign(side, { name, kind });

async function build(side, n) {
  if (side.whole) return side.build(0, n);
  let seconds = 0;
  for (let first = 0; first < n; first += STEP) {
    seconds += await side.build(first, Math.min(STEP, n - first));
    if (seconds * 1000 > PATIENCE_MS && first + STEP < n)
      throw new Error(`had ${first + STEP} of ${n} vectors after ${Math.round(seconds)} s`);
  }
  return seconds;
}

function print({ set, n, dim, queries, rows, failures }) {
  console.log(`\npeers on ${set}: ${n} x ${dim}, unit length, ${queries} queries`);
  const reference = rows.find(({ name }) => name === HNSWLIB).points;
  const at = (points, recall) => {
    const qps = medianAt(points, recall);
    if (qps === undefined) return 'never';
    const ratio = ratioAt(points, reference, recall);
    return `${Math.round(qps)} (${ratio ? ratio.median.toPrecision(2) : '-'})`;
  };
  console.table(
    Object.fromEntries(
      rows.map(({ name, kind, points, buildSeconds, residentPerVector }) => [
        name,
        {
          kind,
          'build vectors/s': Math.round(n / buildSeconds),
          'QPS at .95 (of hnswlib)': at(points, 0.95),
          'QPS at .99 (of hnswlib)': at(points, 0.99),
          'best recall': Math.max(...points.map(({ recall }) => recall)).toFixed(4),
          'resident B/vector': Math.round(residentPerVector),
        },
      ]),
    ),
  );
  for (const { name, why } of failures) console.log(`  ${name} failed: ${why}`);
}

function judge({ set, rows }) {
  const own = rows.find(({ name }) => name === OURS);
  const speed = ({ points }) => medianAt(points, 0.95) ?? 0;
  const [best] = rows.filter(({ wasm }) => wasm).toSorted((a, b) => speed(b) - speed(a));
  if (!best || speed(best) === 0)
    return report('G13', set, undefined, 'no wasm peer reaches recall .95');
  report('G13', set, ratioAt(own.points, best.points, 0.95), `against ${best.name}`);
}
