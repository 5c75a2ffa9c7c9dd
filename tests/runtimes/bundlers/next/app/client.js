'use client';
import { useDatabase, useQuery } from '@ruvector/wasm/react';
import { useEffect } from 'react';
import { checked } from '../tests/runtimes/bundlers/page/check.js';

const OPTIONS = { dimensions: 2, storage: 'memory:', worker: true };
const QUERY = [1, 0.1];

/** What the hooks answer with, once they do. */
let answer;
const answered = new Promise((resolve) => {
  answer = resolve;
});

export default function Client({ onServer }) {
  const { db, error } = useDatabase('hooks', OPTIONS);
  const { result } = useQuery(db, QUERY);
  useEffect(() => {
    globalThis.outcome ??= outcome(onServer);
  }, [onServer]);
  useEffect(() => {
    if (error) answer(String(error));
    db?.upsert([
      { id: 'x', vector: [1, 0] },
      { id: 'y', vector: [0, 1] },
    ]).catch(() => {}); // closed by StrictMode
  }, [db, error]);
  if (result?.count === 2) answer(result.matches.map(({ id }) => id).join());
  return <output>{result?.count}</output>;
}

async function outcome(onServer) {
  const said = await checked(
    () => import('../tests/runtimes/bundlers/page/ruvector.js'),
    () => import('../tests/runtimes/bundlers/page/rooms.js'),
  );
  const route = await (await fetch('/api')).json();
  const page = new DOMParser().parseFromString(await (await fetch('/edge')).text(), 'text/html');
  const edge = JSON.parse(page.querySelector('pre').textContent);
  for (const [where, { loadedFrom, failures }] of Object.entries({ onServer, route, edge })) {
    said.failures.push(...failures.map((failure) => `${where}: ${failure}`));
    if (loadedFrom !== (where === 'edge' ? 'import' : 'url'))
      said.failures.push(`${where}: the WebAssembly is '${loadedFrom}'`);
  }
  const hooks = await answered;
  if (hooks !== 'x,y') said.failures.push(`the hooks: expected x,y, got ${hooks}`);
  return said;
}
