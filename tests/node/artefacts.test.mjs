// What the build makes: that all builds give the same bits, that the two sides of each contract
// agree, and that what ships holds nothing it must not. Wants `npm run build` and the native tools.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { parse as parseJs, tokenizer } from 'acorn';
import { glue } from '../../scripts/build.mjs';
import { F32_METRICS, METRICS } from '../support/distances.mjs';
import { dist, newIndex } from '../support/indexes.mjs';
import { capabilities, root } from '../support/package.mjs';
import { itemsOf, seededFor } from '../support/random.mjs';

const source = (path) => readFileSync(join(root, path), 'utf8');
const built = (path) => import(pathToFileURL(join(dist, path)));
const scalarWasm = new Uint8Array(readFileSync(join(root, 'build/wasm/ruvector_scalar.wasm')));
const relaxedWasm = new Uint8Array(readFileSync(join(dist, 'ruvector.relaxed.wasm')));
/** What must give the same bits as the file that ships, as far as the host can run it. */
const others = [scalarWasm, relaxedWasm].filter((wasm) => WebAssembly.validate(wasm));

/** Every module in dist/ as [path, code]. */
const modules = readdirSync(dist, { recursive: true })
  .filter((path) => path.endsWith('.js'))
  .map((path) => [path, readFileSync(join(dist, path), 'utf8')]);

/** What the module `code` imports: static, re-exported and dynamic. */
function importsOf(code) {
  const found = [];
  const visit = (node) => {
    if (typeof node !== 'object' || node === null) return;
    if (/^(Import|Export(All|Named))(Declaration|Expression)$/.test(node.type) && node.source)
      found.push(node.source.value);
    for (const child of Object.values(node)) visit(child);
  };
  visit(parseJs(code, { ecmaVersion: 'latest', sourceType: 'module' }));
  return found;
}

describe('simd128, relaxed, scalar and native builds', () => {
  for (const metric of F32_METRICS)
    it(`${metric}: give the same distances to the last bit`, async (t) => {
      const sizes = Array.from({ length: 70 }, (_, i) => i + 1);
      for (const dimensions of [...sizes, 127, 383, 384, 385, 768, 1021, 8192]) {
        const items = itemsOf(seededFor(metric, { seed: dimensions, count: 40, dimensions }));
        const queries = seededFor(metric, { seed: dimensions + 9000, count: 5, dimensions });
        const answers = [];
        for (const wasm of [undefined, ...others]) {
          const index = await newIndex(t, { dimensions, metric, wasm }, items);
          const results = index.queryMany(queries, { topK: 40 });
          answers.push(results.map(({ matches }) => matches));
          index.dispose();
        }
        for (const answer of answers)
          assert.deepEqual(answer, answers[0], `${dimensions} dimensions`);
      }
    });

  it('say truly whether they use SIMD', async (t) => {
    assert.equal((await newIndex(t, { dimensions: 1 })).stats().simd, true);
    assert.equal((await capabilities()).simd, true);
    assert.equal((await newIndex(t, { dimensions: 1, wasm: scalarWasm })).stats().simd, false);
    assert.equal((await capabilities()).simd, false);
  });

  for (const metric of METRICS)
    it(`${metric}: write the same snapshot`, async (t) => {
      const options = { metric, dimensions: 56, model: 'm' };
      const items = itemsOf(seededFor(metric, { seed: 1, count: 3000, dimensions: 56 })).map(
        (item, i) => (i % 5 === 0 ? { ...item, metadata: { i } } : item),
      );
      const bytes = (await newIndex(t, options, items)).export();
      for (const wasm of others)
        assert.deepEqual((await newIndex(t, { ...options, wasm }, items)).export(), bytes);
      const folder = mkdtempSync(join(tmpdir(), 'rv-native-'));
      t.after(() => rmSync(folder, { recursive: true }));
      const [input, output] = [join(folder, 'in.rv'), join(folder, 'out.rv')];
      writeFileSync(input, bytes);
      const tool = join(root, 'build/native/snapshot_tool');
      const { status, stderr, error } = spawnSync(tool, ['rebuild', input, output]);
      assert.equal(status, 0, `${tool}: ${error?.message ?? stderr}`);
      assert.deepEqual(readFileSync(output), Buffer.from(bytes));
    });

  it('have the same glue', () => {
    // Token by token: the minifier breaks lines by the length of the module's name.
    const tokens = (code) =>
      Array.from(
        tokenizer(code, { ecmaVersion: 'latest', sourceType: 'module' }),
        ({ start, end }) => code.slice(start, end),
      );
    const names = ['ruvector', 'ruvector_relaxed', 'ruvector_scalar', 'ruvector_lite'];
    const [simd, ...rest] = names.map((name) => glue(`build/wasm/${name}.mjs`));
    assert.ok(tokens(simd).length > 500);
    for (const code of rest) assert.deepEqual(tokens(code), tokens(simd));
    assert.ok(readFileSync(join(dist, 'core/glue.js'), 'utf8') === simd, 'dist/ has another glue');
  });
});

