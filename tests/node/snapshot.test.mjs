// Snapshots that are good: what comes back, that the bytes are always the same ones, and that they
// are what src/snapshot/format.h says.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { goldenOptions, goldenQueries, goldenRecords } from '../golden/content.mjs';
import { METRICS } from '../support/distances.mjs';
import { newIndex, refusedUnchanged } from '../support/indexes.mjs';
import { itemsOf, seededFor, seededVectors, shuffled } from '../support/random.mjs';
import { crc32, forge, parse, sectionsOf, textsOf } from '../support/snapshot.mjs';

const kinds = (bytes) => parse(bytes).sections.map(({ kind }) => kind);

/** A copy of `index` through a snapshot; its own export must be the same bytes. */
async function reload(t, index, options) {
  const bytes = index.export();
  const copy = await newIndex(t, options);
  const { inserted, updated, version } = copy.import(bytes);
  assert.deepEqual([inserted, updated, version], [index.count(), 0, copy.version]);
  assert.deepEqual(copy.export(), bytes);
  return copy;
}

function assertSame(copy, index, queries) {
  const { ids } = index.list({ limit: 10_000 });
  assert.deepEqual(copy.list({ limit: 10_000 }).ids, ids);
  assert.deepEqual(copy.getMany(ids), index.getMany(ids));
  assert.equal(copy.model, index.model);
  const matches = (of) => of.queryMany(queries, { topK: 50 }).map((result) => result.matches);
  assert.deepEqual(matches(copy), matches(index));
}

describe('export, then import', () => {
  for (const metric of METRICS)
    for (const [what, options] of Object.entries({
      whole: { dimensions: 72 },
      'of a model': { dimensions: 72, model: 'mini-ü' },
      truncated: { dimensions: 72, truncateDim: 40 },
    }))
      it(`${metric}, ${what}: gives the same index and the same bytes`, async (t) => {
        const [queries, vectors] = [2, 1].map((seed) =>
          seededFor(metric, { seed, count: seed === 1 ? 200 : 5, dimensions: 72 }),
        );
        const items = itemsOf(vectors).map((item, i) =>
          i % 4 === 0 ? { ...item, metadata: { i, list: [1, { deep: null }] } } : item,
        );
        const index = await newIndex(t, { metric, ...options }, items);
        assertSame(await reload(t, index, { metric, ...options }), index, queries);
      });

  it('works for an empty index', async (t) => {
    for (const metric of METRICS) {
      const index = await newIndex(t, { metric, dimensions: 8 });
      const copy = await reload(t, index, { metric, dimensions: 8 });
      assert.equal(copy.count(), 0);
      copy.upsert(itemsOf(seededFor(metric, { seed: 3, count: 2, dimensions: 8 })));
      assert.equal(copy.count(), 2);
    }
  });

  it('keeps ids of every script and length', async (t) => {
    const ids = [
      'é',
      '日本',
      '😀',
      '\ufeffmark',
      '\0',
      ' ',
      'x'.repeat(512),
      '__proto__',
      '\u2028',
    ];
    const index = await newIndex(t, { dimensions: 1 });
    index.upsert(ids.map((id, i) => ({ id, vector: [i + 1], metadata: { [id]: id } })));
    assertSame(await reload(t, index, { dimensions: 1 }), index, [[1]]);
  });

  it('keeps the metadata’s text, down to the order of its keys', async (t) => {
    const metadata = { z: 1e21, a: 'é\u2028\ud800', 10: [], 9: {} };
    const index = await newIndex(t, { dimensions: 1 }, [{ id: 'a', vector: [1], metadata }]);
    const copy = await reload(t, index, { dimensions: 1 });
    assert.equal(JSON.stringify(copy.get('a').metadata), JSON.stringify(metadata));
  });

  it('works for a snapshot of many megabytes', async (t) => {
    const items = itemsOf(seededVectors({ seed: 4, count: 6000, dimensions: 384 }));
    const index = await newIndex(t, { dimensions: 384 }, items);
    const copy = await reload(t, index, { dimensions: 384 });
    assert.deepEqual(copy.queryById('r77').matches, index.queryById('r77').matches);
  });

  it('replaces all that was there', async (t) => {
    const [first, second] = [itemsOf([[1, 2]], 'old'), itemsOf([[3, 4]], 'new')];
    const index = await newIndex(t, { dimensions: 2 }, first);
    index.import((await newIndex(t, { dimensions: 2 }, second)).export());
    assert.deepEqual(index.list().ids, ['new0']);
    assert.equal(index.get('old0'), undefined);
  });

  it('takes the bytes as a view anywhere in a buffer, or as an ArrayBuffer', async (t) => {
    const index = await newIndex(t, { dimensions: 2 }, itemsOf([[1, 2]]));
    const bytes = index.export();
    const padded = new Uint8Array(bytes.length + 20);
    padded.set(bytes, 7);
    const copy = await newIndex(t, { dimensions: 2 });
    for (const source of [bytes.buffer, Buffer.from(bytes), padded.subarray(7, 7 + bytes.length)]) {
      copy.clear();
      assert.equal(copy.import(source).inserted, 1);
      assert.deepEqual(copy.export(), bytes);
    }
  });

  it('does not hold on to the bytes', async (t) => {
    const bytes = (await newIndex(t, { dimensions: 2 }, itemsOf([[1, 2]]))).export();
    const copy = await newIndex(t, { dimensions: 2 });
    const given = bytes.slice();
    copy.import(given);
    given.fill(255);
    assert.deepEqual(copy.export(), bytes);
  });
});

