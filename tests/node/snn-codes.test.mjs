// ./snn beside its networks: codes of vectors, patterns, oscillators, graphs of indexes.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { newIndex, refused, rejected } from '../support/indexes.mjs';
import { open, packageFile } from '../support/package.mjs';
import { itemsOf, random, seededVectors } from '../support/random.mjs';
import { rounds } from '../support/soak.mjs';

const {
  codeSimilarity,
  createSpikingNetwork,
  inputCurrents,
  latencyCode,
  neighborGraph,
  Oscillators,
  SpikePatterns,
  updateVector,
} = await import(pathToFileURL(packageFile('./snn')));

const near = (actual, wanted, error) =>
  assert.ok(Math.abs(actual - wanted) <= error, `${actual}, not ${wanted}`);

describe('codes', () => {
  it('of a vector are times by rank, equal ones at the mean of theirs', (t) => {
    assert.deepEqual(latencyCode([0.5, -2, 9]), [10, 20, 0]);
    assert.deepEqual(latencyCode([3, 3, 1], { windowMs: 8 }), [2, 2, 8]);
    assert.deepEqual(latencyCode([1, 1, 1]), [10, 10, 10]);
    assert.deepEqual(latencyCode([7]), [0]);
    assert.deepEqual(latencyCode([]), []);
    const next = random(1);
    for (let round = 0; round < rounds(t, 200); ++round) {
      const count = 2 + Math.floor(next() * 20);
      const vector = Float32Array.from({ length: count }, () => Math.floor(next() * 6));
      // By counting, not by sorting.
      const wanted = Array.from(vector, (x) => {
        const below = vector.filter((y) => y < x).length;
        const equal = vector.filter((y) => y === x).length;
        return 20 * (1 - (below + (equal - 1) / 2) / (count - 1));
      });
      for (const [i, time] of latencyCode(vector).entries()) near(time, wanted[i], 1e-12);
    }
    refused(() => latencyCode([1, Number.NaN]), 'INVALID_ARGUMENT', 'vector[1]');
    refused(() => latencyCode('ab'), 'INVALID_ARGUMENT', 'vector');
    refused(() => latencyCode([1], { windowMs: 0 }), 'INVALID_ARGUMENT', 'windowMs');
  });

  it('are as alike as it is cheap to make one of the other', () => {
    assert.equal(codeSimilarity([0, 5, 20], [0, 5, 20]), 1);
    assert.equal(codeSimilarity([0, 0], [20, 20]), 0);
    assert.equal(codeSimilarity([0, 0], [500, 0]), 0.5);
    near(codeSimilarity([0, 4], [6, 5], { costPerMs: 0.2 }), 1 - (1.2 + 0.2) / 4, 1e-15);
    assert.equal(codeSimilarity([0, 4], [6, 5], { costPerMs: 0 }), 1);
    assert.equal(codeSimilarity([], []), 1);
    refused(() => codeSimilarity([1], [1, 2]), 'DIMENSION_MISMATCH', 'b');
    refused(() => codeSimilarity([1], ['1']), 'INVALID_ARGUMENT', 'b[0]');
    refused(() => codeSimilarity([1], [1], { costPerMs: -1 }), 'INVALID_ARGUMENT', 'costPerMs');
  });

  it('of vectors are alike where these rank their components alike', () => {
    const [vector, other] = seededVectors({ seed: 2, count: 2, dimensions: 64 });
    const code = latencyCode(vector);
    const scaled = latencyCode(vector.map((x) => Math.exp(3 * x)));
    assert.equal(codeSimilarity(code, scaled), 1);
    assert.ok(codeSimilarity(code, latencyCode(other)) < 0.8);
    assert.equal(codeSimilarity(code, latencyCode(vector.map((x) => -x))) < 0.6, true);
  });

  it('drive a network: one that adds up what comes fires for the code it is made for', async (t) => {
    const network = await createSpikingNetwork({ neurons: 3 });
    t.after(() => network.dispose());
    const inputs = latencyCode([0.1, 0.9, 0.5]).map((afterMs, neuron) => ({
      afterMs,
      neuron,
      charge: 1,
    }));
    assert.deepEqual(network.run(30, { inputs }).spikes, [
      { timeMs: 0, neuron: 1 },
      { timeMs: 10, neuron: 2 },
      { timeMs: 20, neuron: 0 },
    ]);
  });
});

