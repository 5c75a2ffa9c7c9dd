// ./snn: networks against closed forms and a plain simulator in JavaScript. What the core itself does
// is compared more closely in tests/core/snn_*.cpp.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { dist, ownWasm, refused, rejected } from '../support/indexes.mjs';
import { packageFile, root } from '../support/package.mjs';
import { random } from '../support/random.mjs';
import { crc32 } from '../support/snapshot.mjs';
import { rounds } from '../support/soak.mjs';

const { createSpikingNetwork } = await import(pathToFileURL(packageFile('./snn')));

async function newNetwork(t, options) {
  const network = await createSpikingNetwork(options);
  t.after(() => network.dispose());
  return network;
}

const all = (count) => Array.from({ length: count }, (_, i) => i);
const near = (actual, wanted, error) =>
  assert.ok(Math.abs(actual - wanted) <= error, `${actual}, not ${wanted}`);

function randomEdges(next, neurons, each, least, most) {
  const from = all(neurons * each).map((i) => i % neurons);
  const to = from.map((source) => (source + 1 + Math.floor(next() * (neurons - 1))) % neurons);
  return { from, to, weights: from.map(() => least + (most - least) * next()) };
}

describe('potentials and spikes', () => {
  it('decay and come as their closed forms say', async (t) => {
    for (const ms of [0.1, 1, 7, 50]) {
      const network = await newNetwork(t, { neurons: 2 });
      network.setPotentials(0, 0.9);
      assert.deepEqual(network.step(ms), []);
      near(network.potentials()[0], 0.9 * Math.exp(-ms / 20), 1e-14);
      network.run(ms);
      near(network.potentials()[0], 0.9 * Math.exp(-ms / 10), 1e-14);
    }
    for (const current of [1.001, 1.5, 3, 40]) {
      const network = await newNetwork(t, { neurons: 1 });
      network.setCurrents(0, current);
      const period = 2 + 20 * Math.log(current / (current - 1));
      const { spikes, complete } = network.run(10.5 * period);
      assert.ok(complete && spikes.length === 10 + (period - 2 <= 0.5 * period ? 1 : 0));
      for (const [i, { timeMs, neuron }] of spikes.entries()) {
        assert.equal(neuron, 0);
        near(timeMs, (i + 1) * period - 2, 1e-9);
      }
    }
    const silent = await newNetwork(t, { neurons: 1 });
    silent.setCurrents(0, 1);
    assert.deepEqual(silent.run(1e6).spikes, []);
  });

  it('are those of a plain simulator, step by step', async (t) => {
    const next = random(1);
    const neurons = 60;
    const edges = randomEdges(next, neurons, 4, -0.2, 0.4);
    const network = await newNetwork(t, { neurons, edges, tauMs: 15, refractoryMs: 3, rest: 0.1 });
    const currents = all(neurons).map(() => 0.4 + next());
    network.setCurrents(all(neurons), currents);
    let [v, input] = [new Array(neurons).fill(0.1), new Array(neurons).fill(0)];
    const heldUntil = new Array(neurons).fill(-1);
    let count = 0;
    for (let tick = 1; tick <= rounds(t, 1000); ++tick) {
      const target = Math.floor(next() * neurons);
      network.inject([target, target], [0.1, 0.05]);
      input[target] += 0.15;
      const spiking = [];
      v = v.map((before, i) => {
        const free = Math.min(1, tick - heldUntil[i]);
        if (free < 0) return 0;
        const end = 0.1 + currents[i];
        const after = end + (before - end) * Math.exp(-free / 15) + input[i];
        if (after >= 1) spiking.push(i);
        return after;
      });
      input = new Array(neurons).fill(0);
      for (const i of spiking) {
        v[i] = 0;
        heldUntil[i] = tick + 3;
        for (const [e, from] of edges.from.entries())
          if (from === i) input[edges.to[e]] += edges.weights[e];
      }
      assert.deepEqual(network.step(), spiking);
      count += spiking.length;
      for (const [i, potential] of network.potentials().entries()) near(potential, v[i], 1e-12);
    }
    assert.ok(count > 500);
    assert.equal(network.stats().spikes, count);
  });

  it('come in the order in which one leads to the other, and at one instant by neuron', async (t) => {
    const edges = { from: [3, 3, 0, 1], to: [0, 2, 1, 2], weights: [1, 0.5, 1, 0.6] };
    const network = await newNetwork(t, { neurons: 4, edges });
    network.run(5);
    network.inject(3, 1);
    const { spikes } = network.run(1);
    assert.deepEqual(
      spikes,
      [3, 0, 1, 2].map((neuron) => ({ timeMs: 5, neuron })),
    );
    assert.deepEqual(network.lastSpikes(), [5, 5, 5, 5]);
    network.reset();
    assert.deepEqual(network.lastSpikes(), [null, null, null, null]);
    const late = await newNetwork(t, { neurons: 4, edges, delayMs: 1.5 });
    late.inject(3, 1);
    assert.deepEqual(
      late.run(10).spikes.map(({ timeMs, neuron }) => [timeMs, neuron]),
      [
        [0, 3],
        [1.5, 0],
        [3, 1],
        [4.5, 2], // 0.5 e^(-3 / 20) + 0.6
      ],
    );
    assert.deepEqual(late.lastSpikes(), [1.5, 3, 4.5, 0]);
  });

  it('can be stopped after so many, and inputs come in time', async (t) => {
    const network = await newNetwork(t, { neurons: 3 });
    network.setCurrents(all(3), [2, 3, 0]);
    const inputs = [
      { afterMs: 30, neuron: 2, charge: 1 },
      { afterMs: 7.5, neuron: 2, charge: 2 },
    ];
    const whole = network.run(200, { inputs });
    assert.deepEqual(
      whole.spikes.filter(({ neuron }) => neuron === 2).map(({ timeMs }) => timeMs),
      [7.5, 30],
    );
    network.reset();
    network.setCurrents(all(3), [2, 3, 0]);
    const part = network.run(200, { inputs, maxSpikes: 3 });
    assert.equal(part.complete, false);
    assert.equal(part.timeMs, network.timeMs);
    assert.deepEqual(part.spikes, whole.spikes.slice(0, 3));
    const rest = network.run(200 - part.timeMs, {
      inputs: [{ afterMs: 30 - part.timeMs, neuron: 2, charge: 1 }],
    });
    near(network.timeMs, 200, 1e-9);
    assert.equal(rest.complete, true);
    assert.equal(part.spikes.length + rest.spikes.length, whole.spikes.length);
  });

  it('are admitted while the gate is open only', async (t) => {
    const next = random(2);
    const neurons = 100;
    const network = await newNetwork(t, { neurons });
    network.setCurrents(
      all(neurons),
      all(neurons).map(() => 1.05 + next()),
    );
    const phase = all(neurons).map(() => next());
    const [frequency, open] = [0.04, 0.3];
    const admitted = ({ timeMs, neuron }) =>
      Math.cos(2 * Math.PI * (frequency * timeMs - phase[neuron])) >
      Math.cos(Math.PI * open) - 1e-6;
    assert.ok(!network.run(300).spikes.every(admitted));
    network.gate({ frequencyHz: 40, open, phase });
    const { spikes } = network.run(1000);
    assert.ok(spikes.length > 1000);
    assert.ok(spikes.every(admitted));
    for (let tick = 0; tick < 200; ++tick) {
      const timeMs = network.timeMs + 0.5;
      assert.ok(network.step(0.5).every((neuron) => admitted({ timeMs, neuron })));
    }
    network.gate(false);
    assert.ok(!network.run(300).spikes.every(admitted));
  });
});