describe('the bytes of a snapshot', () => {
  const items = itemsOf(seededVectors({ seed: 5, count: 60, dimensions: 5 })).map((item, i) =>
    i % 2 === 0 ? { ...item, metadata: { i } } : item,
  );

  it('are the same from the same contents, however they came about', async (t) => {
    const straight = await newIndex(t, { dimensions: 5 }, items);
    const detour = await newIndex(t, { dimensions: 5 }, itemsOf(items.map(() => [1, 1, 1, 1, 1])));
    detour.upsert(itemsOf([[1, 2, 3, 4, 5]], 'gone'));
    for (const item of shuffled(items, 6)) detour.upsert(item);
    detour.delete('gone0');
    assert.deepEqual(detour.export(), straight.export());
    assert.deepEqual(straight.export(), straight.export());
  });

  it('are what the format says, read by a parser that shares no code', async (t) => {
    const index = await newIndex(t, { dimensions: 9, truncateDim: 5, model: 'mini' }, items);
    const bytes = index.export();
    const snapshot = parse(bytes);
    const { magic, major, minor, total, flags } = snapshot;
    assert.equal(magic.toString('latin1'), '\x8Arvsnap\n');
    assert.deepEqual([major, minor, total, flags], [1, 0, bytes.length, 0]);
    assert.equal(snapshot.headerCrc, snapshot.headerCrcFound);
    assert.equal(snapshot.tableCrc, snapshot.tableCrcFound);
    assert.ok(snapshot.rest.subarray(0, 16).every((byte) => byte === 0));
    assert.deepEqual(kinds(bytes), ['CONF', 'VECS', 'IDS ', 'META', 'INFO']);
    for (const section of snapshot.sections) {
      assert.equal(section.crc, crc32(section.bytes), section.kind);
      assert.deepEqual([section.flags, section.version, section.offset % 64], [1, 1, 0]);
      assert.ok(section.rest.every((byte) => byte === 0));
    }
    const [conf, vecs, ids, meta, info] = snapshot.sections.map((section) => section.bytes);
    assert.deepEqual(
      [0, 4, 8, 12].map((at) => conf.readUInt32LE(at)),
      [5, 0, 0, 60],
    );
    const values = items.flatMap(({ vector }) => Array.from(vector));
    assert.deepEqual(vecs, Buffer.from(Float32Array.from(values).buffer));
    assert.deepEqual(
      textsOf(ids),
      items.map(({ id }) => id),
    );
    assert.deepEqual(
      textsOf(meta),
      items.map(({ metadata }) => (metadata ? JSON.stringify(metadata) : '')),
    );
    assert.deepEqual(JSON.parse(info), { model: 'mini' });
  });

  for (const metric of METRICS)
    it(`${metric}: are those that an independent writer makes`, async (t) => {
      const records = itemsOf(seededFor(metric, { seed: 7, count: 20, dimensions: 16 }));
      records[3].metadata = { a: [1, 'é'] };
      const index = await newIndex(t, { metric, dimensions: 16, model: 'm' }, records);
      assert.deepEqual(index.export(), forge(sectionsOf(metric, 16, records, { model: 'm' })));
    });

  it('have no sections of metadata or facts where there are none', async (t) => {
    const index = await newIndex(t, { dimensions: 2 }, itemsOf([[1, 2]]));
    assert.deepEqual(kinds(index.export()), ['CONF', 'VECS', 'IDS ']);
  });

  it('have nothing of deleted and replaced records', async (t) => {
    const secret = { id: 'secret-id', vector: [0.123, 4.567], metadata: { key: 'secret-text' } };
    const index = await newIndex(t, { dimensions: 2 }, [...itemsOf([[1, 2]]), secret]);
    const values = Buffer.from(Float32Array.from(secret.vector).buffer);
    const holds = (needle) => Buffer.from(index.export()).includes(needle);
    assert.ok(holds('secret-id') && holds('secret-text') && holds(values));
    index.upsert({ id: 'secret-id', vector: [1, 1] });
    assert.ok(!holds('secret-text') && !holds(values));
    index.delete('secret-id');
    assert.ok(!holds('secret-id'));
  });

  it('are ready after deletes, and export() compacts', async (t) => {
    const index = await newIndex(t, { dimensions: 5 }, items);
    index.delete(items.slice(0, 40).map(({ id }) => id));
    const fresh = await newIndex(t, { dimensions: 5 }, items.slice(40));
    assert.deepEqual(index.export(), fresh.export());
    assert.equal(index.stats().deleted, 0);
  });
});