describe('patterns', () => {
  for (const slots of [32, 64])
    it(`of ${slots} slots are as a list of slots is`, (t) => {
      const next = random(slots);
      const neurons = 9;
      const patterns = new SpikePatterns({ neurons, slots });
      const history = Array.from({ length: neurons }, () => new Array(slots).fill(0));
      const distance = (a, b) => a.filter((bit, i) => bit !== b[i]).length;
      for (let turn = 0; turn < rounds(t, 150); ++turn) {
        const spiking = [...history.keys()].filter(() => next() < 0.4);
        patterns.record(spiking);
        for (const [neuron, bits] of history.entries()) {
          bits.shift();
          bits.push(spiking.includes(neuron) ? 1 : 0);
          assert.equal(patterns.pattern(neuron), bits.join(''));
        }
        const neuron = turn % neurons;
        const ranked = history
          .map((bits, it) => ({ neuron: it, distance: distance(bits, history[neuron]) }))
          .sort((a, b) => a.distance - b.distance || a.neuron - b.neuron);
        assert.deepEqual(patterns.match(neuron, 4), ranked.slice(0, 4));
        assert.deepEqual(patterns.match(history[neuron].join(''), neurons), ranked);
        assert.deepEqual(
          patterns.correlate(neuron, slots / 2),
          ranked
            .filter((it) => it.neuron !== neuron && it.distance <= slots / 2)
            .map((it) => it.neuron)
            .sort((a, b) => a - b),
        );
      }
      patterns.reset();
      assert.equal(patterns.pattern(0), '0'.repeat(slots));
    });

  it('are refused where they are none', () => {
    const patterns = new SpikePatterns({ neurons: 3 });
    assert.equal(patterns.slots, 32);
    refused(() => new SpikePatterns({ neurons: 3, slots: 16 }), 'INVALID_ARGUMENT', '32 or 64');
    refused(() => new SpikePatterns({ neurons: 0 }), 'INVALID_ARGUMENT', 'neurons');
    refused(() => patterns.record([0, 3]), 'INVALID_ARGUMENT', '0 to 2');
    refused(() => patterns.match('0101'), 'INVALID_ARGUMENT', '32 of 0 and 1');
    refused(() => patterns.match('2'.repeat(32)), 'INVALID_ARGUMENT', '32 of 0 and 1');
    refused(() => patterns.match(0, 4), 'LIMIT_EXCEEDED', 'k');
    refused(() => patterns.correlate(0, 33), 'LIMIT_EXCEEDED', 'maxDistance');
    assert.equal(patterns.pattern(0), '0'.repeat(32));
  });
});

