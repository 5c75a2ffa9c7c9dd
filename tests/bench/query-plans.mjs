// What plans say before they run: how well the critical path under the Postgres-like model ranks the
// runtimes that PostgreSQL measured, and how far the expected work of scans is from what is counted.
import { createIndex } from '@ruvector/wasm';
import {
  costOfScan,
  createPlanner,
  measuredCosts,
  postgresCosts,
  QueryDag,
  run,
} from '../support/dag.mjs';
import { realLines, realSet } from '../support/data.mjs';
import { dagOf, statisticsOf } from '../support/postgres-plans.mjs';
import { bootstrap, spearman } from '../support/rank.mjs';
import { SEED } from './data.mjs';

/** The statistics are taken from the second one, so the first tells what they are worth elsewhere. */
const SETS = ['job-light', 'synthetic'];

export async function queryPlans(_, results) {
  results.queryPlans = {};
  runtimes(await createPlanner(), results.queryPlans);
  return expectedAndCounted(results.queryPlans);
}

/** Rank correlations with measured time, and of the model's total with Postgres' own. */
function runtimes(planner, results) {
  let missing;
  const skip = { skip: (why) => (missing = why) };
  const sets = SETS.map((name) => realLines(skip, 'sql-plans-imdb', `${name}.plans.jsonl`));
  if (missing !== undefined) return console.log(missing);
  console.log(`statistics as the plans of ${SETS[1]} show them`);
  const known = statisticsOf(sets[1], (tables, scan) =>
    costOfScan(postgresCosts({ tables }), scan),
  );
  const model = postgresCosts({ tables: known.tables });
  for (const [name, plans] of [...SETS.map((name, i) => [name, sets[i]]), ['both', sets.flat()]]) {
    const rows = plans.map(({ plan, execution_time_ms: ms }) => {
      const dag = dagOf(QueryDag, plan, known);
      const numbers = dag.plan(model);
      const total = Object.values(numbers.nodes).reduce((sum, { cost }) => sum + cost, 0);
      const path = planner.analyze(numbers, { k: 1 }).length;
      return { path, total, nodes: dag.size, postgres: plan['Total Cost'], ms };
    });
    const of = (field) => (drawn) =>
      spearman(
        drawn.map((i) => rows[i][field]),
        drawn.map((i) => rows[i].ms),
      );
    const printed = Object.entries({
      'critical path': of('path'),
      'total cost': of('total'),
      "PostgreSQL's own total": of('postgres'),
      'node count': of('nodes'),
      'critical path less node count': (drawn) => of('path')(drawn) - of('nodes')(drawn),
    }).map(([what, statistic]) => [what, bootstrap(rows.length, statistic, SEED)]);
    const ratios = rows.map(({ total, postgres }) => total / postgres).sort((a, b) => a - b);
    const agreement = {
      spearman: spearman(
        rows.map(({ total }) => total),
        rows.map(({ postgres }) => postgres),
      ),
      quartiles: [0.25, 0.5, 0.75].map((part) => ratios[Math.floor(part * ratios.length)]),
    };
    console.log(`\n${name}: ${rows.length} plans; Spearman with measured time (95 % of resamples)`);
    for (const [what, { value, low, high }] of printed)
      console.log(
        `  ${what.padEnd(30)} ${value.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`,
      );
    const quartiles = agreement.quartiles.map((ratio) => ratio.toFixed(3)).join(', ');
    console.log(
      `  the model's total beside PostgreSQL's: Spearman ${agreement.spearman.toFixed(4)}, ratio (quartiles) ${quartiles}`,
    );
    results[name] = { ...Object.fromEntries(printed), agreement };
  }
}

/** The measured model's guess before a scan ran, over what the engine counted; medians of queries. */
async function expectedAndCounted(results) {
  let missing;
  const set = realSet({ skip: (why) => (missing = why) }, 'siftsmall');
  if (missing !== undefined) return console.log(missing);
  const items = set.base.map((vector, i) => ({ id: `${i}`, vector }));
  const shape = { records: items.length, dimensions: set.base[0].length };
  console.log(`\nexpected work / counted work, siftsmall, ${shape.records} x ${shape.dimensions}`);
  results.work = {};
  for (const [kind, options, widths] of [
    ['flat-scan', { index: 'flat' }, [undefined]],
    ['rabitq-scan', { index: 'flat', quantization: 'rabitq' }, [32, 128, 512]],
    ['hnsw-scan', { index: 'hnsw' }, [32, 128, 512]],
  ]) {
    const { dimensions } = shape;
    const index = await createIndex({ dimensions, metric: 'euclidean', ...options });
    index.upsert(items);
    for (const ef of widths) {
      const dag = new QueryDag();
      const operator = { kind, topK: 10, ...(ef && { ef }) };
      const id = dag.add(operator);
      const counted = set.queries.map((vector) => run(dag, { index, vector }).nodes[id]);
      const beside = UNITS.map(([unit, count]) => {
        const units = { [unit]: 1 };
        const expected = costOfScan(measuredCosts({ units, shape }), operator);
        const counts = counted.map(({ work }) => work[count]).sort((a, b) => a - b);
        return [count, Math.round(expected), counts[counts.length >> 1]];
      });
      const shown = beside.map((three) => `${three[0]} ${three[1]} / ${three[2]}`).join(', ');
      const name = `${kind}${ef ? ` ef ${ef}` : ''}`;
      console.log(`  ${name.padEnd(20)} ran as ${counted[0].plan}: ${shown}`);
      results.work[name] = beside;
    }
    index.dispose();
  }
}

const UNITS = [
  ['distanceEvaluation', 'distanceEvaluations'],
  ['code', 'codesScanned'],
  ['hop', 'hops'],
  ['byte', 'bytesRead'],
];