describe('learning', () => {
  it('changes a weight by the window of its pair', async (t) => {
    for (const bounds of ['soft', 'hard'])
      for (let d = -60; d <= 60; d += 1) {
        const edges = { from: [0], to: [1], weights: [0.4] };
        const network = await newNetwork(t, { neurons: 2, edges, threshold: 9 });
        network.learn({ bounds, potentiationTauMs: 17, depressionTauMs: 34 });
        const inputs = [0, 1].map((neuron) => ({
          afterMs: 100 + (neuron === 0 ? 0 : d),
          neuron,
          charge: 10,
        }));
        assert.equal(network.run(200, { inputs }).spikes.length, 2);
        const [up, down] = bounds === 'soft' ? [0.6, 0.4] : [1, 1];
        const wanted =
          d > 0 ? 0.01 * up * Math.exp(-d / 17) : d < 0 ? -0.012 * down * Math.exp(d / 34) : 0;
        near(network.weights()[0] - 0.4, wanted, 1e-12);
        network.dispose();
      }
  });

  it('ends with learn(false), and bounds what weights can be set to', async (t) => {
    const edges = { from: [0, 1], to: [1, 0], weights: [0.4, -2] };
    const network = await newNetwork(t, { neurons: 2, edges });
    const excite = () => {
      for (const neuron of [0, 1]) {
        network.inject(neuron, 3);
        network.run(5);
      }
      return network.weights();
    };
    assert.deepEqual(excite(), [0.4, -2]);
    network.learn();
    const [learned, inhibiting] = excite();
    assert.ok(learned !== 0.4);
    assert.equal(inhibiting, -2);
    refused(() => network.setWeights(0, 1.5), 'INVALID_ARGUMENT', 'weights', 'to 1');
    network.learn(false);
    assert.equal(excite()[0], learned);
    network.setWeights([1, 0], [0.25, 1.5]);
    assert.deepEqual(network.weights(), [1.5, 0.25]);
    refused(() => network.learn(), 'LIMIT_EXCEEDED', 'weights', '1.5');
    network.learn({ maxWeight: 2 });
  });
});

