// ./dag: what a planner says of plans, through the module as it ships. The mathematics are tested
// natively (tests/core/dag_*.cpp); here, that they arrive, and that what is no plan is refused.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createPlanner, MECHANISMS } from '../support/dag.mjs';
import { refused, rejected } from '../support/indexes.mjs';
import { root } from '../support/package.mjs';
import { random } from '../support/random.mjs';

/** A filtered search beside a text search, fused. */
const PLAN = {
  order: ['hnsw', 'filter', 'text', 'fuse', 'limit'],
  edges: [
    ['text', 'fuse'],
    ['hnsw', 'filter'],
    ['filter', 'fuse'],
    ['fuse', 'limit'],
  ],
  nodes: {
    hnsw: { cost: 40, candidates: 64 },
    filter: { cost: 2, selectivity: 0.05 },
    text: { cost: 10, candidates: 3 },
    fuse: { cost: 1 },
    limit: {},
  },
};

const near = (found, wanted, within = 1e-12) =>
  assert.ok(Math.abs(found - wanted) <= within, `${found} is not ${wanted}`);
const sum = (numbers) => Object.values(numbers).reduce((a, b) => a + b, 0);

/** A plan of up to `most` nodes in layers, with ids that are not positions. */
function randomPlan(next, most) {
  const size = 1 + Math.floor(next() * most);
  const order = Array.from({ length: size }, (_, i) => `node ${(i * 7919) % 10007}`);
  const edges = order.flatMap((from, i) =>
    order.slice(i + 1, i + 6).flatMap((to) => (next() < 0.3 ? [[from, to]] : [])),
  );
  const number = (scale) => (next() < 0.2 ? undefined : scale * next());
  const nodes = Object.fromEntries(
    order.map((id) => [
      id,
      { cost: number(50), candidates: number(100), selectivity: number(1), rows: number(9) },
    ]),
  );
  return { order, edges, nodes };
}

const planner = await createPlanner();

describe('an analysis', () => {
  it('says what a plan takes, what it can give, and what is in the way', () => {
    const found = planner.analyze(PLAN, { k: 10 });
    near(found.flow, 6.2);
    assert.equal(found.tension, 1);
    assert.deepEqual(found.side, []);
    assert.deepEqual(found.witness, ['hnsw', 'text']);
    assert.deepEqual(found.bottlenecks, ['hnsw', 'text']);
    assert.deepEqual(found.criticalPath, ['hnsw', 'filter', 'fuse', 'limit']);
    assert.equal(found.length, 43);
    assert.ok(found.arcsScanned > 0);
    assert.deepEqual(Object.keys(found.nodes), PLAN.order);
    const { text, fuse, hnsw } = found.nodes;
    assert.deepEqual(text, { depth: 0, earliest: 0, slack: 32, critical: false, passRate: 1 });
    assert.deepEqual(fuse, { depth: 2, earliest: 42, slack: 0, critical: true, passRate: 1 });
    near(hnsw.passRate, 0.05);
    near(planner.analyze(PLAN, { k: 3.1 }).tension, 0.5);
    assert.equal(planner.analyze(PLAN, { k: 2 }).tension, 0);
    assert.deepEqual(JSON.parse(JSON.stringify(found)), found);
  });

  it('says null of a flow without a limit', () => {
    const nodes = { ...PLAN.nodes, text: {} };
    const found = planner.analyze({ ...PLAN, nodes }, { k: 10 });
    assert.equal(found.flow, null);
    assert.equal(found.tension, 0);
    assert.deepEqual([found.witness, found.bottlenecks, found.side], [[], [], []]);
  });

  it('takes the order of edges as it comes, and ids of any kind', () => {
    const found = planner.analyze(
      { ...PLAN, edges: PLAN.edges.toReversed?.() ?? [...PLAN.edges].reverse() },
      { k: 10 },
    );
    assert.deepEqual(found, planner.analyze(PLAN, { k: 10 }));
    const odd = ['__proto__', 'constructor', ''];
    const nodes = Object.fromEntries(odd.map((id, i) => [id, { cost: i + 1 }]));
    const analysis = planner.analyze({ order: odd, edges: [[odd[0], odd[1]]], nodes }, { k: 1 });
    assert.deepEqual(Object.keys(analysis.nodes), odd);
    assert.equal(analysis.length, 3);
    const shares = planner.attention({ order: odd, edges: [], nodes }, 'parallelBranch');
    near(Object.getOwnPropertyDescriptor(shares, '__proto__').value, 1 / 6);
  });

  it('of a plan of nothing is of nothing', () => {
    const found = planner.analyze({ order: [], edges: [], nodes: {} }, { k: 1 });
    assert.deepEqual([found.nodes, found.flow, found.length], [{}, 0, 0]);
    for (const name of MECHANISMS)
      assert.deepEqual(planner.attention({ order: [], edges: [], nodes: {} }, name), {});
  });
});

