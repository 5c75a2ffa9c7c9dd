// The device modules, which import nothing and are driven through their C interface: that they
// answer as the package does on its own snapshots, and that memory which runs out is a status.
// tests/device/tests.c has the interface natively, `npm run device` a C host on WAMR.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { answers, bitsOf, fill, vectorOf } from '../device/scenarios.mjs';
import { goldenOptions, goldenQueries } from '../golden/content.mjs';
import { capped, Device, EXACT, METRICS, STACK_BYTES, STATUS } from '../support/device.mjs';
import { dist, newIndex } from '../support/indexes.mjs';
import { root } from '../support/package.mjs';
import { itemsOf, seededFor, seededVectors } from '../support/random.mjs';
import { forge, parse, sectionsOf, strings } from '../support/snapshot.mjs';

const wasmOf = (name) => new Uint8Array(readFileSync(join(dist, `ruvector.${name}.wasm`)));
const modules = { simd: wasmOf('simd'), scalar: wasmOf('scalar') };
const golden = (metric) => new Uint8Array(readFileSync(join(root, `tests/golden/v1-${metric}.rv`)));
const header = readFileSync(join(root, 'bindings/c/ruvector.h'), 'utf8');

/** The answers of the package as those of a device are compared. */
const packageAnswers = (index, queries, topK, options) =>
  index
    .queryMany(queries, { topK, ...options })
    .map(({ matches }) => matches.map(({ id, distance }) => [id, bitsOf(distance)]));

/** That what was called has left a quarter of the stack. */
function assertStack(device) {
  assert.ok(device.stackUsed() > 100, 'nothing was painted over');
  assert.ok(device.stackUsed() < (3 / 4) * STACK_BYTES, `${device.stackUsed()} bytes of stack`);
}

describe('the C header', () => {
  it('has a status for each of the core, with the same number, and the tests know them all', () => {
    const enumeration = /typedef enum rv_status \{(.*?)\} rv_status/s.exec(header)[1];
    const declared = [...enumeration.matchAll(/RV_(\w+) = (\d+)/g)];
    assert.deepEqual(
      Object.fromEntries(declared.map(([, name, value]) => [name, Number(value)])),
      STATUS,
    );
    const core = readFileSync(join(root, 'src/base/status.h'), 'utf8');
    for (const [, name, value] of core.matchAll(/^\s*k(\w+) = (\d+),/gm)) {
      const code = name.replace(/\B([A-Z])/g, '_$1').toUpperCase();
      assert.equal(STATUS[code], Number(value), code);
    }
  });
});

