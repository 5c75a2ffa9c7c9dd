// Plans that run: against brute force and a second interpreter, and what is refused before anything runs.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { build, dagFile, QueryDag, run } from '../support/dag.mjs';
import { distance, METRICS, scoreOf } from '../support/distances.mjs';
import { matches as passes } from '../support/filter-oracle.mjs';
import { newIndex, refused } from '../support/indexes.mjs';
import { assertNearest } from '../support/oracle.mjs';
import { packageFile, root } from '../support/package.mjs';
import { random, seededFor, shuffled } from '../support/random.mjs';
import { rounds } from '../support/soak.mjs';

const DIMENSIONS = 16;

/** Records with a year, and a word that every third lacks. */
function recordsFor(metric, count, seed = 1) {
  const dimensions = metric === 'hamming' ? 8 * DIMENSIONS : DIMENSIONS;
  return seededFor(metric, { seed, count, dimensions }).map((vector, i) => ({
    id: `r${i}`,
    vector,
    metadata: { year: 1990 + ((7 * i) % 30), ...(i % 3 > 0 && { word: i % 2 ? 'odd' : 'even' }) },
  }));
}

const queryFor = (metric, seed = 99) =>
  seededFor(metric, {
    seed,
    count: 1,
    dimensions: metric === 'hamming' ? 8 * DIMENSIONS : DIMENSIONS,
  })[0];

/** One operator after another; the ids are the kinds. */
function chain(...operators) {
  const dag = new QueryDag();
  operators.reduce((inputs, operator) => [dag.add(operator, { inputs })], []);
  return dag;
}

const idsOf = ({ matches }) => matches.map(({ id }) => id);
const flat = { kind: 'flat-scan' };
const result = { kind: 'result' };

/** The `k` nearest by the specification. */
const exactIds = (metric, records, vector, k) =>
  records
    .map((record, i) => [distance(metric, record.vector, vector), i])
    .sort(([a, i], [b, j]) => a - b || i - j)
    .slice(0, k)
    .map(([, i]) => records[i].id);

describe('scans', () => {
  for (const metric of METRICS)
    it(`${metric}: a flat scan finds the nearest`, async (t) => {
      const records = recordsFor(metric, 300);
      const [{ vector: first }] = records;
      const dimensions = metric === 'hamming' ? 8 * first.length : first.length;
      const index = await newIndex(t, { dimensions, metric, index: 'flat' }, records);
      const vector = queryFor(metric);
      const found = run(chain({ ...flat, topK: 20 }, result), { index, vector, topK: 20 });
      assertNearest(found.matches, metric, records, vector, 20);
      assert.equal(found.count, 20);
      assert.deepEqual(found, JSON.parse(JSON.stringify(found)));
    });

  it('give what query() gives, and count as explain() counts', async (t) => {
    const records = recordsFor('euclidean', 3000);
    const vector = queryFor('euclidean');
    for (const [kind, options, more] of [
      ['flat-scan', { index: 'flat' }, { exact: true }],
      ['flat-scan', { index: 'hnsw' }, { exact: true }],
      ['hnsw-scan', { index: 'hnsw' }, { ef: 40 }],
      ['hnsw-scan', { index: 'auto' }, {}],
      ['rabitq-scan', { index: 'flat', quantization: 'rabitq' }, { ef: 100 }],
    ])
      for (const filter of [undefined, { year: { $lt: 2005 } }]) {
        const index = await newIndex(
          t,
          { dimensions: DIMENSIONS, metric: 'euclidean', ...options },
          records,
        );
        const told = { topK: 15, ...(filter && { filter }) };
        const { exact, ...own } = more;
        const found = run(chain({ kind, ...told, ...own }), { index, vector, topK: 15 });
        const explained = index.explain(vector, { ...told, ...more });
        const { distanceEvaluations, codesScanned, hops, bytesRead } = explained;
        const work = { distanceEvaluations, codesScanned, hops, bytesRead };
        assert.deepEqual(found.matches, explained.result.matches);
        assert.deepEqual(found.nodes, { [kind]: { rows: 15, work, plan: explained.plan } });
        assert.ok(bytesRead > 0);
      }
  });

  it('look in one namespace', async (t) => {
    const records = recordsFor('euclidean', 40);
    const index = await newIndex(t, { dimensions: DIMENSIONS, metric: 'euclidean' }, records);
    index.namespace('other').upsert(records.slice(0, 5));
    const dag = chain({ ...flat, topK: 30 }, { kind: 'rerank' });
    const vector = queryFor('euclidean');
    const found = run(dag, { index, vector, namespace: 'other' });
    assert.equal(found.count, 5);
    assert.ok(found.matches.every(({ namespace }) => namespace === 'other'));
    assert.deepEqual(idsOf(found), exactIds('euclidean', records.slice(0, 5), vector, 5));
  });

  it('emit as many rows as the run wants, unless told', async (t) => {
    const index = await newIndex(t, { dimensions: DIMENSIONS }, recordsFor('cosine', 50));
    const vector = queryFor('cosine');
    const rows = (scan, more) => run(chain(scan), { index, vector, ...more }).nodes[scan.kind].rows;
    assert.equal(rows(flat, {}), 10);
    assert.equal(rows(flat, { topK: 20 }), 20);
    assert.equal(rows({ ...flat, topK: 30 }, { topK: 20 }), 30);
    assert.equal(rows({ ...flat, topK: 60 }, {}), 50);
  });
});

