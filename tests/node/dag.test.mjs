// A plan as a graph: how it is built, what it refuses, its order, and its JSON.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { build, QueryDag, randomPlan } from '../support/dag.mjs';
import { refused } from '../support/indexes.mjs';
import { random, shuffled } from '../support/random.mjs';
import { rounds } from '../support/soak.mjs';

const scan = { kind: 'flat-scan' };
const union = { kind: 'union' };

/** A refusal that leaves the plan as it was. */
function refusedUnchanged(dag, action, code, ...words) {
  const before = JSON.stringify(dag);
  const error = refused(action, code, ...words);
  assert.equal(JSON.stringify(dag), before);
  return error;
}

/** a -> b -> c, a -> c */
function triangle() {
  const nodes = ['a', 'b', 'c'].map((id) => ({ id, operator: union }));
  const edges = ['ab', 'bc', 'ac'].map((pair) => [...pair]);
  return build({ nodes, edges });
}

/** Whether `to` can be reached, by the definition: a path of at most |edges| steps. */
function reaches(edges, from, to) {
  const reached = new Set([from]);
  for (const _ of edges) for (const [a, b] of edges) if (reached.has(a)) reached.add(b);
  return reached.has(to);
}

describe('QueryDag', () => {
  it('names nodes by their kind', () => {
    const dag = new QueryDag();
    const ids = [dag.add(scan), dag.add(scan), dag.add(scan, { id: 'flat-scan-3' }), dag.add(scan)];
    assert.deepEqual(ids, ['flat-scan', 'flat-scan-2', 'flat-scan-3', 'flat-scan-4']);
    assert.equal(dag.size, 4);
    dag.remove('flat-scan-2');
    assert.equal(dag.add(scan), 'flat-scan-2');
  });

  it('knows the inputs in their order, and who reads', () => {
    const dag = new QueryDag();
    for (const id of ['a', 'b', 'c']) dag.add(scan, { id });
    dag.add(union, { id: 'u', inputs: ['c', 'a'] });
    dag.connect('b', 'u');
    assert.deepEqual(dag.parents('u'), ['c', 'a', 'b']);
    assert.deepEqual(dag.children('a'), ['u']);
    assert.deepEqual(dag.edges(), [
      ['c', 'u'],
      ['a', 'u'],
      ['b', 'u'],
    ]);
    dag.parents('u').pop();
    assert.equal(dag.parents('u').length, 3);
  });

  it('removes a node with its edges', () => {
    const dag = triangle();
    dag.remove('b');
    assert.deepEqual(dag.edges(), [['a', 'c']]);
    dag.add(union, { id: 'b' });
    dag.connect('c', 'b');
    assert.deepEqual(dag.order(), ['a', 'c', 'b']);
  });

  it('keeps what it was told, whatever becomes of the object', () => {
    const filter = { tags: { $in: ['a'] } };
    const dag = new QueryDag();
    const id = dag.add({ kind: 'filter', filter });
    filter.tags.$in.push('b');
    assert.deepEqual(dag.operator(id).filter, { tags: { $in: ['a'] } });
    assert.throws(() => dag.operator(id).filter.tags.$in.push('c'), TypeError);
  });

  it('takes every kind, with every field', () => {
    const estimates = { rows: 10, selectivity: 0.5, width: 8, cost: 1.5, candidates: 20 };
    const operators = [
      { kind: 'sequential-scan', table: 't', conditions: 1, workers: 2 },
      {
        kind: 'index-scan',
        table: 't',
        index: 'i',
        indexSelectivity: 0.1,
        indexConditions: 1,
        conditions: 2,
        repeats: 3,
        bitmap: true,
        workers: 1,
      },
      { kind: 'hnsw-scan', topK: 5, ef: 50, filter: { a: 1 } },
      { kind: 'flat-scan', topK: 5, filter: {} },
      { kind: 'rabitq-scan', topK: 5, ef: 50, filter: { a: null } },
      { kind: 'text-scan', text: 'words', topK: 5 },
      { kind: 'filter', filter: { $or: [{ a: 1 }, { b: { $exists: false } }] } },
      { kind: 'nested-loop-join', on: 'a = b', conditions: 1 },
      { kind: 'hash-join', on: 'a = b', conditions: 1 },
      { kind: 'merge-join', on: 'a = b', conditions: 1 },
      { kind: 'aggregate', by: ['a'], functions: 2 },
      { kind: 'sort', by: 'metadata.a.b', descending: true },
      { kind: 'limit', limit: 5, offset: 5 },
      { kind: 'rerank', depth: 5 },
      { kind: 'fuse', k: 60, weights: [1, 0.5] },
      { kind: 'union' },
      { kind: 'result' },
      { kind: 'custom', name: 'f', parameters: { a: [1] } },
    ];
    const dag = new QueryDag();
    for (const operator of operators) {
      const whole = { ...operator, ...estimates };
      assert.deepEqual(dag.operator(dag.add(whole)), whole);
    }
    assert.deepEqual(JSON.stringify(QueryDag.fromJSON(JSON.stringify(dag))), JSON.stringify(dag));
  });

  for (const [what, operator, code, ...words] of [
    ['no object', 'flat-scan', 'INVALID_ARGUMENT', 'kind'],
    ['no kind', {}, 'INVALID_ARGUMENT', 'operator.kind'],
    ['an unknown kind', { kind: 'flat-scam' }, 'INVALID_ARGUMENT', "'flat-scan'?"],
    ['a kind of Object', { kind: 'toString' }, 'INVALID_ARGUMENT', 'toString'],
    ['an unknown field', { kind: 'limit', limit: 1, offest: 2 }, 'INVALID_ARGUMENT', "'offset'?"],
    ["another kind's field", { kind: 'union', topK: 2 }, 'INVALID_ARGUMENT', 'topK'],
    ['a missing field', { kind: 'limit' }, 'INVALID_ARGUMENT', 'operator.limit'],
    ['a fraction', { kind: 'limit', limit: 1.5 }, 'INVALID_ARGUMENT', 'operator.limit'],
    ['too much', { kind: 'flat-scan', topK: 10_001 }, 'LIMIT_EXCEEDED', 'topK'],
    ['a filter that is none', { kind: 'filter', filter: { a: { $gt: null } } }, 'INVALID_FILTER'],
    ['infinity', { kind: 'filter', filter: { a: { $lt: Infinity } } }, 'INVALID_ARGUMENT', 'JSON'],
    ['a share above 1', { kind: 'union', selectivity: 1.1 }, 'INVALID_ARGUMENT', 'selectivity'],
    ['a cost below 0', { kind: 'union', cost: -1 }, 'INVALID_ARGUMENT', 'cost'],
    ['a cost that is none', { kind: 'union', cost: Number.NaN }, 'INVALID_ARGUMENT', 'cost'],
    ['a bad field to sort by', { kind: 'sort', by: 'year' }, 'INVALID_ARGUMENT', 'metadata.<path>'],
    ['a date', { kind: 'custom', name: 'f', parameters: { a: new Date(0) } }, 'INVALID_ARGUMENT'],
  ])
    it(`refuses ${what}`, () => {
      const dag = triangle();
      refusedUnchanged(dag, () => dag.add(operator), code, ...words);
    });

  it('refuses ids that are taken or none, and inputs that are not there or come twice', () => {
    const dag = triangle();
    for (const [options, code, word] of [
      [{ id: 'a' }, 'INVALID_GRAPH', 'a'],
      [{ id: '' }, 'INVALID_ARGUMENT', 'id'],
      [{ id: 7 }, 'INVALID_ARGUMENT', 'id'],
      [{ id: 'x'.repeat(513) }, 'LIMIT_EXCEEDED', '512'],
      [{ inputs: ['a', 'x'] }, 'INVALID_GRAPH', 'inputs[1]'],
      [{ inputs: ['a', 'a'] }, 'INVALID_GRAPH', 'inputs[1]'],
      [{ inputs: 'a' }, 'INVALID_ARGUMENT', 'inputs'],
      [{ input: ['a'] }, 'INVALID_ARGUMENT', "'inputs'?"],
    ])
      refusedUnchanged(dag, () => dag.add(union, options), code, word);
  });

  it('refuses edges that come twice, lead round, to themselves or nowhere', () => {
    const dag = triangle();
    refusedUnchanged(dag, () => dag.connect('a', 'b'), 'INVALID_GRAPH', 'a -> b again');
    refusedUnchanged(dag, () => dag.connect('b', 'b'), 'INVALID_GRAPH', 'b twice');
    const error = refusedUnchanged(
      dag,
      () => dag.connect('c', 'a'),
      'INVALID_GRAPH',
      /c -> a -> (b -> )?c/,
    );
    assert.deepEqual(error.details, { from: 'c', to: 'a' });
    for (const [from, to] of [
      ['a', 'x'],
      ['x', 'a'],
    ])
      refusedUnchanged(
        dag,
        () => dag.connect(from, to),
        'INVALID_GRAPH',
        'the id of a node, got x',
      );
    for (const call of ['remove', 'operator', 'parents', 'children'])
      refusedUnchanged(dag, () => dag[call]('x'), 'INVALID_GRAPH', 'the id of a node, got x');
  });

  it('takes an edge if and only if it closes no cycle', (t) => {
    for (let seed = 0; seed < rounds(t, 60); ++seed) {
      const next = random(seed);
      const n = 2 + Math.floor(9 * next());
      const dag = build({ nodes: randomPlan(seed, n).nodes, edges: [] });
      const edges = [];
      for (let i = 0; i < 4 * n; ++i) {
        const [from, to] = [0, 0].map(() => `n${Math.floor(n * next())}`);
        const known = edges.some(([a, b]) => a === from && b === to);
        if (known || reaches(edges, to, from))
          refused(() => dag.connect(from, to), 'INVALID_GRAPH');
        else {
          dag.connect(from, to);
          edges.push([from, to]);
        }
      }
      assert.deepEqual(dag.edges().sort(), edges.sort());
    }
  });
});