describe('contracts', () => {
  /** The members of each interface of types/raw.d.ts, sorted. */
  function declared() {
    const text = source('types/raw.d.ts').replace(/\/\*[\s\S]*?\*\//g, '');
    const interfaces = {};
    for (const [, name, base, body] of text.matchAll(
      /export interface (\w+)(?: extends (\w+))? \{\n([\s\S]*?)\n\}/g,
    )) {
      const own = [...body.matchAll(/^ {2}(?:readonly )?(\w+)[(:]/gm)].map(([, member]) => member);
      interfaces[name] = [...own, ...(interfaces[base] ?? [])].sort();
    }
    return interfaces;
  }

  it('the live module has the names that types/raw.d.ts declares, and no others', async () => {
    const { default: createModule } = await built('core/glue.js');
    const bytes = readFileSync(join(dist, 'ruvector.wasm'));
    let started;
    const raw = await createModule({
      instantiateWasm(imports, done) {
        started = WebAssembly.instantiate(bytes, imports).then(({ instance }) => done(instance));
        return {};
      },
    });
    await started;
    const { RawHandle, RawModule, ...rest } = declared();
    const kinds = ['Collection', 'Graph', 'Network', 'Saver', 'Loader', 'Dag'];
    assert.deepEqual(Object.keys(rest).sort(), kinds.map((kind) => `Raw${kind}`).sort());
    for (const kind of kinds) {
      const methods = Object.keys(raw).filter((key) => key.startsWith(`${kind}.`));
      assert.deepEqual(
        methods.map((key) => key.slice(kind.length + 1)).sort(),
        rest[`Raw${kind}`].filter((key) => key !== 'address'),
        kind,
      );
    }
    assert.deepEqual(RawHandle, ['address', 'delete']);
    const live = Object.keys(raw).filter((key) => !kinds.includes(key.split('.')[0]));
    assert.deepEqual(
      live.filter((key) => RawModule.includes(key)).sort(),
      RawModule,
      'declared, but not there',
    );
    // What Embind and the glue add by themselves.
    const runtime = ['BindingError', 'InternalError', 'UnboundTypeError', 'count_emval_handles'];
    runtime.push('instantiateWasm');
    const functions = live.filter((key) => typeof raw[key] === 'function' && !key.startsWith('_'));
    assert.deepEqual(
      functions.filter((key) => !RawModule.includes(key) && !runtime.includes(key)),
      [],
      'there, but not declared',
    );
  });

  it('js/core/status.ts has a row for every Status of src/base/status.h', async () => {
    const { STATUS } = await built('core/status.js');
    const values = [...source('src/base/status.h').matchAll(/^\s*k(\w+) = (\d+),/gm)];
    assert.equal(values.length, STATUS.length);
    for (const [, name, value] of values) {
      const code = name.replace(/\B([A-Z])/g, '_$1').toUpperCase();
      const row = STATUS[Number(value)];
      if (code === 'OK') assert.equal(row, undefined);
      else assert.equal(row[0], code === 'NOT_SNAPSHOT' ? 'INVALID_ARGUMENT' : code);
    }
  });

  it('js/core/limits.ts and src/base/limits.h agree', async () => {
    const { LIMITS } = await built('core/limits.js');
    const native = Object.fromEntries(
      [...source('src/base/limits.h').matchAll(/constexpr \S+ (k\w+) = ([^;]+);/g)].map(
        ([, name, value]) => [name, Number(value)],
      ),
    );
    assert.deepEqual(
      [LIMITS.dimensions, LIMITS.hammingBits, LIMITS.topK],
      [native.kMaxDimensions, native.kMaxHammingBits, native.kMaxTopK],
    );
    assert.ok(LIMITS.records <= native.kMaxRows);
    assert.deepEqual(
      [LIMITS.idBytes, LIMITS.metadataBytes, LIMITS.metadataDepth],
      [512, 64_000, 16],
    );
  });

  it('js/core/version.ts and package.json agree', async () => {
    const { VERSION } = await built('core/version.js');
    assert.equal(VERSION, JSON.parse(source('package.json')).version);
  });

  it('metrics have the same numbers in js/index/vectors.ts and src/kernels/metric.h', async () => {
    const { METRICS: host } = await built('index/vectors.js');
    const values = [...source('src/kernels/metric.h').matchAll(/^\s*k(\w+) = (\d+),/gm)];
    assert.deepEqual(
      values.map(([, name]) => name.toLowerCase()),
      host,
    );
    assert.deepEqual(
      values.map(([, , value]) => Number(value)),
      [...host.keys()],
    );
  });
});

describe('dist/', () => {
  it('makes no code from strings', () => {
    for (const [path, code] of modules)
      assert.ok(!/\beval\(|\bFunction\(/.test(code), `${path} makes code`);
  });

  it('looks its own files up once an entry, in a way that bundlers see', () => {
    const lookups = modules.flatMap(([path, code]) =>
      [...code.matchAll(/new URL\(([^)]*)\)/g)].map(([, args]) => [path, args]),
    );
    const own = lookups.filter(([, args]) => args.includes('import.meta.url'));
    const literal = (file) => `'./${file}', import.meta.url`;
    const browser = own.filter(([path]) => path === 'wasm-url.js');
    assert.deepEqual(
      browser.map(([, args]) => args).sort(),
      ['ruvector.relaxed.wasm', 'ruvector.wasm'].map(literal),
    );
    // The worker beside them. Node's need no bundler.
    const others = own.filter(([path]) => path !== 'wasm-url.js');
    assert.deepEqual(others.map(([path]) => path).sort(), [
      'core/host-node.js',
      'platform-browser.js',
      'platform-node.js',
    ]);
    const [, worker] = others.find(([path]) => path === 'platform-browser.js');
    assert.equal(worker, "'./worker/entry.js', import.meta.url");
    const [, code] = modules.find(([path]) => path === 'core/glue.js');
    assert.ok(!/new URL\(|\.wasm["'`]/.test(code), 'the glue looks for a file');
  });

  it('imports nothing of Node from the browser entries on, and no package but React', () => {
    const graphOf = (entry) => {
      const [queue, graph] = [[entry], new Set()];
      while (queue.length > 0) {
        const path = queue.pop();
        if (graph.has(path)) continue;
        graph.add(path);
        if (!path.startsWith('.') && !path.endsWith('.js')) continue;
        const code = readFileSync(join(dist, path), 'utf8');
        for (const name of importsOf(code))
          queue.push(name.startsWith('.') ? join(dirname(path), name) : name);
      }
      return [...graph];
    };
    const outside = (entry) => graphOf(entry).filter((path) => !path.endsWith('.js'));
    assert.ok(graphOf('index.js').length > 10);
    assert.deepEqual(outside('index.js'), []);
    assert.deepEqual(outside('inline.js'), []);
    assert.deepEqual(outside('compat/entry.js'), []);
    assert.deepEqual(outside('mincut/entry.js'), []);
    assert.deepEqual(outside('dag/entry.js'), []);
    assert.deepEqual(outside('snn/entry.js'), []);
    assert.deepEqual(outside('react/entry.js'), ['react']);
    assert.deepEqual(outside('worker/entry.js'), []);
    assert.deepEqual(outside('node.js').sort(), [
      'node:crypto',
      'node:fs',
      'node:fs/promises',
      'node:path',
      'node:worker_threads',
    ]);
    // The wasm as a module; and no copy of it, which could not be compiled there.
    assert.deepEqual(outside('workerd.js').sort(), ['ruvector.relaxed.wasm', 'ruvector.wasm']);
    assert.deepEqual(outside('edge-light.js'), ['ruvector.wasm?module']);
    for (const entry of [
      'workerd.js',
      'compat/entry-workerd.js',
      'dag/entry-workerd.js',
      'edge-light.js',
    ])
      assert.ok(!graphOf(entry).includes('base64.js'), entry);
  });

  it('holds exactly what the entries reach', () => {
    const reached = new Set(['types.js']);
    const visit = (path) => {
      if (reached.has(path)) return;
      reached.add(path);
      const code = readFileSync(join(dist, path), 'utf8');
      for (const name of importsOf(code).filter((it) => /^\..*\.js$/.test(it)))
        visit(join(dirname(path), name));
    };
    const { bin, exports } = JSON.parse(source('package.json'));
    const targets = [bin, ...Object.values(exports)].flatMap((it) =>
      typeof it === 'string' ? [it] : Object.values(it),
    );
    for (const target of targets.filter((it) => it.endsWith('.js')))
      visit(target.replace(/^(\.\/)?dist\//, ''));
    const typesOnly = modules
      .filter(([, code]) => /^(\/\*[\s\S]*?\*\/|\s|export \{\};)*$/.test(code))
      .map(([path]) => path);
    assert.deepEqual(
      modules
        .map(([path]) => path)
        .filter((path) => !reached.has(path) && !typesOnly.includes(path)),
      [],
    );
  });
});
