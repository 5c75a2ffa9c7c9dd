// `npm run device`: the device modules, which import nothing, on the hosts that are here. The package
// writes snapshots; each host opens them and has to answer as the package does, to the last bit, and
// to say that memory is used up instead of trapping. Prints footprints and speeds.
//
// Hosts: Node, by its WASI, and WAMR through tests/device/host.c where it is found: WAMR_ROOT is the
// folder that it was installed in, or several with ':' between them; else that of iwasm on the PATH.
// Where wamrc is beside iwasm or on the PATH, its compiled modules are run too. `-- --no-build` takes dist/
// as it is.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { build } from './build.mjs';
import { commit, provision } from './setup.mjs';

process.removeAllListeners('warning'); // that WASI is experimental
const { WASI } = await import('node:wasi');
const env = provision('wasm');
if (!process.argv.includes('--no-build')) build(env);
const { createIndex } = await import('../tests/support/package.mjs');
const { itemsOf, seededVectors } = await import('../tests/support/random.mjs');
const { Device, PAGE_BYTES, STATUS } = await import('../tests/support/device.mjs');
const { answers, bitsOf, fill, vectorOf } = await import('../tests/device/scenarios.mjs');
const { browserSnapshot } = await import('../tests/device/browser.mjs');
const { findWamr, runHost } = await import('../tests/device/wamr.mjs');

const DIMENSIONS = 128;
const TOP_K = 10;
const MAX_PAGES = 1024;
const FOLDER = 'build/device';
mkdirSync(FOLDER, { recursive: true });
const modules = Object.fromEntries(
  ['scalar', 'simd'].map((name) => [
    name,
    { path: `dist/ruvector.${name}.wasm`, wasm: readFileSync(`dist/ruvector.${name}.wasm`) },
  ]),
);
const newDevice = (wasm, pages = MAX_PAGES) =>
  new Device(wasm, {
    pages,
    initialize: (instance) => new WASI({ version: 'preview1' }).initialize(instance),
  });
const vectors = (seed, count) => seededVectors({ seed, count, dimensions: DIMENSIONS });
const kb = (bytes) => Math.round(bytes / 100) / 10;

console.log(`device modules of commit ${commit()}, Node ${process.version}; KB are 1000 bytes`);
console.log('\n== code');
console.table(
  Object.entries(modules).map(([name, { wasm }]) => {
    const imports = WebAssembly.Module.imports(new WebAssembly.Module(wasm)).length;
    assert.equal(imports, 0, `ruvector.${name}.wasm imports nothing`);
    const gzip = gzipSync(wasm, { level: 9 }).length;
    return { module: `ruvector.${name}.wasm`, imports, KB: kb(wasm.length), 'gzip KB': kb(gzip) };
  }),
);

// ---- answers and speed ----

const SNAPSHOTS = {
  'flat, 1,000': { count: 1000, ef: 0, options: { metric: 'cosine', index: 'flat' } },
  'one-bit codes, 4,000': { count: 4000, ef: 100, options: { metric: 'cosine' } },
  'graph, 4,000': {
    count: 4000,
    ef: 64,
    options: { metric: 'euclidean', index: { type: 'hnsw', M: 16, efConstruction: 100 } },
  },
};
const queries = vectors(2, 20);
const queryFile = `${FOLDER}/queries.f32`;
writeFileSync(queryFile, Buffer.concat(queries.map((it) => Buffer.from(it.buffer))));

const wamrs = findWamr();
if (wamrs.length === 0)
  console.log(`
WAMR IS NOT HERE: no WAMR_ROOT, and no iwasm on the PATH. Node's WASI runs the same assertions.`);
for (const [i, it] of wamrs.entries())
  console.log(`${i === 0 ? '\n' : ''}WAMR ${i + 1}: ${it.version} in ${it.root}, ${it.about}`);

console.log(
  `\n== a snapshot of the package, opened by the device module: ${DIMENSIONS} dimensions`,
);
if (env.CHROMIUM !== undefined) process.env.CHROMIUM = env.CHROMIUM;
const inBrowser = process.env.CHROMIUM !== undefined;
if (!inBrowser) console.log('no CHROMIUM: Node wrote them all, the same bytes as a browser');
const speeds = [];
for (const [what, { count, ef, options }] of Object.entries(SNAPSHOTS)) {
  const index = await createIndex({ dimensions: DIMENSIONS, ...options });
  const seeded = { seed: 1, count, dimensions: DIMENSIONS };
  index.upsert(itemsOf(seededVectors(seeded)));
  let snapshot = index.export();
  if (inBrowser) {
    const written = await browserSnapshot({ dimensions: DIMENSIONS, ...options }, seeded);
    assert.ok(Buffer.from(written.bytes).equals(snapshot), 'a browser writes the same bytes');
    console.log(`${what}: written in Chromium ${written.version}, ${written.bytes.length} bytes`);
    snapshot = written.bytes;
  }
  const file = `${FOLDER}/${what.replaceAll(/\W+/g, '-')}.rv`;
  writeFileSync(file, snapshot);
  const asked = { topK: TOP_K, ...(ef > 0 && { ef }) };
  const expected = index
    .queryMany(queries, asked)
    .map(({ matches }) => matches.map(({ id, distance }) => [id, bitsOf(distance)]));
  let node;
  for (const [name, { path, wasm }] of Object.entries(modules).reverse()) {
    const device = newDevice(wasm);
    const facts = answers(device, snapshot, queries, TOP_K, ef);
    const perSecond = queriesPerSecond(device, facts.index, ef);
    node ??= perSecond;
    note('Node', name, facts, device.pages, perSecond);
    for (const wamr of wamrs)
      for (const [how, module] of wamr.formsOf(name, path)) {
        const result = runHost(wamr, module, MAX_PAGES, [
          ...['answers', file, queryFile, DIMENSIONS, TOP_K, ef],
        ]);
        if (result.missing === undefined)
          note(`WAMR ${how}`, name, result, result.pages, result.queriesPerSecond);
        else console.log(`${how}, ${name}: not run, ${result.missing}`);
      }
  }
  index.dispose();

  function note(host, module, facts, pages, perSecond) {
    assert.deepEqual(facts.answers, expected, `${host}, ${module}, ${what}`);
    assert.equal(facts.count, count);
    speeds.push({
      snapshot: what,
      host,
      module,
      'answers as the package': 'all',
      'memory KB': kb(pages * PAGE_BYTES),
      'queries a CPU second': Math.round(perSecond),
      'of Node with SIMD': Number((perSecond / node).toPrecision(2)),
    });
  }
}
console.table(speeds);

