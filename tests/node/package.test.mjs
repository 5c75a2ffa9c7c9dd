// The package as npm ships it: what is in it, and whether programs and bundlers understand it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { publint } from 'publint';
import { generatedTypes } from '../../scripts/api-types.mjs';
import { packageFile, root } from '../support/package.mjs';
import { filesOf, install, tarball } from '../support/tarball.mjs';

process.chdir(root);

let folder;
let packed;
let files;
let manifest;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'rv-package-'));
  packed = tarball(folder);
  files = filesOf(packed);
  manifest = JSON.parse(files.get('package.json'));
});
after(() => rmSync(folder, { recursive: true }));

const text = (path) => files.get(path).toString('utf8');

describe('the tarball', () => {
  it('holds the built modules, each .wasm, the C header, the .d.ts and the documents, and nothing else', () => {
    const others = [...files.keys()].filter((path) => !/^dist\/([\w-]+\/)*[\w-]+\.js$/.test(path));
    assert.deepEqual(others.sort(), [
      'CHANGELOG.md',
      'LICENSE-APACHE',
      'LICENSE-MIT',
      'README.md',
      'bindings/c/ruvector.h',
      'dist/ruvector.relaxed.wasm',
      'dist/ruvector.scalar.wasm',
      'dist/ruvector.simd.wasm',
      'dist/ruvector.wasm',
      'package.json',
      'types/api.d.ts',
      'types/compat.d.ts',
      'types/dag.d.ts',
      'types/inline.d.ts',
      'types/langchain.d.ts',
      'types/llamaindex.d.ts',
      'types/mincut.d.ts',
      'types/react.d.ts',
      'types/snn.d.ts',
      'types/vectorize.d.ts',
      'types/worker.d.ts',
    ]);
  });

  it('has both licences, whole, and names them', () => {
    assert.match(text('LICENSE-MIT'), /Permission is hereby granted, free of charge/);
    assert.match(text('LICENSE-APACHE'), /Apache License\s+Version 2\.0/);
    assert.match(text('LICENSE-APACHE'), /END OF TERMS AND CONDITIONS/);
    assert.equal(manifest.license, '(Apache-2.0 OR MIT)');
  });

  it('depends on nothing and runs nothing when it is installed', () => {
    for (const key of ['dependencies', 'optionalDependencies', 'gypfile'])
      assert.equal(manifest[key], undefined, key);
    // For ./react, ./langchain and ./llamaindex, and installed for nobody who has not got them.
    const peers = ['@langchain/core', '@llamaindex/core', 'react'];
    assert.deepEqual(Object.keys(manifest.peerDependencies), peers);
    for (const peer of peers)
      assert.deepEqual(manifest.peerDependenciesMeta[peer], { optional: true });
    for (const key of ['preinstall', 'install', 'postinstall', 'prepare', 'prepublish'])
      assert.equal(manifest.scripts?.[key], undefined, key);
  });

  it('has one program, which systems can run', () => {
    assert.deepEqual(manifest.bin, { 'ruvector-wasm': 'dist/cli/main.js' });
    assert.match(text('dist/cli/main.js'), /^#!\/usr\/bin\/env node\n/);
    assert.equal(files.modes.get('dist/cli/main.js') & 0o111, 0o111);
    assert.equal(files.modes.get('dist/node.js') & 0o111, 0);
  });

  it('exports only files that are in it', () => {
    const targets = Object.values(manifest.exports).flatMap((target) =>
      typeof target === 'string' ? [target] : Object.values(target),
    );
    assert.ok(targets.length > 5);
    for (const target of targets) assert.ok(files.has(target.replace(/^\.\//, '')), target);
    assert.deepEqual(Object.keys(manifest.exports), [
      '.',
      './inline',
      './worker',
      './react',
      './compat',
      './dag',
      './mincut',
      './snn',
      './vectorize',
      './langchain',
      './llamaindex',
      './ruvector.wasm',
      './ruvector.relaxed.wasm',
      './ruvector.scalar.wasm',
      './ruvector.simd.wasm',
      './ruvector.h',
      './package.json',
    ]);
    for (const target of Object.values(manifest.exports))
      if (typeof target !== 'string') assert.equal(Object.keys(target)[0], 'types');
  });

  it('names no place of the machine that built it', () => {
    const places = [root.replace(/\/$/, ''), tmpdir(), homedir()].filter((it) => it.length > 1);
    for (const [path, bytes] of files)
      for (const place of places) assert.ok(!bytes.includes(`${place}/`), `${path} names ${place}`);
  });

  it('passes publint', async () => {
    const bytes = readFileSync(packed);
    const data = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
    const { messages } = await publint({ pack: { tarball: data }, strict: true });
    assert.deepEqual(messages, []);
  });

  it('passes "Are the types wrong?" for ES modules', () => {
    // The .wasm are files for bundlers to copy, not modules with types.
    const args = [packed, '--profile', 'esm-only', '--exclude-entrypoints'];
    args.push('./ruvector.wasm', './ruvector.relaxed.wasm');
    args.push('./ruvector.scalar.wasm', './ruvector.simd.wasm', './ruvector.h');
    const attw = join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js');
    const { status, stdout, stderr } = spawnSync(process.execPath, [attw, ...args, '--no-color'], {
      encoding: 'utf8',
    });
    assert.equal(status, 0, stdout + stderr);
  });
});

describe('the public types', () => {
  it('are what the sources declare: the generated ones in types/ are up to date', () => {
    for (const [path, expected] of Object.entries(generatedTypes()))
      assert.equal(text(path), expected);
  });

  it('declare what the entries export, of every host, and use no any', async () => {
    for (const [entry, types] of Object.entries({
      '.': 'api',
      './compat': 'compat',
      './dag': 'dag',
      './mincut': 'mincut',
      './react': 'react',
      './snn': 'snn',
      './vectorize': 'vectorize',
    })) {
      const code = text(`types/${types}.d.ts`).replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
      assert.doesNotMatch(code, /(?<!\$)\bany\b/);
      const declared = code.matchAll(
        /^export (?:declare (?:class|function|const) (\w+)|default)/gm,
      );
      const names = Array.from(declared, ([, name = 'default']) => name).sort();
      assert.ok(names.length >= 1);
      const { node, default: browser } = manifest.exports[entry];
      for (const file of [node ?? browser, browser]) {
        const module = await import(
          pathToFileURL(join(dirname(packageFile('./package.json')), file))
        );
        assert.deepEqual(Object.keys(module).sort(), names, file);
      }
    }
    // What these export, their own tests compile and run beside the packages that they extend.
    for (const entry of ['inline', 'langchain', 'llamaindex'])
      assert.doesNotMatch(
        text(`types/${entry}.d.ts`).replace(/\/\*[\s\S]*?\*\//g, ''),
        /(?<!\$)\bany\b/,
      );
  });

  for (const [what, compilerOptions] of Object.entries({
    bundler: { module: 'esnext', moduleResolution: 'bundler', lib: ['esnext', 'dom'], types: [] },
    node16: { module: 'node16', moduleResolution: 'node16', lib: ['esnext', 'dom'], types: [] },
    'bundler with the libraries of 2022': {
      module: 'esnext',
      moduleResolution: 'bundler',
      lib: ['es2022', 'dom'],
      types: [],
    },
    'nodenext with lib checks, for Node, without the DOM': {
      module: 'nodenext',
      moduleResolution: 'nodenext',
      lib: ['es2022'],
      types: ['node'],
    },
    'nodenext without lib checks, for Node': {
      module: 'nodenext',
      moduleResolution: 'nodenext',
      lib: ['es2022', 'dom'],
      types: ['node'],
      skipLibCheck: true,
    },
  }))
    it(`compile in a strict program, and catch its mistakes: ${what}`, () => {
      const home = join(folder, what.replaceAll(/\W+/g, '-'));
      mkdirSync(home);
      install(files, home);
      const programs = ['consumer.ts'];
      if (compilerOptions.lib.includes('dom')) programs.push('consumer-dom.ts');
      for (const program of programs)
        copyFileSync(join(root, 'tests/support', program), join(home, program));
      writeFileSync(join(home, 'package.json'), '{ "type": "module" }');
      const options = {
        target: 'es2022',
        strict: true,
        exactOptionalPropertyTypes: true,
        noUncheckedIndexedAccess: true,
        noEmit: true,
        typeRoots: [join(root, 'node_modules/@types')],
        ...compilerOptions,
      };
      writeFileSync(
        join(home, 'tsconfig.json'),
        JSON.stringify({ compilerOptions: options, files: programs }),
      );
      const tsc = join(root, 'node_modules/typescript/bin/tsc');
      const { status, stdout } = spawnSync(process.execPath, [tsc, '--project', home], {
        encoding: 'utf8',
      });
      assert.equal(status, 0, stdout);
    });
});
