// How the work of keeping a minimum cut grows with the graph: looks at edges per change, which are the
// same on every machine, fitted as a power of the number of nodes. Whoever puts work off can make that
// power anything: so it is told with the changes after which the cut was not known, of which there are
// none. The same fit must refuse a cut that is found from nothing after each change (which the larger
// of these graphs make easier by the edge) and see that a look at every edge grows with the graph.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { nearestNeighbors } from '../support/graphs.mjs';
import { packageFile } from '../support/package.mjs';
import { random } from '../support/random.mjs';
import { soak } from '../support/soak.mjs';

const { createGraph } = await import(pathToFileURL(packageFile('./mincut')));

const SIZES = soak ? [1e3, 1e4, 1e5, 1e6] : [300, 1000, 3000, 10_000];
const UPDATES = soak ? 20_000 : 1500;
const NEIGHBORS = 8;
/** Cuts from nothing that the kept one is compared with; each costs as much as building the graph. */
const checkpoints = (nodes) => (!soak ? 6 : nodes > 1e5 ? 5 : 50);

/** How many of ten changes are of edges between random nodes. */
const STREAMS = { 'near edges': 0, 'near edges, one in ten far': 1, 'far edges': 10 };

for (const [stream, far] of Object.entries(STREAMS))
  describe(`${stream}: the work per change`, () => {
    it(`grows at most as the power 0.55 of ${SIZES.join(', ')} nodes, with nothing put off`, async (t) => {
      const rows = [];
      for (const nodes of SIZES) rows.push(await measure(nodes, far));
      const kept = fit(rows.map(({ nodes, costs }) => [nodes, costs]));
      const control = fit(rows.map(({ nodes, anew }) => [nodes, anew]));
      const whole = fit(rows.map(({ nodes, edges }) => [nodes, [edges]]));
      for (const row of rows) t.diagnostic(describeRow(row));
      t.diagnostic(
        `power ${shown(kept)}; from nothing each time ${shown(control)}, all edges ${shown(whole)}`,
      );
      assert.ok(kept.slope <= 0.55, `${kept.slope}`);
      assert.ok(control.low > 0.55, `a cut from nothing would pass: ${control.low}`);
      assert.ok(whole.slope >= 0.9, `a look at every edge would pass: ${whole.slope}`);
      for (const { nodes, deferrals, costs, anew } of rows) {
        assert.equal(deferrals, 0);
        const fewer = mean(anew) / mean(costs);
        if (nodes >= 1e5) assert.ok(fewer >= 100, `${fewer} times fewer at ${nodes} nodes`);
        else if (nodes >= 1e4) assert.ok(fewer >= 20, `${fewer} times fewer at ${nodes} nodes`);
      }
    });
  });

/** A graph of near and far edges, one in a hundred of the near ones out, under a stream of changes. */
async function measure(nodes, far) {
  const next = random(nodes + far);
  const below = (bound) => Math.floor(next() * bound);
  const near = nearestNeighbors(next, nodes, NEIGHBORS);
  const distant = new Uint32Array(2 * nodes);
  const graph = await createGraph({ nodes });
  graph.insertMany(everySecond(near, 0), everySecond(near, 1));
  for (let i = 0; i < distant.length; i += 2) joinAtRandom(graph, distant, i, below);
  const out = [];
  const toggle = (ends, pool) => {
    // Out and in by turns: the graph stays as dense as it is.
    if (pool.length > ends.length / 200) {
      const [u, v, weight] = pool.splice(below(pool.length), 1)[0];
      graph.insert(u, v, weight);
      return;
    }
    for (;;) {
      const i = 2 * below(ends.length / 2);
      const [u, v] = [ends[i], ends[i + 1]];
      const weight = graph.weight(u, v);
      if (weight === 0) continue;
      graph.delete(u, v);
      pool.push([u, v, weight]);
      return;
    }
  };
  const change = () => (below(10) < far ? rewire(graph, distant, below) : toggle(near, out));
  for (let i = 0; i < near.length / 200; ++i) toggle(near, out);
  graph.minCut();
  for (let i = 0; i < UPDATES / 10; ++i) change();

  const costs = [];
  const anew = [];
  const before = graph.stats().cut;
  let scanned = before.edgesScanned;
  const started = performance.now();
  let checking = 0;
  for (let update = 0; update < UPDATES; ++update) {
    change();
    const { edgesScanned, updates } = graph.stats().cut;
    // A change of a far edge is two: one out, one in.
    costs.push(edgesScanned - scanned);
    scanned = edgesScanned;
    assert.ok(updates > update);
    if ((update + 1) % Math.floor(UPDATES / checkpoints(nodes)) !== 0) continue;
    const pause = performance.now();
    anew.push(await compareWithOneFromNothing(graph, near, distant));
    checking += performance.now() - pause;
  }
  const ms = performance.now() - started - checking;
  const { recomputes, deferrals } = graph.stats().cut;
  const { edges } = graph.stats();
  graph.dispose();
  return { nodes, edges, costs, anew, deferrals, recomputes: recomputes - before.recomputes, ms };
}