describe('oscillators', () => {
  const off = (turns) => Math.abs(turns - Math.round(turns));

  it('turn at their frequency where they are not coupled', () => {
    const phase = Array.from({ length: 100 }, (_, i) => i / 100);
    const frequencyHz = phase.map((_, i) => 400 - 8.5 * i);
    const oscillators = new Oscillators({ count: 100, frequencyHz, phase });
    assert.deepEqual(oscillators.phases(), phase);
    near(oscillators.order().order, 0, 1e-14);
    const { mean } = oscillators.advance(1234.5);
    let [x, y] = [0, 0];
    for (const [i, turns] of oscillators.phases().entries()) {
      assert.ok(turns >= 0 && turns < 1);
      near(off(turns - phase[i] - frequencyHz[i] * 1.2345), 0, 1e-10);
      x += Math.cos(2 * Math.PI * turns) / 100;
      y += Math.sin(2 * Math.PI * turns) / 100;
    }
    near(mean[0], x, 1e-14);
    near(mean[1], y, 1e-14);
  });

  /** Their difference d in radians obeys d' = 2 pi (df - K sin d). */
  function apart(df, couplingHz, began, ms, stepMs) {
    const frequencyHz = [40 + df, 40];
    const pair = new Oscillators({ count: 2, frequencyHz, couplingHz, phase: [began, 0] });
    pair.advance(ms, { stepMs });
    const [first, second] = pair.phases();
    return first - second;
  }

  it('come together, lock and drift as two do in closed form', () => {
    const decay = Math.exp(-2 * Math.PI * 0.005 * 60);
    const end = 2 * Math.atan(Math.tan(Math.PI * 0.3) * decay);
    const error = (stepMs) => off(apart(0, 5, 0.3, 60, stepMs) - end / (2 * Math.PI));
    assert.ok(error(0.05) < 1e-6);
    // Of second order: half the step, a quarter of the error.
    near(error(3) / error(1.5), 4, 0.5);
    near(off(apart(4, 5, 0.4, 5000, 1) - Math.asin(0.8) / (2 * Math.PI)), 0, 1e-6);
    const drift = Math.sqrt(13 ** 2 - 5 ** 2) / 1000;
    near(off(apart(13, 5, 0.4, 10 / drift, 0.05) - 0.4), 0, 1e-4);
  });

  /** r, averaged over the second half, of frequencies with a Lorentzian of half width 1 Hz. */
  function order(couplingHz, next, quantileOf = () => 0.999999 * next() + 5e-7) {
    const count = 2000;
    const frequencyHz = Array.from(
      { length: count },
      (_, i) => 40 + Math.tan(Math.PI * (quantileOf(i, count) - 0.5)),
    );
    const phase = frequencyHz.map(() => next());
    const oscillators = new Oscillators({ count, frequencyHz, couplingHz, phase });
    oscillators.advance(2000, { stepMs: 4 });
    let sum = 0;
    for (let i = 0; i < 500; ++i) sum += oscillators.advance(4, { stepMs: 4 }).order / 500;
    return sum;
  }

  it("have Kuramoto's order above the critical coupling, and none below", () => {
    // Drawn at random, and the quantiles themselves: near the transition draws decide.
    for (const seed of [1, 2]) near(order(4, random(seed)), Math.sqrt(1 / 2), 0.05);
    const quantileOf = (i, count) => (i + 0.5) / count;
    for (const coupling of [2.5, 4, 8])
      near(order(coupling, random(coupling), quantileOf), Math.sqrt(1 - 2 / coupling), 0.05);
    assert.ok(order(1, random(3)) < 0.07); // 1 / sqrt(2000), amplified near the transition
  });

  it('are refused where they are none', () => {
    refused(() => new Oscillators({}), 'INVALID_ARGUMENT', 'count');
    refused(() => new Oscillators({ count: 2, phase: [0] }), 'INVALID_ARGUMENT', 'phase');
    refused(() => new Oscillators({ count: 2, phase: 1.5 }), 'INVALID_ARGUMENT', 'phase');
    refused(() => new Oscillators({ count: 2, coupling: 1 }), 'INVALID_ARGUMENT', "'couplingHz'");
    const oscillators = new Oscillators({ count: 2 });
    refused(() => oscillators.advance(-1), 'INVALID_ARGUMENT', 'ms');
    refused(() => oscillators.advance(1, { stepMs: 0 }), 'INVALID_ARGUMENT', 'stepMs');
    assert.deepEqual(oscillators.phases(), [0, 0]);
    assert.equal(oscillators.advance(0).order, 1);
  });
});

