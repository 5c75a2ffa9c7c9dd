// ./mincut: cuts and flows of graphs, against all cuts of small ones and a plain Stoer-Wagner.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { realGraphs } from '../support/data.mjs';
import { crossing, leastOfAll, matrixOf, SHAPES, stoerWagner } from '../support/graphs.mjs';
import { dist, refused, rejected } from '../support/indexes.mjs';
import { packageFile, root } from '../support/package.mjs';
import { random } from '../support/random.mjs';
import { rounds, soak } from '../support/soak.mjs';

const { createGraph } = await import(pathToFileURL(packageFile('./mincut')));

async function newGraph(t, nodes, edges = [], options = {}) {
  const graph = await createGraph({ nodes, ...options });
  t.after(() => graph.dispose());
  fill(graph, edges);
  return graph;
}

function fill(graph, edges) {
  const [from, to, weights] = [0, 1, 2].map((field) => edges.map((edge) => edge[field]));
  graph.insertMany(Uint32Array.from(from), to, Float64Array.from(weights));
}

/** Of a shape, by turns; every fourth of weights 1. */
function example(i, next, least, most) {
  const names = Object.keys(SHAPES);
  const nodes = least + Math.floor(next() * (most + 1 - least));
  const weight = () => (i % 4 === 0 ? 1 : 1 + Math.floor(next() * 20));
  return { nodes, edges: SHAPES[names[i % names.length]](next, nodes, weight) };
}

/** That a cut is what it says, and the value is `wanted`. */
function assertCut({ value, side, witness }, matrix, wanted) {
  assert.equal(value, wanted);
  assert.ok(side.length > 0 && side.length < matrix.length);
  const inside = new Set(side);
  assert.equal(inside.size, side.length);
  assert.equal(crossing(matrix, inside), wanted);
  let sum = 0;
  for (const [u, v, weight] of witness) {
    assert.ok(inside.has(u) && !inside.has(v));
    assert.equal(matrix[u][v], weight);
    sum += weight;
  }
  assert.equal(sum, wanted);
  assert.ok(side.every((node, i) => i === 0 || node > side[i - 1]));
}

/** Whether a path of edges leads from one node to another. */
function isJoined(matrix, from, to) {
  const seen = new Set([from]);
  for (const u of seen) for (let v = 0; v < matrix.length; ++v) if (matrix[u][v] > 0) seen.add(v);
  return seen.has(to);
}

