// Snapshots that are damaged or forged: each is refused, and the index stays as it was.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { newIndex, refused } from '../support/indexes.mjs';
import { RuVectorError } from '../support/package.mjs';
import { itemsOf, seededVectors } from '../support/random.mjs';
import { conf, forge, parse, sectionsOf, strings, vecs } from '../support/snapshot.mjs';
import { rounds, soak } from '../support/soak.mjs';

const DAMAGE = ['FORMAT_CHECKSUM', 'FORMAT_VERSION', 'INVALID_ARGUMENT'];
const dimensions = 3;
const records = itemsOf(seededVectors({ seed: 1, count: 3, dimensions })).map((item, i) =>
  i === 1 ? item : { ...item, metadata: { i } },
);
const info = { model: 'mini' };
/** Good sections by kind, to replace one at a time. */
const good = Object.fromEntries(
  sectionsOf('cosine', dimensions, records, info).map((section) => [section.kind.trim(), section]),
);
const sections = (changes) => Object.values({ ...good, ...changes }).filter((it) => it !== null);
const bytes = forge(sections());

/** An index with contents of its own, and what it exports. */
async function victim(t) {
  const index = await newIndex(t, { dimensions, ...info }, itemsOf([[1, 2, 3]], 'own'));
  return { index, before: index.export() };
}

/**
 * That `index` refuses `damaged`, or that it cannot matter: what it reads is what the original holds.
 * In both cases it is afterwards as before.
 */
function assertHarmless({ index, before }, damaged, original, what) {
  try {
    index.import(damaged);
  } catch (error) {
    assert.ok(error instanceof RuVectorError, `${what}: ${error?.stack}`);
    assert.ok(DAMAGE.includes(error.code), `${what}: ${error.code}`);
    assert.deepEqual(index.export(), before, what);
    return 'refused';
  }
  assert.deepEqual(index.export(), original, what);
  index.import(before);
  return 'harmless';
}

describe('damage', () => {
  const large = () =>
    forge(
      sectionsOf(
        'cosine',
        dimensions,
        itemsOf(seededVectors({ seed: 2, count: 300, dimensions })),
        info,
      ),
    );

  it('to any single bit is noticed', async (t) => {
    const target = await victim(t);
    const original = soak ? large() : bytes;
    t.diagnostic(`${8 * original.length} bits`);
    const damaged = original.slice();
    for (let bit = 0; bit < 8 * original.length; ++bit) {
      damaged[bit >> 3] ^= 1 << (bit & 7);
      assert.equal(
        assertHarmless(target, damaged, original, `bit ${bit}`),
        'refused',
        `bit ${bit}`,
      );
      damaged[bit >> 3] ^= 1 << (bit & 7);
    }
  });

  it('by a cut at any byte is noticed', async (t) => {
    const target = await victim(t);
    const original = soak ? large() : bytes;
    for (let length = 0; length < original.length; ++length) {
      const cut = original.subarray(0, length);
      assert.equal(assertHarmless(target, cut, original, `${length} bytes`), 'refused');
    }
  });

  it('by bytes at the end is noticed', async (t) => {
    const target = await victim(t);
    for (const tail of [[0], [1], Array(64).fill(0), [...bytes]])
      refused(() => target.index.import(Uint8Array.of(...bytes, ...tail)), 'FORMAT_CHECKSUM');
    assert.deepEqual(target.index.export(), target.before);
  });

  it('by text transfer, byte order or doubling is noticed', async (t) => {
    const target = await victim(t);
    const utf8 = Buffer.from(Buffer.from(bytes).toString('utf8'));
    const latin1 = Buffer.from(Buffer.from(bytes).toString('latin1'), 'utf8');
    const lines = Buffer.from(
      Buffer.from(bytes).toString('latin1').replaceAll('\n', '\r\n'),
      'latin1',
    );
    const reversed = bytes.slice().reverse();
    for (const damaged of [utf8, latin1, lines, reversed, bytes.subarray(1)])
      assert.equal(assertHarmless(target, damaged, bytes, 'transfer'), 'refused');
  });

  it('says what is wrong and what to do', async (t) => {
    const { index } = await victim(t);
    refused(
      () => index.import(new TextEncoder().encode('{"a": 1}')),
      'INVALID_ARGUMENT',
      'export()',
    );
    refused(() => index.import(new Uint8Array(0)), 'INVALID_ARGUMENT', 'snapshot');
    refused(() => index.import(bytes.subarray(0, 100)), 'FORMAT_CHECKSUM', 'damaged', 'copy');
    refused(
      () => index.import(forge(sections(), { major: 2 })),
      'FORMAT_VERSION',
      'newer',
      'update',
    );
  });
});