describe('operators', () => {
  const setUp = async (t, metric = 'euclidean', count = 400) => {
    const records = recordsFor(metric, count);
    const index = await newIndex(t, { dimensions: DIMENSIONS, metric }, records);
    return { records, index, vector: queryFor(metric) };
  };

  it('filter after a scan what is asked for before it, and may starve', async (t) => {
    const { records, index, vector } = await setUp(t);
    for (const filter of [
      { year: { $gte: 2010 } },
      { word: 'odd', year: { $lt: 2000 } },
      { $or: [{ word: { $exists: false } }, { $not: { year: { $in: [1990, 1997] } } }] },
      {},
    ]) {
      const before = run(chain({ ...flat, filter }), { index, vector });
      const kept = records.filter(({ metadata }) => passes(filter, metadata));
      assert.deepEqual(idsOf(before), exactIds('euclidean', kept, vector, 10));
      const after = run(chain({ ...flat, topK: 400 }, { kind: 'filter', filter }), {
        index,
        vector,
      });
      assert.deepEqual(after.matches, before.matches);
      const nearest = exactIds('euclidean', records, vector, 20);
      const starved = run(chain({ ...flat, topK: 20 }, { kind: 'filter', filter }), {
        index,
        vector,
        topK: 20,
      });
      assert.deepEqual(
        idsOf(starved),
        nearest.filter((id) => kept.some((record) => record.id === id)),
      );
    }
  });

  it('limit, with an offset', async (t) => {
    const { records, index, vector } = await setUp(t);
    const limit = { kind: 'limit', limit: 4, offset: 3 };
    const found = run(chain({ ...flat, topK: 20 }, limit), { index, vector });
    assert.deepEqual(idsOf(found), exactIds('euclidean', records, vector, 7).slice(3));
    const none = run(chain(flat, { kind: 'limit', limit: 0 }), { index, vector });
    assert.deepEqual(none.matches, []);
  });

  it('sort by a field, numbers before strings, what is missing last', async (t) => {
    const { index, vector } = await setUp(t, 'euclidean', 30);
    index.upsert([
      { id: 'x', vector, metadata: { year: 'late' } },
      { id: 'y', vector, metadata: { year: [1980] } },
    ]);
    const years = (sort) =>
      run(chain({ ...flat, topK: 40 }, { kind: 'sort', ...sort }), { index, vector, topK: 40 })
        .matches;
    const up = years({ by: 'metadata.year' }).map(({ metadata }) => metadata.year);
    const numbers = up.slice(0, 30);
    assert.deepEqual(
      numbers,
      [...numbers].sort((a, b) => a - b),
    );
    assert.deepEqual(up.slice(30), ['late', [1980]]);
    const down = years({ by: 'metadata.year', descending: true });
    assert.deepEqual(
      down.slice(0, 30).map(({ metadata }) => metadata.year),
      [...numbers].reverse(),
    );
    assert.deepEqual(
      down.slice(30).map(({ id }) => id),
      ['x', 'y'],
    );
    const ids = years({ by: 'id' }).map(({ id }) => id);
    assert.deepEqual(ids, [...ids].sort());
    const scores = years({ by: 'score' }).map(({ score }) => score);
    assert.deepEqual(
      scores,
      [...scores].sort((a, b) => b - a),
    );
  });

  for (const metric of METRICS)
    it(`${metric}: rerank by exact distances, and count them`, async (t) => {
      const records = recordsFor(metric, 200);
      const dimensions = metric === 'hamming' ? 8 * records[0].vector.length : DIMENSIONS;
      const index = await newIndex(t, { dimensions, metric }, records);
      const vector = queryFor(metric);
      // In the wrong order, with wrong distances: only the vectors can tell.
      const given = shuffled(records, 3).map(({ id }) => ({ id, distance: 0, score: 0 }));
      const functions = { given: () => given };
      const dag = chain({ kind: 'custom', name: 'given' }, { kind: 'rerank', depth: 120 });
      const { matches, nodes } = run(dag, { index, vector, topK: 120, functions });
      const ranked = given.slice(0, 120).map(({ id }) => records[Number(id.slice(1))]);
      assert.equal(matches.length, 120);
      for (const { id, distance: found, score } of matches) {
        const exact = distance(metric, records[Number(id.slice(1))].vector, vector);
        assert.ok(
          Math.abs(found - exact) <= 1e-12 * Math.max(1, Math.abs(exact)),
          `${id}: ${found}`,
        );
        assert.ok(Math.abs(score - scoreOf(metric, found, dimensions)) <= 1e-12);
      }
      const order = matches.map(({ distance: d }) => d);
      assert.deepEqual(
        order,
        [...order].sort((a, b) => a - b),
      );
      assert.deepEqual(idsOf({ matches }).sort(), ranked.map(({ id }) => id).sort());
      const { work } = nodes.rerank;
      const bytes = 120 * records[0].vector.byteLength;
      assert.deepEqual(work, {
        distanceEvaluations: 120,
        codesScanned: 0,
        hops: 0,
        bytesRead: bytes,
      });
    });

  it('fuse by reciprocal ranks', async (t) => {
    const { index, vector } = await setUp(t);
    const row = (id) => ({ id, distance: id.charCodeAt(0), score: 0 });
    const lists = { one: ['a', 'b', 'c'], two: ['c', 'a', 'd', 'a'] };
    const functions = Object.fromEntries(
      Object.entries(lists).map(([name, ids]) => [name, () => ids.map(row)]),
    );
    const fused = (fuse) => {
      const dag = new QueryDag();
      for (const name of ['one', 'two']) dag.add({ kind: 'custom', name }, { id: name });
      dag.add({ kind: 'fuse', ...fuse }, { inputs: ['one', 'two'] });
      const { matches } = run(dag, { index, vector, functions });
      return Object.fromEntries(matches.map(({ id, score }) => [id, score]));
    };
    assert.deepEqual(Object.entries(fused({})), [
      ['a', 1 / 62 + 1 / 61],
      ['c', 1 / 63 + 1 / 61],
      ['b', 1 / 62],
      ['d', 1 / 63],
    ]);
    assert.deepEqual(Object.entries(fused({ k: 0, weights: [1, 0.5] })), [
      ['a', 0.25 + 1],
      ['c', 1 / 3 + 0.5],
      ['b', 1 / 2],
      ['d', 0.5 / 3],
    ]);
  });

  it('call functions with what comes in, and take what they give', async (t) => {
    const { index, vector } = await setUp(t);
    const dag = new QueryDag();
    dag.add({ ...flat, topK: 3 }, { id: 'a' });
    dag.add({ ...flat, topK: 5 }, { id: 'b' });
    const parameters = { keep: 2 };
    dag.add({ kind: 'custom', name: 'f', parameters }, { id: 'c', inputs: ['b', 'a'] });
    dag.add(result, { inputs: ['c'] });
    const asked = [];
    const functions = {
      f(inputs, context) {
        asked.push([inputs.map(({ length }) => length), context]);
        // Arrays are the function's own: what it does to them shows nowhere.
        const first = inputs[0].splice(0);
        return first.slice(0, context.parameters.keep);
      },
    };
    const found = run(dag, { index, vector, topK: 7, functions });
    assert.deepEqual(asked, [[[5, 3], { parameters, topK: 7 }]]);
    assert.equal(found.count, 2);
    assert.equal(found.nodes.b.rows, 5);
    for (const [bad, word] of [
      [undefined, 'array'],
      [['a'], '[0]'],
      [[{ id: 'a', distance: 1 }], '[0].score'],
      [[{ id: 'a', distance: Number.NaN, score: 1 }], '[0].distance'],
      [[{ distance: 1, score: 1 }], '[0].id'],
    ])
      refused(
        () => run(dag, { index, vector, functions: { f: () => bad } }),
        'INVALID_ARGUMENT',
        "'f' of node 'c'",
        word,
      );
  });
});

