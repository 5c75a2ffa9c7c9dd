// Sessions, diversify and novelty of databases: the same answers, where the index lives; and a database
// over shards, which refuses them.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { newDatabase } from '../support/databases.mjs';
import { comparable, newIndex, rejected } from '../support/indexes.mjs';
import { open } from '../support/package.mjs';
import { itemsOf, seededVectors } from '../support/random.mjs';
import { sharedPlace, until } from '../support/shared-storage.mjs';

const DIMENSIONS = 16;
const form = { dimensions: DIMENSIONS, metric: 'euclidean', index: 'flat' };
const items = itemsOf(seededVectors({ seed: 1, count: 200, dimensions: DIMENSIONS }));
const queries = seededVectors({ seed: 2, count: 6, dimensions: DIMENSIONS });

/** What a visitor sees who asks and clicks. */
async function visit(target) {
  const seen = [];
  for (const [i, query] of queries.entries()) {
    const session = { id: 'visitor', at: 60_000 * i };
    const options = { session, diversify: 0.1 * (i % 3), novelty: true };
    const { version, ...result } = comparable(await target.query(query, options));
    seen.push(result);
    const { queryId } = await target.queryById('r5', { session });
    await target.feedback({ query: queryId, id: `r${10 * i}` });
    await target.feedback({ query: queryId, id: `r${10 * i + 1}`, weight: -0.5 });
  }
  return seen;
}

for (const worker of [false, true])
  it(`a database ${worker ? 'in a worker ' : ''}answers as an index does`, async (t) => {
    const index = await newIndex(t, form, items);
    const db = await newDatabase(t, 'd', { ...form, storage: 'memory:', worker });
    await db.upsert(items);
    assert.deepEqual(await visit(db), await visit(index));
    await rejected(db.feedback({ query: 'q999', id: 'r1' }), 'NOT_FOUND', 'with a session');
    const { queryId } = await db.query(queries[0], { session: 's' });
    await rejected(db.feedback({ query: queryId, id: 'none' }), 'NOT_FOUND', '"none"');
    await rejected(db.query(queries[0], { session: { id: '' } }), 'INVALID_ARGUMENT', 'session.id');
    await db.close();
    await rejected(db.feedback({ query: queryId, id: 'r1' }), 'CLOSED');
  });

it('a database over shards refuses, and is as it was', async (t) => {
  const db = await newDatabase(t, 'd', { ...form, storage: 'memory:', shards: 2 });
  await db.upsert(items);
  const plain = comparable(await db.query(queries[0]));
  for (const [name, value] of Object.entries({ session: 's', diversify: 0.2, novelty: true })) {
    const options = { [name]: value };
    const words = [name, 'a database of one shard', '2 shards'];
    for (const answer of [
      db.query(queries[0], options),
      db.queryById('r1', options),
      db.queryMany(queries, options),
      db.explain(queries[0], options),
    ])
      await rejected(answer, 'INVALID_ARGUMENT', ...words);
  }
  await rejected(db.feedback({ query: 'q1', id: 'r1' }), 'INVALID_ARGUMENT', 'feedback', 'shards');
  const off = { session: undefined, diversify: 0, novelty: false };
  assert.deepEqual(comparable(await db.query(queries[0], off)), plain);
});

it('each tab has its own sessions, a follower too, and nothing of them is stored', async (t) => {
  const place = sharedPlace('sessions');
  const tab = async () => {
    const db = await open('d', { ...form, storage: place.tab() });
    t.after(() => db.close().catch(() => {}));
    return db;
  };
  const writer = await tab();
  await writer.upsert(items);
  await writer.flush();
  const follower = await tab();
  await until(async () => (await follower.count()) === items.length, 'the follower');
  const index = await newIndex(t, form, items);
  const expected = await visit(index);
  const { version, durableVersion } = writer;
  assert.deepEqual(await visit(follower), expected);
  assert.deepEqual(await visit(writer), expected);
  assert.deepEqual([writer.version, writer.durableVersion], [version, durableVersion]);
  const { queryId } = await follower.query(queries[0], { session: 's' });
  for (let i = 0; i < 30; ++i) await writer.query(queries[0]);
  await follower.feedback({ query: queryId, id: 'r1' });
});
