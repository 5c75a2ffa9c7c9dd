// A side (side.h) in JavaScript: what tests/bench/side.mjs starts for ours and for every peer.
//
//   node --expose-gc host.mjs ADAPTER FILE N DIM METRIC OPTIONS
//
// ADAPTER is a module with `create({ dim, metric, n, M, efConstruction, ...OPTIONS })`, which gives
//   add(first, vectors)       rows `first` on, end to end; may return a promise
//   search(query, k)          anything; may return a promise
//   rows(result)              the rows it found, nearest first; by default the result itself
//   setEf(ef)                 optional, before searches
//   save(), load(saved)       optional
// Only calls of add() and search() are timed, with what a caller must do around them.
import { readFileSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const [adapter, file, nText, dimText, metric, options] = process.argv.slice(2);
const n = Number(nText);
const dim = Number(dimText);
// Answers go to stdout, all else elsewhere.
console.log = console.info = console.debug = console.error;

const bytes = readFileSync(file);
const data = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
const queries = [];
for (let at = n * dim; at < data.length; at += dim) queries.push(data.slice(at, at + dim));

const { create } = await import(pathToFileURL(adapter));
const before = resident();
const side = await create({
  dim,
  metric,
  n,
  M: 16,
  efConstruction: 200,
  ...JSON.parse(options),
});
let saved;

const COMMANDS = {
  async build(first, count) {
    const vectors = data.subarray(first * dim, (first + count) * dim);
    const start = performance.now();
    await side.add(first, vectors);
    return [since(start)];
  },

  async find(ef, k) {
    await side.setEf?.(ef);
    const found = [];
    for (const query of queries) {
      const result = await side.search(query, k);
      const rows = Array.from(side.rows ? side.rows(result) : result, Number).slice(0, k);
      while (rows.length < k) rows.push(-1);
      found.push(...rows);
    }
    return found;
  },

  async time(ef, k, ms) {
    await side.setEf?.(ef);
    const start = performance.now();
    const wanted = start + ms;
    const limit = start + 4 * ms;
    let count = 0;
    do
      for (const query of queries) {
        const result = side.search(query, k);
        // Awaiting what is no promise would be charged to synchronous libraries.
        if (typeof result?.then === 'function') await result;
        ++count;
        if (performance.now() > limit) break;
      }
    while (performance.now() < wanted);
    return [since(start), count];
  },

  memory: () => [Math.max(0, resident() - before)],

  async save() {
    const start = performance.now();
    saved = await side.save();
    return [since(start), saved.byteLength];
  },

  async load() {
    globalThis.gc();
    const start = performance.now();
    const loaded = await side.load(saved);
    const seconds = since(start);
    loaded.dispose?.();
    return [seconds];
  },

  /** Ours only: how the last search went, and bytes as the index counts them. */
  async plan(ef) {
    await side.setEf(ef);
    return [side.plan(queries[0])];
  },
  bytes: () => [side.bytes()],
  /** Seconds of a batch of all queries. */
  async batch(k) {
    const all = data.subarray(n * dim);
    const start = performance.now();
    side.batch(all, k);
    return [since(start), queries.length];
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const [command, ...args] = line.split(' ');
  let answer;
  try {
    answer = (await COMMANDS[command](...args.map(Number))).join(' ');
  } catch (error) {
    answer = `error: ${String(error?.message ?? error)
      .replace(/\s+/g, ' ')
      .slice(0, 300)}`;
  }
  writeSync(1, `${answer}\n`);
}
process.exit(0);

function since(start) {
  return (performance.now() - start) / 1000;
}

function resident() {
  globalThis.gc();
  return process.memoryUsage.rss();
}