/** A second interpreter: every node by its definition, from the records themselves. */
function interpret({ nodes, edges }, records, vector) {
  const exact = new Map(
    records.map((record) => [record.id, distance('euclidean', record.vector, vector)]),
  );
  const metadata = new Map(records.map((record) => [record.id, record.metadata]));
  const rows = new Map();
  for (const { id, operator } of nodes) {
    const inputs = edges.filter(([, to]) => to === id).map(([from]) => rows.get(from));
    rows.set(id, emitted(operator, inputs));
  }
  return rows.get(nodes.at(-1).id);

  function emitted(operator, [first, ...more]) {
    const byDistance = (ids) => [...ids].sort((a, b) => exact.get(a) - exact.get(b));
    switch (operator.kind) {
      case 'flat-scan':
        return byDistance(
          [...exact.keys()].filter((id) => passes(operator.filter ?? {}, metadata.get(id))),
        ).slice(0, operator.topK);
      case 'filter':
        return first.filter((id) => passes(operator.filter, metadata.get(id)));
      case 'limit':
        return first.slice(operator.offset ?? 0).slice(0, operator.limit);
      case 'rerank':
        return byDistance(first.slice(0, operator.depth));
      case 'sort':
        return [...first].sort((a, b) => metadata.get(a).year - metadata.get(b).year);
      case 'union':
        return byDistance(new Set([first, ...more].flat()));
      case 'fuse': {
        const score = (id) =>
          [first, ...more]
            .map((ids) => ids.indexOf(id))
            .reduce((sum, rank) => sum + (rank < 0 ? 0 : 1 / (61 + rank)), 0);
        const all = byDistance(new Set([first, ...more].flat()));
        // Sums in another order may differ in the last bit: what is as good as equal is equal.
        return all.sort((a, b) =>
          Math.abs(score(b) - score(a)) < 1e-12 ? 0 : score(b) - score(a),
        );
      }
    }
  }
}

