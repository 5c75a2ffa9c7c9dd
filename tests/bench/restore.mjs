// A snapshot read back against the same index built anew. G11.
import { buildInTurns, median } from './curves.mjs';
import { generated } from './data.mjs';
import { report } from './goals.mjs';
import { ours } from './side.mjs';

/** A graph last: what the goal is about. The others show what a restore costs without one. */
const INDEXES = {
  'flat f32': { index: 'flat' },
  'flat 1 bit': { index: 'flat', quantization: 'rabitq' },
  hnsw: { index: 'hnsw' },
};

export async function restore(plan, results) {
  const [n, dim] = plan.restore;
  const set = generated('clustered', n, dim);
  // The faster build of the two rebuilds faster, so it is the harder test.
  const { simd128, relaxed } = plan.builds;
  const build = relaxed.missing ? simd128 : relaxed;
  console.log(`\nsnapshots of ${set.name}, ${build.name}`);
  const rows = {};
  for (const [name, options] of Object.entries(INDEXES)) {
    const side = ours(build, set, options);
    try {
      const seconds = (await buildInTurns([side], n)).get(side);
      const rebuild = seconds.reduce((sum, s) => sum + s, 0);
      const saved = await side.save();
      await side.load(); // warm-up
      const loads = [];
      for (let turn = 0; turn < plan.turns; ++turn) loads.push(await side.load());
      rows[name] = {
        rebuildSeconds: rebuild,
        saveSeconds: saved.seconds,
        bytes: saved.bytes,
        loadSeconds: loads,
        ratio: median(loads) / rebuild,
      };
    } finally {
      side.end();
    }
  }
  console.table(
    Object.fromEntries(
      Object.entries(rows).map(([name, row]) => [
        name,
        {
          'build s': row.rebuildSeconds.toFixed(2),
          'vectors/s': Math.round(n / row.rebuildSeconds),
          'export ms': (1000 * row.saveSeconds).toFixed(0),
          'snapshot B/vector': Math.round(row.bytes / n),
          'import ms': (1000 * median(row.loadSeconds)).toFixed(0),
          'GB/s': (row.bytes / median(row.loadSeconds) / 1e9).toFixed(2),
          'import / build': `1/${Math.round(1 / row.ratio)}`,
        },
      ]),
    ),
  );
  results.restore = { set: set.name, build: build.name, rows };
  const { loadSeconds, rebuildSeconds } = rows.hnsw;
  const ratios = loadSeconds.map((seconds) => seconds / rebuildSeconds);
  report('G11', `${set.name} hnsw, ${build.name}`, {
    median: median(ratios),
    least: Math.min(...ratios),
    most: Math.max(...ratios),
    of: ratios.length,
  });
}
