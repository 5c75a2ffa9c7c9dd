// What a database stores: found again bit by bit, damage told from absence, and nothing readable where
// there is a key.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { contentsOf, historyOf, operations, perform } from '../support/database-script.mjs';
import { bytesOfStream, newDatabase, newFolder } from '../support/databases.mjs';
import { FAULTS, faultyStorage } from '../support/faulty-storage.mjs';
import { rejected } from '../support/indexes.mjs';
import { deleteDatabase, listDatabases, open, packageFile } from '../support/package.mjs';
import { itemsOf, random, seededVectors } from '../support/random.mjs';
import { rounds } from '../support/soak.mjs';

const DIMENSIONS = 16;
const script = operations({ seed: 11, count: 150, dimensions: DIMENSIONS });

/** The values of a database whose script was stored, with a snapshot before its second half if wanted. */
async function filled(options = {}, snapshot = false) {
  const values = new Map();
  let db = await open('d', { dimensions: DIMENSIONS, storage: faultyStorage(values), ...options });
  for (const [i, operation] of script.entries()) {
    await perform(db, operation);
    if (i % 10 === 9) await db.flush();
    if (snapshot && i === 75) {
      const bytes = await bytesOfStream(db.export());
      await db.import(bytes);
    }
  }
  await db.flush();
  const { version } = db;
  const exported = await bytesOfStream(db.export());
  await db.flush();
  const contents = await contentsOf(db);
  // As a crash leaves it: without the snapshot that close() makes.
  const left = new Map(values);
  await db.close();
  db = undefined;
  return { values: left, exported, contents, version };
}

const copyOf = (values) => new Map([...values].map(([key, value]) => [key, value.slice()]));

