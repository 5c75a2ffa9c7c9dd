// The Postgres-like model: against the planner's formulas worked out by hand, and against the costs
// that PostgreSQL itself gave real plans.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { costOfScan, postgresCosts, QueryDag } from '../support/dag.mjs';
import { realLines } from '../support/data.mjs';
import { refused } from '../support/indexes.mjs';
import { longestPath } from '../support/longest-path.mjs';
import { dagOf, nodesOf, scanOf, statisticsOf } from '../support/postgres-plans.mjs';
import { spearman } from '../support/rank.mjs';

const tables = {
  t: {
    pages: 1000,
    tuples: 100_000,
    indexes: {
      random: { pages: 276, height: 1 },
      ordered: { pages: 276, height: 1, correlation: 1 },
      half: { pages: 276, height: 1, correlation: -Math.SQRT1_2 },
    },
  },
};
const model = postgresCosts({ tables });
const near = (actual, expected) =>
  assert.ok(Math.abs(actual - expected) <= 1e-9 * expected, `${actual}, expected ${expected}`);

/** The cost of `operator` over inputs that cost nothing. */
function costOver(operator, ...inputs) {
  const dag = new QueryDag();
  const ids = inputs.map((input, i) =>
    dag.add({ kind: 'sequential-scan', table: 't', cost: 0, ...input }, { id: `i${i}` }),
  );
  const id = dag.add(operator, { id: 'it', inputs: ids });
  return dag.estimate(postgresCosts({ tables })).get(id).cost;
}

