// A database over two workers beside one in a worker: building a graph, searching it, scanning. G6.
// Every shard answers every query: of a scan each does half, of a walk along a graph more than that.
import { readFileSync } from 'node:fs';
import { open } from '../support/package.mjs';
import { buildInTurns, median, medianAt, pointsText, race, ratioAt, ratioOf } from './curves.mjs';
import { generated, K } from './data.mjs';
import { report } from './goals.mjs';

const RECALL = 0.95;
/** Queries of one exact scan. */
const SCANNED = 40;

export async function shards(plan, results) {
  const set = generated(...plan.shards);
  const bytes = readFileSync(set.file);
  const rows = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const sides = [];
  try {
    for (const shards of [1, 2]) sides.push(await sideOf(set, rows, shards));
    const [one, two] = sides;
    const seconds = await buildInTurns(sides, set.n);
    const curves = await race(sides, set.truth, plan);
    const build = ratioOf(seconds.get(one), seconds.get(two));
    const search = ratioAt(curves.get(two), curves.get(one), RECALL);
    const scans = new Map(sides.map((side) => [side, []]));
    for (let turn = 0; turn < plan.turns; ++turn)
      for (const side of sides) scans.get(side).push(await side.scan(plan.ms));
    const exact = ratioOf(scans.get(two), scans.get(one));
    const table = {};
    for (const side of sides) {
      const points = curves.get(side);
      const total = seconds.get(side).reduce((sum, s) => sum + s, 0);
      table[side.name] = {
        'vectors/s': Math.round(set.n / total),
        [`QPS at ${RECALL}`]: Math.round(medianAt(points, RECALL) ?? Number.NaN),
        'QPS, exact': Math.round(median(scans.get(side))),
      };
      console.log(`${side.name}, ef recall QPS: ${pointsText(points)}`);
    }
    console.table(table);
    report('G6.build', set.name, build);
    report('G6.search', set.name, search, `at recall ${RECALL}, queries in batches`);
    report('G6.search', `${set.name}, exact`, exact, 'scans of all vectors');
    results.shards = { set: set.name, build, search, exact, table };
  } finally {
    for (const side of sides) await side.end();
  }
}

/** A database in memory: what is compared is work, not the disk. */
async function sideOf({ n, dim, metric }, rows, shards) {
  const db = await open('bench', {
    dimensions: dim,
    metric,
    index: { type: 'hnsw', M: 16, efConstruction: 200 },
    storage: 'memory:',
    worker: true,
    shards,
  });
  const row = (i) => rows.subarray(i * dim, (i + 1) * dim);
  const queries = Array.from({ length: rows.length / dim - n }, (_, i) => row(n + i));
  const ask = (ef) => db.queryMany(queries, { topK: K, ef, includeMetadata: false });
  const scan = () => db.queryMany(queries.slice(0, SCANNED), { topK: K, exact: true });
  /** Queries a second, of calls that are `each` of them. */
  const speed = async (each, call, ms) => {
    const start = performance.now();
    let calls = 0;
    do {
      await call();
      ++calls;
    } while (performance.now() - start < ms);
    return (1000 * calls * each) / (performance.now() - start);
  };
  return {
    name: `${shards} worker${shards > 1 ? 's' : ''}`,
    async build(first, count) {
      const ids = Array.from({ length: count }, (_, i) => `${first + i}`);
      const start = performance.now();
      await db.upsertFlat(ids, rows.subarray(first * dim, (first + count) * dim));
      return (performance.now() - start) / 1000;
    },
    async find(ef) {
      const found = await ask(ef);
      return found.flatMap(({ matches }) =>
        Array.from({ length: K }, (_, i) => Number(matches[i]?.id ?? -1)),
      );
    },
    speed: (ef, ms) => speed(queries.length, () => ask(ef), ms),
    scan: (ms) => speed(SCANNED, scan, ms),
    end: () => db.close(),
  };
}