describe('graphs of neighbours', () => {
  const items = itemsOf(seededVectors({ seed: 3, count: 150, dimensions: 6 }));

  /** Every pair compared, in double. */
  function byHand(k, mutual) {
    const distance = (a, b) => {
      let [dot, aa, bb] = [0, 0, 0];
      for (const [d, x] of a.entries()) {
        dot += x * b[d];
        aa += x * x;
        bb += b[d] * b[d];
      }
      return 1 - dot / Math.sqrt(aa * bb);
    };
    const near = items.map(({ vector }, i) =>
      items
        .map((other, j) => [distance(vector, other.vector), j])
        .filter(([, j]) => j !== i)
        .sort(([a], [b]) => a - b)
        .slice(0, k),
    );
    return near.map((list, i) =>
      list.filter(([, j]) => !mutual || near[j].some(([, back]) => back === i)),
    );
  }

  function assertGraph(graph, wanted) {
    assert.deepEqual(
      graph.ids,
      items.map(({ id }) => id),
    );
    let e = 0;
    for (const [i, list] of wanted.entries())
      for (const [distance, j] of list) {
        assert.deepEqual([graph.from[e], graph.to[e]], [i, j]);
        near(graph.weights[e++], 1 / (1 + distance), 1e-5);
      }
    assert.equal(graph.from.length, e);
    assert.ok(e > 100);
  }

  it('are those of all pairs, of an index and of a database', async (t) => {
    const index = await newIndex(t, { dimensions: 6, index: 'flat' }, items);
    const progress = [];
    const onProgress = (it) => progress.push(it);
    assertGraph(await neighborGraph(index, { k: 5, onProgress }), byHand(5, false));
    assert.deepEqual(
      progress,
      [64, 128, 150].map((done) => ({ done, total: 150 })),
    );
    assertGraph(await neighborGraph(index, { k: 5, mutual: true }), byHand(5, true));
    const database = await open(`memory:${t.name}`, { dimensions: 6, index: 'flat' });
    t.after(() => database.close());
    await database.upsert(items);
    assertGraph(await neighborGraph(database, { k: 5 }), byHand(5, false));
  });

  it('have k neighbours where many records are the same, and weights as one likes', async (t) => {
    const same = Array.from({ length: 12 }, (_, i) => ({ id: `s${i}`, vector: [1, 1] }));
    const index = await newIndex(t, { dimensions: 2 }, same);
    const graph = await neighborGraph(index, { k: 3, weight: (distance) => 2 - distance });
    assert.equal(graph.from.length, 36);
    assert.ok(graph.from.every((from, e) => from !== graph.to[e]));
    for (const weight of graph.weights) near(weight, 2, 1e-6);
    const network = await createSpikingNetwork({ neurons: 12, edges: graph });
    t.after(() => network.dispose());
    assert.equal(network.edges, 36);
    index.namespace('other').upsert({ id: 'x', vector: [1, 0] });
    assert.deepEqual(await neighborGraph(index, { namespace: 'other' }), {
      ids: ['x'],
      from: [],
      to: [],
      weights: [],
    });
  });

  it("take a query's matches as currents", async (t) => {
    const index = await newIndex(t, { dimensions: 6 }, items);
    const graph = await neighborGraph(index, { k: 2 });
    index.upsert({ id: 'later', vector: items[7].vector });
    const result = index.queryById('r7', { topK: 4 });
    const { neurons, currents } = inputCurrents(result, graph, { gain: 3 });
    assert.equal(neurons.length, 3); // for one is not in the graph
    for (const [i, neuron] of neurons.entries()) {
      const { distance } = result.matches.find(({ id }) => id === graph.ids[neuron]);
      near(currents[i], 3 / (1 + Math.max(0, distance)), 1e-12);
    }
    const network = await createSpikingNetwork({ neurons: graph.ids.length, edges: graph });
    t.after(() => network.dispose());
    network.setCurrents(neurons, currents);
    assert.equal(network.run(50).spikes[0].neuron, 7);
  });

  it('can be given up, and are refused where there are none', async (t) => {
    const index = await newIndex(t, { dimensions: 6 }, items);
    const controller = new AbortController();
    const stop = neighborGraph(index, {
      signal: controller.signal,
      onProgress: ({ done }) => done > 100 && controller.abort(new Error('enough')),
    });
    await assert.rejects(stop, /enough/);
    await rejected(neighborGraph({}), 'INVALID_ARGUMENT', 'target');
    await rejected(neighborGraph(index, { k: 0 }), 'INVALID_ARGUMENT', 'k');
    await rejected(neighborGraph(index, { weight: 1 }), 'INVALID_ARGUMENT', 'weight');
    await rejected(
      neighborGraph(index, { weight: () => Number.NaN }),
      'INVALID_ARGUMENT',
      'weight',
    );
    await rejected(neighborGraph(index, { mutal: true }), 'INVALID_ARGUMENT', "'mutual'");
    refused(() => inputCurrents({}, { ids: [] }), 'INVALID_ARGUMENT', 'result');
    refused(() => inputCurrents({ matches: [] }, {}), 'INVALID_ARGUMENT', 'graph');
  });
});

describe('updateVector()', () => {
  it('goes some way towards another', () => {
    assert.deepEqual(updateVector([1, 0], [3, 4], 0.25), [1.5, 1]);
    assert.deepEqual(updateVector(Float32Array.of(1, 2), [3, 4], 0), [1, 2]);
    refused(() => updateVector([1], [1, 2]), 'DIMENSION_MISMATCH', 'other');
    refused(() => updateVector([1], [1], 2), 'INVALID_ARGUMENT', 'alpha');
  });
});