describe('a snapshot of a newer version', () => {
  const cases = {
    'with another major': forge(sections(), { major: 2 }),
    'with major 0': forge(sections(), { major: 0 }),
    'with header flags': forge(sections(), { flags: 1 }),
    'with an unknown required section': forge(
      sections({ NEW: { kind: 'NEW ', bytes: Buffer.from('x') } }),
    ),
    'with an unknown flag of a section': forge(
      sections({ NEW: { kind: 'NEW ', flags: 4, bytes: Buffer.from('x') } }),
    ),
    'with an unknown metric': forge(sections({ CONF: conf({ dim: 3, metric: 5, rows: 3 }) })),
    'with an unknown index': forge(
      sections({ CONF: conf({ dim: 3, metric: 'cosine', rows: 3, index: 1 }) }),
    ),
    ...Object.fromEntries(
      Object.entries(good).map(([kind, section]) => [
        `with version 2 of ${kind}`,
        forge(sections({ [kind]: { ...section, version: 2 } })),
      ]),
    ),
  };
  for (const [what, newer] of Object.entries(cases))
    it(`${what} is FORMAT_VERSION`, async (t) => {
      const { index, before } = await victim(t);
      refused(() => index.import(newer), 'FORMAT_VERSION', 'newer version');
      assert.deepEqual(index.export(), before);
    });

  it('of a newer minor is read', async (t) => {
    const { index } = await victim(t);
    assert.equal(index.import(forge(sections(), { minor: 7 })).inserted, 3);
    assert.deepEqual(index.export(), bytes);
  });

  it('keeps optional sections that are unknown here, through changes, until clear()', async (t) => {
    const { index } = await victim(t);
    const unknown = [
      { kind: 'GRPH', flags: 0, version: 9, bytes: Buffer.from('any bytes \0\xff', 'latin1') },
      { kind: 'ZERO', flags: 0, version: 1, bytes: Buffer.alloc(0) },
    ];
    const newer = forge([...sections(), ...unknown]);
    index.import(newer);
    assert.deepEqual(index.export(), newer);
    const copy = await newIndex(t, { dimensions });
    copy.import(index.export());
    copy.upsert(itemsOf([[3, 2, 1]], 'more'));
    const kept = parse(copy.export()).sections.slice(-2);
    for (const [i, { kind, flags, version, bytes: body }] of kept.entries())
      assert.deepEqual({ kind, flags, version, bytes: body }, unknown[i]);
    index.import(bytes);
    assert.deepEqual(index.export(), bytes);
    copy.clear();
    const kinds = parse(copy.export()).sections.map(({ kind }) => kind);
    assert.deepEqual(kinds, ['CONF', 'VECS', 'IDS ']);
  });

  it('drops a section that holds for its records only with the first change of them', async (t) => {
    const { index } = await victim(t);
    const newer = forge([
      ...sections(),
      { kind: 'TUNE', flags: 2, version: 1, bytes: Buffer.from('of these records') },
    ]);
    index.import(newer);
    assert.equal(index.query([1, 2, 3]).count, 3);
    assert.equal(index.delete('not there'), 0);
    assert.deepEqual(index.export(), newer);
    index.update(records[0].id, { metadata: { changed: true } });
    const kinds = parse(index.export()).sections.map(({ kind }) => kind);
    assert.ok(!kinds.includes('TUNE'));
  });
});