/** Takes a far edge out and puts another in its place. */
function rewire(graph, distant, below) {
  const i = 2 * below(distant.length / 2);
  graph.delete(distant[i], distant[i + 1]);
  joinAtRandom(graph, distant, i, below);
}

function joinAtRandom(graph, distant, i, below) {
  let [u, v] = [0, 0];
  do {
    u = below(graph.nodes);
    v = below(graph.nodes);
  } while (u === v || graph.weight(u, v) > 0);
  distant.set([u, v], i);
  graph.insert(u, v);
}

/** Returns the work of the cut from nothing. */
async function compareWithOneFromNothing(graph, near, distant) {
  const copy = await createGraph({ nodes: graph.nodes });
  for (const ends of [near, distant])
    for (let i = 0; i < ends.length; i += 2) {
      const weight = graph.weight(ends[i], ends[i + 1]);
      // A far edge may have come where a near one was out.
      if (weight > 0 && copy.weight(ends[i], ends[i + 1]) === 0)
        copy.insert(ends[i], ends[i + 1], weight);
    }
  const { value, work } = copy.minCut();
  assert.equal(graph.minCut().value, value);
  copy.dispose();
  return work.edgesScanned;
}

function everySecond(ends, at) {
  return Uint32Array.from({ length: ends.length / 2 }, (_, i) => ends[2 * i + at]);
}

const mean = (list) => list.reduce((sum, each) => sum + each, 0) / list.length;

/** The slope of log mean over log nodes by least squares, and 95 % of those of 1,000 resamples. */
function fit(points) {
  const x = points.map(([nodes]) => Math.log(nodes));
  const middle = mean(x);
  const slopeOf = (means) => {
    const y = means.map(Math.log);
    const sum = x.reduce((total, each, i) => total + (each - middle) * y[i], 0);
    return sum / x.reduce((total, each) => total + (each - middle) ** 2, 0);
  };
  const next = random(1);
  const resample = (list) => mean(list.map(() => list[Math.floor(next() * list.length)]));
  const slopes = Array.from({ length: 1000 }, () =>
    slopeOf(points.map(([, costs]) => resample(costs))),
  ).sort((a, b) => a - b);
  return {
    slope: slopeOf(points.map(([, costs]) => mean(costs))),
    low: slopes[25],
    high: slopes[974],
  };
}

const shown = ({ slope, low, high }) =>
  `${slope.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`;

function describeRow({ nodes, costs, anew, recomputes, deferrals, ms }) {
  const sorted = [...costs].sort((a, b) => a - b);
  const quantile = (q) => sorted[Math.floor(q * (sorted.length - 1))];
  return (
    `${nodes} nodes: ${mean(costs).toFixed(0)} edges a change (median ${quantile(0.5)}, ` +
    `p99 ${quantile(0.99)}, most ${sorted.at(-1)}), ${(mean(anew) / mean(costs)).toFixed(0)} times ` +
    `fewer than from nothing; ${((1000 * ms) / costs.length).toFixed(0)} us; ` +
    `${recomputes} recomputes, ${deferrals} deferred; exact at ${anew.length} checkpoints`
  );
}
