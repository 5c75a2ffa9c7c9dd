/** What a program does with the package, in a page and on a server; collects what does not hold. */
import { nearest } from '../../../support/distances.mjs';
import { itemsOf, seededVectors } from '../../../support/random.mjs';
import { assertionsOfRooms, coldStart } from '../../assertions.mjs';

const DIMENSIONS = 64;
const items = (count, seed) => itemsOf(seededVectors({ seed, count, dimensions: DIMENSIONS }));

/** What queries over 1,000 vectors find, against brute force; and where the WebAssembly came from. */
export async function searched({ capabilities, createIndex }) {
  const failures = [];
  const records = items(1000, 1);
  const index = await createIndex({ dimensions: DIMENSIONS });
  index.upsert(records);
  for (const { vector } of items(5, 2))
    same(failures, 'queries', ids(index.query(vector).matches), brute(records, vector));
  index.dispose();
  const { loadedFrom } = await capabilities();
  return { loadedFrom, failures };
}

/**
 * All of it in a page, of the package as `load` imports it, and its subpaths as `loadRooms` does.
 * `resources` are what it had fetched by its first answer.
 */
export async function checked(load, loadRooms) {
  const said = { failures: [], resources: [] };
  try {
    said.coldStartMs = await coldStart(load);
    said.resources = performance.getEntriesByType('resource').map(({ name }) => name);
    const ruvector = await load();
    Object.assign(said, await searched(ruvector));
    await kept(ruvector, said.failures);
    const rooms = { dag: loadRooms, mincut: loadRooms, snn: loadRooms };
    for (const assertion of Object.values(assertionsOfRooms(rooms))) await assertion();
  } catch (error) {
    said.failures.push(`${error.code ?? error.name}: ${error.message}`);
  }
  return said;
}

/** A database in IndexedDB, written, closed and opened again, in a worker each time. */
async function kept({ deleteDatabase, DimensionMismatchError, open }, failures) {
  const [records, [{ vector }]] = [items(200, 3), items(1, 4)];
  await deleteDatabase('bundled');
  const first = await open('bundled', { dimensions: DIMENSIONS, worker: true });
  await first.upsert(records);
  const { worker, backend } = await first.stats();
  same(failures, 'where it is', [worker, backend], [true, 'indexeddb']);
  await first.close();
  const again = await open('bundled', { worker: true });
  same(failures, 'records', await again.count(), records.length);
  same(failures, 'its queries', ids((await again.query(vector)).matches), brute(records, vector));
  const error = await again.query([1]).catch((it) => it);
  same(failures, 'class of errors', error instanceof DimensionMismatchError, true);
  await again.close();
}

function ids(matches) {
  return matches.map(({ id }) => id);
}

function brute(records, vector) {
  return ids(nearest('cosine', records, vector, 10));
}

function same(failures, what, actual, wanted) {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(wanted)];
  if (a !== b) failures.push(`${what}: expected ${b}, got ${a}`);
}