describe('attention', () => {
  it('gives every node a share, and 1 in all', () => {
    const next = random(1);
    for (let i = 0; i < 100; ++i) {
      const plan = randomPlan(next, 60);
      for (const name of MECHANISMS) {
        const shares = planner.attention(plan, name);
        assert.deepEqual(Object.keys(shares).sort(), [...plan.order].sort());
        near(sum(shares), 1);
        assert.ok(Object.values(shares).every((share) => share >= 0));
      }
    }
  });

  it('is what each mechanism says of this plan', () => {
    const all = (name, options) =>
      PLAN.order.map((id) => planner.attention(PLAN, name, options)[id]);
    const same = (found, weights) => {
      const total = weights.reduce((a, b) => a + b, 0);
      for (const [i, share] of found.entries()) near(share, weights[i] / total);
    };
    same(all('topological'), [1, 0.9, 1, 0.81, 0.729]);
    same(all('topological', { decay: 0.5 }), [1, 0.5, 1, 0.25, 0.125]);
    same(all('causalCone'), [40 + 1.6 + 0.64, 2.8, 10.8, 1, 0]);
    same(all('criticalPath'), [40, 2, 10 * Math.exp(-32 / 4.3), 1, 0]);
    same(all('minCutGated'), [1, 0.9 * 0.05, 1, 0.81 * 0.05, 0.729 * 0.05]);
    same(all('parallelBranch'), [40, 2, 10, 1, 0]);
    same(all('btsp', { synapses: { fuse: 1 } }), [0.5, 0.45, 0.5, 0.81 * 1.5, 0.3645]);
    const [hnsw, filter, text, fuse, limit] = all('lorentz', { focus: 'limit' });
    assert.ok(limit > fuse && fuse > hnsw && fuse > text && hnsw > filter);
  });

  it('refuses a mechanism that is none, and options out of their range', () => {
    const attend = (name, options) => () => planner.attention(PLAN, name, options);
    refused(attend('nearest'), 'INVALID_ARGUMENT', 'mechanism');
    for (const decay of [0, -1, 1.1, NaN, '1'])
      refused(attend('topological', { decay }), 'INVALID_ARGUMENT', 'decay');
    refused(attend('lorentz', { focus: 'none' }), 'INVALID_ARGUMENT', 'focus');
    refused(attend('btsp', { synapses: { hnsw: 2 } }), 'INVALID_ARGUMENT', 'synapses.hnsw');
    refused(attend('btsp', { synapses: { other: 1 } }), 'INVALID_ARGUMENT', 'other');
    refused(attend('btsp', { synapse: {} }), 'INVALID_ARGUMENT', 'synapses');
  });
});

