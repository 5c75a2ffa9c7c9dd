// The hooks where pages are rendered on a server. In a page: tests/browser/react.test.mjs.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { newFolder } from '../support/databases.mjs';
import { packageFile } from '../support/package.mjs';

const { useDatabase, useQuery } = await import(pathToFileURL(packageFile('./react')));

it('a server renders the first state, and opens nothing', (t) => {
  const place = join(newFolder(t), 'db');
  const states = [];
  const Page = () => {
    const { db, error } = useDatabase('d', { dimensions: 2, storage: `file:${place}` });
    states.push({ db, error, ...useQuery(db, [1, 2]) });
    return 'rendered';
  };
  assert.equal(renderToString(createElement(Page)), 'rendered');
  const nothing = { db: undefined, error: undefined, result: undefined, isPending: false };
  assert.deepEqual(states, [nothing]);
  assert.equal(existsSync(place), false);
});
