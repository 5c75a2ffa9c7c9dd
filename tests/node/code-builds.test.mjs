// T7 of the RaBitQ tests: every build makes the same codes, and counts and finds the same by them, to
// the last bit, whatever is left over of a vector at the end of a loop. Relaxed SIMD as far as the
// host has it; the browser's suite compares it in Chromium.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { codedSet, trace } from '../support/codes.mjs';
import { dist, newIndex } from '../support/indexes.mjs';
import { root } from '../support/package.mjs';
import { reach, withPlan } from '../support/plans.mjs';
import { soak } from '../support/soak.mjs';

const builds = [
  join(root, 'build/wasm/ruvector_scalar.wasm'),
  join(dist, 'ruvector.wasm'),
  join(dist, 'ruvector.relaxed.wasm'),
]
  .map((file) => new Uint8Array(readFileSync(file)))
  .filter((wasm) => WebAssembly.validate(wasm));
for (const wasm of builds) await reach(wasm);

const METRICS = ['cosine', 'dot', 'euclidean'];
const GRAPH = { type: 'hnsw', M: 4, efConstruction: 8 };

/** That all builds give the same for an index of `options`. */
async function compare(t, options) {
  const forGraph = options.index === GRAPH;
  const plans = forGraph ? ['flat', 'codes', 'graph'] : ['flat', 'codes'];
  const { ids, flat, queries } = codedSet(options.dimensions, { forGraph });
  const seen = [];
  for (const wasm of builds) {
    const index = await newIndex(t, { ...options, wasm });
    index.upsertFlat(ids, flat);
    const traces = plans.map((plan) => withPlan(plan, () => trace(index, queries)));
    seen.push({ simd: index.stats().simd, traces, bytes: index.export() });
    index.dispose();
  }
  const [scalar, ...others] = seen;
  const went = scalar.traces.map(([{ counted }]) => counted.plan);
  assert.deepEqual(went, ['flat', 'rabitq', 'hnsw'].slice(0, plans.length));
  assert.ok(scalar.traces[1][0].counted.codesScanned >= ids.length);
  assert.equal(scalar.simd, false);
  const name = JSON.stringify(options);
  for (const { simd, traces, bytes } of others) {
    assert.equal(simd, true);
    assert.deepEqual(traces, scalar.traces, name);
    assert.ok(Buffer.compare(bytes, scalar.bytes) === 0, `${name}: other bytes`);
  }
}

const rabitq = (bits) => ({ type: 'rabitq', bits, keep: false });
const WIDTHS = [1, 2, 3, 4, 5, 6, 7, 8];

describe(`T7: ${builds.length} builds agree to the last bit`, () => {
  // Kernels of codes take sixteen components at a time: each number of sixteens meets each width,
  // once in a scan and once along a graph.
  for (let most = 16; most <= 144; most += 16)
    it(`T7: codes alone of ${most - 15} to ${most} dimensions`, async (t) => {
      for (let dimensions = most - 15; dimensions <= most; ++dimensions)
        for (const bits of soak ? WIDTHS : [1 + (dimensions % 8)])
          await compare(t, {
            dimensions,
            metric: METRICS[dimensions % 3],
            index: dimensions % 16 < 8 ? 'flat' : GRAPH,
            quantization: rabitq(bits),
          });
    });

  it('T7: codes alone of more dimensions than a tile of 256', async (t) => {
    for (const bits of WIDTHS)
      await compare(t, {
        dimensions: 263 + bits,
        metric: METRICS[bits % 3],
        index: 'flat',
        quantization: rabitq(bits),
      });
  });

  it('T7: one-bit codes beside the vectors', async (t) => {
    // Up to 140 those that have a graph above, where rows repeat: each number has a scan of 1,030.
    const all = Array.from({ length: 140 }, (_, i) => i + 1);
    const some = soak ? all : all.filter((dimensions) => dimensions % 16 >= 8);
    const large = [257, 385, 1021, ...(soak ? [1536, 4099, 8191, 8192] : [])];
    for (const dimensions of [...some, ...large])
      await compare(t, {
        dimensions,
        metric: METRICS[dimensions % 3],
        index: 'flat',
        quantization: 'rabitq',
      });
  });
});
