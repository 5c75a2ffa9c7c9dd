// Scans of all rows: ours in f32 and over one-bit codes beside a hand-written native f32 scan.
// G7 (f32), G8 (one bit), G12 (what JavaScript adds).
import { median, ratioOf } from './curves.mjs';
import { generated, recallOf } from './data.mjs';
import { report } from './goals.mjs';
import { ours, Side } from './side.mjs';

/** Unit vectors: dot and cosine rank alike, so one native kernel serves. */
const KERNELS = { cosine: 'dot', euclidean: 'l2' };
/** Candidates of one-bit codes to try, until recall is ENOUGH. */
const DEPTHS = [10, 20, 50, 100, 150, 200, 300, 400, 600, 800, 1200, 1600];
const ENOUGH = 0.999;
const SLICE = 8;
const TINY = 16;

export async function flat(plan, results) {
  results.flat = [];
  for (const [n, dim] of plan.flat) {
    const set = generated('clustered', n, dim);
    for (const metric of Object.keys(KERNELS)) {
      const found = await compare({ ...set, metric }, plan);
      results.flat.push(found);
      print(found);
      for (const row of found.rows) judge(row, found, plan);
    }
  }
}

/** f32 in every build; one-bit codes under cosine only, since the metric does not matter to them. */
function contenders(set, { builds }) {
  const wasm = Object.values(builds).filter(({ missing }) => !missing);
  const scan = (build, quantization, title) =>
    Object.assign(ours(build, set, { index: 'flat', quantization }), {
      title,
      quantization,
    });
  return [
    ...wasm.map((build) => scan(build, undefined, `${build.name}, f32`)),
    ...(set.metric === 'cosine'
      ? wasm.map((build) => scan(build, 'rabitq', `${build.name}, 1 bit`))
      : []),
  ];
}

async function compare(set, plan) {
  const { n, dim, metric, truth } = set;
  const reference = new Side('native scan', 'build/native/flat_reference', [set.file, n, dim]);
  const sides = contenders(set, plan);
  // What query() costs when there is next to nothing to search.
  const tiny = ours(plan.builds.simd128, generated('clustered', TINY, dim), { index: 'flat' });
  try {
    const instructions = await reference.answer('its name');
    for (const side of sides) {
      await side.build(0, n);
      await deepen(side, truth);
      Object.assign(side, { seconds: [], batch: [] });
    }
    await tiny.build(0, TINY);
    await tiny.speed(0, 200);
    const native = { seconds: [], bandwidth: [], overhead: [], agrees: 0 };
    for (let turn = -1; turn < plan.turns; ++turn) {
      const first = ((turn + 1) * SLICE) % (truth.length - SLICE);
      const question = `${KERNELS[metric]} ${first} ${SLICE}`;
      const [seconds, row] = (await reference.ask(question)).split(' ').map(Number);
      const speeds = [];
      for (const side of sides) speeds.push(1 / (await side.speed(side.depth, plan.ms)));
      const overhead = 1 / (await tiny.speed(0, plan.ms));
      const bandwidth = Number(await reference.ask('bandwidth'));
      if (turn < 0) continue; // warm-up
      native.seconds.push(seconds / SLICE);
      native.bandwidth.push(bandwidth);
      native.overhead.push(overhead);
      native.agrees += truth[first + SLICE - 1].has(row) ? 1 : 0;
      for (const [i, side] of sides.entries()) side.seconds.push(speeds[i]);
    }
    for (const side of sides)
      if (!side.quantization)
        for (let turn = 0; turn < 3; ++turn) {
          const [seconds, count] = (await side.ask('batch 10')).split(' ').map(Number);
          side.batch.push(seconds / count);
        }
    return summary(set, sides, native, { instructions, turns: plan.turns });
  } finally {
    for (const side of [reference, tiny, ...sides]) side.end();
  }
}

/** Chooses how many candidates one-bit codes need, and counts what is found. */
async function deepen(side, truth) {
  for (const depth of side.quantization ? DEPTHS : [0]) {
    side.depth = depth;
    side.recall = recallOf(truth, await side.find(depth));
    if (side.recall >= ENOUGH) break;
  }
}

function summary({ name, n, dim, metric }, sides, native, { instructions, turns }) {
  const bytes = n * dim * 4;
  const speed = bytes / median(native.seconds) / 1e9;
  const bandwidth = median(native.bandwidth);
  const rows = sides.map((side) => ({
    side: side.title,
    oneBit: Boolean(side.quantization),
    recall: side.recall,
    depth: side.depth,
    seconds: side.seconds,
    ratio: ratioOf(native.seconds, side.seconds),
    batchSeconds: median(side.batch),
    overhead: ratioOf(native.overhead, side.seconds),
  }));
  return {
    ...{
      set: name,
      n,
      dim,
      metric,
      bytes,
      instructions,
      overheadSeconds: median(native.overhead),
      turns,
      rows,
    },
    native: { ...native, gigabytesPerSecond: speed, readGigabytesPerSecond: bandwidth },
    // A reference that leaves the machine idle would flatter us: then no ratio is printed.
    fit: speed >= 0.85 * bandwidth,
  };
}

function print({ n, dim, metric, bytes, instructions, native, rows, turns, fit, ...rest }) {
  console.log(
    `\nscan of ${n} x ${dim}, ${metric}: native (${instructions}) ` +
      `${(1000 * median(native.seconds)).toFixed(3)} ms, ${native.gigabytesPerSecond.toFixed(1)} GB/s of ` +
      `${native.readGigabytesPerSecond.toFixed(1)} GB/s of plain reading; ` +
      `its best row is among the exact ones in ${native.agrees} of ${turns} turns; ` +
      `query() on ${TINY} records takes ${(1e6 * rest.overheadSeconds).toFixed(1)} us`,
  );
  console.table(
    Object.fromEntries(
      rows.map(({ side, recall, depth, seconds, ratio, batchSeconds, overhead, oneBit }) => [
        side,
        {
          ms: (1000 * median(seconds)).toFixed(3),
          'GB/s': oneBit ? '-' : (bytes / median(seconds) / 1e9).toFixed(1),
          'QPS ratio': fit ? ratio.median.toFixed(2) : 'n/a',
          recall: recall.toFixed(4),
          candidates: depth || 'all',
          'batch ms': batchSeconds === undefined ? '-' : (1000 * batchSeconds).toFixed(3),
          JavaScript: `${(100 * overhead.median).toFixed(2)} %`,
        },
      ]),
    ),
  );
}

function judge({ side, oneBit, recall, depth, ratio, overhead }, { set, metric, fit }, plan) {
  const where = `${set} ${metric}, ${side}`;
  const unfit = fit ? '' : 'the native scan stays below 85 % of read bandwidth';
  if (oneBit && plan.wants('G8')) {
    const enough = recall >= ENOUGH;
    const note = enough ? `recall ${recall.toFixed(4)}, ${depth} candidates` : `recall ${recall}`;
    report('G8', where, fit && enough ? ratio : undefined, unfit || note);
  }
  if (!oneBit && plan.wants('G7')) report('G7', where, fit ? ratio : undefined, unfit);
  if (!oneBit && plan.wants('G12')) report('G12', where, overhead);
}
