// What keeping the data costs: reopening, bytes written, the page's smoothness, tabs. Not goals of
// the design: a table, and in the results.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchChromium } from '../browser/chromium.mjs';
import { serveAll } from '../browser/drive.mjs';
import { faultyStorage } from '../support/faulty-storage.mjs';
import { open } from '../support/package.mjs';
import { itemsOf, seededVectors } from '../support/random.mjs';
import { clustered } from '../support/sets.mjs';
import { median } from './curves.mjs';

export async function databases(plan, results) {
  const { rows, dim } = plan.databases;
  const table = {
    ...(await reopening(rows, dim, plan.turns)),
    ...(await writing(2 * rows)),
    ...(await inChromium(rows, dim, plan.turns)),
  };
  console.table(table);
  results.databases = table;
}

const ms = (value) => `${value.toFixed(value < 10 ? 1 : 0)} ms`;
const timed = async (work) => {
  const start = performance.now();
  await work();
  return performance.now() - start;
};

/** A graph on files: opened again, beside reading the same files and nothing else. */
async function reopening(rows, dimensions, turns) {
  const folder = mkdtempSync(join(tmpdir(), 'rv-bench-'));
  try {
    const { vectors } = clustered({ seed: 1, count: rows, dimensions, clusters: 100 });
    const db = await open(folder, { dimensions, index: 'hnsw', storage: `file:${folder}` });
    const build = await timed(() => db.upsert(itemsOf(vectors)));
    await db.close();
    const read = () => readdirSync(folder).map((name) => readFileSync(join(folder, name)).length);
    const bytes = read().reduce((sum, length) => sum + length, 0);
    const opens = [];
    const reads = [];
    for (let turn = 0; turn < turns; ++turn) {
      reads.push(await timed(read));
      let again;
      opens.push(
        await timed(async () => {
          again = await open(folder, { storage: `file:${folder}` });
        }),
      );
      await again.close();
    }
    const ratio = median(opens.map((time, i) => time / reads[i]));
    return {
      [`reopen ${rows} x ${dimensions}, graph`]: ms(median(opens)),
      'reading its bytes alone': `${ms(median(reads))} for ${(bytes / 1e6).toFixed(0)} MB`,
      'reopen / reading': ratio.toFixed(1),
      'reopen / building': `1/${Math.round(build / median(opens))}`,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function writing(rows) {
  const storage = faultyStorage(new Map());
  const { write } = storage;
  let bytes = 0;
  storage.write = (key, value) => {
    bytes += value.length;
    return write(key, value);
  };
  const dimensions = 32;
  const db = await open('bytes', { dimensions, index: 'flat', storage });
  await db.upsert(itemsOf(seededVectors({ seed: 2, count: rows, dimensions })));
  await db.flush();
  const loaded = bytes;
  bytes = 0;
  await db.upsert({ id: 'r7', vector: new Float32Array(dimensions).fill(1) });
  await db.flush();
  const written = bytes;
  await db.close();
  return {
    [`bytes written by one upsert into ${rows} x ${dimensions}`]: written,
    'bytes written by the load / bytes of its vectors': (loaded / (rows * dimensions * 4)).toFixed(
      1,
    ),
  };
}

async function inChromium(rows, dimensions, turns) {
  const server = await serveAll();
  const browser = await launchChromium();
  try {
    const context = await browser.newContext();
    const newPage = async () => {
      const page = await context.newPage();
      await page.goto(`${server.url}suite/database.html`);
      return page;
    };
    const table = {};
    for (const worker of [false, true]) {
      const page = await newPage();
      const { longest, count, seconds } = await page.evaluate(loadInPage, {
        rows,
        dimensions,
        worker,
      });
      table[`load of ${rows} x ${dimensions}, ${worker ? 'worker' : 'page'}`] =
        `${seconds.toFixed(1)} s, ${count} tasks over 50 ms, longest ${ms(longest)}`;
      await page.close();
    }
    const page = await newPage();
    const heaps = await heapOfCycles(page, context);
    table['JavaScript heap after 1, 20 open/close cycles'] = heaps
      .map((bytes) => `${(bytes / 1e6).toFixed(1)} MB`)
      .join(', ');
    await page.close();
    const { takeOver, convergence } = await tabs(newPage, turns);
    table['follower takes over after the writer was killed'] = ms(takeOver);
    table['a write is read by another tab after'] = ms(convergence);
    return table;
  } finally {
    await browser.close();
    await server.close();
  }
}

/** Runs in the page. */
async function loadInPage({ rows, dimensions, worker }) {
  const { open, deleteDatabase } = await import('/package/dist/index.js');
  const tasks = [];
  new PerformanceObserver((list) => tasks.push(...list.getEntries())).observe({
    type: 'longtask',
  });
  await deleteDatabase('load');
  const db = await open('load', { dimensions, worker });
  const start = performance.now();
  function* items() {
    for (let i = 0; i < rows; ++i) {
      const vector = new Float32Array(dimensions);
      for (let j = 0; j < dimensions; ++j) vector[j] = Math.sin(i * 0.37 + j * (1 + (i % 7)));
      yield { id: `r${i}`, vector };
    }
  }
  await db.upsert(items());
  await db.flush();
  const seconds = (performance.now() - start) / 1000;
  await db.close();
  await new Promise((resolve) => setTimeout(resolve, 100));
  const durations = tasks.map(({ duration }) => duration);
  await deleteDatabase('load');
  return { count: durations.length, longest: Math.max(0, ...durations), seconds };
}

async function heapOfCycles(page, context) {
  const session = await context.newCDPSession(page);
  const heap = async () => {
    await session.send('HeapProfiler.collectGarbage');
    return (await session.send('Runtime.getHeapUsage')).usedSize;
  };
  const cycle = (times) =>
    page.evaluate(async (times) => {
      const { open } = await import('/package/dist/index.js');
      for (let i = 0; i < times; ++i) {
        const db = await open('cycles', { dimensions: 64 });
        if (i === 0)
          for (let j = 0; j < 2000; ++j)
            await db.upsert({ id: `${j}`, vector: new Float32Array(64).fill(j + 1) });
        await db.close();
      }
    }, times);
  await cycle(1);
  const once = await heap();
  await cycle(19);
  return [once, await heap()];
}

async function tabs(newPage, turns) {
  const options = { dimensions: 2, durability: 'strict' };
  const [takeOvers, convergences] = [[], []];
  let writer = await newPage();
  await writer.evaluate((options) => tab.open('tabs', options), options);
  for (let turn = 0; turn < turns; ++turn) {
    const follower = await newPage();
    await follower.evaluate((options) => tab.open('tabs', options), options);
    const { version } = await follower.evaluate(() => tab.state());
    const seen = follower.evaluate(async (version) => {
      while (tab.state().version === version)
        await new Promise((resolve) => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = resolve;
          port2.postMessage(0);
        });
      return Date.now();
    }, version);
    const written = await writer.evaluate(async (turn) => {
      const start = Date.now();
      await tab.call('upsert', { id: `${turn}`, vector: [1, 2] });
      return start;
    }, turn);
    convergences.push((await seen) - written);
    const killed = Date.now();
    const role = follower.evaluate(async () => {
      while (tab.state().role !== 'writer') await new Promise((resolve) => setTimeout(resolve, 1));
      return Date.now();
    });
    await writer.close();
    takeOvers.push((await role) - killed);
    writer = follower;
  }
  await writer.close();
  return { takeOver: median(takeOvers), convergence: median(convergences) };
}