describe('a forged snapshot with right checksums is refused:', () => {
  const rows = (count, dim = 3) => sections({ CONF: conf({ dim, metric: 'cosine', rows: count }) });
  const { CONF, VECS, IDS, META } = good;
  const ids = records.map(({ id }) => id);
  const meta = (...texts) => sections({ META: strings('META', [texts[0], '', '']) });
  const vectors = (...values) => sections({ VECS: vecs([[1, 2, 3], values, [4, 5, 6]]) });
  const table = (list, options) => sections({ IDS: strings('IDS ', list, options) });
  const facts = (text) => sections({ INFO: { kind: 'INFO', bytes: Buffer.from(text) } });
  const nested = `{"a":${'['.repeat(16)}${']'.repeat(16)}}`;
  const cases = {
    'rows of 2^31': rows(2 ** 31),
    'rows of 2^32 - 1': rows(2 ** 32 - 1),
    'rows of 2^31 - 1': rows(2 ** 31 - 1),
    'one row more than vectors': rows(4),
    'one row fewer than vectors': rows(2),
    'no rows, but vectors': rows(0),
    'rows whose bytes are 2^32 more': rows(3 + 2 ** 30, 4),
    'no dimensions': rows(3, 0),
    'too many dimensions': rows(3, 8193),
    'other dimensions than the vectors': rows(3, 4),
    'a short CONF': sections({ CONF: { kind: 'CONF', bytes: CONF.bytes.subarray(0, 60) } }),
    'a long CONF': sections({ CONF: { kind: 'CONF', bytes: Buffer.alloc(128, CONF.bytes) } }),
    'no CONF': sections({ CONF: null }),
    'no VECS': sections({ VECS: null }),
    'no ids': sections({ IDS: null }),
    'no sections': [],
    'CONF twice': [...sections(), CONF],
    'META twice': [...sections(), META],
    'an unknown kind twice': [
      ...sections(),
      { kind: 'X   ', flags: 0, bytes: Buffer.from('1') },
      { kind: 'X   ', flags: 0, bytes: Buffer.from('2') },
    ],
    ...Object.fromEntries(
      Object.entries(good).flatMap(([kind, section]) => [
        [`a wrong checksum of ${kind}`, sections({ [kind]: { ...section, crc: 1 } })],
        [`${kind} longer than the snapshot`, sections({ [kind]: { ...section, length: 2 ** 20 } })],
        [`${kind} of 2^52 bytes`, sections({ [kind]: { ...section, length: 2 ** 52 } })],
        [
          `${kind} one byte longer`,
          sections({ [kind]: { ...section, length: section.bytes.length + 1 } }),
        ],
        [
          `${kind} one byte shorter`,
          sections({ [kind]: { ...section, length: section.bytes.length - 1 } }),
        ],
        [`${kind} at offset 0`, sections({ [kind]: { ...section, offset: 0 } })],
        [`${kind} in the table`, sections({ [kind]: { ...section, offset: 64 } })],
        [`${kind} behind the end`, sections({ [kind]: { ...section, offset: 2 ** 20 } })],
        [`${kind} at 2^52`, sections({ [kind]: { ...section, offset: 2 ** 52 } })],
      ]),
    ),
    'sections that overlap': sections({ IDS: { ...IDS, offset: 448 } }),
    'sections in another order than the table': [
      { ...CONF, place: 384 },
      { ...VECS, place: 512 },
      { ...IDS, place: 448 },
      { ...META, place: 576 },
    ],
    'a gap of zeros': sections({ VECS: { ...VECS, place: 512 } }),
    'fewer texts than rows': table(ids.slice(1)),
    'more texts than rows': table([...ids, 'x']),
    'a count of 2^32 - 1': table(ids, { count: 2 ** 32 - 1 }),
    'a count of 2^30': table(ids, { count: 2 ** 30 }),
    'a table cut short': sections({ IDS: { kind: 'IDS ', bytes: IDS.bytes.subarray(0, 10) } }),
    'an empty table': sections({ IDS: { kind: 'IDS ', bytes: Buffer.alloc(0) } }),
    'a table of 3 bytes': sections({ IDS: { kind: 'IDS ', bytes: Buffer.alloc(3) } }),
    'text ends that fall': table(ids, { ends: [4, 2, 6] }),
    'a text end behind the section': table(ids, { ends: [2, 4, 600] }),
    'a text end of 2^32 - 1': table(ids, { ends: [2, 4, 2 ** 32 - 1] }),
    'text left over': table(ids, { ends: [2, 4, 5] }),
    'an id that is not UTF-8': table([Buffer.of(0xff, 0xfe), 'b', 'c']),
    'an id of half a surrogate pair': table([Buffer.of(0xed, 0xa0, 0x80), 'b', 'c']),
    'an id cut in a character': table(['é', 'b', 'c'], { ends: [1, 3, 4] }),
    'an id twice': table(['a', 'b', 'a']),
    'an empty id': table(['a', '', 'c']),
    'an id of 513 bytes': table(['a', 'b', 'x'.repeat(513)]),
    'metadata that is not JSON': meta('{a: 1}'),
    'metadata that is a list': meta('[1]'),
    'metadata that is null': meta('null'),
    'metadata that is a number': meta('1'),
    'metadata of two values': meta('{} {}'),
    'metadata that is not UTF-8': meta(Buffer.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d)),
    'metadata with a number beyond f64': meta('{"a":1e999}'),
    'metadata of 17 levels': meta(nested),
    'metadata of a million levels': meta(`{"a":${'['.repeat(1e6)}${']'.repeat(1e6)}}`),
    'metadata of 64,001 bytes': meta(JSON.stringify({ a: 'x'.repeat(64_001 - 8) })),
    'fewer metadata than rows': sections({ META: strings('META', ['{}', '']) }),
    'NaN in a vector': vectors(1, Number.NaN, 3),
    'infinity in a vector': vectors(1, Number.POSITIVE_INFINITY, 3),
    'a vector that is too long': vectors(1e19, 0, 0),
    'a zero vector under cosine': vectors(0, 0, 0),
    'facts that are not JSON': facts('model'),
    'facts that are a list': facts('[]'),
    'facts that are null': facts('null'),
    'a model that is a number': facts('{"model":1}'),
    'facts that are not UTF-8': sections({
      INFO: { kind: 'INFO', bytes: Buffer.from('{"model":"\xff"}', 'latin1') },
    }),
  };
  for (const [what, forged] of Object.entries(cases))
    it(what, async (t) => {
      const { index, before } = await victim(t);
      const wasm = index.stats().wasmBytes;
      refused(() => index.import(forge(forged)), 'FORMAT_CHECKSUM', 'damaged');
      assert.deepEqual(index.export(), before);
      assert.ok(index.stats().wasmBytes - wasm < 2 ** 22, 'forged counts must not take memory');
    });

  const headers = {
    'a count of 65 sections': { count: 65 },
    'a count of 2^32 - 1 sections': { count: 2 ** 32 - 1 },
    'a count of no sections': { count: 0 },
    'a count of one section fewer': { count: 4 },
    'a total that is larger': { total: bytes.length + 64 },
    'a total that is smaller': { total: bytes.length - 1 },
    'a total of 2^52': { total: 2 ** 52 },
  };
  for (const [what, header] of Object.entries(headers))
    it(what, async (t) => {
      const { index, before } = await victim(t);
      refused(() => index.import(forge(sections(), header)), 'FORMAT_CHECKSUM');
      assert.deepEqual(index.export(), before);
    });

  it('bytes between sections that are not zero', async (t) => {
    const { index, before } = await victim(t);
    let end = 64 + 64 * parse(bytes).count;
    for (const { kind, offset, length } of parse(bytes).sections) {
      for (let at = end; at < offset; ++at) {
        const damaged = bytes.slice();
        damaged[at] = 1;
        refused(() => index.import(damaged), 'FORMAT_CHECKSUM', 'zeros');
      }
      end = offset + length;
      assert.ok(end <= bytes.length, kind);
    }
    assert.deepEqual(index.export(), before);
  });

  it('as many unknown sections are taken as leave room for the 13 known ones, and no more', async (t) => {
    const more = (count) =>
      Array.from({ length: count }, (_, i) => ({
        kind: `X${String(i).padStart(3, '0')}`,
        flags: 0,
        bytes: Buffer.of(i),
      }));
    const { index } = await victim(t);
    const full = forge([...sections(), ...more(64 - 13)]);
    index.import(full);
    assert.deepEqual(index.export(), full);
    for (const count of [64 - 13 + 1, 64 - sections().length, 65, 200])
      refused(() => index.import(forge([...sections(), ...more(count)])), 'FORMAT_CHECKSUM');
  });

  it('any bytes of the sections changed, with checksums made right again', async (t) => {
    const target = await victim(t);
    const parsed = parse(bytes).sections;
    const change = fc.record({
      section: fc.nat(parsed.length - 1),
      at: fc.nat(),
      value: fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.integer({ min: 0, max: 255 })),
    });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const bodies = parsed.map(({ kind, bytes: body }) => ({ kind, bytes: Buffer.from(body) }));
        for (const { section, at, value } of changes)
          bodies[section].bytes[at % bodies[section].bytes.length] = value;
        try {
          target.index.import(forge(bodies));
        } catch (error) {
          assert.ok(error instanceof RuVectorError, error?.stack);
          const codes = [...DAMAGE, 'DIMENSION_MISMATCH', 'METRIC_MISMATCH', 'MODEL_MISMATCH'];
          assert.ok(codes.includes(error.code), error.code);
          assert.deepEqual(target.index.export(), target.before);
          return;
        }
        // Taken: then it is a good snapshot of other contents, and the index can say which.
        const taken = target.index.export();
        const { ids: present } = target.index.list();
        assert.equal(target.index.getMany(present).length, 3);
        target.index.import(taken);
        assert.deepEqual(target.index.export(), taken);
        target.index.import(target.before);
      }),
      { seed: 3, numRuns: rounds(t, 3000) },
    );
  });
});