describe('a database that is opened again', () => {
  for (const [index, quantization] of [
    ['flat', 'none'],
    ['hnsw', 'none'],
    ['hnsw', { type: 'rabitq', bits: 4, keep: false }],
  ])
    for (const snapshot of [false, true])
      it(`is the same, byte for byte: ${index}, ${JSON.stringify(quantization)}, ${
        snapshot ? 'snapshot and journal' : 'journal alone'
      }`, async () => {
        const { values, exported, contents, version } = await filled(
          { index, quantization },
          snapshot,
        );
        assert.equal(values.has('snapshot-0-0'), !snapshot);
        const db = await open('d', { storage: faultyStorage(values) });
        assert.equal(db.version, version);
        assert.equal(db.durableVersion, version);
        assert.equal(await contentsOf(db), contents);
        assert.deepEqual(await bytesOfStream(db.export()), exported);
        await db.close();
        // And once more, from the snapshot that close() made.
        const again = await open('d', { storage: faultyStorage(values) });
        assert.equal(again.version, version);
        assert.deepEqual(await bytesOfStream(again.export()), exported);
        await again.close();
      });

  it('knows what its vectors are, and refuses others', async () => {
    const values = new Map();
    const own = { dimensions: 8, metric: 'dot', model: 'm', truncateDim: 4 };
    await (await open('d', { ...own, storage: faultyStorage(values) })).close();
    const db = await open('d', { storage: faultyStorage(values) });
    assert.deepEqual([db.dimensions, db.metric], [8, 'dot']);
    assert.equal((await db.stats()).model, 'm');
    assert.equal((await db.stats()).dimensions, 4);
    await db.close();
    // How it searches may change, and is kept as it was last asked for.
    await (await open('d', { index: 'hnsw', storage: faultyStorage(values) })).close();
    const graph = await open('d', { index: 'hnsw', storage: faultyStorage(values) });
    await graph.upsert({ id: 'a', vector: new Float32Array(8).fill(1) });
    await graph.close();
    const again = await open('d', { storage: faultyStorage(values) });
    assert.equal((await again.stats()).index, 'hnsw');
    await again.close();
    for (const [options, code] of [
      [{ dimensions: 9 }, 'DIMENSION_MISMATCH'],
      [{ metric: 'cosine' }, 'METRIC_MISMATCH'],
      [{ model: 'other' }, 'MODEL_MISMATCH'],
      [{ truncateDim: 5 }, 'DIMENSION_MISMATCH'],
    ])
      await rejected(open('d', { ...options, storage: faultyStorage(values) }), code);
  });

  it('is memory of a bare name, which storage() tells, and which strict writes are not made to', async (t) => {
    const db = await newDatabase(t, 'notes', { dimensions: 2 });
    const { backend, persisted, evictionRisk } = await db.storage();
    assert.deepEqual([backend, persisted, evictionRisk], ['memory', false, 'high']);
    const strict = { dimensions: 2, durability: 'strict' };
    await rejected(open('notes', strict), 'STORAGE_UNAVAILABLE', "got 'notes'", "'./notes'");
    // Whoever says memory means it.
    await newDatabase(t, 'notes', { ...strict, storage: 'memory:' });
  });

  it('makes no folder for a database that is refused', async (t) => {
    const home = newFolder(t);
    for (const [name, options, code] of [
      ['a', {}, 'INVALID_ARGUMENT'],
      ['a', { tabs: 'readonly' }, 'NOT_FOUND'],
      ['b/c/d', {}, 'INVALID_ARGUMENT'],
      ['b/c/d', { dimensions: 4, metric: 'x' }, 'INVALID_ARGUMENT'],
    ])
      for (const worker of [false, true])
        await rejected(open(join(home, name), { worker, ...options }), code);
    assert.deepEqual(readdirSync(home), []);
    // What was there stays.
    mkdirSync(join(home, 'mine'));
    await rejected(open(join(home, 'mine/db')), 'INVALID_ARGUMENT');
    assert.deepEqual(readdirSync(home), ['mine']);
    await (await open(join(home, 'b/c/d'), { dimensions: 2 })).close();
    assert.equal(await (await newDatabase(t, join(home, 'b/c/d'))).count(), 0);
  });

  it('answers requests of its name on a path, and is gone when it is deleted', async (t) => {
    const folder = join(newFolder(t), 'notes');
    const db = await open(folder, { dimensions: 2, durability: 'strict' });
    await db.upsert({ id: 'a', vector: [1, 2] });
    assert.deepEqual(await listDatabases(), []);
    const { backend, persisted, evictionRisk, usage, journalBytes } = await db.storage();
    assert.deepEqual([backend, persisted, evictionRisk], ['file', true, 'none']);
    assert.ok(usage > journalBytes && journalBytes > 0);
    await rejected(deleteDatabase(folder), 'STORAGE_BLOCKED');
    await db.close();
    writeFileSync(join(folder, 'not ours'), 'kept');
    await deleteDatabase(folder);
    assert.deepEqual(readdirSync(folder), ['not ours']);
    await deleteDatabase(folder);
    await rejected(open(folder), 'INVALID_ARGUMENT', 'there is no database');
    // One that is damaged can be deleted too.
    const next = await open(folder, { dimensions: 2, durability: 'strict' });
    await next.upsert({ id: 'a', vector: [1, 2] });
    await next.close();
    rmSync(join(folder, 'manifest-0'));
    rmSync(join(folder, 'manifest-1'));
    await rejected(open(folder), 'STORAGE_CORRUPT', 'delete the database');
    await deleteDatabase(folder);
    await (await open(folder, { dimensions: 3 })).close();
  });
});