/** A tree or more of operators that ends in one. */
function runnablePlan(seed) {
  const next = random(seed);
  const one = (list) => list[Math.floor(next() * list.length)];
  const nodes = [];
  const edges = [];
  const add = (operator, inputs = []) => {
    const id = `n${nodes.length}`;
    nodes.push({ id, operator });
    edges.push(...inputs.map((from) => [from, id]));
    return id;
  };
  const filter = () =>
    one([{ year: { $gte: 2005 } }, { word: 'odd' }, { word: { $exists: false } }]);
  let open = Array.from({ length: 1 + Math.floor(4 * next()) }, () =>
    add({
      kind: 'flat-scan',
      topK: 5 + Math.floor(40 * next()),
      ...(next() < 0.3 && { filter: filter() }),
    }),
  );
  for (let i = 0; i < 6; ++i) {
    const at = Math.floor(next() * open.length);
    const single = one([
      { kind: 'filter', filter: filter() },
      { kind: 'limit', limit: 12, offset: Math.floor(4 * next()) },
      { kind: 'rerank', depth: 20 },
      { kind: 'sort', by: 'metadata.year' },
    ]);
    // Sometimes what was read already is read again.
    const from = next() < 0.2 ? one(open) : open[at];
    open = [...open.filter((id) => id !== from), add(single, [from])];
    if (open.length > 1 && next() < 0.4) {
      const joined = shuffled(open, seed + i).slice(0, 2);
      open = [
        ...open.filter((id) => !joined.includes(id)),
        add({ kind: one(['fuse', 'union']) }, joined),
      ];
    }
  }
  if (open.length > 1) add({ kind: 'fuse' }, open);
  return { nodes, edges };
}