for (const [name, wasm] of Object.entries(modules))
  describe(`the ${name} device module`, () => {
    it('imports nothing, and exports what ruvector.h declares', () => {
      const module = new WebAssembly.Module(wasm);
      assert.deepEqual(WebAssembly.Module.imports(module), []);
      const names = WebAssembly.Module.exports(module).map((it) => it.name);
      const declared = [...header.matchAll(/^RV_API .*?(rv_\w+)\(/gm)].map(([, it]) => it);
      assert.ok(declared.length > 15);
      assert.deepEqual(names.filter((it) => it.startsWith('rv_')).sort(), declared.sort());
      for (const wanted of ['memory', '_initialize']) assert.ok(names.includes(wanted), wanted);
    });

    for (const metric of METRICS)
      it(`${metric}: opens the golden snapshot, answers as the package, saves the same bytes`, async (t) => {
        const device = new Device(wasm);
        const snapshot = golden(metric);
        const { truncateDim, dimensions } = goldenOptions[metric];
        const queries = goldenQueries(metric).map((it) =>
          truncateDim === undefined ? it : it.subarray(0, truncateDim),
        );
        const it = answers(device, snapshot, queries, 12, 0);
        assert.equal(it.count, 12);
        const index = await newIndex(t, goldenOptions[metric]);
        index.import(snapshot);
        assert.deepEqual(it.answers, packageAnswers(index, goldenQueries(metric), 12));
        assert.equal(device.text('rv_metadata', it.index, 0).includes('tags'), metric !== 'dot');
        assert.deepEqual(device.save(it.index), { status: STATUS.OK, snapshot });
        const other = { metric, dimensions: (truncateDim ?? dimensions) + 8 };
        assert.equal(device.load(snapshot, other).status, STATUS.DIMENSION_MISMATCH);
        device.c.rv_destroy(it.index);
      });

    for (const [what, options] of Object.entries({
      'one-bit codes': { metric: 'cosine' },
      'a graph': { metric: 'euclidean', index: { type: 'hnsw', M: 8, efConstruction: 40 } },
      'int8 codes alone': {
        metric: 'dot',
        quantization: { type: 'int8', keep: false },
        index: 'flat',
      },
      'rabitq codes and a graph': {
        metric: 'cosine',
        quantization: { type: 'rabitq', bits: 4, keep: false },
        index: { type: 'hnsw', M: 8, efConstruction: 40 },
      },
    }))
      it(`opens a snapshot with ${what}, answers as the package, saves the same bytes`, async (t) => {
        const dimensions = 48;
        const data = (seed, count) => seededVectors({ seed, count, dimensions });
        const index = await newIndex(t, { dimensions, ...options }, itemsOf(data(1, 1500)));
        const snapshot = index.export();
        const queries = data(2, 10);
        const device = new Device(wasm);
        for (const ef of [20, 200]) {
          const it = answers(device, snapshot, queries, 10, ef);
          assert.deepEqual(it.answers, packageAnswers(index, queries, 10, { ef }));
          assert.deepEqual(device.save(it.index).snapshot, snapshot);
          device.c.rv_destroy(it.index);
        }
        const it = answers(device, snapshot, queries, 10, EXACT);
        assert.deepEqual(it.answers, packageAnswers(index, queries, 10, { exact: true }));
        assertStack(device);
      });

    it('writes what the package opens and writes again, byte for byte', async (t) => {
      const dimensions = 24;
      const device = new Device(wasm);
      const { index } = device.create({ metric: 'cosine', dimensions });
      const vectors = seededVectors({ seed: 3, count: 200, dimensions });
      for (const [i, vector] of vectors.entries())
        assert.equal(device.add(index, `id é ${i}`, vector), STATUS.OK);
      for (let i = 0; i < 200; i += 3) assert.equal(device.delete(index, `id é ${i}`), STATUS.OK);
      const { snapshot } = device.save(index);
      const opened = await newIndex(t, { dimensions, index: 'flat' });
      opened.import(snapshot);
      assert.equal(opened.count(), 133);
      assert.deepEqual(opened.get('id é 1').vector, [...vectors[1]]);
      assert.deepEqual(opened.export(), snapshot);
    });

    it('keeps codes and a graph through writes, within its stack', () => {
      const [dimensions, count] = [16, 1200];
      const device = new Device(wasm);
      const { index } = device.create({
        ...{ metric: 'cosine', dimensions, index: 1, M: 4, efConstruction: 20 },
        ...{ quantization: 2, bits: 8, dropVectors: 1 },
      });
      const vectors = seededVectors({ seed: 7, count, dimensions });
      for (const [i, vector] of vectors.entries()) {
        assert.equal(device.add(index, `n${i}`, vector), STATUS.OK);
        if (i % 7 === 6) assert.equal(device.delete(index, `n${i - 3}`), STATUS.OK);
      }
      for (let i = 0; i < count; i += 70) {
        const [[id]] = device.search(index, vectors[i], 1, 50).matches;
        assert.equal(id, `n${i}`);
      }
      assertStack(device);
    });

    it('drops what held for the records when they change, and keeps the rest', () => {
      const { sections } = parse(golden('dot'));
      const snapshot = forge([
        ...sections.map(({ kind, bytes }) => ({ kind, bytes })),
        { kind: 'KEPT', flags: 0, version: 3, bytes: Buffer.from('of a newer version') },
        { kind: 'DROP', flags: 2, bytes: Buffer.from('of these very records') },
        { kind: 'NONE', flags: 0, bytes: Buffer.alloc(0) },
      ]);
      const device = new Device(wasm);
      const { index } = device.load(snapshot);
      const resaved = () => device.save(index).snapshot;
      assert.deepEqual(resaved(), snapshot);
      assert.equal(device.add(index, 'one more', Float32Array.of(1)), STATUS.OK);
      const after = parse(resaved()).sections;
      assert.deepEqual(
        after.slice(-3).map(({ kind }) => kind),
        ['IDS ', 'KEPT', 'NONE'],
      );
      assert.equal(after.at(-2).version, 3);
    });

    it('refuses sections that no package would write', () => {
      const records = ['a', 'b'].map((id) => ({ id, vector: [1, 2], metadata: { id } }));
      const sections = sectionsOf('dot', 2, records);
      const device = new Device(wasm);
      const status = (others, header) => {
        const kinds = others.map(({ kind }) => kind);
        const rest = sections.filter(({ kind }) => !kinds.includes(kind));
        return device.load(forge([...rest, ...others], header)).status;
      };
      assert.equal(status([]), STATUS.OK);
      const damaged = {
        'an id twice': [strings('IDS ', ['a', 'a'])],
        'an empty id': [strings('IDS ', ['a', ''])],
        'an id that is not UTF-8': [strings('IDS ', ['a', Buffer.of(0xff)])],
        'an id that is too long': [strings('IDS ', ['a', 'b'.repeat(513)])],
        'an id too few': [strings('IDS ', ['a'])],
        'a count that is not its own': [strings('IDS ', ['a', 'b'], { count: 3 })],
        'ends that go back': [strings('IDS ', ['ab', 'c'], { ends: [3, 2] })],
        'an end behind the text': [strings('IDS ', ['a', 'b'], { ends: [1, 4] })],
        'text that nobody has': [strings('IDS ', ['a', 'b', 'c'], { count: 2 })],
        'metadata too few': [strings('META', ['{}'])],
        'a checksum of ids': [{ ...strings('IDS ', ['a', 'b']), crc: 1 }],
        'a checksum of an optional section': [
          { kind: 'XTRA', flags: 0, bytes: Buffer.from('x'), crc: 1 },
        ],
        'no room for a table': [{ kind: 'IDS ', bytes: Buffer.alloc(3) }],
      };
      for (const [what, others] of Object.entries(damaged))
        assert.equal(status(others), STATUS.FORMAT_CHECKSUM, what);
      const unknown = { kind: 'XTRA', flags: 1, bytes: Buffer.from('x') };
      assert.equal(status([unknown]), STATUS.FORMAT_VERSION);
      const noIds = forge(sections.filter(({ kind }) => kind !== 'IDS '));
      assert.equal(device.load(noIds).status, STATUS.FORMAT_CHECKSUM);
      const gap = forge(sections);
      gap[parse(gap).sections[3].offset - 1] = 1;
      assert.equal(device.load(gap).status, STATUS.FORMAT_CHECKSUM);
    });

    it('saves an index without records, which is opened again, and of no other shape', async (t) => {
      const device = new Device(wasm);
      const { index } = device.create({ metric: 'euclidean', dimensions: 2 });
      device.add(index, 'a', Float32Array.of(1, 2));
      device.delete(index, 'a');
      const { status, snapshot } = device.save(index);
      assert.equal(status, STATUS.OK);
      const copy = await newIndex(t, { dimensions: 2, metric: 'euclidean' });
      assert.equal(copy.import(snapshot).inserted, 0);
      const load = (wanted) => device.load(snapshot, wanted).status;
      assert.equal(load({ metric: 'euclidean', dimensions: 2 }), STATUS.OK);
      assert.equal(load({ metric: 'euclidean', dimensions: 3 }), STATUS.DIMENSION_MISMATCH);
      assert.equal(load({ metric: 'cosine', dimensions: 2 }), STATUS.METRIC_MISMATCH);
    });

    it('refuses namespaces, which it has not', async (t) => {
      const index = await newIndex(t, { dimensions: 2 });
      index.namespace('n').upsert([{ id: 'a', vector: [1, 2] }]);
      assert.equal(new Device(wasm).load(index.export()).status, STATUS.FORMAT_VERSION);
    });

    it('answers out of memory at every cap, and lives on', () => {
      const dimensions = 16;
      const counts = [];
      for (let pages = 1; pages <= 6; ++pages)
        for (let filler = 0; filler < 65536; filler += 9973) {
          const device = new Device(wasm, { pages });
          device.room(1024);
          if (filler > 0) device.c.rv_alloc(filler);
          const { added, refused, searched, nearest, failedSwaps, count, index } = fill(
            device,
            dimensions,
            { swaps: 20 },
          );
          assert.equal(refused, STATUS.OUT_OF_MEMORY);
          assert.equal(count, added);
          assert.ok(device.pages <= pages);
          counts.push(added);
          if (added > 20) assert.deepEqual([searched, nearest, failedSwaps], [0, 'n5', 0]);
          if (index === undefined) continue;
          const { status } = device.save(index);
          assert.ok(status === STATUS.OK || status === STATUS.OUT_OF_MEMORY, `save: ${status}`);
        }
      assert.ok(counts.length > 20 && Math.max(...counts) > 1000);
    });

    it('loads within a cap or says that it cannot', async (t) => {
      const index = await newIndex(t, { dimensions: 32 });
      index.upsert(itemsOf(Array.from({ length: 1100 }, (_, i) => vectorOf(i, 32))));
      const snapshot = index.export();
      const statuses = new Set();
      for (let pages = 1; pages <= 8; ++pages)
        for (const maxBytes of [0, 1000, 100_000, 200_000, 300_000]) {
          const device = new Device(wasm, { pages });
          const { status, index: loaded } = device.load(snapshot, { maxBytes });
          statuses.add(status);
          if (status === STATUS.OK) {
            const query = vectorOf(7, 32);
            assert.equal(device.search(loaded, query, 1, EXACT).matches[0][0], 'r7');
            assert.ok(maxBytes === 0 || maxBytes > 100_000);
          }
        }
      assert.deepEqual([...statuses].sort(), [STATUS.OK, STATUS.OUT_OF_MEMORY]);
    });
  });

describe('the two device modules', () => {
  for (const metric of METRICS)
    it(`${metric}: give the same distances to the last bit`, () => {
      const data = (seed, count) => seededFor(metric, { seed, count, dimensions: 72 });
      const [first, second] = Object.values(modules).map((wasm) => {
        const device = new Device(wasm);
        const { index } = device.create({ metric, dimensions: 72 });
        for (const [i, vector] of data(5, 100).entries())
          assert.equal(device.add(index, `${i}`, vector), STATUS.OK);
        return data(6, 10).map((query) => device.search(index, query, 20).matches);
      });
      assert.deepEqual(first, second);
    });

  it('are capped by what is tested as a cap: one page more is refused by the engine', () => {
    const module = new WebAssembly.Module(capped(modules.scalar, 3));
    const { memory } = new WebAssembly.Instance(module, {}).exports;
    memory.grow(3 - memory.buffer.byteLength / 65536);
    assert.throws(() => memory.grow(1), RangeError);
  });
});