describe('a plan that is none', () => {
  for (const [what, change, code, message] of [
    ['an edge against the order', { edges: [['filter', 'hnsw']] }, 'INVALID_GRAPH', 'edges[0]'],
    ['an edge to itself', { edges: [['hnsw', 'hnsw']] }, 'INVALID_GRAPH', 'edges[0]'],
    ['an edge to nowhere', { edges: [['hnsw', 'nowhere']] }, 'INVALID_GRAPH', 'edges[0]'],
    ['an edge of three', { edges: [['hnsw', 'filter', 'fuse']] }, 'INVALID_GRAPH', 'edges[0]'],
    ['an edge that is none', { edges: [5] }, 'INVALID_ARGUMENT', 'edges[0]'],
    ['a node twice', { order: [...PLAN.order, 'hnsw'] }, 'INVALID_GRAPH', 'order'],
    ['an id that is none', { order: [5], edges: [] }, 'INVALID_GRAPH', 'order'],
    ['a node that is not there', { order: [...PLAN.order, 'more'] }, 'INVALID_GRAPH', '"more"'],
    ['no nodes', { nodes: undefined }, 'INVALID_ARGUMENT', 'nodes'],
    ['no order', { order: undefined }, 'INVALID_ARGUMENT', 'order'],
    ['another key', { more: 1 }, 'INVALID_ARGUMENT', 'more'],
    ...[-1, NaN, Infinity, '1'].map((cost) => [
      `a cost of ${cost}`,
      { nodes: { ...PLAN.nodes, hnsw: { cost } } },
      'INVALID_ARGUMENT',
      'hnsw.cost',
    ]),
    ...['candidates', 'selectivity'].map((field) => [
      `negative ${field}`,
      { nodes: { ...PLAN.nodes, hnsw: { [field]: -1 } } },
      'INVALID_ARGUMENT',
      `hnsw.${field}`,
    ]),
  ])
    it(`${what}: is refused, and the next one is read`, () => {
      refused(() => planner.analyze({ ...PLAN, ...change }, { k: 10 }), code, message);
      near(planner.analyze(PLAN, { k: 10 }).flow, 6.2);
    });

  it('is null, or a demand is none', () => {
    refused(() => planner.analyze(null, { k: 1 }), 'INVALID_ARGUMENT', 'plan');
    for (const k of [-1, NaN, undefined, '1'])
      refused(() => planner.analyze(PLAN, { k }), 'INVALID_ARGUMENT', 'k:');
  });
});

describe('a budget', () => {
  it('is divided by shares, within limits', () => {
    assert.deepEqual(planner.allocate(12, { a: 2, b: 1, c: 1 }), { a: 6, b: 3, c: 3 });
    const found = planner.allocate(12, { a: 2, b: 1, c: 1 }, { least: 1, most: { a: 2 } });
    near(found.a, 2);
    near(found.b, 5, 1e-9);
    near(sum(found), 12, 1e-9);
    assert.deepEqual(planner.allocate(5, {}), {});
  });

  it('goes where it finds most, where that is known', () => {
    const scales = { a: 10, b: 20 };
    const found = planner.allocate(40, { a: 0.7, b: 0.3 }, { scales });
    near(found.a + found.b, 40, 1e-9);
    near((0.7 / 10) * Math.exp(-found.a / 10), (0.3 / 20) * Math.exp(-found.b / 20), 1e-9);
  });

  it('is refused where it cannot be', () => {
    const allocate =
      (...args) =>
      () =>
        planner.allocate(...args);
    refused(allocate(1, { a: 1, b: 1 }, { least: 1 }), 'INVALID_ARGUMENT', 'budget of 1');
    refused(allocate(9, { a: 1 }, { least: 2, most: 1 }), 'INVALID_ARGUMENT', 'least');
    refused(allocate(-1, { a: 1 }), 'INVALID_ARGUMENT', 'budget');
    refused(allocate(1, { a: -1 }), 'INVALID_ARGUMENT', 'shares.a');
    refused(allocate(1, { a: 1 }, { scales: {} }), 'INVALID_ARGUMENT', 'scales.a');
    refused(allocate(1, { a: 1 }, { most: { b: 1 } }), 'INVALID_ARGUMENT', 'b');
  });

  it('is raised where that is cheapest', () => {
    const offers = { hnsw: { price: 1, most: 1000 }, text: { price: 30 } };
    const found = planner.raise(PLAN, offers, { wanted: 15 });
    near(found.raises.hnsw, 176, 1e-9);
    assert.deepEqual(Object.keys(found.raises), ['hnsw']);
    near(found.cost, 176, 1e-9);
    assert.equal(found.enough, true);
    // A tenth of a result for each candidate of the search: the text is cheaper.
    const cheap = planner.raise(PLAN, { ...offers, text: { price: 19 } }, { wanted: 15 });
    near(cheap.raises.text, 8.8, 1e-9);
    const few = planner.raise(PLAN, { hnsw: { price: 1, most: 100 } }, { wanted: 15 });
    assert.equal(few.enough, false);
    near(few.flow, 8, 1e-9);
    assert.deepEqual(planner.raise(PLAN, {}, { wanted: 5 }).raises, {});
    refused(() => planner.raise(PLAN, { x: { price: 1 } }, { wanted: 1 }), 'INVALID_ARGUMENT', 'x');
    const wrong = { hnsw: { price: -1 } };
    refused(() => planner.raise(PLAN, wrong, { wanted: 1 }), 'INVALID_ARGUMENT', 'hnsw.price');
  });
});