describe('random plans', () => {
  it('give what a second interpreter gives, in any order of inputs', async (t) => {
    const records = recordsFor('euclidean', 150);
    const index = await newIndex(t, { dimensions: DIMENSIONS, metric: 'euclidean' }, records);
    let rows = 0;
    for (let seed = 0; seed < rounds(t, 150); ++seed) {
      const plan = runnablePlan(seed);
      const vector = queryFor('euclidean', 1000 + seed);
      const found = run(build(plan), { index, vector, topK: 1000 });
      assert.deepEqual(idsOf(found), interpret(plan, records, vector), JSON.stringify(plan));
      assert.deepEqual(Object.keys(found.nodes).length, plan.nodes.length);
      rows += found.count;
      const mixed = { nodes: shuffled(plan.nodes, seed), edges: shuffled(plan.edges, seed) };
      assert.deepEqual(run(build(mixed), { index, vector, topK: 1000 }).matches, found.matches);
    }
    assert.ok(rows > 1000, `${rows} rows in all`);
  });
});

describe('what cannot run', () => {
  const needs = async (t, options = {}) => {
    const index = await newIndex(t, { dimensions: 2, ...options }, [{ id: 'a', vector: [1, 0] }]);
    const called = [];
    const watched = new Proxy(index, {
      get(target, name) {
        if (['explain', 'query', 'get'].includes(name)) called.push(name);
        const value = target[name];
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    return { index: watched, called };
  };

  const table = { table: 't', rows: 1 };
  for (const [operator, inputs] of [
    [{ kind: 'sequential-scan', ...table }, 0],
    [{ kind: 'index-scan', ...table, index: 'i' }, 0],
    [{ kind: 'text-scan', text: 'x' }, 0],
    [{ kind: 'nested-loop-join' }, 2],
    [{ kind: 'hash-join' }, 2],
    [{ kind: 'merge-join' }, 2],
    [{ kind: 'aggregate' }, 1],
  ])
    it(`refuses a ${operator.kind}, which is for planning only`, async (t) => {
      const { index, called } = await needs(t);
      const dag = new QueryDag();
      const scans = Array.from({ length: inputs }, () => dag.add(flat));
      dag.add(operator, { id: 'here', inputs: scans });
      const action = () => run(dag, { index, vector: [1, 0] });
      refused(action, 'INVALID_GRAPH', "node 'here'", operator.kind, 'planning only');
      // `explain` is looked at once, to see that this is an index.
      assert.deepEqual(called, ['explain']);
    });

  for (const [what, make, words] of [
    ['nothing', () => new QueryDag(), ['a node']],
    ['too few inputs', () => chain({ kind: 'rerank' }), ["node 'rerank'", '1 inputs', 'got 0']],
    [
      'too many inputs',
      () => chain(flat, { ...flat, topK: 2 }),
      ["node 'flat-scan-2'", '0 inputs'],
    ],
    [
      'two ends',
      () => {
        const dag = chain(flat, result);
        dag.add(flat);
        return dag;
      },
      ['one last node', 'result', 'flat-scan-2'],
    ],
    ['a result that is read', () => chain(flat, result, { kind: 'sort' }), ["node 'result'"]],
    ['a function that is not there', () => chain({ kind: 'custom', name: 'g' }), ["function 'g'"]],
    ['a function of Object', () => chain({ kind: 'custom', name: 'toString' }), ["'toString'"]],
    [
      'weights of others',
      () => chain(flat, { kind: 'fuse', weights: [1, 2] }),
      ['1 weights', 'got 2'],
    ],
    ['a graph of a flat index', () => chain({ kind: 'hnsw-scan' }), ["node 'hnsw-scan'", "'hnsw'"]],
    ['codes that are not kept', () => chain({ kind: 'rabitq-scan' }), ["quantization: 'rabitq'"]],
  ])
    it(`refuses ${what}, before anything runs`, async (t) => {
      const { index, called } = await needs(t, { index: 'flat' });
      const functions = { f: () => assert.fail('it ran') };
      refused(() => run(make(), { index, vector: [1, 0], functions }), 'INVALID_GRAPH', ...words);
      assert.deepEqual(called, ['explain']);
    });

  it('refuses arguments of the wrong kind', async (t) => {
    const { index } = await needs(t);
    const dag = chain(flat);
    for (const [options, code, word] of [
      [{ vector: [1, 0] }, 'INVALID_ARGUMENT', 'index'],
      [{ index, vector: [1, 0], k: 5 }, 'INVALID_ARGUMENT', "'k'"],
      [{ index, vector: [1, 0], topK: 0 }, 'INVALID_ARGUMENT', 'topK'],
      [{ index, vector: [1, 0], topK: 10_001 }, 'LIMIT_EXCEEDED', 'topK'],
      [{ index, vector: [1, 0, 0] }, 'DIMENSION_MISMATCH', 'got 3'],
      [{ index, vector: [0, 0] }, 'INVALID_VECTOR', 'zero'],
      [{ index, vector: [1, Number.NaN] }, 'INVALID_VECTOR', 'component 1'],
      [{ index, vector: [1, 0], functions: 1 }, 'INVALID_ARGUMENT', 'functions'],
    ])
      refused(() => run(dag, options), code, word);
    const closed = await newIndex(t, { dimensions: 2 });
    closed.dispose();
    refused(() => run(dag, { index: closed, vector: [1, 0] }), 'CLOSED');
  });
});

describe('docs/plans.md', () => {
  it('has code that prints what it says', () => {
    const text = readFileSync(join(root, 'docs/plans.md'), 'utf8');
    const [, code] = /^```js\n([\s\S]*?)^```$/m.exec(text);
    const parts = { '@ruvector/wasm': packageFile(), '@ruvector/wasm/dag': dagFile };
    const script = code.replace(
      /from '([^']+)'/g,
      (_, name) => `from '${pathToFileURL(parts[name])}'`,
    );
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
      timeout: 60_000,
    });
    const said = [...code.matchAll(/\); \/\/ (.*)$/gm)].map(([, line]) => line);
    assert.equal(said.length, 3);
    assert.deepEqual(stdout.trim().split('\n'), said, stderr);
  });
});
