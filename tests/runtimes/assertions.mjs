/**
 * What must hold on every host: one list of assertions, and no host's own modules. A launcher in
 * hosts/ gets `report()` to run there, with the package as that host imports it.
 */
import { close, same, thrown } from '../support/claims.mjs';
import { METRICS, nearest, scoreOf } from '../support/distances.mjs';
import { seededFor, seededVectors } from '../support/random.mjs';

const NAMES = [
  'DimensionMismatchError',
  'RuVectorError',
  'capabilities',
  'createIndex',
  'deleteDatabase',
  'listDatabases',
  'open',
];

/** Of the first answer that is timed. */
const COLD = { count: 1000, dimensions: 384 };

const CONTROL = {
  'an assertion that holds': async () => same(1 + 1, 2),
  'an assertion that does not hold': async () => same(1 + 1, 3),
};

/**
 * @typedef {object} Made what Node made of the same package, for other hosts to compare with
 * @property {string} snapshot base64
 * @property {object[]} matches of `probe()`
 *
 * @typedef {object} Expected what is true of this host
 * @property {object} capabilities some or all of what `capabilities()` says
 * @property {string} automatic the backend of `open(name)`
 * @property {boolean} worker whether `worker: true` opens in a worker
 */

/**
 * Imports the package with `load` and says what holds. With `control`, of assertions of which one does
 * not: a launcher that calls that a pass is broken.
 * @param {() => Promise<object>} load
 * @param {Record<string, () => Promise<object>>} rooms the same for its subpaths that have a core of their own
 * @param {{ made: Made, expected: Expected, control?: boolean }} options
 */
export async function report(load, rooms, { made, expected, control = false }) {
  const coldStartMs = control ? undefined : await coldStart(load);
  const ruvector = await load();
  const assertions = control
    ? CONTROL
    : {
        ...assertionsOf(ruvector, made, expected),
        ...assertionsOfRooms(rooms),
      };
  const results = [];
  for (const [name, assertion] of Object.entries(assertions)) {
    try {
      await assertion();
      results.push({ name, ok: true });
    } catch (error) {
      results.push({ name, ok: false, error: `${error?.name}: ${error?.message ?? error}` });
    }
  }
  return { coldStartMs, capabilities: await ruvector.capabilities(), results };
}

/** Milliseconds from the import to the first answer over 1,000 vectors of 384 dimensions. */
export async function coldStart(load) {
  const { count, dimensions } = COLD;
  const flat = new Float32Array(count * dimensions);
  for (const [i, row] of seededVectors({ seed: 1, count, dimensions }).entries())
    flat.set(row, i * dimensions);
  const ids = Array.from({ length: count }, (_, i) => `id-${i}`);
  const start = performance.now();
  const { createIndex } = await load();
  const index = await createIndex({ dimensions });
  index.upsertFlat(ids, flat);
  const { matches } = index.query(flat.subarray(7 * dimensions, 8 * dimensions));
  const took = performance.now() - start;
  index.dispose();
  same(matches[0].id, 'id-7');
  return took;
}

/** The same calls, so the same bytes, on every host: a graph over codes, overwrites and deletes. */
export async function snapshot(createIndex) {
  const index = await createIndex({ dimensions: 40, index: 'hnsw', quantization: 'int8' });
  index.upsert(records(seededFor('cosine', { seed: 3, count: 500, dimensions: 40 })));
  index.upsert({ id: 'id-7', vector: seededVectors({ seed: 4, count: 1, dimensions: 40 })[0] });
  index.delete(['id-0', 'id-250', 'id-499']);
  const bytes = index.export();
  const matches = probe(index);
  index.dispose();
  return { bytes, matches };
}

/** A few answers of an index of 40 dimensions, to the last bit. */
export function probe(index) {
  const queries = seededVectors({ seed: 5, count: 3, dimensions: 40 });
  return queries.map((query) => index.query(query, { filter: { even: true } }).matches);
}

function records(vectors) {
  return vectors.map((vector, i) => ({
    id: `id-${i}`,
    vector,
    metadata: { place: i, even: i % 2 === 0, text: 'grüße 🦀' },
  }));
}

