// A database over shards killed at its write points. Each shard is a database of its own, so what is
// promised holds for each: its records are those of a moment, with every acknowledged operation in it.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { contentsOf, historyOf, NAMESPACES, operations } from '../support/database-script.mjs';
import { bytesOfStream, newFolder, runScript } from '../support/databases.mjs';
import { FAULTS, faultyStorage } from '../support/faulty-storage.mjs';
import { open, packageFile } from '../support/package.mjs';
import { itemsOf, seededVectors } from '../support/random.mjs';
import { openShards, shardOf } from '../support/shards.mjs';
import { rounds, soak } from '../support/soak.mjs';

/** Wide enough that the script is worth a snapshot of each shard several times. */
const DIMENSIONS = 1024;
const SHARDS = 2;

const script = operations({ seed: 1, count: 80, dimensions: DIMENSIONS });

/** Contents by shard, in the order of each. */
const parted = (contents) =>
  Array.from({ length: SHARDS }, (_, shard) =>
    JSON.stringify(
      JSON.parse(contents).map((records, space) =>
        records.filter(([id]) => shardOf(NAMESPACES[space], id, SHARDS) === shard),
      ),
    ),
  );
const history = historyOf(script).map(parted);

const run = (storage, durability) =>
  runScript(script, storage, durability, () =>
    openShards({ dimensions: DIMENSIONS, shards: SHARDS, durability }, () => storage),
  );

/** What a new program finds in each shard; it goes on, and so does the one after it. */
async function reopened(values) {
  const options = { dimensions: DIMENSIONS, shards: SHARDS, durability: 'strict' };
  const db = await openShards(options, () => faultyStorage(values));
  const found = parted(await contentsOf(db));
  const count = await db.count();
  const more = [0, 1, 2, 3].map((i) => ({
    id: `more ${i}`,
    vector: new Float32Array(DIMENSIONS).fill(1),
  }));
  await db.upsert(more);
  await db.close();
  const next = await openShards({}, () => faultyStorage(values));
  assert.deepEqual([await next.count(), next.version], [count + 4, db.version]);
  await next.close();
  return found;
}

/** For each shard, after how many operations its contents were those found; -1: at no moment allowed. */
const momentsOf = (found, { acknowledged, begun }) =>
  found.map((own, shard) =>
    history.findIndex((it, i) => i >= acknowledged && i <= begun && it[shard] === own),
  );

describe(`${script.length} operations on ${SHARDS} shards, killed as they write`, () => {
  for (const durability of ['strict', 'relaxed'])
    it(durability, async (t) => {
      const step = soak ? 1 : durability === 'strict' ? 41 : 13;
      let most = 0;
      for (const [n, [name, fault]] of Object.entries(FAULTS).entries())
        for (let at = n; ; at += step) {
          const values = new Map();
          const storage = faultyStorage(values, { at, fault });
          const ran = await run(storage, durability);
          const found = await reopened(values);
          const moments = momentsOf(found, ran);
          assert.ok(
            !moments.includes(-1),
            `${name}, point ${at}: ${moments} of ${JSON.stringify(ran)}`,
          );
          most = Math.max(most, at);
          if (storage.points <= at) break;
        }
      t.diagnostic(`${most} write points, every ${step}`);
      assert.ok(most > 25, `only ${most} points`);
    });

  it('would be found out without a journal of one shard', async () => {
    const values = new Map();
    const storage = faultyStorage(values, { at: 20 });
    const { write } = storage;
    storage.write = async (key, value) =>
      key.startsWith('shard1-journal') ? undefined : write(key, value);
    const ran = await run(storage, 'strict');
    const [first, second] = momentsOf(await reopened(values), ran);
    assert.ok(first >= 0);
    assert.equal(second, -1);
  });
});

