// Signatures: the same for plans that are the same but for names, and for no others.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { build, QueryDag, randomPlan } from '../support/dag.mjs';
import { refused } from '../support/indexes.mjs';
import { random, shuffled } from '../support/random.mjs';
import { rounds } from '../support/soak.mjs';

/** The plan under other ids, nodes and edges in another order; inputs of a node stay in theirs. */
function renamed({ nodes, edges }, seed) {
  const name = new Map(
    shuffled(nodes, seed + 1).map(({ id }, i) => [id, `m${(7 * i + seed) % 1000}`]),
  );
  const mixed = shuffled(nodes, seed).map(({ id, operator }) => ({ id: name.get(id), operator }));
  const byReader = shuffled(nodes, seed + 2).flatMap(({ id }) =>
    edges.filter(([, to]) => to === id),
  );
  return { nodes: mixed, edges: byReader.map((edge) => edge.map((id) => name.get(id))) };
}

const ORDERED = ({ kind, weights }) =>
  kind.endsWith('-join') || kind === 'custom' || (kind === 'fuse' && weights !== undefined);

/** By the definition: some renaming makes one plan the other. */
function isSame(a, b) {
  if (a.nodes.length !== b.nodes.length || a.edges.length !== b.edges.length) return false;
  const inputs = ({ edges }, id, operator, name = (x) => x) => {
    const list = edges.filter(([, to]) => to === id).map(([from]) => name(from));
    return JSON.stringify(ORDERED(operator) ? list : list.sort());
  };
  const given = new Map();
  const free = new Set(b.nodes);
  return extend(0);
  function extend(i) {
    const node = a.nodes[i];
    if (node === undefined)
      return a.nodes.every(({ id, operator }) => {
        const mine = inputs(a, id, operator, (input) => given.get(input).id);
        return mine === inputs(b, given.get(id).id, operator);
      });
    for (const other of [...free]) {
      if (JSON.stringify(other.operator) !== JSON.stringify(node.operator)) continue;
      free.delete(other);
      given.set(node.id, other);
      if (extend(i + 1)) return true;
      free.add(other);
    }
    return false;
  }
}

const signature = (plan, options) => build(plan).signature(options);

