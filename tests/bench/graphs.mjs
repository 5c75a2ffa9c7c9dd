// Graphs: ours in both wasm builds beside native hnswlib and our own core built natively.
// G1, G2, G3, G5, G15 on generated sets, G4 and G5 on the real ones.
import { buildInTurns, medianAt, pointsText, race, ratioAt, ratioOf } from './curves.mjs';
import { generated, realSet, realSets } from './data.mjs';
import { report } from './goals.mjs';
import { native, ours } from './side.mjs';

const HNSWLIB = 'native hnswlib';
/** Our core natively: its scalar code as clang vectorises it, and the wasm build's own kernels. */
const CORES = { 'native core': 'native_core', 'native core, lanes': 'native_lanes' };

export async function graphs(plan, results) {
  const curves = [];
  for (const [kind, n, dim] of plan.generated) {
    const set = generated(kind, n, dim);
    const found = await compare(set, plan, kind === 'clustered' && plan.wants('G15'));
    if (kind === 'clustered') {
      const [relaxed, plain] = [found.sides['wasm relaxed'], found.sides['wasm simd128']];
      relative('G1', found, relaxed, 0.95, plan);
      relative('G2', found, relaxed, 0.99, plan);
      relative('G3', found, plain, 0.95, plan);
      price(found, plan);
    }
    builds(found, plan);
    curves.push(found);
  }
  const sets = plan.real ? realSets(plan.real) : [];
  if (plan.real && sets.length === 0)
    report('G4.95', '-', undefined, 'no real sets: RUVECTOR_DATA names their folder');
  for (const real of sets) {
    const found = await compare(realSet(real), plan, false);
    relative('G4.95', found, found.sides['wasm relaxed'], 0.95, plan);
    relative('G4.99', found, found.sides['wasm relaxed'], 0.99, plan);
    builds(found, plan);
    curves.push(found);
  }
  results.graphs = curves;
}

/** Builds and races all sides on one set. */
async function compare(set, plan, withCores) {
  const { name, n, dim, metric } = set;
  const wasm = Object.values(plan.builds).filter(({ missing }) => !missing);
  const sides = [native(HNSWLIB, 'hnsw_reference', set)];
  sides.push(...wasm.map((build) => ours(build, set, { index: 'hnsw' })));
  if (withCores)
    sides.push(...Object.entries(CORES).map(([title, program]) => native(title, program, set)));
  try {
    const seconds = await buildInTurns(sides, n);
    const curves = await race(sides, set.truth, plan);
    const found = { set: name, n, dim, metric, queries: set.truth.length, sides: {} };
    for (const side of sides) {
      const steps = seconds.get(side);
      const points = curves.get(side);
      const total = steps.reduce((sum, s) => sum + s, 0);
      const bytes = { residentPerVector: (await side.memory()) / n };
      if (side.name in CORES === false) bytes.snapshotPerVector = (await side.save()).bytes / n;
      if (side.name.startsWith('wasm')) {
        bytes.countedPerVector = Number(await side.ask('bytes')) / n;
        for (const point of points) point.plan = await side.ask(`plan ${point.ef}`);
      }
      found.sides[side.name] = { stepSeconds: steps, buildSeconds: total, points, ...bytes };
    }
    print(found);
    return found;
  } finally {
    for (const side of sides) side.end();
  }
}

function print({ set, n, dim, metric, queries, sides }) {
  console.log(`\n${set}: ${n} x ${dim}, ${metric}, ${queries} queries`);
  const rows = {};
  const reference = sides[HNSWLIB];
  for (const [name, side] of Object.entries(sides)) {
    const at = (recall) => {
      const qps = medianAt(side.points, recall);
      const ratio = ratioAt(side.points, reference.points, recall);
      return qps === undefined
        ? 'never'
        : `${Math.round(qps)} (${ratio?.median.toFixed(2) ?? '-'})`;
    };
    rows[name] = {
      'build vectors/s': `${Math.round(n / side.buildSeconds)} (${rateRatio(side, reference).median.toFixed(2)})`,
      'QPS at .95': at(0.95),
      'QPS at .99': at(0.99),
      'recall at ef 40': side.points.find(({ ef }) => ef === 40)?.recall.toFixed(4) ?? '-',
      'resident B/vector': Math.round(side.residentPerVector),
      'own count B/vector': round(side.countedPerVector),
      'snapshot B/vector': round(side.snapshotPerVector),
    };
  }
  console.table(rows);
  console.log('ratios to hnswlib in brackets; curves, ef: recall QPS');
  for (const [name, { points }] of Object.entries(sides)) {
    const plans = [...new Set(points.map((point) => point.plan).filter(Boolean))];
    console.log(`  ${name}${plans.length > 0 ? ` [${plans}]` : ''}  ${pointsText(points)}`);
  }
}

const round = (value) => (value === undefined ? '-' : Math.round(value));

/** Vectors a second: of each step, then the median. */
function rateRatio(side, reference) {
  return ratioOf(reference.stepSeconds, side.stepSeconds);
}

function where({ set }) {
  return set;
}

function relative(id, found, side, recall, plan) {
  if (!plan.wants(id.split('.')[0])) return;
  if (!side) return report(id, where(found), undefined, plan.builds.relaxed.missing);
  const reference = found.sides[HNSWLIB];
  const ratio = ratioAt(side.points, reference.points, recall);
  report(
    id,
    where(found),
    ratio,
    ratio ? notes(side, reference, recall) : `.${recall * 100} never`,
  );
}

/** What a reader must know of a ratio: narrowest width, another plan than the graph. */
function notes(side, reference, recall) {
  const notes = [];
  if (reference.points[0].recall >= recall) notes.push('hnswlib finds more at its narrowest');
  if (side.points[0].recall >= recall) notes.push('ours finds more at its narrowest');
  const plans = new Set(side.points.map((point) => point.plan));
  if (!plans.has('hnsw') || plans.size > 1) notes.push(`ours searched by ${[...plans]}`);
  return notes.join('; ');
}

function builds(found, plan) {
  if (!plan.wants('G5')) return;
  const reference = found.sides[HNSWLIB];
  for (const { name } of Object.values(plan.builds)) {
    const side = found.sides[name];
    if (!side) continue;
    const shared = side.points.filter(({ ef }) => reference.points.some((p) => p.ef === ef));
    const differences = shared.map(
      ({ ef, recall }) => recall - reference.points.find((p) => p.ef === ef).recall,
    );
    report(
      'G5',
      `${where(found)}, ${name}`,
      rateRatio(side, reference),
      `recall at equal ef ${signed(Math.min(...differences))} to ${signed(Math.max(...differences))}`,
    );
  }
}

const signed = (value) => (value < 0 ? '' : '+') + value.toFixed(3);

/** G15 against the faster of the native builds, since either is our core. */
function price(found, plan) {
  if (!plan.wants('G15')) return;
  const side = found.sides['wasm relaxed'];
  if (!side) return report('G15', where(found), undefined, plan.builds.relaxed.missing);
  const cores = Object.keys(CORES).map((name) => ({
    name,
    qps: medianAt(found.sides[name].points, 0.95) ?? 0,
  }));
  const [fastest, other] = cores.toSorted((a, b) => b.qps - a.qps);
  report(
    'G15',
    where(found),
    ratioAt(side.points, found.sides[fastest.name].points, 0.95),
    `against "${fastest.name}", ${(fastest.qps / other.qps).toFixed(2)} of "${other.name}"`,
  );
}
