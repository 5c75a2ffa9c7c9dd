// Where the WebAssembly comes from, on Node: what is taken, and what is said when it does not come.
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { runModule } from '../support/child.mjs';
import { dist, newIndex, ownWasm, rejected } from '../support/indexes.mjs';
import { capabilities, createIndex, packageFile } from '../support/package.mjs';

const wasmFile = join(dist, 'ruvector.wasm');
const REMEDY = /Copy dist\/ruvector\.wasm .*option 'wasm'/s;
const EMPTY_MODULE = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

async function works(t, wasm) {
  const index = await newIndex(t, { dimensions: 2, wasm }, [{ id: 'a', vector: [1, 2] }]);
  assert.equal(index.query([1, 2]).matches[0].id, 'a');
}

const given = (wasm) => createIndex({ dimensions: 2, wasm });

let folder;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'rv-loading-'));
});
after(() => rmSync(folder, { recursive: true }));

/** A file with `bytes`, for tests to give. */
function fileOf(name, bytes) {
  const file = join(folder, name);
  writeFileSync(file, bytes);
  return file;
}

/** A server on this machine whose paths `answers` names; gives its origin. */
async function serve(t, answers) {
  const server = createServer((request, response) => answers[request.url](response));
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${server.address().port}`;
}

const wasmAnswer = (response) => {
  response.setHeader('content-type', 'application/wasm');
  response.end(readFileSync(wasmFile));
};

describe('importing the package', () => {
  it('does nothing: no request, no compilation, no file, no global', () => {
    const seen = runModule(`
      import fs from 'node:fs';
      import { syncBuiltinESMExports } from 'node:module';
      const calls = [];
      const stub = (name) => (...args) => { calls.push(name); throw new Error(name); };
      const real = globalThis.WebAssembly;
      globalThis.WebAssembly = new Proxy(real, {
        get(target, key) { calls.push('WebAssembly.' + String(key)); return target[key]; },
      });
      for (const name of ['fetch', 'setTimeout', 'setInterval', 'Worker', 'XMLHttpRequest'])
        Object.defineProperty(globalThis, name, { configurable: true, value: stub(name) });
      for (const [where, name] of [[fs, 'readFileSync'], [fs.promises, 'readFile']]) {
        const read = where[name];
        where[name] = (file, ...rest) => {
          if (!String(file).endsWith('.js')) calls.push(name); // modules are read with it, too
          return read(file, ...rest);
        };
      }
      syncBuiltinESMExports();
      const names = Object.getOwnPropertyNames(globalThis);
      for (const file of ${JSON.stringify([packageFile(), join(dist, 'index.js'), packageFile('./inline')])})
        await import(file);
      const added = Object.getOwnPropertyNames(globalThis).filter((name) => !names.includes(name));
      console.log(JSON.stringify({ calls, added }));
    `);
    assert.deepEqual(seen, { calls: [], added: [] });
  });

  it('exports what the documentation names, and nothing else', async () => {
    const names = async (file) => Object.keys(await import(pathToFileURL(file)));
    const root = [
      'DimensionMismatchError',
      'RuVectorError',
      'capabilities',
      'createIndex',
      'deleteDatabase',
      'listDatabases',
      'open',
    ];
    assert.deepEqual(await names(packageFile()), root);
    assert.deepEqual(await names(join(dist, 'index.js')), root);
    assert.deepEqual(await names(packageFile('./inline')), ['wasmBytes']);
  });
});

describe('the installed file', () => {
  it('is what loads when nothing is given', async () => {
    assert.equal((await capabilities()).loadedFrom, 'url');
  });

  it('works where code generation from strings is off', () => {
    const matches = runModule(
      `const { createIndex } = await import(${JSON.stringify(packageFile())});
       const index = await createIndex({ dimensions: 2 });
       index.upsert({ id: 'a', vector: [1, 2] });
       console.log(JSON.stringify(index.import(index.export()).inserted));`,
      { args: ['--disallow-code-generation-from-strings'] },
    );
    assert.equal(matches, 1);
  });

  for (const [what, spoil] of Object.entries({
    'is lost': (file) => rmSync(file),
    'is empty': (file) => truncateSync(file),
    'is cut off': (file) => truncateSync(file, 10_000),
    'is a page of HTML': (file) => writeFileSync(file, '<!doctype html><title>App</title>'),
    'is another module': (file) => writeFileSync(file, EMPTY_MODULE),
  }))
    it(`is replaced by the inline copy where it ${what}`, () => {
      const copy = join(folder, what.replaceAll(' ', '-'));
      cpSync(dist, join(copy, 'dist'), { recursive: true });
      writeFileSync(join(copy, 'package.json'), '{ "type": "module" }');
      spoil(join(copy, 'dist/ruvector.wasm'));
      const answer = runModule(`
        const entry = ${JSON.stringify(pathToFileURL(join(copy, 'dist/node.js')).href)};
        const { createIndex, capabilities } = await import(entry);
        const index = await createIndex({ dimensions: 2 });
        index.upsert({ id: 'a', vector: [1, 2] });
        const { loadedFrom } = await capabilities();
        console.log(JSON.stringify({ loadedFrom, count: index.query([1, 2]).count }));
      `);
      assert.deepEqual(answer, { loadedFrom: 'inline', count: 1 });
    });

  it('lost together with the inline copy is WASM_LOAD_FAILED, with the place', () => {
    const copy = join(folder, 'both');
    cpSync(dist, join(copy, 'dist'), { recursive: true });
    writeFileSync(join(copy, 'package.json'), '{ "type": "module" }');
    for (const file of ['ruvector.wasm', 'inline.js', 'base64.js'])
      rmSync(join(copy, 'dist', file));
    const { code, message } = runModule(`
      const { createIndex } = await import(${JSON.stringify(join(copy, 'dist/node.js'))});
      const error = await createIndex({ dimensions: 2 }).catch((it) => it);
      console.log(JSON.stringify({ code: error.code, message: error.message }));
    `);
    assert.equal(code, 'WASM_LOAD_FAILED');
    assert.match(message, /dist\/ruvector\.wasm/);
    assert.match(message, REMEDY);
  });

  it('is looked for again after it was lost', () => {
    const copy = join(folder, 'again');
    cpSync(dist, join(copy, 'dist'), { recursive: true });
    writeFileSync(join(copy, 'package.json'), '{ "type": "module" }');
    for (const file of ['ruvector.wasm', 'base64.js']) rmSync(join(copy, 'dist', file));
    const answer = runModule(`
      import { copyFileSync } from 'node:fs';
      const { createIndex, capabilities } = await import(${JSON.stringify(join(copy, 'dist/node.js'))});
      const failure = await createIndex({ dimensions: 2 }).catch(({ code }) => code);
      copyFileSync(${JSON.stringify(wasmFile)}, ${JSON.stringify(join(copy, 'dist/ruvector.wasm'))});
      const index = await createIndex({ dimensions: 2 });
      const { loadedFrom } = await capabilities();
      console.log(JSON.stringify([failure, index.count(), loadedFrom]));
    `);
    assert.deepEqual(answer, ['WASM_LOAD_FAILED', 0, 'url']);
  });

  it('is the same module as the inline copy', async () => {
    const { wasmBytes } = await import(pathToFileURL(packageFile('./inline')));
    assert.deepEqual(Buffer.from(wasmBytes()), readFileSync(wasmFile));
  });
});

describe('the option wasm', () => {
  it('takes a path, a file: URL as text, and a URL', async (t) => {
    await works(t, wasmFile);
    await works(t, pathToFileURL(wasmFile).href);
    await works(t, pathToFileURL(wasmFile));
  });

  it('takes an ArrayBuffer, a view of one, and a compiled module', async (t) => {
    const bytes = ownWasm();
    await works(t, bytes);
    await works(t, bytes.buffer);
    const padded = new Uint8Array(bytes.length + 8);
    padded.set(bytes, 3);
    await works(t, padded.subarray(3, 3 + bytes.length));
    await works(t, await WebAssembly.compile(bytes));
  });

  it('takes http: URLs, data: URLs and Responses', async (t) => {
    const origin = await serve(t, { '/a.wasm': wasmAnswer });
    await works(t, `${origin}/a.wasm`);
    await works(t, new URL('/a.wasm', origin));
    await works(t, await fetch(`${origin}/a.wasm`));
    await works(t, new Response(ownWasm()));
    await works(t, `data:application/wasm;base64,${readFileSync(wasmFile).toString('base64')}`);
  });

  it('does not mind the content type of a good answer', async (t) => {
    const origin = await serve(t, { '/': (response) => response.end(readFileSync(wasmFile)) });
    await works(t, `${origin}/`);
  });

  it('asks once for a place that many indexes are made from', async (t) => {
    let requests = 0;
    const answer = (response) => {
      ++requests;
      wasmAnswer(response);
    };
    const url = `${await serve(t, { '/once.wasm': answer })}/once.wasm`;
    await Promise.all(Array.from({ length: 5 }, () => works(t, url)));
    assert.equal(requests, 1);
  });
});

describe('a given source that fails is WASM_LOAD_FAILED and names', () => {
  it('a file that is not there', async () => {
    const file = join(folder, 'nowhere.wasm');
    const error = await rejected(
      given(file),
      'WASM_LOAD_FAILED',
      file,
      /ENOENT|no such file/,
      REMEDY,
    );
    assert.equal(error.details.from, file);
    assert.equal(error.cause.code, 'ENOENT');
    const url = pathToFileURL(file);
    await rejected(given(url), 'WASM_LOAD_FAILED', url.href, REMEDY);
    await rejected(given(folder), 'WASM_LOAD_FAILED', folder, REMEDY);
    await rejected(given(''), 'WASM_LOAD_FAILED', REMEDY);
  });

  it('a file: URL that is none', () =>
    rejected(given('file://%zz/a.wasm'), 'WASM_LOAD_FAILED', 'file://%zz/a.wasm', REMEDY));

  for (const [what, bytes, ...words] of [
    ['an empty file', '', 'got nothing'],
    ['HTML in a file', '<!doctype html>\n<p>', 'HTML', '<!doctype html>'],
    ['other bytes in a file', Uint8Array.of(0x50, 0x4b, 3, 4), '50 4b 03 04'],
    ['a file cut off in the magic', Uint8Array.of(0, 0x61), '00 61'],
    [
      'a file cut off later',
      readFileSync(wasmFile).subarray(0, 10_000),
      /CompileError|extends past/,
    ],
    ['a module of something else', EMPTY_MODULE],
  ])
    it(what, async () => {
      const file = fileOf(`${what.replaceAll(' ', '-')}.wasm`, bytes);
      await rejected(given(file), 'WASM_LOAD_FAILED', file, ...words, REMEDY);
    });

  for (const [what, bytes, ...words] of [
    ['no bytes', new Uint8Array(0), 'the given bytes', 'got nothing'],
    ['other bytes', Uint8Array.of(1, 2, 3, 4), 'the given bytes', '01 02 03 04'],
    ['other bytes in an ArrayBuffer', new ArrayBuffer(8), 'the given bytes', '00 00 00 00'],
    ['half the bytes', readFileSync(wasmFile).subarray(0, 9000), 'the given bytes', 'CompileError'],
    ['bytes of another module', EMPTY_MODULE, 'the given bytes'],
  ])
    it(what, () => rejected(given(bytes), 'WASM_LOAD_FAILED', ...words, REMEDY));

  it('a page that a server gives for unknown paths', async (t) => {
    const page = (response) => {
      response.setHeader('content-type', 'text/html');
      response.end('<!DOCTYPE html><html><body>App</body></html>');
    };
    const url = `${await serve(t, { '/assets/ruvector.wasm': page })}/assets/ruvector.wasm`;
    const words = [url, 'HTML', '<!DOCTYPE html>', 'server', REMEDY];
    const error = await rejected(given(url), 'WASM_LOAD_FAILED', ...words);
    assert.equal(error.details.from, url);
    await rejected(given(await fetch(url)), 'WASM_LOAD_FAILED', ...words);
  });

  it('a 404, with its number', async (t) => {
    const missing = (response) => {
      response.statusCode = 404;
      response.end('not here');
    };
    const url = `${await serve(t, { '/a.wasm': missing })}/a.wasm`;
    const error = await rejected(given(url), 'WASM_LOAD_FAILED', url, '404', REMEDY);
    assert.equal(error.details.from, url);
    await rejected(given(await fetch(url)), 'WASM_LOAD_FAILED', url, '404', REMEDY);
  });

  it('an empty answer', async (t) => {
    const url = `${await serve(t, { '/a.wasm': (response) => response.end() })}/a.wasm`;
    await rejected(given(url), 'WASM_LOAD_FAILED', url, 'got nothing', REMEDY);
  });

  it('an answer that breaks off', async (t) => {
    const broken = (response) => {
      response.setHeader('content-length', 25_000);
      response.write(readFileSync(wasmFile).subarray(0, 5000), () => response.destroy());
    };
    const url = `${await serve(t, { '/a.wasm': broken })}/a.wasm`;
    await rejected(given(url), 'WASM_LOAD_FAILED', url, REMEDY);
  });

  it('a server that does not answer', async (t) => {
    const url = `${await serve(t, { '/a.wasm': (response) => response.destroy() })}/a.wasm`;
    await rejected(given(url), 'WASM_LOAD_FAILED', url, REMEDY);
    await rejected(given('http://'), 'WASM_LOAD_FAILED', 'http://', REMEDY);
  });

  it('a Response that is used up', async () => {
    const response = new Response(ownWasm());
    await response.arrayBuffer();
    await rejected(given(response), 'WASM_LOAD_FAILED', 'the given Response');
  });
});

describe('after a failure', () => {
  it('the same path works once the file is there', async (t) => {
    const file = join(folder, 'late.wasm');
    await rejected(given(file), 'WASM_LOAD_FAILED');
    writeFileSync(file, readFileSync(wasmFile));
    await works(t, file);
  });

  it('the same URL works once the server has it', async (t) => {
    const answers = { '/a.wasm': (response) => response.writeHead(503).end() };
    const url = `${await serve(t, answers)}/a.wasm`;
    await Promise.all([
      rejected(given(url), 'WASM_LOAD_FAILED', '503'),
      rejected(given(url), 'WASM_LOAD_FAILED'),
    ]);
    answers['/a.wasm'] = wasmAnswer;
    await works(t, url);
  });

  it('other sources are not touched', async (t) => {
    await rejected(given(EMPTY_MODULE), 'WASM_LOAD_FAILED');
    await works(t, undefined);
    await works(t, ownWasm());
  });
});

describe('capabilities()', () => {
  it('says what the host can do and the module is, as plain JSON', async () => {
    const { version } = JSON.parse(readFileSync(join(dist, '../package.json')));
    await createIndex({ dimensions: 1 });
    const found = await capabilities();
    assert.deepEqual(found, {
      version,
      simd: true,
      relaxedSimd: found.relaxedSimd,
      threads: true,
      storage: ['file', 'memory'],
      loadedFrom: 'url',
    });
    assert.equal(typeof found.relaxedSimd, 'boolean');
    assert.deepEqual(JSON.parse(JSON.stringify(found)), found);
  });

  it('is of the index created last, whatever failed since', async () => {
    await createIndex({ dimensions: 1, wasm: readFileSync(wasmFile) });
    assert.equal((await capabilities()).loadedFrom, 'given');
    await assert.rejects(createIndex({ dimensions: 1, wasm: new Uint8Array(8) }));
    assert.equal((await capabilities()).loadedFrom, 'given');
    await createIndex({ dimensions: 1 });
    assert.equal((await capabilities()).loadedFrom, 'url');
  });

  it('needs no installed file where the wasm is given', () => {
    const copy = join(folder, 'given-only');
    cpSync(dist, join(copy, 'dist'), { recursive: true });
    writeFileSync(join(copy, 'package.json'), '{ "type": "module" }');
    rmSync(join(copy, 'dist/ruvector.wasm'));
    rmSync(join(copy, 'dist/base64.js'));
    const loadedFrom = runModule(`
      import { readFileSync } from 'node:fs';
      const entry = ${JSON.stringify(pathToFileURL(join(copy, 'dist/node.js')).href)};
      const { createIndex, capabilities } = await import(entry);
      await createIndex({ dimensions: 1, wasm: readFileSync(${JSON.stringify(wasmFile)}) });
      console.log(JSON.stringify((await capabilities()).loadedFrom));`);
    assert.equal(loadedFrom, 'given');
  });
});

describe('wasmBytes()', () => {
  it('gives one array, so one instance, and a new one where that was transferred away', async (t) => {
    const { wasmBytes } = await import(pathToFileURL(packageFile('./inline')));
    const bytes = wasmBytes();
    assert.equal(wasmBytes(), bytes);
    assert.deepEqual(Buffer.from(bytes), readFileSync(wasmFile));
    structuredClone(bytes, { transfer: [bytes.buffer] });
    await rejected(given(bytes), 'WASM_LOAD_FAILED', 'got nothing');
    await works(t, wasmBytes());
  });
});