describe('signature()', () => {
  it('is 32 hexadecimal digits, and the same today as when it was stored', () => {
    const dag = new QueryDag();
    assert.match(dag.signature(), /^[0-9a-f]{32}$/);
    const near = dag.add({ kind: 'hnsw-scan', topK: 50 });
    dag.add({ kind: 'filter', filter: { a: 1, b: { $gt: 2 } } }, { inputs: [near] });
    assert.equal(dag.signature(), '651e96943821ea28ea733d70b74c41cc');
  });

  it('does not depend on names nor on the order of calls', (t) => {
    for (let seed = 0; seed < rounds(t, 100); ++seed) {
      const plan = randomPlan(seed, 1 + (seed % 20), { like: 1 + (seed % 8) });
      for (const options of [{}, { estimates: true }])
        assert.equal(signature(renamed(plan, seed), options), signature(plan, options));
    }
  });

  it('is shared by two small plans if and only if a renaming makes one the other', (t) => {
    let [same, other] = [0, 0];
    for (let seed = 0; seed < rounds(t, 40); ++seed) {
      // Few nodes of few kinds, so that many are the same by chance.
      const n = 3 + (seed % 3);
      const options = { like: 1 + (seed % 4), density: 0.5 };
      const plans = Array.from({ length: 12 }, (_, i) => randomPlan(100 * seed + i, n, options));
      const signatures = plans.map((plan) => signature(plan));
      for (const [i, a] of plans.entries())
        for (const [j, b] of plans.entries()) {
          if (j <= i) continue;
          const expected = isSame(a, b);
          if (expected) ++same;
          else ++other;
          assert.equal(signatures[i] === signatures[j], expected, JSON.stringify([a, b]));
        }
    }
    assert.ok(same > 50 && other > 50, `${same} the same, ${other} not`);
  });

  it('differs where an edge is gone', (t) => {
    for (let seed = 0; seed < rounds(t, 60); ++seed) {
      const next = random(seed);
      const plan = randomPlan(seed, 6, { like: 3, density: 0.4 });
      if (plan.edges.length === 0) continue;
      const at = Math.floor(next() * plan.edges.length);
      const gone = { ...plan, edges: plan.edges.filter((_, i) => i !== at) };
      assert.notEqual(signature(gone), signature(plan));
    }
  });

  for (const [what, one, other] of [
    ['the kind', { kind: 'union' }, { kind: 'result' }],
    ['a kind of join', { kind: 'hash-join' }, { kind: 'merge-join' }],
    ['a table', { kind: 'sequential-scan', table: 'a' }, { kind: 'sequential-scan', table: 'b' }],
    ['topK', { kind: 'hnsw-scan', topK: 1 }, { kind: 'hnsw-scan', topK: 2 }],
    ['ef', { kind: 'hnsw-scan', ef: 10 }, { kind: 'hnsw-scan', ef: 11 }],
    ['a field that is there', { kind: 'flat-scan' }, { kind: 'flat-scan', topK: 10 }],
    [
      'the value of a filter',
      { kind: 'filter', filter: { a: 1 } },
      { kind: 'filter', filter: { a: '1' } },
    ],
    ['the order of a list', { kind: 'fuse', weights: [1, 2] }, { kind: 'fuse', weights: [2, 1] }],
    [
      'a parameter, deep down',
      { kind: 'custom', name: 'f', parameters: { a: [{ b: 1 }] } },
      { kind: 'custom', name: 'f', parameters: { a: [{ b: 2 }] } },
    ],
  ])
    it(`differs with ${what}`, () => {
      const [a, b] = [one, other].map((operator) => {
        const dag = new QueryDag();
        dag.add({ kind: 'flat-scan' }, { id: 'x' });
        dag.add(operator, { id: 'y' });
        return dag.signature();
      });
      assert.notEqual(a, b);
    });

  it('does not differ with the order of keys', () => {
    const [a, b] = [
      { kind: 'filter', filter: { a: { $gt: 1, $lt: 2 }, b: 1 } },
      { filter: { b: 1, a: { $lt: 2, $gt: 1 } }, kind: 'filter' },
    ].map((operator) => {
      const dag = new QueryDag();
      dag.add(operator);
      return dag.signature();
    });
    assert.equal(a, b);
  });

  it('leaves estimates out unless it is asked for them', () => {
    for (const more of [
      { rows: 2 },
      { selectivity: 0.5 },
      { width: 8 },
      { cost: 1 },
      { candidates: 5 },
    ]) {
      const [plain, told] = [{}, more].map((it) => {
        const dag = new QueryDag();
        dag.add({ kind: 'union', ...it });
        return [dag.signature(), dag.signature({ estimates: true })];
      });
      assert.equal(plain[0], told[0]);
      assert.notEqual(plain[1], told[1], Object.keys(more)[0]);
    }
  });

  it('differs with the order of inputs where that means something, and only there', () => {
    for (const [operator, matters] of [
      [{ kind: 'nested-loop-join' }, true],
      [{ kind: 'hash-join' }, true],
      [{ kind: 'custom', name: 'f' }, true],
      [{ kind: 'fuse', weights: [1, 2] }, true],
      [{ kind: 'fuse' }, false],
      [{ kind: 'union' }, false],
    ]) {
      const [ab, ba] = ['ab', 'ba'].map((order) => {
        const dag = new QueryDag();
        dag.add({ kind: 'flat-scan' }, { id: 'a' });
        dag.add({ kind: 'hnsw-scan' }, { id: 'b' });
        dag.add(operator, { inputs: [...order] });
        return dag.signature();
      });
      assert.equal(ab !== ba, matters, JSON.stringify(operator));
    }
  });

  it('tells one ring from two, which look alike from every node', () => {
    // Sources and unions in turn: a ring of 12, and two rings of 6.
    const ring = (count, first) =>
      Array.from({ length: count }, (_, i) => [
        [`s${first + i}`, `u${first + i}`],
        [`s${first + i}`, `u${first + ((i + 1) % count)}`],
      ]).flat();
    const nodes = ['s', 'u'].flatMap((side) =>
      Array.from({ length: 6 }, (_, i) => ({ id: `${side}${i}`, operator: { kind: 'union' } })),
    );
    const one = { nodes, edges: ring(6, 0) };
    const two = { nodes, edges: [...ring(3, 0), ...ring(3, 3)] };
    assert.notEqual(signature(one), signature(two));
    assert.equal(signature(renamed(two, 5)), signature(two));
  });

  it('has no collision among 3,000 plans that differ in one number', () => {
    const all = Array.from({ length: 3000 }, (_, limit) =>
      signature({ nodes: [{ id: 'a', operator: { kind: 'limit', limit } }], edges: [] }),
    );
    assert.equal(new Set(all).size, all.length);
    // Nor does any 8 of the 32 digits have more than chance gives it: 3000^2 / 2 / 2^32 pairs.
    for (let at = 0; at < 32; at += 8)
      assert.ok(new Set(all.map((one) => one.slice(at, at + 8))).size >= all.length - 2);
  });

  it('refuses unknown options', () => {
    refused(() => new QueryDag().signature({ costs: true }), 'INVALID_ARGUMENT', 'costs');
  });
});
