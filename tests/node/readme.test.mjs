// The code in README.md and docs/ runs as it stands, against the package under test, and compiles as
// strict TypeScript.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { transformSync } from 'esbuild';
import { packageFile, root } from '../support/package.mjs';

const documents = ['README.md', ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)];
const texts = new Map(documents.map((name) => [name, readFileSync(join(root, name), 'utf8')]));

/** Their blocks of code, with the lines they start at; 'javascript' says that one needs more. */
const blocks = [...texts].flatMap(([name, text]) =>
  [...text.matchAll(/^```(js|ts|tsx)\n([\s\S]*?)^```$/gm)].map(
    ({ 1: language, 2: code, index }) => ({
      language,
      code,
      place: `${name}:${text.slice(0, index).split('\n').length + 1}`,
    }),
  ),
);

/** What programs in the folder import: the package, React, and a fake transformers.js. */
let folder;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'rv-readme-'));
  for (const [name, target] of Object.entries({
    '@ruvector/wasm': dirname(packageFile('./package.json')),
    '@huggingface/transformers': join(root, 'tests/support/transformers'),
    react: join(root, 'node_modules/react'),
    '@types/react': join(root, 'node_modules/@types/react'),
  })) {
    const at = join(folder, 'node_modules', name);
    mkdirSync(dirname(at), { recursive: true });
    symlinkSync(target, at);
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
});
after(() => rmSync(folder, { recursive: true }));

/** What the code printed; it must end well, and without a warning. */
function printed({ language, code }) {
  const script = join(folder, 'block.mjs');
  writeFileSync(script, transformSync(code, { loader: language, jsx: 'automatic' }).code);
  const { status, stdout, stderr } = spawnSync(process.execPath, [script], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 60_000,
  });
  assert.equal(status, 0, stdout + stderr);
  assert.equal(stderr, '');
  return stdout;
}

/** What TypeScript says of programs, strictly. */
function said(programs, lib) {
  const home = join(folder, lib.join('-'));
  mkdirSync(home, { recursive: true });
  const files = programs.map(({ language, code }, i) => {
    const file = `block-${i}.${language === 'tsx' ? 'tsx' : 'ts'}`;
    writeFileSync(join(home, file), code);
    return file;
  });
  const compilerOptions = {
    target: 'es2022',
    module: 'nodenext',
    lib,
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
    jsx: 'react-jsx',
    strict: true,
    noEmit: true,
  };
  writeFileSync(join(home, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const args = [tsc, '--project', home, '--pretty', 'false'];
  return spawnSync(process.execPath, args, { cwd: home, encoding: 'utf8' }).stdout;
}

describe('README.md and docs/', () => {
  it('have code in JavaScript', () => {
    for (const name of ['README.md', 'docs/plans.md', 'docs/spikes.md'])
      assert.ok(blocks.some(({ language, place }) => language === 'js' && place.startsWith(name)));
  });

  for (const block of blocks)
    it(`have code at ${block.place} that runs`, () => {
      printed(block);
    });

  it('have a search by meaning, of a model that is loaded once', () => {
    const [block] = blocks.filter(({ code }) => code.includes("'@huggingface/transformers'"));
    assert.equal(printed(block), 'The moons of Jupiter\n');
    // The fake can tell: of texts that it does not know it knows no meaning.
    assert.notEqual(
      printed({ ...block, code: block.code.replace('astronomy', 'a loaf of bread') }),
      'The moons of Jupiter\n',
    );
  });

  for (const lib of [['es2022', 'dom'], ['es2022']])
    it(`have code that compiles as strict TypeScript with ${lib.join(' and ')}`, () => {
      const places = blocks.map(({ place }, i) => `block-${i} is at ${place}`).join('\n');
      assert.equal(said(blocks, lib), '', places);
      // It can fail.
      const wrong = { language: 'ts', code: "import { open } from '@ruvector/wasm';\nopen(5);\n" };
      assert.match(said([wrong], lib), /block-0\.ts\(2,6\)/);
    });

  it('link to files that are there', () => {
    for (const [name, text] of texts)
      for (const [, to] of text.matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g))
        assert.ok(existsSync(join(root, dirname(name), to)), `${name}: ${to}`);
  });
});
