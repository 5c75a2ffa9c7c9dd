/**
 * The hooks in a page, with React as it comes: named assertions, and no test driver. react.test.mjs
 * bundles this, and has it served beside the package. The outcome is in `globalThis.finished`.
 */

import { Nearest } from 'README.md';
import { useDatabase, useQuery } from '@ruvector/wasm/react';
import { createElement, StrictMode, useLayoutEffect } from 'react';
import { createRoot } from 'react-dom/client';
import { deleteDatabase, open } from '../index.js';

const PATIENCE_MS = 10_000;
const POINTS = [
  { id: 'x', vector: [1, 0] },
  { id: 'y', vector: [0, 1] },
];

const ASSERTIONS = {
  'a database opens, answers, and is closed with the component, under StrictMode': async (name) => {
    const page = mounted(Opened, { name, options: { dimensions: 2 } });
    await page.until(() => true);
    same(page.shown[0], { isPending: false });
    const { db } = await page.until(({ db }) => db);
    // Not a follower of the mount that StrictMode makes and drops.
    same([db.role, db.name], ['writer', name]);
    await db.upsert(POINTS);
    page.render({ vector: [1, 0.1] });
    const { ids, isPending } = await page.until(({ ids }) => ids);
    same([ids, isPending], [['x', 'y'], false]);
    page.unmount();
    await until(async () => (await codeOf(db.count())) === 'CLOSED');
    const again = await open(name);
    await until(async () => (await again.count()) === 2);
    await again.close();
  },

  'an answer follows the records, whoever writes': async (name) => {
    const page = mounted(Opened, { name, options: { dimensions: 2 }, vector: [1, 0.1] });
    const { db } = await page.until(({ ids }) => ids?.length === 0);
    await db.upsert(POINTS[1]);
    await page.until(({ ids }) => text(ids) === '["y"]');
    const other = await open(name, { durability: 'strict' });
    same(other.role, 'follower');
    await other.upsert(POINTS[0]);
    await page.until(({ ids }) => text(ids) === '["x","y"]');
    await other.delete('y');
    await page.until(({ ids }) => text(ids) === '["x"]');
    await other.close();
    // Every answer that was shown is one to what was asked then.
    same(
      page.shown.filter(({ isPending, ids }) => ids && isPending),
      [],
    );
    page.unmount();
  },

  'a load of many records is not held up by a query for each': async (name) => {
    const page = mounted(Opened, { name, options: { dimensions: 2 }, vector: [1, 0.1] });
    const { db } = await page.until(({ ids }) => ids);
    const [queries, changes] = [counted(db, 'query'), []];
    db.on('change', (event) => changes.push(event));
    const items = Array.from({ length: 2000 }, (_, i) => ({ id: `${i}`, vector: [-1, i] }));
    await db.upsert([...items, ...POINTS], { batchSize: 1 });
    same(changes.length, 2002);
    if (queries.length > 1000) throw new Error(`expected few queries, got ${queries.length}`);
    await page.until(({ ids }) => ids?.[0] === 'x');
    page.unmount();
  },

  'inputs that are the same by their contents are no change': async (name) => {
    const inputs = () => ({
      name,
      options: { dimensions: 2, index: { type: 'flat' }, worker: false, onProgress: () => {} },
      vector: Float32Array.of(1, 0.1),
      query: { topK: 1, filter: { lang: { $in: ['en'] } } },
    });
    const page = mounted(Opened, inputs());
    const { db } = await page.until(({ ids }) => ids);
    const queries = counted(db, 'query');
    for (let i = 0; i < 5; ++i) {
      page.render(inputs());
      await turns(5);
    }
    same([queries.length, page.last.db === db], [0, true]);
    page.render({ ...inputs(), query: { topK: 2, filter: { lang: { $in: ['en'] } } } });
    await until(() => queries.length === 1);
    page.render({ ...inputs(), vector: [1, 0.2], query: { topK: 2 } });
    await until(() => queries.length === 2);
    await page.until(({ isPending }) => !isPending);
    page.render({ ...inputs(), options: { dimensions: 2, tabs: 'shared' } });
    await page.until((state) => state.db && state.db !== db);
    same(await codeOf(db.count()), 'CLOSED');
    page.unmount();
  },

  'another date, location or key is a change; a copy of one, or what is read once, is none':
    async () => {
      const { db, asked } = puppet();
      const algorithm = { name: 'AES-GCM', length: 256 };
      const newKey = () => crypto.subtle.generateKey(algorithm, false, ['encrypt', 'decrypt']);
      const [key, other] = [await newKey(), await newKey()];
      const inputs = (ms, path, key) => ({
        db,
        vector: [1],
        query: {
          date: new Date(ms),
          url: new URL(path, location.href),
          key,
          response: new Response('a'),
          promise: Promise.resolve(ms),
          none: {},
        },
      });
      const page = mounted(Asked, inputs(1, 'a', key));
      await until(() => asked.length === 2); // under StrictMode
      const renders = [
        [1, 'a', key],
        [2, 'a', key],
        [2, 'b', key],
        [2, 'b', other],
        [2, 'b', other],
      ];
      const counts = [];
      for (const given of renders) {
        page.render(inputs(...given));
        await turns(5);
        counts.push(asked.length);
      }
      same(counts, [2, 3, 4, 5, 5]);
      page.unmount();
    },

  'another name is another database, and none while that opens': async (name) => {
    const page = mounted(Opened, { name, options: { dimensions: 2 }, vector: [1, 0] });
    const { db } = await page.until(({ ids }) => ids);
    await db.upsert(POINTS);
    await page.until(({ ids }) => ids.length === 2);
    const at = page.shown.length;
    page.render({ name: `${name}-2` });
    const { db: second } = await page.until((state) => state.db && state.db !== db && state.ids);
    const [between] = page.shown.slice(at);
    same(between, { isPending: false });
    same([second.name, page.last.ids], [`${name}-2`, []]);
    same(await codeOf(db.count()), 'CLOSED');
    // Never an answer of the one beside the other.
    for (const { db: shown, ids } of page.shown.slice(at))
      if (ids?.length) throw new Error(`expected no answer, got ${ids} of ${shown?.name}`);
    page.unmount();
    await deleteDatabase(`${name}-2`);
  },

  'a component that follows another takes over its database': async (name) => {
    const options = { dimensions: 2, tabs: 'exclusive', durability: 'relaxed' };
    const page = mounted(Opened, { name, options, key: 1 });
    const { db } = await page.until(({ db }) => db);
    await db.upsert(POINTS);
    page.render({ key: 2 });
    const { db: next } = await page.until((state) => state.db && state.db !== db);
    same([next.role, await next.count()], ['writer', 2]);
    page.unmount();
  },

  'what goes wrong is reported': async (name) => {
    const page = mounted(Opened, { name, vector: [1, 0] });
    const { db, error, isPending } = await page.until(({ error }) => error);
    same([db, error.code, isPending], [undefined, 'INVALID_ARGUMENT', false]);
    page.render({ options: { dimensions: 2 }, vector: [1, 0, 0] });
    const state = await page.until(({ queryError }) => queryError);
    same([state.error, state.queryError.code], [undefined, 'DIMENSION_MISMATCH']);
    same([state.ids, state.isPending], [undefined, false]);
    page.render({ vector: [1, 0] });
    same((await page.until(({ ids }) => ids)).queryError, undefined);
    page.render({ vector: null });
    same((await page.until(({ ids }) => !ids)).isPending, false);
    page.unmount();
  },

  'a late answer does not come after a newer one, and is aborted': async () => {
    const { db, asked } = puppet();
    const page = mounted(Asked, { db, vector: [1] });
    await until(() => asked.length === 2); // under StrictMode
    const first = asked.at(-1);
    page.render({ vector: [2] });
    await until(() => asked.at(-1).vector[0] === 2);
    same([first.signal.aborted, asked.at(-1).signal.aborted], [true, false]);
    asked.at(-1).answer(['second']);
    await page.until(({ ids }) => text(ids) === '["second"]');
    first.answer(['first']);
    await turns(5);
    same([page.last.ids, page.last.isPending], [['second'], false]);
    // While the next one is on its way the last one stays, and is said to be of before.
    page.render({ vector: [3] });
    await page.until(({ isPending }) => isPending);
    same(page.last.ids, ['second']);
    await until(() => asked.at(-1).vector[0] === 3);
    const third = asked.at(-1);
    third.refuse(new Error('refused'));
    await page.until(({ queryError }) => queryError?.message === 'refused');
    page.unmount();
  },

  'an unmounted component aborts its query, and listens no more': async () => {
    const { db, asked, listeners } = puppet();
    const page = mounted(Asked, { db, vector: [1] });
    await until(() => listeners.size === 1);
    page.unmount();
    same([listeners.size, asked.every(({ signal }) => signal.aborted)], [0, true]);
    for (const { answer } of asked) answer(['late']);
    await turns(5);
    same(page.last.ids, undefined);
  },

  'many changes are one query, and one more where there is one on its way': async () => {
    const { db, asked, listeners } = puppet();
    const page = mounted(Asked, { db, vector: [1] });
    await until(() => listeners.size === 1);
    const change = () => {
      for (const listener of listeners) listener({ type: 'change' });
    };
    const before = asked.length;
    asked.at(-1).answer(['a']);
    await page.until(({ ids }) => ids);
    for (let i = 0; i < 100; ++i) change();
    await turns(5);
    same(asked.length - before, 1);
    for (let i = 0; i < 100; ++i) change();
    await turns(5);
    same(asked.length - before, 1);
    asked.at(-1).answer(['b']);
    await page.until(({ ids }) => text(ids) === '["b"]');
    await until(() => asked.length - before === 2);
    same(asked.at(-1).signal.aborted, false);
    // What follows the records is not pending all the time.
    same(page.last.isPending, false);
    page.unmount();
  },

  'the component of README.md shows the nearest': async () => {
    await deleteDatabase('notes');
    const db = await open('notes', { dimensions: 2, durability: 'strict' });
    await db.upsert(POINTS);
    await db.close();
    const home = document.body.appendChild(document.createElement('div'));
    const root = createRoot(home);
    root.render(createElement(Nearest, { vector: [0.1, 1] }));
    await until(
      () => home.querySelectorAll('li').length === 2,
      () => home.innerHTML,
    );
    same(
      Array.from(home.querySelectorAll('li'), ({ textContent }) => textContent),
      ['y', 'x'],
    );
    root.unmount();
    home.remove();
    await deleteDatabase('notes');
  },
};