describe('btsp', () => {
  it('keeps what ran before surprises, and can be stored', () => {
    const btsp = planner.btsp({ tau: 2, rate: 0.5 });
    btsp.executed(['hnsw', 'filter'], 100);
    btsp.executed(['text'], 110);
    btsp.surprise(111);
    near(btsp.weights.text, 0.5 * Math.exp(-0.5));
    near(btsp.weights.hnsw, 0.5 * Math.exp(-5.5));
    const again = planner.btsp({ tau: 2, state: JSON.parse(JSON.stringify(btsp.state)) });
    for (const it of [btsp, again]) {
      it.executed(['hnsw'], 112);
      it.surprise(113);
    }
    assert.deepEqual(again.state, btsp.state);
    const shares = planner.attention(PLAN, 'btsp', { synapses: btsp.weights });
    near(shares.text / shares.hnsw, (0.5 + btsp.weights.text) / (0.5 + btsp.weights.hnsw));
  });

  it('refuses time that goes back, and a state that is none', () => {
    const btsp = planner.btsp();
    btsp.executed(['a'], 5);
    refused(() => btsp.executed(['a'], 4), 'INVALID_ARGUMENT', 'time');
    refused(() => btsp.surprise(NaN), 'INVALID_ARGUMENT', 'time');
    refused(() => planner.btsp({ state: { a: [2, 0, 0] } }), 'INVALID_ARGUMENT', 'state.a');
    refused(() => planner.btsp({ state: { a: [1, 0] } }), 'INVALID_ARGUMENT', 'state.a');
    refused(() => planner.btsp({ tau: 0 }), 'INVALID_ARGUMENT', 'tau');
    refused(() => planner.btsp({ rate: 2 }), 'INVALID_ARGUMENT', 'rate');
  });
});