describe('homeostasis', () => {
  /** Rates of 200 neurons with random input, over the last 20 of 40 seconds. */
  async function rates(t, adapts) {
    const next = random(3);
    const neurons = 200;
    const network = await newNetwork(t, { neurons });
    if (adapts) network.homeostasis({ targetHz: 20 });
    const strength = all(neurons).map(() => 0.2 + 0.5 * next());
    const counts = new Array(neurons).fill(0);
    for (let ms = 0; ms < 40_000; ++ms) {
      const targets = all(neurons).filter(() => next() < 0.2);
      network.inject(
        targets,
        targets.map((neuron) => strength[neuron]),
      );
      for (const neuron of network.step(1)) if (ms >= 20_000) counts[neuron] += 1 / 20;
    }
    return counts;
  }

  it('brings every rate to within 5 % of the target, and frozen thresholds do not', async (t) => {
    const isNear = (rate) => Math.abs(rate - 20) <= 1;
    const adapted = await rates(t, true);
    assert.ok(adapted.every(isNear), `${Math.min(...adapted)} to ${Math.max(...adapted)}`);
    assert.ok((await rates(t, false)).filter(isNear).length < 20);
  });

  it('tells rates in Hz, and keeps thresholds in their range', async (t) => {
    const network = await newNetwork(t, { neurons: 2, windowMs: 50 });
    network.setCurrents(0, 5);
    network.homeostasis({ least: 0.5, most: 3 });
    const { spikes } = network.run(50);
    assert.deepEqual(network.rates(), [20 * spikes.length, 0]);
    near(network.thresholds()[0], 1 + 0.02 * (spikes.length - 0.5), 1e-12);
    network.run(10_000);
    assert.equal(network.thresholds()[1], 0.5);
    network.homeostasis(false);
    network.setThresholds(all(2), 2);
    network.run(1000);
    assert.deepEqual(network.thresholds(), [2, 2]);
  });
});