describe('the Postgres-like model', () => {
  it('scans in sequence: pages + 0.01 a tuple + 0.0025 a condition', () => {
    const scan = { kind: 'sequential-scan', table: 't' };
    near(costOfScan(model, scan), 1000 + 1000);
    near(costOfScan(model, { ...scan, conditions: 2 }), 1000 + 1500);
    // Two workers and 0.4 of the leader; four workers and nothing of it.
    near(costOfScan(model, { ...scan, workers: 2 }), 1000 + 1000 / 2.4);
    near(costOfScan(model, { ...scan, workers: 4 }), 1000 + 1000 / 4);
  });

  it('scans an index: down, leaves, entries, and pages by the correlation', () => {
    const scan = { kind: 'index-scan', table: 't', indexSelectivity: 0.001 };
    // log2 of 100,000 is 17 whole, 2 levels of 50; 1 leaf of 4; 100 entries of 0.0075, tuples of 0.01.
    const rest = 0.0025 * (17 + 100) + 4 + 100 * 0.0075 + 100 * 0.01;
    // Mackert & Lohman: 2 * 1000 * 100 / 2100 = 95.2 pages, of 4.
    near(costOfScan(model, { ...scan, index: 'random' }), rest + 96 * 4);
    // One page of the table.
    near(costOfScan(model, { ...scan, index: 'ordered' }), rest + 4);
    near(costOfScan(model, { ...scan, index: 'half' }), rest + (96 * 4 + 4) / 2);
    near(costOfScan(model, { ...scan, index: 'ordered', conditions: 3 }), rest + 4 + 100 * 0.0075);
  });

  it('scans by a bitmap: pages in their order, cheaper the more there are', () => {
    const scan = { kind: 'index-scan', table: 't', index: 'random', bitmap: true };
    // 1000 tuples on 666.7 pages, 3 leaves.
    const index = 0.0025 * 117 + 3 * 4 + 1000 * 0.0075;
    const page = 4 - 3 * Math.sqrt(0.667);
    const expected = index + 0.1 * 0.0025 * 1000 + 667 * page + 1000 * 0.0125;
    const given = { indexSelectivity: 0.01, rows: 1000, conditions: 1 };
    near(costOfScan(model, { ...scan, ...given }), expected);
  });

  it('finds pages in the cache that earlier runs of a nested loop read', () => {
    const dag = new QueryDag();
    dag.add({ kind: 'sequential-scan', table: 't', rows: 500, cost: 0 }, { id: 'outer' });
    const lookup = { kind: 'index-scan', table: 't', index: 'random', rows: 1 };
    dag.add({ ...lookup, indexSelectivity: 1e-5 }, { id: 'inner' });
    dag.add({ kind: 'nested-loop-join', rows: 500 }, { id: 'loop', inputs: ['outer', 'inner'] });
    const estimates = dag.estimate(model);
    // All 500 together: 400 pages of the table (2 * 1000 * 500 / 2500), 263 of the index.
    near(estimates.get('inner').cost, 500 * (0.0025 * 117 + 0.0075 + 0.01) + 4 * (400 + 263));
    near(estimates.get('loop').cost, 500 * 0.01);
  });

  it('joins', () => {
    const [outer, inner] = [
      { rows: 1000, width: 40 },
      { rows: 200, width: 20 },
    ];
    // 1000 * 200 pairs, a condition of each.
    near(
      costOver({ kind: 'nested-loop-join', conditions: 1, rows: 9 }, outer, inner),
      200_000 * 0.0125,
    );
    // A table of 200, 1000 hashes and as many half compared, 300 tuples.
    const hash = { kind: 'hash-join', rows: 300 };
    near(costOver(hash, outer, inner), 200 * 0.0125 + 1000 * 0.00375 + 3);
    near(costOver({ ...hash, kind: 'merge-join' }, outer, inner), 1200 * 0.0025 + 3);
    // 100,000 rows of 32 + 24 bytes are more than 4 MiB: 586 pages (24 + 24) of them, 8 of the others.
    const large = { rows: 100_000, width: 20 };
    const spilt = 586 + (586 + 2 * 8);
    near(costOver(hash, outer, large), 100_000 * 0.0125 + 1000 * 0.00375 + 3 + spilt);
  });

  it('sorts: N log2 N comparisons of two operators', () => {
    const sort = { kind: 'sort' };
    near(costOver(sort, { rows: 1024, width: 8 }), 2 * 0.0025 * 1024 * 10 + 0.0025 * 1024);
    // 2^18 rows of 8 + 24 bytes are 8 MiB: 1024 pages, written and read once, a quarter at random.
    const merged = 2 * 1024 * (0.75 + 1);
    const rows = 2 ** 18;
    near(costOver(sort, { rows, width: 8 }), 0.005 * rows * 18 + 0.0025 * rows + merged);
  });

  it('keeps few rows in a heap, and runs what is below a limit for its share', () => {
    const dag = new QueryDag();
    dag.add({ kind: 'sequential-scan', table: 't' }, { id: 'scan' });
    dag.add({ kind: 'limit', limit: 1000 }, { id: 'limit', inputs: ['scan'] });
    const plan = dag.plan(model);
    near(plan.nodes.scan.cost, 2000 / 100);
    assert.equal(plan.nodes.limit.cost, 0);
    const sorted = new QueryDag();
    sorted.add({ kind: 'sequential-scan', table: 't', width: 8 }, { id: 'scan' });
    sorted.add({ kind: 'sort' }, { id: 'sort', inputs: ['scan'] });
    sorted.add({ kind: 'limit', limit: 8 }, { inputs: ['sort'] });
    const nodes = sorted.plan(model).nodes;
    near(nodes.scan.cost, 2000);
    near(nodes.sort.cost, 0.005 * 100_000 * 4 + 0.0025 * 8);
  });

  it('aggregates: an operator for each function and key, a tuple for each group', () => {
    const one = { kind: 'aggregate' };
    near(costOver(one, { rows: 1000 }), 1000 * 0.0025 + 0.01);
    near(costOver({ ...one, by: ['a', 'b'], functions: 3, rows: 7 }, { rows: 1000 }), 12.5 + 0.07);
  });

  it('goes by the settings that it is given', () => {
    const scan = { kind: 'sequential-scan', table: 't', conditions: 1 };
    const settings = { seqPageCost: 2, cpuTupleCost: 0.1, cpuOperatorCost: 0.5 };
    near(costOfScan(postgresCosts({ tables, ...settings }), scan), 2000 + 60_000);
  });

  for (const [what, options, word] of [
    ['unknown settings', { seq_page_cost: 1 }, 'seq_page_cost'],
    ['settings below 0', { seqPageCost: -1 }, 'seqPageCost'],
    ['a table without pages', { tables: { t: { tuples: 1 } } }, 'tables.t.pages'],
    [
      'a correlation of 2',
      { tables: { t: { ...tables.t, indexes: { i: { pages: 1, correlation: 2 } } } } },
      'correlation',
    ],
  ])
    it(`refuses ${what}`, () => {
      refused(() => postgresCosts(options), 'INVALID_ARGUMENT', word);
    });

  it('says which statistics it lacks', () => {
    const scan = { kind: 'index-scan', table: 't', index: 'x', rows: 1 };
    refused(() => costOfScan(model, scan), 'INVALID_ARGUMENT', "the index 'x'");
    refused(() => costOfScan(model, { ...scan, table: 'u' }), 'INVALID_ARGUMENT', "'u'");
  });
});