describe('a selector', () => {
  /** Phases of queries that each call for another mechanism. */
  function* queries(next, count) {
    for (let i = 0; i < count; ++i) {
      const phase = Math.floor(i / 150) % 6;
      yield {
        tension: phase === 1 ? 0.9 : 0.3 * next(),
        latency: phase === 2 && next() < 0.05 ? 90 : 1,
        writes: phase === 5 ? 5 : 0,
        branches: phase === 3 ? 8 : 1,
        depth: phase === 4 ? 12 : 2,
        time: i,
      };
    }
  }

  it('chooses by what it measures, and its log decides the same again', () => {
    const selector = planner.selector();
    assert.equal(selector.mechanism, 'topological');
    const all = [...queries(random(2), 900)].map((query) => selector.observe(query));
    assert.deepEqual(
      new Set(all.map(({ mechanism }) => mechanism)),
      new Set(MECHANISMS.slice(0, 6)),
    );
    assert.deepEqual(selector.log, all);
    assert.equal(selector.mechanism, all.at(-1).mechanism);
    const stored = JSON.parse(JSON.stringify(selector.log));
    assert.deepEqual(selector.replay(stored), all);
    // A log that says what was not decided is found out.
    const changed = stored.map((entry) => ({ ...entry }));
    changed[500].mechanism = 'btsp';
    assert.notDeepEqual(selector.replay(changed), changed);
    selector.dispose();
    refused(() => selector.observe({}), 'CLOSED', 'selector');
    refused(() => selector.replay([]), 'CLOSED', 'selector');
    selector.dispose();
  });

  it('forgets the oldest decisions, and those that are left can be replayed', () => {
    const selector = planner.selector({ keep: 100 });
    const all = [...queries(random(3), 900)].map((query) => selector.observe(query));
    assert.deepEqual(selector.log, all.slice(-100));
    assert.deepEqual(selector.replay(selector.log), all.slice(-100));
    selector.dispose();
  });

  it('says what decided', () => {
    const selector = planner.selector();
    const { triggers, mechanism, signals, since, query } = selector.observe({
      tension: 0.8,
      depth: 11,
      branches: 9,
    });
    assert.deepEqual(triggers, ['tension', 'branches', 'depth']);
    assert.deepEqual([mechanism, since, query], ['minCutGated', 1, 1]);
    assert.equal(signals.tension, 0.8);
    selector.dispose();
  });

  it('refuses what is no observation, and is as before', () => {
    const selector = planner.selector();
    selector.observe({ time: 5 });
    for (const [wrong, message] of [
      [{ tension: 2 }, 'tension'],
      [{ latency: -1 }, 'latency'],
      [{ writes: NaN }, 'writes'],
      [{ time: 4 }, 'time'],
      [{ branches: 1.5 }, 'branches'],
      [{ depth: -1 }, 'depth'],
      [{ deepness: 1 }, 'deepness'],
    ])
      refused(() => selector.observe({ time: 5, ...wrong }), 'INVALID_ARGUMENT', message);
    assert.equal(selector.log.length, 1);
    for (const options of [{ bin: 0 }, { keep: 0 }, { bins: 1 }])
      refused(() => planner.selector(options), 'INVALID_ARGUMENT', Object.keys(options)[0]);
    selector.dispose();
  });
});

describe('a planner', () => {
  it('says so once it is disposed of', async () => {
    const other = await createPlanner();
    const selector = other.selector();
    other.dispose();
    other.dispose();
    refused(() => other.analyze(PLAN, { k: 1 }), 'CLOSED', 'planner');
    refused(() => other.selector(), 'CLOSED', 'planner');
    refused(() => other.allocate(1, { a: 1 }), 'CLOSED', 'planner');
    assert.equal(selector.observe({}).mechanism, 'topological');
    selector.dispose();
    await rejected(createPlanner({ was: 1 }), 'INVALID_ARGUMENT', 'was');
  });

  it('says the same to the last bit on every build', async () => {
    const says = (it) => {
      const next = random(4);
      return Array.from({ length: 40 }, () => {
        const plan = randomPlan(next, 40);
        return [
          it.analyze(plan, { k: 10 }),
          ...MECHANISMS.map((name) => it.attention(plan, name)),
          it.allocate(100, it.attention(plan, 'lorentz'), { most: 9 }),
        ];
      });
    };
    const wanted = says(planner);
    for (const path of ['build/wasm/ruvector_scalar.wasm', 'dist/ruvector.relaxed.wasm']) {
      const wasm = new Uint8Array(readFileSync(join(root, path)));
      if (!WebAssembly.validate(wasm)) continue;
      const other = await createPlanner({ wasm });
      assert.deepEqual(says(other), wanted, path);
      other.dispose();
    }
  });
});