describe('competition', () => {
  it('leaves the k highest potentials, ties to the smaller neuron', async (t) => {
    const next = random(4);
    for (let round = 0; round < rounds(t, 50); ++round) {
      const neurons = 1 + Math.floor(next() * 40);
      const network = await newNetwork(t, { neurons, threshold: 10, reset: -1 });
      const potentials = all(neurons).map(() => Math.floor(next() * 8));
      const k = 1 + Math.floor(next() * neurons);
      const wanted = all(neurons)
        .sort((a, b) => potentials[b] - potentials[a] || a - b)
        .slice(0, k)
        .map((neuron) => ({ neuron, potential: potentials[neuron] }));
      network.setPotentials(all(neurons), potentials);
      assert.deepEqual(network.softCompete(k, { beta: 0 }), wanted);
      assert.deepEqual(network.potentials(), potentials);
      assert.deepEqual(network.compete(k), wanted);
      const won = new Set(wanted.map(({ neuron }) => neuron));
      assert.deepEqual(
        network.potentials(),
        potentials.map((v, i) => (won.has(i) ? v : -1)),
      );
      network.dispose();
    }
  });

  it('takes beta times the similarity of each winner from the others', async (t) => {
    const edges = { from: [0, 0, 3], to: [1, 2, 1], weights: [0.8, 0.1, 1] };
    const network = await newNetwork(t, { neurons: 4, edges, threshold: 10 });
    const potentials = [5, 4.9, 4.6, 3];
    network.setPotentials(all(4), potentials);
    assert.deepEqual(network.softCompete(2), [
      { neuron: 0, potential: 5 },
      { neuron: 2, potential: 4.6 - 0.5 * 0.1 },
    ]);
    near(network.potentials()[1], 4.9 - 0.5 * 0.8, 1e-12);
    assert.equal(network.potentials()[3], 3);
    network.setPotentials(all(4), potentials);
    const similarity = (a, b) => (a % 2 === b % 2 ? 1 : 0);
    assert.deepEqual(
      network.softCompete(4, { beta: 1, similarity }).map(({ neuron }) => neuron),
      [0, 1, 2, 3],
    );
    assert.deepEqual(
      network.softCompete(2, { types: 0b10 }).map(({ neuron }) => neuron),
      [],
    );
    network.setTypes([2, 3], 1);
    assert.deepEqual(
      network.compete(1, { types: 0b10 }).map(({ neuron }) => neuron),
      [2],
    );
  });
});