describe('minCut()', () => {
  it('is the least of all cuts of a small graph', async (t) => {
    const next = random(1);
    for (let i = 0; i < rounds(t, 3000); ++i) {
      const { nodes, edges } = example(i, next, 4, 12);
      const graph = await createGraph({ nodes });
      fill(graph, edges);
      const matrix = matrixOf(nodes, edges);
      assertCut(graph.minCut(), matrix, leastOfAll(matrix));
      assert.ok(graph.minCut().side.length <= nodes / 2);
      graph.dispose();
    }
  });

  it("is Stoer's and Wagner's of larger ones", async (t) => {
    const next = random(2);
    for (let i = 0; i < 300; ++i) {
      // Theirs takes the cube of the nodes.
      const most = soak || i % 60 === 0 ? 1000 : 120;
      const { nodes, edges } = example(i, next, most >> 1, most);
      const graph = await newGraph(t, nodes, edges);
      const matrix = matrixOf(nodes, edges);
      assertCut(graph.minCut(), matrix, stoerWagner(matrix));
      graph.dispose();
    }
  });

  it('is what was published of real graphs', async (t) => {
    for (const { name, nodes, edges, count, cut } of realGraphs(t) ?? []) {
      assert.equal(edges.length, count, name);
      const graph = await newGraph(t, nodes, edges);
      assertCut(graph.minCut(), matrixOf(nodes, edges), cut);
    }
  });

  it('is kept exact by every change', async (t) => {
    const next = random(3);
    const below = (bound) => Math.floor(next() * bound);
    for (let stream = 0; stream < rounds(t, 8); ++stream) {
      const nodes = 8 + below(16);
      const edges = SHAPES.random(next, nodes, () => 1 + below(4));
      const graph = await newGraph(t, nodes, edges);
      const matrix = matrixOf(nodes, edges);
      graph.minCut();
      for (let step = 0; step < 150; ++step) {
        // Every other stream at where the cut is.
        const { witness } = graph.minCut();
        let [u, v] = [below(nodes), below(nodes - 1)];
        v += v >= u ? 1 : 0;
        if (stream % 2 === 1 && witness.length > 0) [u, v] = witness[below(witness.length)];
        const weight = 1 + below(4);
        const was = matrix[u][v];
        const choice = below(3);
        if (choice === 0) {
          assert.equal(graph.insert(u, v, weight), was + weight);
          matrix[u][v] = was + weight;
        } else if (choice === 1) {
          assert.equal(graph.delete(v, u), was > 0);
          matrix[u][v] = 0;
        } else if (was > 0) {
          assert.equal(graph.reweight(u, v, weight), was);
          matrix[u][v] = weight;
        }
        matrix[v][u] = matrix[u][v];
        assertCut(graph.minCut(), matrix, stoerWagner(matrix));
      }
      const { cut } = graph.stats();
      assert.equal(cut.deferrals, 0);
      assert.ok(cut.recomputes < cut.updates, `${cut.recomputes} of ${cut.updates}`);
    }
  });

  it('tells its work since the last call', async (t) => {
    const graph = await newGraph(
      t,
      400,
      SHAPES.random(random(4), 400, () => 1),
    );
    const whole = graph.minCut().work.edgesScanned;
    assert.ok(whole >= 2 * graph.stats().edges);
    assert.equal(graph.minCut().work.edgesScanned, 0);
    graph.localCut(0, { k: 3, volume: 20 });
    assert.equal(graph.minCut().work.edgesScanned, 0);
    const [u, v] = graph.minCut().witness[0];
    graph.delete(u, v);
    assert.ok(graph.minCut().work.edgesScanned < whole / 10);
    assert.equal(graph.stats().cut.updates, 1);
  });

  it('of weights that are no integers is the sum of its witness', async (t) => {
    const next = random(5);
    for (let i = 0; i < 100; ++i) {
      const edges = SHAPES.random(next, 9, () => 0.1 + next());
      const graph = await newGraph(t, 9, edges);
      const { value, witness } = graph.minCut();
      const wanted = leastOfAll(matrixOf(9, edges));
      assert.ok(Math.abs(value - wanted) <= 1e-12 * wanted);
      assert.equal(
        value,
        witness.reduce((sum, [, , weight]) => sum + weight, 0),
      );
      graph.dispose();
    }
  });
});

