// The code in README.md runs as it stands, against the package under test.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { transformSync } from 'esbuild';
import { dist } from '../support/indexes.mjs';
import { root } from '../support/package.mjs';

const readme = readFileSync(join(root, 'README.md'), 'utf8');

/** Its blocks of code, with the lines they start at. */
const blocks = [...readme.matchAll(/^```(js|jsx|ts)\n([\s\S]*?)^```$/gm)].map(
  ([, language, code], i, all) => ({
    language,
    code,
    line: readme.slice(0, all[i].index).split('\n').length + 1,
  }),
);

describe('README.md', () => {
  it('has code in JavaScript', () => {
    assert.ok(blocks.some(({ language }) => language === 'js'));
  });

  for (const { language, code, line } of blocks)
    it(`has code at line ${line} that runs`, (t) => {
      const folder = mkdtempSync(join(tmpdir(), 'rv-readme-'));
      t.after(() => rmSync(folder, { recursive: true }));
      mkdirSync(join(folder, 'node_modules/@ruvector'), { recursive: true });
      symlinkSync(join(dist, '..'), join(folder, 'node_modules/@ruvector/wasm'));
      symlinkSync(join(root, 'node_modules/react'), join(folder, 'node_modules/react'));
      const script = join(folder, 'block.mjs');
      writeFileSync(script, transformSync(code, { loader: language, jsx: 'automatic' }).code);
      const { status, stdout, stderr } = spawnSync(process.execPath, [script], {
        cwd: folder,
        encoding: 'utf8',
        timeout: 60_000,
      });
      assert.equal(status, 0, stdout + stderr);
      assert.equal(stderr, '');
    });

  it('links to files that are there', () => {
    const targets = [...readme.matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)].map(([, to]) => to);
    for (const target of targets) assert.ok(existsSync(join(root, target)), target);
  });
});
