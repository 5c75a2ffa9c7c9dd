// The rows of the matrix that need nothing beyond what the tests have anyway; `npm run matrix` runs all.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { tarball } from '../support/tarball.mjs';
import { everyRow, runRow } from './rows.mjs';

const every = await everyRow();

let folder;
let packed;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'rv-matrix-'));
  packed = tarball(folder);
});
after(() => rmSync(folder, { recursive: true }));

describe('the packed package', () => {
  for (const row of every.filter(({ bounded }) => bounded))
    it(`passes in ${row.name}`, async () => {
      const { outcome, detail } = await runRow(row, { tarball: packed, env: process.env });
      assert.ok(['pass', 'configured'].includes(outcome), `${outcome}: ${detail}`);
    });

  it('is left to `npm run matrix` for the others, and those are named', (t) => {
    const left = every.filter(({ bounded }) => !bounded).map(({ name }) => name);
    t.diagnostic(`not run here: ${left.join(', ')}`);
    assert.ok(left.length > 0);
  });
});