describe('what is on a graph', () => {
  it('has types and masks, and means of neighbours', async (t) => {
    const edges = { from: [0, 0, 0, 2], to: [1, 2, 3, 0], weights: [1, 3, -1, 1] };
    const network = await newNetwork(t, { neurons: 4, edges, types: [0, 5, 31, 5] });
    assert.deepEqual(network.neuronsOfTypes(2 ** 31 + 1), [0, 2]);
    assert.deepEqual(network.neuronsOfTypes(0), []);
    network.setTypes(0, 5);
    assert.deepEqual(network.types(), [5, 5, 31, 5]);
    const vectors = [
      [9, 9],
      [1, 0],
      [0, 1],
      [5, 5],
    ];
    assert.deepEqual(network.aggregate(0, vectors), [1.2, 1.6]);
    assert.deepEqual(network.aggregate(0, vectors, { types: 2 ** 31 }), [0, 1]);
    assert.deepEqual(network.aggregate(1, vectors), [0, 0]);
    refused(
      () => network.aggregate(0, [[1], [2], [3, 4], [5]]),
      'DIMENSION_MISMATCH',
      'vectors[2]',
    );
    refused(() => network.aggregate(0, [[1]]), 'INVALID_ARGUMENT', '4, one a neuron');
  });

  it('has branches that answer to what comes together', async (t) => {
    const network = await newNetwork(t, { neurons: 2, threshold: 0.9 });
    const dendrites = network.dendrites({ branches: 2, threshold: 1, slope: 0.1 });
    const sigma = (x) => 1 / (1 + Math.exp(-(x - 1) / 0.1));
    dendrites.inject(0, 0, 0.7);
    dendrites.inject(0, 0, 0.7);
    dendrites.inject(1, 0, 0.7);
    dendrites.inject(1, 1, 0.7);
    const [together, apart] = dendrites.outputs();
    near(together, sigma(1.4) + sigma(0), 1e-14);
    near(apart, 2 * sigma(0.7), 1e-14);
    dendrites.propagate();
    assert.deepEqual(network.step(), [0]);
    near(dendrites.outputs()[0], 2 * sigma(0), 1e-14);
    network.dispose();
    refused(() => dendrites.propagate(), 'CLOSED');
  });

  it('spreads charges: personalised PageRank from below', async (t) => {
    const next = random(5);
    for (let round = 0; round < rounds(t, 20); ++round) {
      const neurons = 3 + Math.floor(next() * 30);
      const [from, to, weights] = [[], [], []];
      for (let i = 1; i < neurons; ++i) {
        const [other, weight] = [Math.floor(next() * i), 0.25 * (1 + Math.floor(next() * 8))];
        from.push(i, other);
        to.push(other, i);
        weights.push(weight, weight);
      }
      from.push(0);
      to.push(neurons - 1);
      weights.push(-3); // carries nothing
      const network = await newNetwork(t, { neurons, edges: { from, to, weights } });
      const [alpha, epsilon] = [0.5 + 0.4 * next(), 1e-3];
      const { activations, residual, spikes } = network.spread([0, 1], [3, 1], { alpha, epsilon });
      // (1 - alpha) (I - alpha W)^-1 y by iteration.
      const degree = new Array(neurons).fill(0);
      for (const [e, u] of from.entries()) if (weights[e] > 0) degree[u] += weights[e];
      let rank = new Array(neurons).fill(0);
      for (let turn = 0; turn < 400; ++turn) {
        const moved = all(neurons).map((i) => (1 - alpha) * (i === 0 ? 0.75 : i === 1 ? 0.25 : 0));
        for (const [e, u] of from.entries())
          if (weights[e] > 0) moved[to[e]] += (alpha * rank[u] * weights[e]) / degree[u];
        rank = moved;
      }
      const found = new Map(activations.map(({ neuron, activation }) => [neuron, activation]));
      for (const [i, wanted] of rank.entries()) {
        const lack = wanted - (found.get(i) ?? 0);
        assert.ok(lack >= -1e-12 && lack <= epsilon * degree[i] + 1e-12, `${lack} of ${wanted}`);
      }
      const sum = activations.reduce((total, { activation }) => total + activation, 0);
      near(sum + residual, 1, 1e-9);
      assert.ok(spikes >= 1);
      assert.ok(
        activations.every((it, i) => i === 0 || it.activation <= activations[i - 1].activation),
      );
      assert.equal(network.timeMs, 0);
      network.dispose();
    }
  });
});

/** The scenario of tests/core/snn_learning_test.cpp, which has the same sum. */
function bytesOf(network) {
  const neurons = all(40);
  network.setCurrents(
    neurons,
    neurons.map((n) => 0.8 + (n % 9) / 8),
  );
  network.gate({ open: 0.625, phase: neurons.map((n) => (n % 4) / 16) });
  network.learn({ depressionTauMs: 25 });
  network.homeostasis({ targetHz: 40 });
  const numbers = [];
  for (let turn = 0; turn < 20; ++turn) {
    for (const { timeMs, neuron } of network.run(10).spikes) numbers.push(timeMs, neuron);
    for (let i = 0; i < 10; ++i)
      for (const neuron of network.step(1)) numbers.push(network.timeMs, neuron);
  }
  assert.equal(numbers.length, 2 * 669);
  numbers.push(...network.potentials(), ...network.weights(), ...network.thresholds());
  return crc32(new Uint8Array(Float64Array.from(numbers).buffer));
}

function scenario() {
  const from = all(160).map((i) => i % 40);
  const edges = {
    from,
    to: from.map((source, i) => (source + 1 + ((7 * i) % 39)) % 40),
    weights: from.map((_, i) => ((13 * i) % 17) / 40 - 0.1),
  };
  return { neurons: 40, edges, delayMs: 1.25, windowMs: 50 };
}

