// The cost models against values worked out by hand, and what a plan passes on to them.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chipCosts, costOfScan, embeddedCosts, measuredCosts, QueryDag } from '../support/dag.mjs';
import { refused } from '../support/indexes.mjs';

const near = (actual, expected, what) =>
  assert.ok(Math.abs(actual - expected) <= 1e-9 * Math.abs(expected), `${what}: ${actual}`);

/** A model that gives every node a cost of one, and remembers what it was asked. */
function listening() {
  const asked = new Map();
  return {
    asked,
    rows: (_, { inputs }) => 10 + inputs.reduce((sum, { rows }) => sum + rows, 0),
    cost(_, input) {
      asked.set(input.id, input);
      return 1;
    },
  };
}

/** scan -> rest, one after another; ids are the kinds. */
function chain(...operators) {
  const dag = new QueryDag();
  operators.reduce((inputs, operator) => [dag.add(operator, { inputs })], []);
  return dag;
}

const filter = { kind: 'filter', filter: {} };

describe("a user's own model", () => {
  it('is asked once a node, with what its inputs emit', () => {
    const model = listening();
    const dag = new QueryDag();
    const a = dag.add({ kind: 'flat-scan', width: 4 });
    const b = dag.add({ kind: 'flat-scan', rows: 3 });
    const u = dag.add({ kind: 'union' }, { inputs: [b, a] });
    const estimates = dag.estimate(model);
    assert.deepEqual(model.asked.get(u), {
      id: u,
      rows: 23,
      width: 4,
      loops: 1,
      share: 1,
      inputs: [{ rows: 3 }, { rows: 10, width: 4 }],
    });
    assert.deepEqual(estimates.get(b), { rows: 3, loops: 1, share: 1, cost: 1 });
  });

  it('is not asked for what a node was told', () => {
    const model = { rows: () => assert.fail('rows'), cost: () => assert.fail('cost') };
    const dag = chain({ kind: 'flat-scan', rows: 7, cost: 2.5 });
    assert.deepEqual(dag.plan(model).nodes, { 'flat-scan': { cost: 2.5, rows: 7 } });
  });

  it('must give numbers from 0', () => {
    for (const bad of [-1, Number.NaN, Number.POSITIVE_INFINITY, '1', undefined]) {
      const dag = chain({ kind: 'flat-scan' });
      const words = ["of node 'flat-scan'", 'a number from 0'];
      refused(() => dag.plan({ rows: () => bad, cost: () => 1 }), 'INVALID_ARGUMENT', ...words);
      refused(() => dag.plan({ rows: () => 1, cost: () => bad }), 'INVALID_ARGUMENT', ...words);
    }
    refused(() => chain(filter).estimate({ rows: () => 1 }), 'INVALID_ARGUMENT', 'model.cost');
  });

  it('is asked of plans that are whole only', () => {
    const short = chain({ kind: 'flat-scan' }, { kind: 'hash-join' });
    const words = ["node 'hash-join'", '2 inputs', 'got 1'];
    refused(() => short.estimate(listening()), 'INVALID_GRAPH', ...words);
    const long = chain({ kind: 'flat-scan' }, { kind: 'flat-scan' });
    refused(() => long.estimate(listening()), 'INVALID_GRAPH', '0 inputs');
  });
});