describe('real plans of PostgreSQL (sql-plans-imdb)', () => {
  const load = (t) => {
    const sets = ['job-light', 'synthetic'].map((name) =>
      realLines(t, 'sql-plans-imdb', `${name}.plans.jsonl`),
    );
    if (sets.includes(undefined)) return undefined;
    // Of the second set alone: what the first one says is of plans that the statistics never saw.
    const plans = sets.flat();
    const known = statisticsOf(sets[1], (given, scan) =>
      costOfScan(postgresCosts({ tables: given }), scan),
    );
    return { sets, plans, known, model: postgresCosts({ tables: known.tables }) };
  };

  it('have the same costs of scans by the cent, those from which statistics were taken left out', (t) => {
    const data = load(t);
    if (data === undefined) return;
    const { plans, known, model: fitted } = data;
    // Plans repeat themselves: what shows the same as a node that was taken shows nothing new.
    const shown = (node) =>
      ['Node Type', 'Relation Name', 'Filter', 'Plan Rows', 'Total Cost']
        .map((it) => node[it])
        .join();
    const taken = new Set([...known.taken].map(shown));
    const checked = { 'Seq Scan': new Set(), 'Bitmap Heap Scan': new Set() };
    for (const { plan } of plans)
      for (const { node, workers } of nodesOf(plan)) {
        const type = node['Node Type'];
        if (!(type in checked) || taken.has(shown(node))) continue;
        const ours = costOfScan(fitted, scanOf(node, workers, known, plan));
        const theirs = node['Total Cost'];
        // A bitmap scan's pages of the index are known to one in as many as the largest scan read.
        const allowed = type === 'Seq Scan' ? 0.01 : 2e-4 * theirs;
        assert.ok(Math.abs(ours - theirs) <= allowed, `${type}: ${ours}, theirs ${theirs}`);
        checked[type].add(shown(node));
      }
    const counts = Object.entries(checked).map(([type, { size }]) => `${type} ${size}`);
    t.diagnostic(`different scans: ${counts.join(', ')}`);
    assert.ok(checked['Seq Scan'].size > 100 && checked['Bitmap Heap Scan'].size > 50, `${counts}`);
  });

  it('of scans alone have the same total', (t) => {
    const data = load(t);
    if (data === undefined) return;
    const known = /^(Seq Scan|Bitmap (Heap|Index) Scan|Gather)$/;
    let [equal, worst] = [0, 0];
    for (const { plan } of data.plans) {
      const all = [...nodesOf(plan)].map(({ node }) => node['Node Type']);
      if (!all.every((type) => known.test(type))) continue;
      const { nodes } = dagOf(QueryDag, plan, data.known).plan(data.model);
      const total = Object.values(nodes).reduce((sum, { cost }) => sum + cost, 0);
      const error = Math.abs(total - plan['Total Cost']);
      const exact = !all.includes('Bitmap Heap Scan');
      assert.ok(error <= (exact ? 0.01 : 2e-4 * total), `${all}: ${total}, ${plan['Total Cost']}`);
      if (exact) worst = Math.max(worst, error);
      ++equal;
    }
    assert.ok(equal > 50, `${equal} plans`);
    t.diagnostic(`${equal} plans; sequential scans differ by ${worst.toFixed(4)} at most`);
  });

  it('are ranked as by PostgreSQL, and their critical path ranks runtimes better than their size', (t) => {
    const data = load(t);
    if (data === undefined) return;
    for (const plans of data.sets) {
      const rows = plans.map(({ plan, execution_time_ms: ms }) => {
        const numbers = dagOf(QueryDag, plan, data.known).plan(data.model);
        const total = numbers.order.reduce((sum, id) => sum + numbers.nodes[id].cost, 0);
        const [path, nodes] = [longestPath(numbers), numbers.order.length];
        return { path, total, nodes, theirs: plan['Total Cost'], ms };
      });
      const by = (a, b) =>
        spearman(
          rows.map((row) => row[a]),
          rows.map((row) => row[b]),
        );
      assert.ok(by('total', 'theirs') > 0.99, `total: ${by('total', 'theirs')}`);
      assert.ok(by('path', 'ms') > by('nodes', 'ms') + 0.3, `path: ${by('path', 'ms')}`);
      const ratios = rows.map(({ total, theirs }) => total / theirs).sort((a, b) => a - b);
      const middle = ratios[ratios.length >> 1];
      assert.ok(Math.abs(middle - 1) < 0.005, `median ratio ${middle}`);
      // Negative control: costs of other plans say nothing.
      const turned = rows.map((_, i) => rows[(i + 1) % rows.length].theirs);
      assert.ok(
        spearman(
          rows.map(({ total }) => total),
          turned,
        ) < 0.6,
      );
    }
  });
});