function assertionsOf(ruvector, made, expected) {
  const { createIndex, open, RuVectorError, DimensionMismatchError } = ruvector;

  async function filled(metric = 'cosine', dimensions = 48, count = 300) {
    const list = records(seededFor(metric, { seed: 2, count, dimensions }));
    const index = await createIndex({ dimensions, metric });
    same(index.upsert(list).inserted, count);
    return { index, list, query: seededFor(metric, { seed: 9, count: 1, dimensions })[0] };
  }

  return {
    'the entry has the names of every entry': async () => same(Object.keys(ruvector).sort(), NAMES),
    ...Object.fromEntries(
      METRICS.map((metric) => [
        `${metric} finds what brute force finds`,
        async () => {
          const { index, list, query } = await filled(metric);
          const wanted = nearest(metric, list, query, 15);
          const { matches, complete } = index.query(query, { topK: 15 });
          same([complete, ids(matches)], [true, ids(wanted)]);
          for (const [i, { distance, score }] of matches.entries()) {
            close(distance, wanted[i].distance);
            close(score, scoreOf(metric, wanted[i].distance, 48));
          }
          index.dispose();
        },
      ]),
    ),
    'a filter leaves what it says': async () => {
      const { index, list, query } = await filled();
      const filter = { even: true, place: { $gte: 100, $lt: 160 } };
      const left = list.filter(
        ({ metadata: { even, place } }) => even && place >= 100 && place < 160,
      );
      same(ids(index.query(query, { filter }).matches), ids(nearest('cosine', left, query, 10)));
      same(index.count(filter), 30);
      index.dispose();
    },
    'a deleted record is gone, a replaced one is found by its new vector': async () => {
      const { index, list, query } = await filled();
      const [{ id }] = index.query(query).matches;
      same([index.delete(id), index.has([id]), index.count()], [1, [false], 299]);
      const left = list.filter((record) => record.id !== id);
      same(ids(index.query(query).matches), ids(nearest('cosine', left, query, 10)));
      same(index.upsert({ id: left[5].id, vector: query }).updated, 1);
      same(index.query(query).matches[0].id, left[5].id);
      same(index.get(left[6].id), { ...left[6], vector: Array.from(left[6].vector) });
      index.dispose();
    },
    'a snapshot is the same bytes as in Node': async () => {
      const { bytes, matches } = await snapshot(createIndex);
      same(bytes, bytesOf(made.snapshot));
      same(matches, made.matches);
    },
    'a snapshot made in Node is imported, answers the same and is exported again': async () => {
      const index = await createIndex({ dimensions: 40 });
      const bytes = bytesOf(made.snapshot);
      same(index.import(bytes).inserted, 497);
      same(probe(index), made.matches);
      same(index.export(), bytes);
      index.dispose();
    },
    'errors have a class, a code, and say what came': async () => {
      const { index } = await filled('cosine', 8, 3);
      const mismatch = await thrown(() => index.query([1, 2, 3]), 'DIMENSION_MISMATCH', '8', '3');
      same([mismatch instanceof DimensionMismatchError, mismatch.expected], [true, 8]);
      const zero = new Float32Array(8);
      const error = await thrown(() => index.upsert({ id: 'a', vector: zero }), 'INVALID_VECTOR');
      same([error instanceof RuVectorError, error instanceof Error], [true, true]);
      await thrown(() => index.query(zero, { topk: 3 }), 'INVALID_ARGUMENT', "'topK'");
      await thrown(
        () => index.insert({ id: 'id-0', vector: zero.fill(1) }),
        'DUPLICATE_ID',
        'id-0',
      );
      await thrown(() => index.import(new Uint8Array(9)), 'INVALID_ARGUMENT');
      const bytes = index.export();
      bytes[bytes.length - 1] ^= 1;
      await thrown(() => index.import(bytes), 'FORMAT_CHECKSUM');
      await thrown(() => createIndex({ dimensions: 0 }), 'INVALID_ARGUMENT', 'dimensions');
      await thrown(() => createIndex({ dimensions: 2, wasm: 7 }), 'INVALID_ARGUMENT', 'Module');
      same(index.count(), 3);
      index.dispose();
      await thrown(() => index.count(), 'CLOSED');
    },
    'a database in memory answers, with a worker where there are any': async () => {
      const list = records(seededFor('cosine', { seed: 2, count: 100, dimensions: 48 }));
      for (const worker of [false, true]) {
        const db = await open('kept', { dimensions: 48, storage: 'memory:', worker });
        same((await db.upsert(list)).inserted, 100);
        const { matches } = await db.query(list[50].vector);
        same(ids(matches), ids(nearest('cosine', list, list[50].vector, 10)));
        const { worker: inWorker, backend } = await db.stats();
        same([inWorker, backend], [worker && expected.worker, 'memory']);
        await thrown(() => db.query([1]), 'DIMENSION_MISMATCH');
        await db.close();
        await thrown(() => db.query(list[50].vector), 'CLOSED');
      }
    },
    'a database behind an adapter is there again': async () => {
      const values = new Map();
      const storage = {
        backend: 'map',
        read: async (key) => values.get(key),
        write: async (key, value) => void values.set(key, value.slice()),
        delete: async (keys) => {
          for (const key of keys) values.delete(key);
        },
        list: async () => [...values.keys()],
      };
      const list = records(seededFor('cosine', { seed: 2, count: 100, dimensions: 48 }));
      const db = await open('kept', { dimensions: 48, storage });
      await db.upsert(list);
      await db.close();
      const again = await open('kept', { storage });
      same([await again.count(), (await again.storage()).backend], [100, 'map']);
      same((await again.query(list[9].vector)).matches[0].id, 'id-9');
      await again.close();
    },
    'open() without more takes the best storage there is, and says which': async () => {
      await ruvector.deleteDatabase('matrix');
      const db = await open('matrix', { dimensions: 2 });
      await db.upsert({ id: 'a', vector: [1, 2] });
      same((await db.storage()).backend, expected.automatic);
      await db.close();
      await ruvector.deleteDatabase('matrix');
      await thrown(
        () => open('matrix', { dimensions: 2, storage: 'tape:matrix' }),
        'STORAGE_UNAVAILABLE',
        'tape:matrix',
      );
    },
    'deleteDatabase() refuses what names no database': async () => {
      const { deleteDatabase } = ruvector;
      for (const name of [undefined, '', 7, {}])
        await thrown(() => deleteDatabase(name), 'INVALID_ARGUMENT', 'name');
      await deleteDatabase('nobody');
      // Browsers keep databases under any name.
      if (expected.automatic === 'memory')
        await thrown(() => deleteDatabase('tape:x'), 'STORAGE_UNAVAILABLE', 'tape:x');
    },
    'capabilities() tells the truth': async () => {
      const said = await ruvector.capabilities();
      for (const [name, value] of Object.entries(expected.capabilities))
        same([name, said[name]], [name, value]);
      same(Object.keys(said).sort(), Object.keys(expected.capabilities).concat('version').sort());
    },
  };
}