describe(`a snapshot for ${SHARDS} shards, killed as they take it`, () => {
  const options = { dimensions: 4, shards: SHARDS, durability: 'strict' };
  const opened = (values, fault, own = {}) => {
    const storage = faultyStorage(values, fault);
    return openShards({ ...options, ...own }, () => storage);
  };
  const idsOf = async (db) => (await db.list()).ids;
  const made = async (prefix, count) => {
    const db = await opened(new Map());
    const vectors = seededVectors({ seed: count, count, dimensions: 4 });
    await db.upsert(itemsOf(vectors, prefix));
    const snapshot = await bytesOfStream(db.export());
    const ids = await idsOf(db);
    await db.close();
    return { snapshot, ids };
  };
  const partOf = (ids, shard) => ids.filter((id) => shardOf('', id, SHARDS) === shard).join();

  for (const verb of ['import()', "the option 'snapshot'"])
    it(`${verb}: each has all of it or nothing, and takes it again`, async (t) => {
      const [old, whole] = [await made('old', 30), await made('new', 40)];
      const isImport = verb === 'import()';
      const before = isImport ? old.ids : [];
      const seen = new Set();
      let points = 0;
      for (const [name, fault] of Object.entries(FAULTS))
        for (let at = 0; ; ++at, ++points) {
          const values = new Map();
          if (isImport) await (await opened(values, {}, { snapshot: old.snapshot })).close();
          const storage = faultyStorage(values, { at, fault });
          let db;
          const work = async () => {
            const own = isImport ? {} : { snapshot: whole.snapshot };
            db = await openShards({ ...options, ...own }, () => storage);
            if (isImport) await db.import(whole.snapshot);
          };
          const error = await work().then(
            () => undefined,
            (error) => error,
          );
          if (error)
            assert.equal(error.code, 'STORAGE_UNAVAILABLE', `${name} ${at}: ${error.stack}`);
          const isPast = storage.points <= at;
          const left = new Map(values); // as a crash leaves it
          await db?.close().catch(() => {});
          const next = await opened(left);
          const found = await idsOf(next);
          const isNew = Array.from({ length: SHARDS }, (_, shard) => {
            const own = partOf(found, shard);
            const allowed = [before, whole.ids].map((ids) => partOf(ids, shard));
            assert.ok(allowed.includes(own), `${name} ${at}: ${own}`);
            return own === allowed[1];
          });
          seen.add(isNew.join());
          if (!error) assert.deepEqual(found, whole.ids, `${name} ${at}: it was acknowledged`);
          await next.import(whole.snapshot);
          await next.close();
          const last = await opened(left);
          assert.deepEqual(await idsOf(last), whole.ids);
          await last.close();
          if (isPast) break;
        }
      assert.ok(points > 30 && seen.size > 1, `${points} points, ${[...seen]}`);
      t.diagnostic(`${points} write points`);
    });
});

/** A program that opens a database over shards in workers; `code` goes on with `db`. */
function program(folder, code) {
  const file = join(folder, 'program.mjs');
  writeFileSync(
    file,
    `import { open } from ${JSON.stringify(packageFile())};
    const folder = ${JSON.stringify(join(folder, 'data'))};
    const db = await open(folder, { dimensions: 64, shards: 2, worker: true, durability: 'strict' });
    ${code}`,
  );
  return file;
}

describe('a program with a worker for each shard', () => {
  it('that is killed has lost nothing that it said is stored', async (t) => {
    for (let round = 0; round < rounds(t, 2); ++round) {
      const folder = newFolder(t);
      const file = program(
        folder,
        `for (let i = 0; ; ++i) {
          const vector = Array.from({ length: 64 }, (_, j) => i + j + 1);
          await db.upsert([0, 1, 2, 3, 4, 5, 6, 7].map((n) => ({ id: \`r\${i}-\${n}\`, vector })));
          process.stdout.write(i + '\\n');
        }`,
      );
      const child = spawn(process.execPath, [file]);
      t.after(() => child.kill('SIGKILL'));
      let said = '';
      child.stdout.on('data', (text) => {
        said += text;
      });
      const gone = new Promise((resolve) => child.once('exit', resolve));
      while (said.split('\n').length < 20 + 31 * round && child.exitCode === null)
        await new Promise((resolve) => setTimeout(resolve, 1));
      child.kill('SIGKILL');
      await gone;
      const last = Number(said.slice(0, said.lastIndexOf('\n')).split('\n').at(-1));
      const db = await open(join(folder, 'data'), { worker: round % 2 === 1 });
      const { ids } = await db.list({ limit: 10_000 });
      await db.close();
      const expected = (batches) =>
        Array.from({ length: 8 * batches }, (_, i) => `r${i >> 3}-${i & 7}`);
      const there = new Set(ids);
      for (const id of expected(last + 1)) assert.ok(there.has(id), `${id} is lost`);
      // Of the batch that was not acknowledged a shard has all of its records, or none.
      const allowed = expected(last + 2);
      for (const id of ids) assert.ok(allowed.includes(id), id);
      for (const shard of [0, 1]) {
        const own = allowed.slice(-8).filter((id) => shardOf('', id, 2) === shard);
        const kept = own.filter((id) => there.has(id)).length;
        assert.ok(kept === 0 || kept === own.length, `${kept} of ${own}`);
      }
    }
  });

  it('ends by itself once the database is closed', (t) => {
    const file = program(
      newFolder(t),
      `await db.upsert({ id: 'a', vector: new Float32Array(64).fill(1) });
      await db.close();
      await db.close();
      console.log(await db.count().catch((error) => error.code));`,
    );
    const { status, stdout, stderr } = spawnSync(process.execPath, [file], { timeout: 60_000 });
    assert.equal(`${stdout}${stderr}`, 'CLOSED\n');
    assert.equal(status, 0);
  });
});