describe('the order', () => {
  it('is topological, and that of the calls where those are', (t) => {
    for (let seed = 0; seed < rounds(t, 100); ++seed) {
      const plan = randomPlan(seed, 1 + (seed % 30));
      const ids = plan.nodes.map(({ id }) => id);
      assert.deepEqual(build(plan).order(), ids);
      const mixed = build({ ...plan, nodes: shuffled(plan.nodes, seed) });
      const order = mixed.order();
      assert.deepEqual([...order].sort(), [...ids].sort());
      for (const [from, to] of plan.edges) assert.ok(order.indexOf(from) < order.indexOf(to));
      assert.deepEqual(mixed.order(), order);
    }
  });

  it('of a long chain takes no stack', () => {
    const n = 20_000;
    const nodes = Array.from({ length: n }, (_, i) => ({ id: `n${n - i}`, ...union }));
    const edges = nodes.slice(1).map(({ id }, i) => [id, nodes[i].id]);
    const dag = QueryDag.fromJSON({ version: 1, nodes, edges });
    assert.equal(dag.order()[0], 'n1');
    assert.equal(dag.order().at(-1), `n${n}`);
  });
});

describe('JSON', () => {
  it('gives the same plan back, and the same bytes', (t) => {
    for (let seed = 0; seed < rounds(t, 100); ++seed) {
      const plan = randomPlan(seed, seed % 25);
      const dag = build({ ...plan, nodes: shuffled(plan.nodes, seed) });
      const text = JSON.stringify(dag);
      const again = QueryDag.fromJSON(text);
      assert.equal(JSON.stringify(again), text);
      assert.deepEqual(QueryDag.fromJSON(JSON.parse(text)).toJSON(), dag.toJSON());
      for (const { id } of plan.nodes) {
        assert.deepEqual(again.operator(id), dag.operator(id));
        assert.deepEqual(again.parents(id), dag.parents(id));
      }
    }
  });

  const node = (id, more) => ({ id, ...union, ...more });
  const json = (nodes, edges = [], more = {}) => ({ version: 1, nodes, edges, ...more });
  for (const [what, value, code, ...words] of [
    ['what is no JSON', '{', 'INVALID_ARGUMENT', 'JSON'],
    ['what is no object', '[]', 'INVALID_ARGUMENT', 'an object'],
    ['null', null, 'INVALID_ARGUMENT', 'an object'],
    ['another version', json([], [], { version: 2 }), 'FORMAT_VERSION', '2'],
    ['no version', { nodes: [], edges: [] }, 'FORMAT_VERSION', 'undefined'],
    ['unknown keys', json([], [], { node: [] }), 'INVALID_ARGUMENT', "'nodes'?"],
    ['no edges', { version: 1, nodes: [] }, 'INVALID_ARGUMENT', 'json.edges'],
    ['a node without an id', json([union]), 'INVALID_ARGUMENT', 'json.nodes[0].id'],
    ['ids that come twice', json([node('a'), node('a')]), 'INVALID_GRAPH', 'json.nodes[1]'],
    ['unknown kinds', json([node('a', { kind: 'x' })]), 'INVALID_ARGUMENT', 'json.nodes[0].kind'],
    ['unknown fields', json([node('a', { x: 1 })]), 'INVALID_ARGUMENT', "'x'"],
    ['an edge to nowhere', json([node('a')], [['a', 'b']]), 'INVALID_GRAPH', 'json.edges[0][1]'],
    ['an edge of one', json([node('a')], [['a']]), 'INVALID_ARGUMENT', 'json.edges[0]'],
    ['an edge of three', json([node('a')], [['a', 'a', 'a']]), 'INVALID_ARGUMENT', 'two ids'],
    ['an edge to itself', json([node('a')], [['a', 'a']]), 'INVALID_GRAPH', 'a twice'],
    [
      'an edge that comes twice',
      json(
        [node('a'), node('b')],
        [
          ['a', 'b'],
          ['a', 'b'],
        ],
      ),
      'INVALID_GRAPH',
      'a -> b again',
    ],
    [
      'a cycle, with its name',
      json(
        ['a', 'b', 'c', 'd'].map((id) => node(id)),
        ['ab', 'bc', 'cb', 'cd'].map((pair) => [...pair]),
      ),
      'INVALID_GRAPH',
      /(c -> b -> c|b -> c -> b)/,
    ],
  ])
    it(`refuses ${what}`, () => {
      refused(() => QueryDag.fromJSON(value), code, ...words);
    });

  it('keeps ids that mean something to objects', () => {
    const dag = new QueryDag();
    dag.add(scan, { id: '__proto__' });
    dag.add(union, { id: 'constructor', inputs: ['__proto__'] });
    const again = QueryDag.fromJSON(JSON.stringify(dag));
    assert.deepEqual(again.edges(), [['__proto__', 'constructor']]);
    assert.deepEqual(Object.keys(again.plan().nodes), ['__proto__', 'constructor']);
  });
});

describe('plan()', () => {
  it('gives a planner what the nodes were told', () => {
    const dag = new QueryDag();
    const near = dag.add({ kind: 'hnsw-scan', ef: 64, cost: 3, rows: 60 });
    const kept = dag.add({ kind: 'filter', filter: {}, selectivity: 0.1 }, { inputs: [near] });
    dag.add({ kind: 'limit', limit: 5, candidates: 7 }, { inputs: [kept] });
    assert.deepEqual(dag.plan(), {
      order: ['hnsw-scan', 'filter', 'limit'],
      edges: [
        ['hnsw-scan', 'filter'],
        ['filter', 'limit'],
      ],
      nodes: {
        'hnsw-scan': { cost: 3, rows: 60, candidates: 64 },
        filter: { selectivity: 0.1 },
        limit: { candidates: 7 },
      },
    });
  });
});