/** Of the subpaths that have a core of their own, each imported by a function. */
export function assertionsOfRooms({ mincut, dag, snn }) {
  return {
    './mincut finds the least cut': async () => {
      const { createGraph } = await mincut();
      const graph = await createGraph({ nodes: 4 });
      graph.insertMany([0, 1, 2, 3], [1, 2, 3, 0], [3, 1, 2, 1]);
      const { value, witness } = graph.minCut();
      same([value, witness.map(([, , weight]) => weight)], [2, [1, 1]]);
      await thrown(() => graph.insert(1, 1), 'INVALID_GRAPH', 'twice');
      graph.dispose();
    },
    './dag tells what limits a plan': async () => {
      const { createPlanner } = await dag();
      const planner = await createPlanner();
      const plan = {
        order: ['walk', 'filter'],
        edges: [['walk', 'filter']],
        nodes: { walk: { cost: 3, candidates: 40 }, filter: { cost: 1, selectivity: 0.25 } },
      };
      const { flow, bottlenecks, criticalPath } = planner.analyze(plan, { k: 10 });
      same([flow, bottlenecks, criticalPath], [10, ['walk'], ['walk', 'filter']]);
      await thrown(() => planner.analyze({ ...plan, order: ['walk'] }, { k: 10 }), 'INVALID_GRAPH');
      planner.dispose();
    },
    './snn spikes when its equation says': async () => {
      const { createSpikingNetwork } = await snn();
      const edges = { from: [0], to: [1], weights: [1.25] };
      const network = await createSpikingNetwork({ neurons: 2, edges, delayMs: 0.5 });
      network.setCurrents(0, 1.5);
      const [first, second] = network.run(25).spikes;
      close(first.timeMs, 20 * Math.log(3));
      same([first.neuron, second.neuron, second.timeMs], [0, 1, first.timeMs + 0.5]);
      await thrown(() => network.inject(2, 1), 'INVALID_ARGUMENT', '0 to 1');
      network.dispose();
    },
  };
}

function ids(matches) {
  return matches.map(({ id }) => id);
}

function bytesOf(base64) {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