describe('import into another index', () => {
  const items = itemsOf([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  const from = async (t, options) =>
    (await newIndex(t, { dimensions: 3, ...options }, items)).export();

  it('of another metric is METRIC_MISMATCH', async (t) => {
    const bytes = await from(t, { metric: 'dot' });
    const index = await newIndex(t, { dimensions: 3 }, items);
    refusedUnchanged(index, () => index.import(bytes), 'METRIC_MISMATCH', 'cosine', 'dot');
  });

  it('of other dimensions is DIMENSION_MISMATCH, with both numbers', async (t) => {
    const bytes = await from(t);
    const index = await newIndex(t, { dimensions: 4 }, itemsOf([[1, 2, 3, 4]]));
    const load = () => index.import(bytes);
    const error = refusedUnchanged(index, load, 'DIMENSION_MISMATCH', 'expected 4', 'got 3');
    assert.deepEqual([error.expected, error.actual], [4, 3]);
  });

  it('is by the dimensions that are stored, truncated or not', async (t) => {
    const truncated = await from(t, { truncateDim: 2 });
    const whole = await newIndex(t, { dimensions: 3 });
    const load = () => whole.import(truncated);
    refusedUnchanged(whole, load, 'DIMENSION_MISMATCH', 'expected 3', 'got 2');
    for (const options of [{ dimensions: 3, truncateDim: 2 }, { dimensions: 2 }]) {
      const index = await newIndex(t, options);
      assert.equal(index.import(truncated).inserted, 2);
      assert.deepEqual(index.get('r0').vector, [1, 2]);
    }
  });

  it('of another model is MODEL_MISMATCH, with both names', async (t) => {
    const bytes = await from(t, { model: 'mini' });
    const index = await newIndex(t, { dimensions: 3, model: 'large' }, items);
    const load = () => index.import(bytes);
    const error = refusedUnchanged(index, load, 'MODEL_MISMATCH', "'large'", "'mini'");
    assert.deepEqual(error.details, { expected: 'large', actual: 'mini' });
  });

  it('takes the model where only one of the two has it', async (t) => {
    const named = await newIndex(t, { dimensions: 3, model: 'mini' });
    named.import(await from(t));
    assert.equal(named.model, 'mini');
    const unnamed = await newIndex(t, { dimensions: 3 });
    unnamed.import(await from(t, { model: 'mini' }));
    assert.deepEqual([unnamed.model, unnamed.stats().model], ['mini', 'mini']);
    const other = await from(t, { model: 'large' });
    unnamed.import(other);
    assert.equal(unnamed.model, 'large');
    unnamed.clear();
    assert.equal(unnamed.model, undefined);
    unnamed.import((await newIndex(t, { dimensions: 3, model: 'empty' })).export());
    assert.equal(unnamed.model, 'empty');
    unnamed.clear();
    assert.equal(unnamed.model, undefined);
  });
});

describe('golden snapshots', () => {
  const golden = (file) => readFileSync(new URL(`../golden/${file}`, import.meta.url));
  const results = JSON.parse(golden('v1-results.json'));
  for (const metric of METRICS)
    it(`v1-${metric}.rv opens, answers as it did, and is written again bit for bit`, async (t) => {
      const bytes = golden(`v1-${metric}.rv`);
      const index = await newIndex(t, goldenOptions[metric]);
      assert.equal(index.import(bytes).inserted, 12);
      const kept = parse(bytes).sections[1].length / 12 / (metric === 'hamming' ? 1 : 4);
      for (const { id, vector, metadata } of goldenRecords(metric))
        assert.deepEqual(index.get(id), {
          id,
          vector: Array.from(vector.subarray(0, kept)),
          ...(metadata && { metadata }),
        });
      for (const [i, query] of goldenQueries(metric).entries())
        assert.deepEqual(
          index.query(query, { topK: 4 }).matches.map((m) => [m.id, m.distance, m.score]),
          results[metric][i],
        );
      assert.deepEqual(Buffer.from(index.export()), bytes);
    });
});