describe('maxFlow()', () => {
  it('is the least cut between two nodes, and without its witness nothing joins them', async (t) => {
    const next = random(6);
    for (let i = 0; i < rounds(t, 300); ++i) {
      const { nodes, edges } = example(i, next, 4, 9);
      const graph = await newGraph(t, nodes, edges);
      const matrix = matrixOf(nodes, edges);
      const [source, sink] = [0, nodes - 1];
      const flow = graph.maxFlow(source, sink);
      let least = Number.POSITIVE_INFINITY;
      const sides = [];
      for (let bits = 1; bits < 1 << (nodes - 1); bits += 2) {
        const side = new Set(
          Array.from({ length: nodes }, (_, v) => v).filter((v) => (bits >> v) & 1),
        );
        const value = crossing(matrix, side);
        if (value < least) sides.length = 0;
        least = Math.min(least, value);
        if (value === least) sides.push(side);
      }
      assertCut(flow, matrix, least);
      // The one side that is in all of them.
      assert.deepEqual(
        flow.side,
        [...sides[0]].filter((v) => sides.every((side) => side.has(v))),
      );
      for (const [u, v] of flow.witness) graph.delete(u, v);
      for (const [u, v] of flow.witness) matrix[u][v] = matrix[v][u] = 0;
      assert.ok(!isJoined(matrix, source, sink));
      assert.equal(graph.maxFlow(source, sink).value, 0);
      graph.dispose();
    }
  });

  it('grows with the weight of a bottleneck, and of no other edge', async (t) => {
    const next = random(7);
    let [narrow, wide] = [0, 0];
    for (let i = 0; i < rounds(t, 60); ++i) {
      const { nodes, edges } = example(i, next, 5, 12);
      const graph = await newGraph(t, nodes, edges);
      const { value, bottlenecks } = graph.maxFlow(0, nodes - 1);
      const isNarrow = new Set(bottlenecks.flatMap(([u, v]) => [`${u} ${v}`, `${v} ${u}`]));
      for (const [u, v] of edges) {
        const weight = graph.weight(u, v);
        graph.reweight(u, v, weight + 1e-3);
        const more = graph.maxFlow(0, nodes - 1).value - value;
        graph.reweight(u, v, weight);
        const expected = isNarrow.has(`${u} ${v}`) ? 1e-3 : 0;
        assert.ok(Math.abs(more - expected) < 1e-9, `${more} for ${expected}`);
        if (expected > 0) ++narrow;
        else ++wide;
      }
      graph.dispose();
    }
    assert.ok(narrow > 20 && wide > 100, `${narrow} and ${wide}`);
  });
});

describe('localCut()', () => {
  it('finds a planted cut by a look at a part of the graph', async (t) => {
    const next = random(8);
    const below = (bound) => Math.floor(next() * bound);
    const [nodes, inside] = [4000, 12];
    const edges = Array.from({ length: nodes }, (_, u) =>
      Array.from({ length: 5 }, () =>
        u < inside ? [u, below(inside), 1] : [u, inside + below(nodes - inside), 1],
      ),
    )
      .flat()
      .filter(([u, v]) => u !== v);
    edges.push([0, 100, 1], [5, 2000, 1], [7, 3000, 1]);
    const graph = await newGraph(t, nodes, edges);
    const matrix = matrixOf(nodes, edges);
    const members = Array.from({ length: inside }, (_, i) => i);
    const volume = members.reduce((sum, u) => sum + matrix[u].reduce((a, b) => a + b), 0);
    let found = 0;
    for (let seed = 0; seed < 100; ++seed) {
      const cut = graph.localCut(seed % inside, { k: 3, volume, seed });
      if (cut === undefined) continue;
      ++found;
      assertCut(cut, matrix, cut.value);
      assert.ok(cut.value <= 3 && cut.side.includes(seed % inside));
      assert.ok(cut.work.edgesScanned < edges.length);
      assert.deepEqual(graph.localCut(seed % inside, { k: 3, volume, seed }), cut);
    }
    assert.ok(found >= 99, `${found} of 100`);
    // Elsewhere there is none, and so none is found.
    for (let seed = 0; seed < 20; ++seed)
      assert.equal(graph.localCut(200 + seed, { k: 1, volume: 50, seed }), undefined);
  });
});

describe('algebraicConnectivity()', () => {
  it('is as in the books', async (t) => {
    const near = (actual, wanted) =>
      assert.ok(Math.abs(actual.value - wanted) <= 1e-6 * wanted, `${actual.value}, not ${wanted}`);
    for (const n of [4, 30, 150]) {
      const one = () => 1;
      const path = await newGraph(t, n, SHAPES.path(undefined, n, one));
      near(path.algebraicConnectivity(), 2 - 2 * Math.cos(Math.PI / n));
      path.insert(0, n - 1);
      near(path.algebraicConnectivity(), 2 - 2 * Math.cos((2 * Math.PI) / n));
      near(path.algebraicConnectivity({ normalized: true }), 1 - Math.cos((2 * Math.PI) / n));
      const complete = await newGraph(t, n, SHAPES.complete(undefined, n, one));
      near(complete.algebraicConnectivity({ normalized: false }), n);
      const { error, work } = complete.algebraicConnectivity();
      assert.ok(error < 1e-9 && work.edgesScanned > 0);
    }
  });
});