describe('a network', () => {
  it('has the bytes of the native core, from every build', async (t) => {
    const wasms = ['ruvector.wasm', 'ruvector.relaxed.wasm']
      .map((file) => readFileSync(join(dist, file)))
      .concat(readFileSync(join(root, 'build/wasm/ruvector_scalar.wasm')))
      .filter((wasm) => WebAssembly.validate(wasm));
    for (const wasm of wasms)
      assert.equal(bytesOf(await newNetwork(t, { ...scenario(), wasm })), 184523201);
  });

  it('begins anew with reset(), weights, thresholds and settings too', async (t) => {
    const network = await newNetwork(t, { ...scenario(), types: 3 });
    const fresh = JSON.stringify([network, network.potentials(), network.weights()]);
    const first = bytesOf(network);
    network.setTypes(0, 1);
    network.inject(3, 0.5);
    assert.ok(
      network.timeMs > 0 && network.weights().some((w, i) => w !== scenario().edges.weights[i]),
    );
    network.reset();
    assert.equal(JSON.stringify([network, network.potentials(), network.weights()]), fresh);
    assert.deepEqual([network.timeMs, network.stats().spikes, network.types()[0]], [0, 0, 3]);
    assert.ok(network.thresholds().every((threshold) => threshold === 1));
    assert.ok(network.rates().every((rate) => rate === 0));
    assert.ok(network.lastSpikes().every((last) => last === null));
    // Nothing is on.
    network.setCurrents(0, 50);
    network.run(100);
    assert.deepEqual(network.weights(), scenario().edges.weights);
    assert.equal(network.thresholds()[0], 1);
    network.reset();
    assert.equal(bytesOf(network), first);
  });

  it('takes no memory once it is warm', async (t) => {
    const network = await newNetwork(t, { ...scenario(), wasm: ownWasm() });
    const work = () => {
      bytesOf(network);
      network.spread([0, 1]);
      network.compete(5);
      network.softCompete(5);
      return network.stats().memoryBytes;
    };
    const warm = work();
    assert.ok(warm > 40 * 8);
    for (let i = 0; i < 50; ++i) {
      network.reset();
      assert.equal(work(), warm);
    }
    // A delay needs room for what is under way; it can fail, and is told.
    const tight = await newNetwork(t, { neurons: 50, delayMs: 1e6, maxMemoryBytes: 30_000 });
    tight.setCurrents(all(50), 5);
    const { spikes, timeMs, complete } = tight.run(1e5);
    assert.ok(!complete && timeMs > 0 && timeMs < 1e5);
    assert.equal(spikes.length, tight.stats().spikes);
    refused(() => tight.run(1e5), 'OUT_OF_MEMORY', 'maxMemoryBytes');
    refused(() => tight.step(), 'OUT_OF_MEMORY');
    assert.equal(tight.timeMs, timeMs);
    assert.ok(spikes.length > 0 && tight.stats().spikes === spikes.length);
  });

  it('refuses what it cannot be, and stays as it was', async (t) => {
    const edges = { from: [0, 1], to: [1, 2], weights: [0.5, 0.25] };
    const network = await newNetwork(t, { neurons: 3, edges });
    network.setPotentials(0, 0.5);
    const state = () => [
      ...[network.potentials(), network.currents(), network.thresholds(), network.weights()],
      ...[network.types(), network.stats()],
    ];
    const before = state();
    for (const [action, code, ...words] of [
      [() => network.inject(3, 1), 'INVALID_ARGUMENT', '0 to 2', 'got 3'],
      [() => network.inject([0, 1], [1]), 'INVALID_ARGUMENT', 'charges', '2 numbers'],
      [() => network.inject('0', 1), 'INVALID_ARGUMENT', 'neurons', 'array'],
      [() => network.inject(0, Number.NaN), 'INVALID_ARGUMENT', 'charges', 'NaN'],
      [() => network.setCurrents([0, 1], [1, 1e10]), 'INVALID_ARGUMENT', 'currents[1]'],
      [() => network.setThresholds(0, 0), 'INVALID_ARGUMENT', 'above reset'],
      [() => network.setWeights(2, 1), 'INVALID_ARGUMENT', 'edges', '0 to 1'],
      [() => network.setTypes(0, 1.5), 'INVALID_ARGUMENT', 'types'],
      [() => network.setTypes(0, 32), 'INVALID_ARGUMENT', 'types'],
      [() => network.step(0), 'INVALID_ARGUMENT', 'ms'],
      [() => network.run(-1), 'INVALID_ARGUMENT', 'ms'],
      [() => network.run(1, { inputs: 5 }), 'INVALID_ARGUMENT', 'inputs'],
      [
        () => network.run(1, { inputs: [{ afterMs: 2, neuron: 0, charge: 1 }] }),
        ...['INVALID_ARGUMENT', 'inputs[0].afterMs', 'to 1'],
      ],
      [() => network.run(1, { maxSpikes: 0 }), 'INVALID_ARGUMENT', 'maxSpikes'],
      [() => network.run(1, { maxSpike: 1 }), 'INVALID_ARGUMENT', "'maxSpikes'"],
      [() => network.learn({ maxWeight: 0 }), 'INVALID_ARGUMENT', 'maxWeight'],
      [() => network.learn({ maxWeight: 0.3 }), 'LIMIT_EXCEEDED', 'weights', '0.5'],
      [() => network.learn({ bounds: 'none' }), 'INVALID_ARGUMENT', 'bounds', '"none"'],
      [() => network.homeostasis({ least: 0 }), 'INVALID_ARGUMENT', 'least', 'above reset'],
      [() => network.homeostasis({ least: 11 }), 'INVALID_ARGUMENT', 'least'],
      [() => network.gate({ open: 0 }), 'INVALID_ARGUMENT', 'open'],
      [() => network.gate({ phase: [0, 1] }), 'INVALID_ARGUMENT', 'phase', '3 numbers'],
      [() => network.compete(0), 'INVALID_ARGUMENT', 'k'],
      [() => network.compete(4), 'LIMIT_EXCEEDED', 'k'],
      [() => network.softCompete(1, { similarity: 1 }), 'INVALID_ARGUMENT', 'similarity'],
      [() => network.softCompete(2, { similarity: () => 'x' }), 'INVALID_ARGUMENT', 'similarity'],
      [() => network.neuronsOfTypes(-1), 'INVALID_ARGUMENT', 'mask'],
      [() => network.spread([0, 1], 0), 'INVALID_ARGUMENT', 'sum of charges'],
      [() => network.spread(0, 1, { alpha: 1 }), 'INVALID_ARGUMENT', 'alpha'],
      [() => network.dendrites({ branches: 0 }), 'INVALID_ARGUMENT', 'branches'],
      [() => network.dendrites().inject(0, 4, 1), 'INVALID_ARGUMENT', 'branch', '0 to 3'],
    ]) {
      refused(action, code, ...words);
      assert.deepEqual(state(), before);
    }
    network.run(1e9);
    refused(() => network.step(), 'LIMIT_EXCEEDED', 'timeMs');
    for (const [options, code, ...words] of [
      [{}, 'INVALID_ARGUMENT', 'neurons'],
      [{ neurons: 0 }, 'INVALID_ARGUMENT', 'from 1'],
      [{ neurons: 2 ** 23 }, 'LIMIT_EXCEEDED', 'neurons'],
      [{ neurons: 2, tau: 5 }, 'INVALID_ARGUMENT', "'tauMs'"],
      [{ neurons: 2, threshold: [1, 0] }, 'INVALID_ARGUMENT', 'above reset'],
      [{ neurons: 2, edges: 5 }, 'INVALID_ARGUMENT', 'edges', 'object'],
      [{ neurons: 2, edges: null }, 'INVALID_ARGUMENT', 'edges', 'object'],
      [{ neurons: 2, edges: { from: [0], to: [] } }, 'INVALID_ARGUMENT', 'edges.to', '1 neurons'],
      [{ neurons: 2, edges: { from: [0], to: [2] } }, 'INVALID_ARGUMENT', 'edges.to[0]', '0 to 1'],
      [{ neurons: 2, edges: { from: [1], to: [1] } }, 'INVALID_GRAPH', 'edge 0', '1 twice'],
      [{ neurons: 1e6, maxMemoryBytes: 1e5 }, 'OUT_OF_MEMORY', 'maxMemoryBytes'],
    ])
      await rejected(createSpikingNetwork(options), code, ...words);
  });

  it('ends with dispose()', async (t) => {
    const network = await newNetwork(t, { neurons: 2 });
    network[Symbol.dispose]();
    network.dispose();
    for (const action of [
      () => network.timeMs,
      () => network.inject(0, 1),
      () => network.setCurrents(0, 1),
      () => network.setPotentials(0, 1),
      () => network.setThresholds(0, 1),
      () => network.setWeights([], []),
      () => network.setTypes(0, 1),
      () => network.step(),
      () => network.run(1),
      () => network.learn(),
      () => network.homeostasis(),
      () => network.gate(),
      () => network.compete(1),
      () => network.softCompete(1),
      () => network.spread(0),
      () => network.dendrites(),
      () => network.potentials(),
      () => network.currents(),
      () => network.thresholds(),
      () => network.rates(),
      () => network.lastSpikes(),
      () => network.types(),
      () => network.weights(),
      () => network.neuronsOfTypes(1),
      () => network.aggregate(0, [[1], [1]]),
      () => network.reset(),
      () => network.stats(),
    ])
      refused(action, 'CLOSED', 'dispose');
  });
});