describe('what a plan asks of its inputs', () => {
  it('runs the inner input of a nested loop once for each outer row', () => {
    const model = listening();
    const dag = new QueryDag();
    const outer = dag.add({ kind: 'sequential-scan', table: 'a', rows: 100 }, { id: 'outer' });
    const inner = dag.add({ kind: 'index-scan', table: 'b', index: 'i', rows: 2 }, { id: 'inner' });
    const kept = dag.add({ ...filter, rows: 1 }, { id: 'kept', inputs: [inner] });
    const loop = dag.add({ kind: 'nested-loop-join', rows: 100 }, { inputs: [outer, kept] });
    const third = dag.add({ kind: 'index-scan', table: 'c', index: 'j', rows: 1 }, { id: 'third' });
    dag.add({ kind: 'nested-loop-join', rows: 5 }, { inputs: [loop, third] });
    dag.estimate(model);
    const loops = (id) => model.asked.get(id).loops;
    assert.deepEqual([outer, inner, kept, loop, third].map(loops), [1, 100, 100, 1, 100]);
  });

  it('stops below a limit, up to the first operator that needs all', () => {
    const model = listening();
    const dag = chain(
      { kind: 'flat-scan', rows: 1000 },
      { kind: 'sort', rows: 1000 },
      { ...filter, rows: 500 },
      { kind: 'limit', limit: 40, offset: 10, rows: 40 },
    );
    dag.estimate(model);
    const share = (id) => model.asked.get(id).share;
    assert.deepEqual(['limit', 'filter', 'sort', 'flat-scan'].map(share), [1, 0.1, 0.1, 1]);
  });

  it('is the most that any of several readers asks', () => {
    const model = listening();
    const dag = new QueryDag();
    const scan = dag.add({ kind: 'flat-scan', rows: 100 });
    const few = dag.add({ kind: 'limit', limit: 1, rows: 1 }, { inputs: [scan] });
    const more = dag.add({ kind: 'limit', limit: 20, rows: 20 }, { id: 'more', inputs: [scan] });
    dag.add({ kind: 'union' }, { inputs: [few, more] });
    dag.estimate(model);
    assert.equal(model.asked.get(scan).share, 0.2);
  });

  it('takes rows for what is known of them', () => {
    const rows = (dag, options = {}) =>
      [...dag.estimate(measuredCosts({ units: {}, ...options })).values()].at(-1).rows;
    const scan = { kind: 'flat-scan', topK: 60, rows: 60, cost: 0 };
    assert.equal(rows(chain(scan, { ...filter, selectivity: 0.25 })), 15);
    assert.equal(rows(chain(scan, filter)), 20);
    assert.equal(rows(chain(scan, { kind: 'limit', limit: 50, offset: 20 })), 40);
    assert.equal(rows(chain(scan, { kind: 'limit', limit: 50, offset: 70 })), 0);
    assert.equal(rows(chain(scan, { kind: 'rerank', depth: 30 }), { shape: SHAPE }), 30);
    assert.equal(rows(chain(scan, { kind: 'aggregate' })), 1);
    assert.equal(rows(chain(scan, { kind: 'aggregate', by: ['a'] })), 60);
    assert.equal(rows(chain({ kind: 'flat-scan', topK: 50 }), { shape: SHAPE }), 50);
    const rare = { kind: 'flat-scan', topK: 50, selectivity: 0.01 };
    assert.equal(rows(chain(rare), { shape: SHAPE }), 10);
    const dag = new QueryDag();
    dag.add({ ...scan, rows: 30 }, { id: 'a' });
    dag.add({ ...scan, rows: 40 }, { id: 'b' });
    const join = dag.add({ kind: 'hash-join', selectivity: 0.5 }, { inputs: ['a', 'b'] });
    assert.equal(rows(dag), 600);
    dag.remove(join);
    dag.add({ kind: 'hash-join' }, { inputs: ['a', 'b'] });
    assert.equal(rows(dag), 40);
    refused(
      () => rows(chain({ kind: 'sequential-scan', table: 'films' })),
      'INVALID_ARGUMENT',
      "node 'sequential-scan'",
      "'films'",
    );
  });
});

/** Vectors of 256 bytes, codes of 8 to scan and 64 along the graph, links of 128. */
const SHAPE = { records: 1000, dimensions: 64 };

describe('the measured model', () => {
  const units = { distanceEvaluation: 2, code: 0.5, hop: 10, byte: 0.001 };

  it('is counted work times unit costs', () => {
    const work = { distanceEvaluations: 100, codesScanned: 1000, hops: 7, bytesRead: 5000 };
    const nodes = { 'flat-scan': { rows: 12, work } };
    const plan = chain({ kind: 'flat-scan' }).plan(measuredCosts({ units, nodes }));
    // 100 * 2 + 1000 * 0.5 + 7 * 10 + 5000 * 0.001
    assert.deepEqual(plan.nodes, { 'flat-scan': { cost: 775, rows: 12 } });
  });

  it('is expected work where none was counted', () => {
    const model = measuredCosts({ units, shape: SHAPE });
    near(costOfScan(model, { kind: 'flat-scan' }), 1000 * 2 + 256, 'flat');
    // 80 vectors after 1000 codes: 8000 + 80 * 256 bytes.
    near(costOfScan(model, { kind: 'rabitq-scan', ef: 80 }), 160 + 500 + 28.48, 'rabitq');
    // 54 + log2 1000 hops, 16 codes of 64 bytes each; 10 vectors in the end.
    const hops = 54 + Math.log2(1000);
    const expected = 1000 * 2 + 10 * hops + 0.001 * (1000 * 64 + hops * 128 + 2560);
    near(costOfScan(model, { kind: 'hnsw-scan', ef: 54 }), expected, 'hnsw, all evaluated');
    const large = measuredCosts({ units, shape: { ...SHAPE, records: 2 ** 20 } });
    near(
      costOfScan(large, { kind: 'hnsw-scan', ef: 100, topK: 10 }),
      120 * 16 * 2 + 1200 + 0.001 * (120 * 16 * 64 + 120 * 128 + 2560),
      'hnsw',
    );
  });

  it('says which node it knows nothing of', () => {
    const scan = { kind: 'hnsw-scan' };
    const model = measuredCosts({ units });
    refused(() => costOfScan(model, scan), 'INVALID_ARGUMENT', "node 'hnsw-scan'", 'shape');
  });

  for (const [what, options, word] of [
    ['no units', {}, 'units'],
    ['unknown units', { units: { bytes: 1 } }, "'byte'?"],
    ['a unit below 0', { units: { byte: -1 } }, 'units.byte'],
    ['half a shape', { units: {}, shape: { records: 1 } }, 'shape.dimensions'],
  ])
    it(`refuses ${what}`, () => {
      refused(() => measuredCosts(options), 'INVALID_ARGUMENT', word);
    });
});