function queriesPerSecond(device, index, ef) {
  const start = cpuSeconds();
  let searches = 0;
  for (; cpuSeconds() - start < 1; ++searches)
    device.searchOnly(index, queries[searches % queries.length], TOP_K, ef);
  return searches / (cpuSeconds() - start);
}

/** Of this process, whoever else uses the processor. */
function cpuSeconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

// ---- footprint ----

console.log(
  `\n== 1,100 vectors of ${DIMENSIONS} dimensions: memory taken per 1,000, stack by verb`,
);
const FORMS = {
  'flat, f32': { index: 0 },
  'flat, int8 alone': { index: 0, quantization: 1, dropVectors: 1 },
  'flat, rabitq 4 bits alone': { index: 0, quantization: 2, bits: 4, dropVectors: 1 },
  'flat, rabitq 1 bit alone': { index: 0, quantization: 2, bits: 1, dropVectors: 1 },
  'f32 and one-bit codes (auto)': { index: 2 },
  'graph, f32 and int8': { index: 1, M: 8, efConstruction: 64 },
  'graph, int8 alone': { index: 1, M: 8, efConstruction: 64, quantization: 1, dropVectors: 1 },
};
console.table(
  Object.entries(FORMS).map(([what, form]) => {
    const device = newDevice(modules.simd.wasm);
    const { index } = device.create({ metric: 'cosine', dimensions: DIMENSIONS, ...form });
    const count = 1100;
    const stack = {};
    const measure = (verb, work) => {
      device.paintStack();
      const result = work();
      stack[`stack of ${verb}`] = device.stackUsed();
      return result;
    };
    measure('add', () => {
      for (let i = 0; i < count; ++i)
        assert.equal(device.add(index, `n${i}`, vectorOf(i, DIMENSIONS)), STATUS.OK);
    });
    const used = device.c.rv_used_bytes(index) >>> 0;
    measure('search', () => device.search(index, vectorOf(3, DIMENSIONS), TOP_K));
    const { snapshot } = measure('save', () => device.save(index));
    const fresh = newDevice(modules.simd.wasm);
    const { status, index: loaded } = fresh.load(snapshot);
    assert.equal(status, STATUS.OK);
    stack['stack of load'] = fresh.stackUsed();
    return {
      index: what,
      'written, KB': kb((1000 * used) / count),
      'snapshot, KB': kb((1000 * snapshot.length) / count),
      'loaded, KB': kb((1000 * (fresh.c.rv_used_bytes(loaded) >>> 0)) / count),
      'all memory, loaded, KB': kb(fresh.pages * PAGE_BYTES),
      ...stack,
    };
  }),
);

// ---- the cap ----

console.log(`\n== memory that runs out: added until RV_OUT_OF_MEMORY, then 100 deleted and added`);
const caps = [];
for (const pages of [1, 2, 4, 8, 16, 32])
  for (const [name, { path, wasm }] of Object.entries(modules)) {
    const device = newDevice(wasm, pages);
    noteCap('Node', device.pages, fill(device, DIMENSIONS), device.stackUsed());
    for (const wamr of wamrs)
      for (const [how, module] of wamr.formsOf(name, path)) {
        const result = runHost(wamr, module, pages, ['fill', DIMENSIONS]);
        if (result.missing === undefined)
          noteCap(`WAMR ${how}`, result.pages, result, result.stackBytes, result.runtimeBytes);
      }

    function noteCap(host, used, facts, stack, runtime) {
      const { added, refused, searched, nearest, failedSwaps, count } = facts;
      const swaps = Math.min(100, added);
      assert.deepEqual(
        { refused, searched, count, used: used <= pages },
        { refused: STATUS.OUT_OF_MEMORY, searched: 0, count: added, used: true },
      );
      if (added > 100) assert.deepEqual([nearest, failedSwaps], ['n5', 0]);
      caps.push({
        'cap, KB': kb(pages * PAGE_BYTES),
        host,
        module: name,
        'vectors until refused': added,
        'status then': 'RV_OUT_OF_MEMORY',
        traps: 0,
        'searched after': 'yes',
        'replaced after': `${swaps - Math.min(failedSwaps, swaps)} of ${swaps}`,
        'stack, bytes': stack,
        ...(runtime !== undefined && { 'runtime, KB': kb(runtime) }),
      });
    }
  }
console.table(caps);
console.log(
  `every answer was the package's, to the last bit; ${caps.length} runs to the cap, no trap` +
    (wamrs.length === 0 ? '; on Node alone, WAMR was not found' : ''),
);