describe('a network that is meddled with', () => {
  it('has the edges that were checked, whatever becomes of the caller’s arrays', async (t) => {
    const edges = { from: [0, 1], to: [1, 2], weights: [1.2, 1.2] };
    const made = createSpikingNetwork({ neurons: 3, edges });
    edges.from.fill(0xffffffff);
    edges.to.fill(9);
    edges.weights.fill(Number.NaN);
    const network = await made;
    t.after(() => network.dispose());
    network.inject(0, 1.5);
    assert.deepEqual(
      network.run(1).spikes.map(({ neuron }) => neuron),
      [0, 1, 2],
    );
  });

  it('refuses calls of `similarity` to it, and is as it was', async (t) => {
    const network = await createSpikingNetwork({ neurons: 3 });
    t.after(() => network.dispose());
    network.setPotentials([0, 1, 2], [0.9, 0.8, 0.7]);
    for (const meddle of [() => network.dispose(), () => network.run(1), () => network.step()])
      assert.throws(() => network.softCompete(2, { similarity: () => meddle() ?? 1 }), {
        code: 'INVALID_ARGUMENT',
        message: /leaves the network alone/,
      });
    assert.deepEqual(network.potentials(), [0.9, 0.8, 0.7]);
    assert.equal(network.softCompete(2, { similarity: () => 0 }).length, 2);
  });

  it('refuses branches after dispose(), and more of them than there is room for', async () => {
    const network = await createSpikingNetwork({ neurons: 3 });
    const dendrites = network.dendrites();
    network.dispose();
    for (const call of [() => dendrites.inject(0, 0, 1), () => dendrites.outputs()])
      assert.throws(call, { code: 'CLOSED' });
    const large = await createSpikingNetwork({ neurons: 2 ** 20 });
    assert.throws(() => large.dendrites({ branches: 1024 }), { code: 'LIMIT_EXCEEDED' });
    large.dispose();
  });

  it('takes inputs of one moment together, in any order', async (t) => {
    for (const charges of [
      [1, -0.5],
      [-0.5, 1],
    ]) {
      const network = await createSpikingNetwork({ neurons: 1 });
      t.after(() => network.dispose());
      const inputs = charges.map((charge) => ({ afterMs: 5, neuron: 0, charge }));
      assert.equal(network.run(10, { inputs }).spikes.length, 0);
    }
  });
});