describe('durability', () => {
  it('strict: stored when the promise is kept; relaxed: within 250 ms, or by flush()', async (t) => {
    const values = new Map();
    const storage = faultyStorage(values);
    const strict = { dimensions: 2, storage, durability: 'strict' };
    const db = await newDatabase(t, 'd', strict);
    await db.upsert({ id: 'a', vector: [1, 2] });
    assert.equal(db.durableVersion, 1);
    assert.ok(values.has('journal-0-0'));
    const relaxed = await newDatabase(t, 'e', { dimensions: 2, storage: faultyStorage(new Map()) });
    await relaxed.upsert({ id: 'a', vector: [1, 2] });
    assert.equal(relaxed.durableVersion, 0);
    assert.deepEqual(await relaxed.flush(), { version: 1 });
    await relaxed.upsert({ id: 'b', vector: [1, 2] });
    while (relaxed.durableVersion < 2) await new Promise((resolve) => setTimeout(resolve, 10));
  });

  it('a full storage refuses, keeps what is there, and takes the rest once there is room', async (t) => {
    const values = new Map();
    const storage = faultyStorage(values);
    let full = false;
    const { write } = storage;
    storage.write = async (key, value) => {
      if (full) throw new DOMException('no room', 'QuotaExceededError');
      return write(key, value);
    };
    const db = await newDatabase(t, 'd', { dimensions: 2, storage, durability: 'strict' });
    const errors = [];
    db.on('error', ({ error }) => errors.push(error.code));
    await db.upsert({ id: 'a', vector: [1, 2] });
    full = true;
    await rejected(db.upsert({ id: 'b', vector: [1, 2] }), 'QUOTA_EXCEEDED', 'call flush()');
    const found = await open('d', { storage: faultyStorage(copyOf(values)) });
    assert.deepEqual((await found.list()).ids, ['a']);
    await found.close();
    while (errors.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal(errors[0], 'QUOTA_EXCEEDED');
    full = false;
    await db.flush();
    const next = await open('d', { storage: faultyStorage(copyOf(values)) });
    assert.deepEqual((await next.list()).ids, ['a', 'b']);
    await next.close();
  });

  it('changes after an import are stored after it, whatever fails meanwhile', async (t) => {
    const values = new Map();
    const storage = faultyStorage(values);
    let failing = false;
    const { write } = storage;
    storage.write = async (key, value) => {
      if (failing && !key.startsWith('journal')) throw new Error('no snapshot now');
      return write(key, value);
    };
    const db = await newDatabase(t, 'd', { dimensions: 2, storage });
    await db.upsert(itemsOf([[1, 2]], 'new'));
    const contents = await bytesOfStream(db.export());
    await db.clear();
    await db.upsert(itemsOf([Float32Array.of(1, 2), Float32Array.of(2, 1)], 'old'));
    failing = true;
    const flushed = db.flush();
    await rejected(db.import(contents), 'STORAGE_UNAVAILABLE');
    await flushed.catch(() => {});
    await db.update('new0', { metadata: { later: true } });
    await db.flush().catch(() => {});
    const found = await open('d', { storage: faultyStorage(copyOf(values)) });
    const { ids } = await found.list();
    await found.close();
    assert.ok(['', 'new0', 'old0,old1'].includes(`${ids}`), `${ids}`);
    failing = false;
    await db.flush();
    const next = await open('d', { storage: faultyStorage(copyOf(values)) });
    assert.deepEqual((await next.list()).ids, ['new0']);
    assert.deepEqual((await next.get('new0')).metadata, { later: true });
    await next.close();
  });

  it('writes as much as has changed', async (t) => {
    const storage = faultyStorage(new Map());
    const { write } = storage;
    let bytes = 0;
    storage.write = (key, value) => {
      bytes += value.length;
      return write(key, value);
    };
    const db = await newDatabase(t, 'd', { dimensions: 32, index: 'flat', storage });
    await db.upsert(itemsOf(seededVectors({ seed: 2, count: 20_000, dimensions: 32 })));
    await db.flush();
    const loaded = bytes;
    bytes = 0;
    await db.upsert({ id: 'r7', vector: new Float32Array(32).fill(1), metadata: { a: 1 } });
    await db.flush();
    assert.ok(bytes > 32 * 4 && bytes < 400, `${bytes} bytes for one record of ${32 * 4}`);
    assert.ok(loaded > 20_000 * 32 * 4, `${loaded}`);
  });
});

describe('damage', () => {
  const CODES = ['STORAGE_CORRUPT', 'FORMAT_VERSION', 'DECRYPT_FAILED'];

  /** Opens damaged values: refused with a typed error and nothing changed, or `allowed` contents. */
  async function opened(values, what, allowed, options) {
    const before = copyOf(values);
    let db;
    try {
      db = await open('d', { storage: faultyStorage(values), tabs: 'readonly', ...options });
    } catch (error) {
      assert.ok(CODES.includes(error.code), `${what}: ${error.stack}`);
      assert.deepEqual(values, before, what);
      return error.code;
    }
    const contents = await contentsOf(db);
    await db.close();
    assert.ok(allowed.includes(contents), `${what}: opened with other contents`);
    return 'opened';
  }

  for (const encrypted of [false, true])
    it(`a byte that differs is found wherever it is${encrypted ? ', encrypted' : ''}`, async (t) => {
      const key = encrypted && (await newKey());
      const options = encrypted ? { encryption: { key } } : {};
      const { values } = await filled(options, true);
      const next = random(3);
      let tried = 0;
      for (const [name, value] of values) {
        const least = name.startsWith('manifest') ? value.length : 40;
        const places = new Set(Array.from({ length: Math.min(least, 40) }, (_, i) => i));
        for (let i = 0; i < rounds(t, 12); ++i) places.add(Math.floor(next() * value.length));
        for (const at of places) {
          if (at >= value.length) continue;
          const damaged = copyOf(values);
          damaged.get(name)[at] ^= 1 << Math.floor(next() * 8);
          // An older manifest is no use without its parts.
          assert.notEqual(await opened(damaged, `${name}[${at}]`, [], options), 'opened');
          ++tried;
        }
      }
      t.diagnostic(`${tried} flips`);
      assert.ok(tried > 200);
    });

  for (const [what, journal] of [
    ['snapshot and journal', true],
    ['snapshot alone', false],
  ])
    it(`a value that is missing or cut off is found, but for the end of the journal: ${what}`, async () => {
      const { values } = await filled({}, true);
      if (!journal) await (await open('d', { storage: faultyStorage(values) })).close();
      const names = [...values.keys()];
      const segments = names.filter((key) => key.startsWith('journal'));
      assert.equal(segments.length > 0, journal);
      const part = names.find((key) => key.startsWith('snapshot'));
      const generation = Number(part.split('-')[1]);
      const last = `journal-${generation}-${segments.length - 1}`;
      const newest = `manifest-${generation % 2}`;
      const history = historyOf(script);
      for (const [name, value] of values)
        for (const length of [undefined, 0, 20, 40, value.length >> 1, value.length - 1]) {
          const damaged = copyOf(values);
          if (length === undefined) damaged.delete(name);
          else damaged.set(name, value.slice(0, length));
          const outcome = await opened(damaged, `${name}, ${length} bytes`, history);
          const harmless = name === last || (name.startsWith('manifest') && name !== newest);
          assert.equal(
            outcome,
            harmless ? 'opened' : 'STORAGE_CORRUPT',
            `${name}, ${length} bytes`,
          );
        }
    });

  it('a value of a newer version, of another place, or of another database is refused', async () => {
    const { values } = await filled({}, true);
    const journal = [...values.keys()].filter((key) => key.startsWith('journal'));
    const newer = copyOf(values);
    newer.get(journal[0])[4] = 2;
    assert.equal(await opened(newer, 'newer', []), 'FORMAT_VERSION');
    const swapped = copyOf(values);
    swapped.set(journal[0], values.get(journal[1]));
    assert.equal(await opened(swapped, 'swapped', []), 'STORAGE_CORRUPT');
    const { values: others } = await filled({}, true);
    const mixed = copyOf(values);
    mixed.set(journal[0], others.get(journal[0]));
    assert.equal(await opened(mixed, 'mixed', []), 'STORAGE_CORRUPT');
    const page = copyOf(values);
    page.set(journal[0], new TextEncoder().encode(`<!doctype html>${' '.repeat(100)}`));
    assert.equal(await opened(page, 'a page', []), 'STORAGE_CORRUPT');
  });
});

function newKey() {
  return crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
}

describe('encryption', () => {
  it('leaves nothing readable, and needs its key', async () => {
    const secret = 'attack at dawn';
    const vector = seededVectors({ seed: 9, count: 1, dimensions: DIMENSIONS })[0];
    const components = Buffer.from(vector.buffer);
    const contains = (values, needle) =>
      [...values.values()].some((value) => Buffer.from(value).includes(needle));
    for (const key of [undefined, await newKey()]) {
      const values = new Map();
      const options = key ? { encryption: { key } } : {};
      const storage = faultyStorage(values);
      const db = await open('d', { dimensions: DIMENSIONS, storage, model: 'm-1', ...options });
      await db.upsert({ id: 'secret-id', vector, metadata: { secret } });
      await db.import(await bytesOfStream(db.export()));
      await db.namespace('secret-space').upsert({ id: 'b', vector });
      await db.flush();
      assert.equal((await db.storage()).encrypted, key !== undefined);
      const left = copyOf(values);
      await db.close();
      // The control: all of it is there where there is no key.
      for (const needle of ['secret-id', secret, 'secret-space', 'm-1', components])
        assert.equal(contains(left, needle), key === undefined, `${needle}`);
      const again = await open('d', { storage: faultyStorage(copyOf(left)), ...options });
      assert.deepEqual((await again.get('secret-id')).metadata, { secret });
      await again.close();
      const before = copyOf(left);
      const wrong = { encryption: { key: await newKey() } };
      await rejected(open('d', { storage: faultyStorage(left), ...wrong }), 'DECRYPT_FAILED');
      if (key)
        await rejected(open('d', { storage: faultyStorage(left) }), 'DECRYPT_FAILED', 'got none');
      assert.deepEqual(left, before);
    }
  });

  it('refuses a value of an earlier generation', async () => {
    const values = new Map();
    const options = { encryption: { key: await newKey() }, storage: faultyStorage(values) };
    const db = await open('d', { dimensions: 2, ...options });
    const bytes = await bytesOfStream(db.export());
    const parts = [];
    for (let i = 0; i < 2; ++i) {
      await db.import(bytes);
      parts.push(...[...values].filter(([key]) => key.startsWith('snapshot')));
    }
    await db.close();
    const [[, old], [name, current]] = parts;
    values.set(name, old);
    await rejected(open('d', { ...options, storage: faultyStorage(values) }), 'STORAGE_CORRUPT');
    // With its head made to fit, the checksum is no help, but the key is.
    const forged = old.slice();
    forged.set(current.subarray(0, 28));
    values.set(name, withChecksums(forged));
    await rejected(open('d', { ...options, storage: faultyStorage(values) }), 'DECRYPT_FAILED');
  });
});

/** The frame with the checksum of its head made right. */
function withChecksums(frame) {
  let crc = -1;
  for (const byte of frame.subarray(0, 36)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; ++bit) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  new DataView(frame.buffer, frame.byteOffset).setUint32(36, ~crc >>> 0, true);
  return frame;
}

describe('a reader', () => {
  it('opens and follows while another one writes and sweeps', async (t) => {
    const dimensions = 1024;
    const list = operations({ seed: 21, count: 250, dimensions });
    const history = historyOf(list);
    const values = new Map();
    // A storage that takes its time, as real ones do.
    const slow = (turns) => {
      const storage = faultyStorage(values);
      for (const verb of ['read', 'write', 'delete', 'list']) {
        const inner = storage[verb];
        storage[verb] = async (...args) => {
          for (let turn = 0; turn < turns; ++turn)
            await new Promise((resolve) => setImmediate(resolve));
          return inner(...args);
        };
      }
      return storage;
    };
    const db = await newDatabase(t, 'd', { dimensions, storage: slow(20), durability: 'strict' });
    let done = 0;
    const writing = (async () => {
      for (const operation of list) {
        await perform(db, operation);
        ++done;
      }
    })();
    let opened = 0;
    while (done < list.length) {
      const before = done;
      const reader = await open('d', { storage: slow(1), tabs: 'readonly' });
      const found = await contentsOf(reader);
      const at = history.findIndex((it, i) => i >= before && i <= done + 1 && it === found);
      assert.ok(at >= 0, `opened between ${before} and ${done}`);
      await reader.close();
      ++opened;
    }
    await writing;
    const generations = [...values.keys()].map((key) => Number(key.split('-')[1]));
    t.diagnostic(`${opened} readers, ${Math.max(...generations)} generations`);
    assert.ok(opened > 10 && Math.max(...generations) >= 3);
  });
});

describe('two that want to write', () => {
  it('in one program: the second is refused, and reads if that is all it wants', async (t) => {
    const folder = newFolder(t);
    const db = await newDatabase(t, folder, { dimensions: 2, durability: 'strict' });
    await db.upsert({ id: 'a', vector: [1, 2] });
    await rejected(open(folder), 'STORAGE_BLOCKED', 'open already');
    const reader = await newDatabase(t, folder, { tabs: 'readonly' });
    assert.deepEqual((await reader.list()).ids, ['a']);
    assert.equal(reader.role, 'readonly');
    await rejected(reader.upsert({ id: 'b', vector: [1, 2] }), 'READ_ONLY');
    await db.close();
    const next = await newDatabase(t, folder, {});
    assert.equal(await next.count(), 1);
  });

  it('in two threads: the second is refused', async (t) => {
    const folder = newFolder(t);
    const db = await newDatabase(t, folder, { dimensions: 2, worker: true });
    assert.equal((await db.stats()).worker, true);
    await rejected(open(folder), 'STORAGE_BLOCKED', 'open already');
    await rejected(open(folder, { worker: true }), 'STORAGE_BLOCKED', 'open already');
    await db.close();
    await (await open(folder)).close();
  });

  it('in many programs at once: one is let in', async (t) => {
    const folder = newFolder(t);
    const program = `
      import { open } from ${JSON.stringify(packageFile())};
      const db = await open(${JSON.stringify(folder)}, { dimensions: 2 }).catch(({ code }) => code);
      process.stdout.write(typeof db === 'string' ? db : 'open');
      setInterval(() => {}, 1000);`;
    // What a program that was killed left behind.
    writeFileSync(join(folder, 'lock'), '999999999 1');
    const all = Array.from({ length: 6 }, () =>
      spawn(process.execPath, ['--input-type=module', '--eval', program]),
    );
    t.after(() => {
      for (const child of all) child.kill('SIGKILL');
    });
    const said = await Promise.all(
      all.map(
        (child) =>
          new Promise((resolve) => child.stdout.once('data', (text) => resolve(`${text}`))),
      ),
    );
    assert.deepEqual(said.sort(), [...Array(5).fill('STORAGE_BLOCKED'), 'open']);
  });

  it('in two programs: the second is refused until the first is gone, however it went', async (t) => {
    const folder = newFolder(t);
    const program = `
      import { open } from ${JSON.stringify(packageFile())};
      const db = await open(${JSON.stringify(folder)}, { dimensions: 2, durability: 'strict' });
      await db.upsert({ id: 'a', vector: [1, 2] });
      process.stdout.write('ready');
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program]);
    t.after(() => child.kill('SIGKILL'));
    await new Promise((resolve) => child.stdout.once('data', resolve));
    await rejected(open(folder), 'STORAGE_BLOCKED', `process ${child.pid}`);
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    assert.ok(existsSync(join(folder, 'lock')));
    const db = await newDatabase(t, folder, {});
    assert.deepEqual((await db.list()).ids, ['a']);
  });
});

describe('a program killed while it writes files', () => {
  it('loses nothing that it said is stored', async (t) => {
    const times = rounds(t, 5);
    for (let round = 0; round < times; ++round) {
      const folder = newFolder(t);
      const program = `
        import { open } from ${JSON.stringify(packageFile())};
        const db = await open(${JSON.stringify(folder)}, { dimensions: 256, durability: 'strict' });
        for (let i = 0; ; ++i) {
          const vector = Array.from({ length: 256 }, (_, j) => i + j + 1);
          const item = (n) => ({ id: \`r\${i}-\${n}\`, vector });
          await db.upsert([0, 1, 2, 3, 4, 5, 6, 7].map(item));
          process.stdout.write(i + '\\n');
        }`;
      const child = spawn(process.execPath, ['--input-type=module', '--eval', program]);
      let said = '';
      child.stdout.on('data', (text) => {
        said += text;
      });
      const gone = new Promise((resolve) => child.once('exit', resolve));
      const until = 20 + 37 * ((round * 7) % 11);
      while (said.split('\n').length < until && child.exitCode === null)
        await new Promise((resolve) => setTimeout(resolve, 1));
      child.kill('SIGKILL');
      await gone;
      const last = Number(said.slice(0, said.lastIndexOf('\n')).split('\n').at(-1));
      const db = await open(folder);
      const count = await db.count();
      assert.equal(count % 8, 0, 'a batch is all or nothing');
      assert.ok(count >= 8 * (last + 1) && count <= 8 * (last + 2), `${count} after ${last}`);
      const { ids } = await db.list({ limit: 10_000 });
      const expected = Array.from({ length: count }, (_, i) => `r${i >> 3}-${i & 7}`);
      assert.deepEqual(ids, expected);
      await db.close();
      assert.ok(readFileSync(join(folder, 'manifest-0')).length > 40);
    }
  });
});

describe('the faults of the harness', () => {
  it('are what they are called', async () => {
    for (const [name, { keeps, dies }] of Object.entries(FAULTS)) {
      const values = new Map([['k', Uint8Array.of(9)]]);
      const storage = faultyStorage(values, { at: 0, fault: { keeps, dies } });
      await assert.rejects(storage.write('k', Uint8Array.of(1, 2, 3, 4)));
      const kept = [...values.get('k')];
      assert.deepEqual(kept, keeps === 1 ? [1, 2, 3, 4] : keeps ? [1, 2] : [9], name);
      assert.equal(storage.dead, dies);
      if (dies) await assert.rejects(storage.read('k'));
      else assert.deepEqual([...(await storage.read('k'))], kept);
    }
  });
});