describe('a graph', () => {
  it('starts without edges: the cut is 0, with one node on a side', async (t) => {
    const graph = await newGraph(t, 2);
    assert.deepEqual(graph.minCut(), {
      value: 0,
      side: [0],
      witness: [],
      work: { edgesScanned: 0 },
    });
    assert.equal(graph.weight(0, 1), 0);
    assert.equal(graph.insert(0, 1), 1);
    assert.equal(graph.insert(1, 0, 2.5), 3.5);
    assert.deepEqual(graph.minCut().witness, [[0, 1, 3.5]]);
    assert.equal(graph.reweight(1, 0, 7), 3.5);
    assert.equal(graph.delete(0, 1), true);
    assert.equal(graph.delete(0, 1), false);
    assert.equal(graph.minCut().value, 0);
    assert.deepEqual(
      { ...graph.stats(), memoryBytes: undefined, cut: undefined },
      { nodes: 2, edges: 0, memoryBytes: undefined, cut: undefined },
    );
  });

  it('gives the same answers from every build', async (t) => {
    const next = random(9);
    const { nodes, edges } = { nodes: 60, edges: SHAPES.random(next, 60, next) };
    const wasms = ['ruvector.wasm', 'ruvector.relaxed.wasm']
      .map((file) => readFileSync(join(dist, file)))
      .concat(readFileSync(join(root, 'build/wasm/ruvector_scalar.wasm')))
      .filter((wasm) => WebAssembly.validate(wasm));
    const answers = [];
    for (const wasm of wasms) {
      const graph = await newGraph(t, nodes, edges, { wasm });
      answers.push([
        graph.minCut(),
        graph.maxFlow(0, 1),
        graph.localCut(3, { k: 2, volume: 9 }),
        graph.algebraicConnectivity(),
      ]);
    }
    for (const answer of answers) assert.deepEqual(answer, answers[0]);
  });

  it('refuses what it cannot be, and stays as it was', async (t) => {
    const graph = await newGraph(t, 3, [[0, 1, 2]]);
    for (const [action, code, ...words] of [
      [() => graph.insert(1, 1), 'INVALID_GRAPH', 'two different', '1 twice'],
      [() => graph.maxFlow(2, 2), 'INVALID_GRAPH', '2 twice'],
      [() => graph.insertMany([0, 2], [1, 2]), 'INVALID_GRAPH', 'edge 1'],
      [() => graph.insert(0, 3), 'INVALID_ARGUMENT', '0 to 2', 'got 3'],
      [() => graph.insert(-1, 2), 'INVALID_ARGUMENT', 'got -1'],
      [() => graph.weight('0', 1), 'INVALID_ARGUMENT', 'first node'],
      [() => graph.insert(0, 1, 0), 'INVALID_ARGUMENT', 'above 0', 'got 0'],
      [() => graph.insert(0, 1, Number.NaN), 'INVALID_ARGUMENT', 'NaN'],
      [() => graph.insert(0, 1, Number.POSITIVE_INFINITY), 'INVALID_ARGUMENT', 'Infinity'],
      [() => graph.insert(0, 1, 1e300), 'LIMIT_EXCEEDED', '1e+290'],
      [() => graph.reweight(1, 2, 4), 'NOT_FOUND', 'none from 1 to 2'],
      [() => graph.reweight(0, 1, -4), 'INVALID_ARGUMENT', '-4'],
      [() => graph.insertMany([0, 1], [1]), 'INVALID_ARGUMENT', 'to: expected 2 numbers'],
      [() => graph.insertMany([0, 1], [1, 2], [3]), 'INVALID_ARGUMENT', 'weights'],
      [() => graph.insertMany([0, 1], [1, 2], [3, 0]), 'INVALID_ARGUMENT', 'weights[1]'],
      [() => graph.insertMany(7, [1]), 'INVALID_ARGUMENT', 'from', 'array'],
      [() => graph.localCut(0, { k: 0, volume: 1 }), 'INVALID_ARGUMENT', 'k:'],
      [() => graph.localCut(0, { k: 1 }), 'INVALID_ARGUMENT', 'volume'],
      [() => graph.localCut(0, { k: 1, volume: 1, delta: 1 }), 'INVALID_ARGUMENT', 'delta'],
      [() => graph.localCut(0, { k: 1, volume: 1, sed: 1 }), 'INVALID_ARGUMENT', "'seed'"],
      [() => graph.algebraicConnectivity({ normalised: true }), 'INVALID_ARGUMENT', "'normalized'"],
      [() => graph.algebraicConnectivity({ normalized: 1 }), 'INVALID_ARGUMENT', 'boolean'],
    ]) {
      refused(action, code, ...words);
      assert.equal(graph.weight(0, 1), 2);
      assert.equal(graph.stats().edges, 1);
    }
    for (const [options, code, word] of [
      [{}, 'INVALID_ARGUMENT', 'nodes'],
      [{ nodes: 1 }, 'INVALID_ARGUMENT', 'from 2'],
      [{ nodes: 2 ** 25 }, 'LIMIT_EXCEEDED', 'nodes'],
      [{ nodes: 2, edges: [] }, 'INVALID_ARGUMENT', "'edges'"],
      [{ nodes: 1e6, maxMemoryBytes: 1e5 }, 'OUT_OF_MEMORY', 'maxMemoryBytes'],
    ])
      await rejected(createGraph(options), code, word);
  });

  it('takes all of many edges or none where memory ends', async (t) => {
    const graph = await newGraph(t, 100, [], { maxMemoryBytes: 50_000 });
    const from = Array.from({ length: 4900 }, (_, i) => i % 100);
    const to = from.map((node, i) => (node + 1 + Math.floor(i / 100)) % 100);
    graph.insert(0, 1, 5);
    graph.minCut();
    refused(() => graph.insertMany(from, to), 'OUT_OF_MEMORY');
    assert.equal(graph.stats().edges, 1);
    assert.equal(graph.weight(0, 1), 5);
    graph.insertMany(from.slice(0, 100), to.slice(0, 100));
    assert.equal(graph.stats().edges, 100);
  });

  it('takes many edges as one by one', async (t) => {
    const next = random(10);
    const [from, to] = [[], []];
    for (let i = 0; i < 150_000; ++i) {
      const u = Math.floor(next() * 400);
      from.push(u);
      to.push((u + 1 + Math.floor(next() * 399)) % 400);
    }
    const [many, single] = [await newGraph(t, 400), await newGraph(t, 400)];
    many.minCut();
    many.insertMany(from, to);
    for (let i = 0; i < from.length; ++i) single.insert(from[i], to[i]);
    assert.equal(many.stats().edges, single.stats().edges);
    assert.equal(many.minCut().value, single.minCut().value);
    for (let i = 0; i < 1000; ++i)
      assert.equal(many.weight(from[i], to[i]), single.weight(from[i], to[i]));
  });

  it('ends with dispose()', async (t) => {
    const graph = await newGraph(t, 3);
    graph[Symbol.dispose]();
    graph.dispose();
    for (const action of [
      () => graph.minCut(),
      () => graph.insert(0, 1),
      () => graph.insertMany([0], [1]),
      () => graph.delete(0, 1),
      () => graph.weight(0, 1),
      () => graph.maxFlow(0, 1),
      () => graph.localCut(0, { k: 1, volume: 1 }),
      () => graph.algebraicConnectivity(),
      () => graph.stats(),
    ])
      refused(action, 'CLOSED', 'dispose');
  });
});