describe('the embedded model', () => {
  /** All 1000 records take 456 bytes each. */
  const device = { flashLatencyNs: 50_000, flashPageBytes: 512, shape: SHAPE };

  it('reads from RAM what fits there', () => {
    const model = embeddedCosts({ ...device, ramKB: 446 });
    near(costOfScan(model, { kind: 'flat-scan' }), 256_000, 'a byte a ns');
    const fast = embeddedCosts({ ...device, ramKB: 446, ramNsPerByte: 0.25 });
    near(costOfScan(fast, { kind: 'flat-scan' }), 64_000, 'four bytes a ns');
  });

  it('reads from flash what does not', () => {
    // 228,000 of 456,000 bytes are outside: half of a scan's pages, half of a walk's codes.
    const model = embeddedCosts({ ...device, ramKB: 228_000 / 1024 });
    near(costOfScan(model, { kind: 'flat-scan' }), 256_000 + 250 * 50_000, 'flat');
    const hops = 10 + Math.log2(1000);
    const bytes = 16 * hops * 64 + hops * 128 + 2560;
    const walk = costOfScan(model, { kind: 'hnsw-scan', ef: 10 });
    near(walk, bytes + 16 * hops * 0.5 * 50_000, 'hnsw');
    const all = embeddedCosts({ ...device, ramKB: 0 });
    near(costOfScan(all, { kind: 'flat-scan' }), 256_000 + 500 * 50_000, 'nothing fits');
  });

  it('writes and reads a sort that does not fit', () => {
    const cost = (ramKB) =>
      chain({ kind: 'flat-scan', rows: 64, width: 100, cost: 0 }, { kind: 'sort' }).plan(
        embeddedCosts({ ...device, ramKB }),
      ).nodes.sort.cost;
    near(cost(7), 6 * 6400, '6 passes in RAM');
    // 1,280 of 6,400 bytes are outside: 3 pages, written and read.
    near(cost(5), 6 * 6400 + 6 * 50_000, 'in flash');
  });

  it('refuses what it cannot count with', () => {
    for (const [options, word] of [
      [{ flashLatencyNs: 1 }, 'ramKB'],
      [{ ramKB: 1 }, 'flashLatencyNs'],
      [{ ramKB: 1, flashLatencyNs: 1, flashPageBytes: 0 }, 'flashPageBytes'],
      [{ ramKb: 1, flashLatencyNs: 1 }, "'ramKB'?"],
    ])
      refused(() => embeddedCosts(options), 'INVALID_ARGUMENT', word);
  });
});

describe('the chip model', () => {
  const chip = { clockMHz: 500, pipelineDepth: 5, cacheLineBytes: 64, shape: SHAPE };

  it('counts cycles: bytes, decisions, lines', () => {
    // 64,000 words, 1,000 vectors of 5 stages, 4,000 lines of 5 cycles; 2 ns a cycle.
    near(costOfScan(chipCosts(chip), { kind: 'flat-scan' }), 2 * 89_000, 'flat');
    const wide = chipCosts({ ...chip, bytesPerCycle: 16, lineCycles: 20 });
    near(costOfScan(wide, { kind: 'flat-scan' }), 2 * (16_000 + 5000 + 80_000), 'simd');
    const dag = chain({ kind: 'flat-scan', rows: 100, width: 8, cost: 0 }, filter);
    near(dag.plan(chipCosts(chip)).nodes.filter.cost, 2 * (200 + 500 + 13 * 5), 'a filter');
  });

  it('takes half the time at twice the clock', () => {
    const at = (clockMHz) => costOfScan(chipCosts({ ...chip, clockMHz }), { kind: 'rabitq-scan' });
    near(at(1000), at(500) / 2, 'clock');
  });

  it('refuses what it cannot count with', () => {
    for (const [more, word] of [
      [{ clockMHz: 0 }, 'clockMHz'],
      [{ cacheLineBytes: 0 }, 'cacheLineBytes'],
      [{ pipelineDepth: -1 }, 'pipelineDepth'],
      [{ clockMHz: undefined }, 'clockMHz'],
    ])
      refused(() => chipCosts({ ...chip, ...more }), 'INVALID_ARGUMENT', word);
  });
});