function Opened({ name, options, vector, query, show }) {
  const { db, error } = useDatabase(name, options);
  return createElement(Asked, { db, vector, query, show, error });
}

function Asked({ db, vector, query, show, error }) {
  const { result, error: queryError, isPending } = useQuery(db, vector, query);
  useLayoutEffect(() => {
    const ids = result?.matches.map(({ id }) => id);
    show({ db, error, ids, queryError, isPending });
  });
  return null;
}

/** Mounts a component, under StrictMode, and remembers the states that it shows. */
function mounted(component, given) {
  const root = createRoot(document.createElement('div'));
  const shown = [];
  const show = (state) => shown.push(state);
  let props = {};
  const page = {
    shown,
    get last() {
      return shown.at(-1);
    },
    render(more) {
      props = { ...props, ...more };
      root.render(createElement(StrictMode, null, createElement(component, { ...props, show })));
    },
    async until(isGood) {
      await until(
        () => shown.length > 0 && isGood(page.last),
        () => text(page.last),
      );
      return page.last;
    },
    unmount: () => root.unmount(),
  };
  page.render(given);
  return page;
}

/** A database whose answers come when the test says so. */
function puppet() {
  const asked = [];
  const listeners = new Set();
  const db = {
    query: (vector, { signal }) =>
      new Promise((resolve, refuse) => {
        const answer = (ids) => resolve({ matches: ids.map((id) => ({ id })) });
        asked.push({ vector, signal, answer, refuse });
      }),
    on(_, listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return { db, asked, listeners };
}

/** The calls of a method from now on. */
function counted(object, method) {
  const calls = [];
  const inner = object[method].bind(object);
  object[method] = (...args) => {
    calls.push(args);
    return inner(...args);
  };
  return calls;
}

async function until(isGood, tell) {
  const end = performance.now() + PATIENCE_MS;
  while (!(await isGood())) {
    if (performance.now() > end) throw new Error(`expected ${isGood}, still ${tell?.()}`);
    await turns(1);
  }
}

/** Long enough for React and timers to do what they have to. */
async function turns(count) {
  for (let i = 0; i < count; ++i) await new Promise((resolve) => setTimeout(resolve, 5));
}

function codeOf(promise) {
  return promise.then(
    () => 'none',
    ({ code }) => code,
  );
}

function same(actual, expected) {
  const [a, b] = [text(actual), text(expected)];
  if (a !== b) throw new Error(`expected ${b}, got ${a}`);
}

function text(value) {
  return JSON.stringify(value);
}

const trouble = [];
addEventListener('error', ({ message }) => trouble.push(`error: ${message}`));
addEventListener('unhandledrejection', ({ reason }) => trouble.push(`rejection: ${reason}`));

globalThis.finished = (async () => {
  const results = [];
  for (const [i, [name, assertion]] of Object.entries(ASSERTIONS).entries()) {
    try {
      await assertion(`react-${i}`);
      results.push({ name });
    } catch (error) {
      results.push({ name, error: error.stack });
    }
  }
  return { results, trouble };
})();
