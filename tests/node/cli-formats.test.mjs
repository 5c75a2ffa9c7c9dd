// The formats that the program reads and writes: each against files that are written here from its
// definition, whole, cut off at every byte, and with a bit of every byte turned.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { programModule, workplace } from '../support/cli.mjs';
import { createIndex, RuVectorError } from '../support/package.mjs';
import { itemsOf, random, seededBytes, seededVectors } from '../support/random.mjs';
import { fvecs, hnswlib, npy, rbpx, ruvec1 } from '../support/vector-files.mjs';

const DIMENSIONS = 3;
const vectors = seededVectors({ seed: 11, count: 4, dimensions: DIMENSIONS });
/** Ids as the format has them: row numbers, or numbers of its own. */
const rows = itemsOf(vectors, '');
const numbered = (ids) => vectors.map((vector, i) => ({ id: `${ids[i]}`, vector }));
const small = numbered([7, 0, 4_294_967_295, 12]);
const large = numbered([7, 0, 2n ** 64n - 1n, 2n ** 53n + 1n]);

/** What export() makes, with all that checksums cover: everything. */
async function snapshot(records) {
  const index = await createIndex({ dimensions: DIMENSIONS, metric: 'euclidean', model: 'm' });
  index.upsert(records);
  const bytes = Buffer.from(index.export());
  index.dispose();
  return { bytes, free: new Set() };
}

const L2 = ['--metric', 'euclidean'];
const SHAPE = ['--dimensions', `${DIMENSIONS}`, ...L2];

/** Each format: a file, the records in it, and the options of the command, if that is run on it. */
const CASES = {
  'a snapshot': { file: 'a.rv', made: await snapshot(rows), records: rows },
  fvecs: { file: 'a.fvecs', made: fvecs(rows), options: L2, records: rows },
  'npy of f4': { file: 'a.npy', made: npy(rows), options: L2, records: rows },
  'npy 2.0': { file: 'a.npy', made: npy(rows, { major: 2 }), records: rows },
  rbpx: { file: 'a.rbpx', made: rbpx(small), options: [], records: small },
  ruvec1: { file: 'a.ruvec1', made: ruvec1(large), options: [], records: large },
  hnswlib: { file: 'a.bin', made: hnswlib(large), options: SHAPE, records: large },
  'hnswlib of WebAssembly': {
    file: 'a.bin',
    made: hnswlib(small, { word: 4 }),
    records: small,
  },
};

let work;
let program;
before(async () => {
  work = workplace();
  const [{ FORMATS }, { makeIndex }, { Arguments }] = await Promise.all(
    ['formats/formats.js', 'make.js', 'arguments.js'].map(programModule),
  );
  program = { FORMATS, makeIndex, none: new Arguments({}, []) };
});
after(() => work.remove());

/** Reads `bytes` as the program does: what is in the index it makes, by id. */
async function read(file, bytes) {
  const path = work.path(`read-${file}`);
  writeFileSync(path, bytes);
  const [format] = Object.entries(program.FORMATS).find(([, { endings }]) =>
    endings.some((ending) => file.endsWith(ending)),
  );
  const given = { metric: 'euclidean', ...(format === 'hnswlib' && { dimensions: DIMENSIONS }) };
  const source = await program.FORMATS[format].read(path, given);
  const { index } = await program.makeIndex(source, given, program.none);
  const found = stored(index);
  index.dispose();
  return found;
}

function stored(index) {
  return new Map(
    index.getMany(index.list({ limit: 10_000 }).ids).map(({ id, vector }) => [id, vector]),
  );
}

const asMap = (records) => new Map(records.map(({ id, vector }) => [id, [...vector]]));

describe('convert', () => {
  for (const [name, { file, made, options, records }] of Object.entries(CASES).filter(
    ([, { options }]) => options !== undefined,
  ))
    it(`makes a snapshot of ${name}: the same ids and vectors, in order`, async () => {
      writeFileSync(work.path(file), made.bytes);
      const args = ['convert', file, '-o', 'out.rv', '--force', ...options];
      const { code, stderr } = work.run(args);
      assert.equal(code, 0, stderr);
      const index = await createIndex({ dimensions: DIMENSIONS, metric: 'euclidean' });
      index.import(readFileSync(work.path('out.rv')));
      assert.deepEqual([...stored(index)], [...asMap(records)]);
      index.dispose();
      if (name.startsWith('hnswlib')) assert.match(stderr, /links are not, they are made anew/);
    });

  it('reads f8 as f32, and bytes as numbers where they are no bits', async () => {
    assert.deepEqual(await read('f8.npy', npy(rows, { descr: '<f8' }).bytes), asMap(rows));
    const bytes = itemsOf(seededBytes({ seed: 4, count: 5, bytes: 3 }), '');
    assert.deepEqual(await read('u1.npy', npy(bytes, { descr: '|u1' }).bytes), asMap(bytes));
    const signed = bytes.map(({ id, vector }) => ({ id, vector: new Int8Array(vector) }));
    assert.deepEqual(await read('i1.npy', npy(signed, { descr: '|i1' }).bytes), asMap(signed));
  });

  it('leaves out the deleted rows of hnswlib, and says so', async () => {
    const { bytes } = hnswlib(large, { deleted: ['7', '0'] });
    assert.deepEqual(await read('deleted.bin', bytes), asMap(large.slice(2)));
    const given = { dimensions: DIMENSIONS, metric: 'euclidean' };
    const { note } = await program.FORMATS.hnswlib.read(work.path('read-deleted.bin'), given);
    assert.match(note, /deleted and left out: 2/);
  });

  it('writes fvecs, npy and ndjson of a snapshot, byte for byte as they are defined', async () => {
    const index = await createIndex({ dimensions: DIMENSIONS });
    index.upsert(rows);
    index.namespace('other').upsert({ id: '0', vector: [0.1, 2, 3], metadata: { a: ['ü', 1] } });
    writeFileSync(work.path('b.rv'), index.export());
    index.dispose();
    const all = [...rows, { id: '0', vector: [0.1, 2, 3] }];
    for (const [file, { bytes }] of [
      ['b.fvecs', fvecs(all)],
      ['b.npy', npy(all)],
    ]) {
      const { code, stderr } = work.run(['convert', 'b.rv', '-o', file]);
      assert.equal(code, 0, stderr);
      assert.deepEqual(readFileSync(work.path(file)), bytes, file);
    }
    const { code, stdout, stderr } = work.run(['convert', 'b.rv', '--to', 'ndjson', '-o', '-']);
    assert.equal(code, 0, stderr);
    const lines = stdout
      .toString('utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      lines.map(({ vector }) => [...Float32Array.from(vector)]),
      all.map(({ vector }) => [...Float32Array.from(vector)]),
    );
    const { vector, ...last } = lines.at(-1);
    assert.deepEqual(last, { id: '0', namespace: 'other', metadata: { a: ['ü', 1] } });
    assert.match(stdout.toString('utf8'), /"vector":\[0\.100000001,2,3\]/);
    // And back again.
    const again = work.run(['convert', '-', '-o', 'c.rv'], { input: stdout });
    assert.equal(again.code, 0, again.stderr);
    assert.deepEqual(readFileSync(work.path('c.rv')), readFileSync(work.path('b.rv')));
  });

  it('takes bits: npy of u1, and bytes in NDJSON, under hamming', async () => {
    const bits = itemsOf(seededBytes({ seed: 3, count: 5, bytes: 4 }), '');
    writeFileSync(work.path('h.npy'), npy(bits, { descr: '|u1' }).bytes);
    const text = bits.map(({ id, vector }) => JSON.stringify({ id, values: [...vector] }));
    writeFileSync(work.path('h.ndjson'), `${text.join('\n')}\n`);
    for (const file of ['h.npy', 'h.ndjson']) {
      const args = ['convert', file, '-o', `${file}.rv`, '--metric', 'hamming'];
      const { code, stderr } = work.run(args);
      assert.equal(code, 0, stderr);
      const index = await createIndex({ dimensions: 32, metric: 'hamming' });
      index.import(readFileSync(work.path(`${file}.rv`)));
      assert.deepEqual([...stored(index)], [...asMap(bits)]);
      index.dispose();
    }
    const back = work.run(['convert', 'h.ndjson.rv', '-o', 'h2.npy']);
    assert.equal(back.code, 0, back.stderr);
    assert.deepEqual(readFileSync(work.path('h2.npy')), readFileSync(work.path('h.npy')));
    const { code, stderr } = work.run(['convert', 'h.ndjson.rv', '-o', 'h.fvecs']);
    assert.equal(code, 2);
    assert.match(stderr, /fvecs holds f32/);
  });
});

/** That an error is one of this package, which says what was expected or that a checksum differs. */
function assertTyped(error, what) {
  assert.ok(error instanceof RuVectorError, `${what}: ${error?.stack}`);
  assert.match(error.message, /expected|damaged/, what);
}

describe('what is damaged', () => {
  for (const [name, { file, made, records }] of Object.entries(CASES)) {
    it(`is refused where ${name} is cut off, at every byte`, async () => {
      // fvecs has no header: between rows it can be over, and what is there is right.
      const step = name === 'fvecs' ? 4 + 4 * DIMENSIONS : Number.POSITIVE_INFINITY;
      for (let length = 0; length < made.bytes.length; ++length) {
        const cut = read(file, made.bytes.subarray(0, length));
        if (length > 0 && length % step === 0)
          assert.deepEqual([...(await cut)], [...asMap(records)].slice(0, length / step));
        else assertTyped(await cut.then(String, (error) => error), `${length} bytes`);
      }
      const longer = read(file, Buffer.concat([made.bytes, Buffer.alloc(1)]));
      assertTyped(await longer.then(String, (error) => error), 'a byte more');
      assert.deepEqual(await read(file, made.bytes), asMap(records), 'the whole one is taken');
    });

    it(`is refused where a bit of ${name} is turned, or is data as good as before`, async () => {
      const { refused, wrong } = await turnBits(made, (bytes) => read(file, bytes));
      assert.deepEqual(wrong, []);
      assert.ok(refused >= 4, `${refused} refused`);
    });
  }

  it('is found by that test in a reader that takes whatever comes', async () => {
    for (const { made } of Object.values(CASES)) {
      const { wrong } = await turnBits(made, async () => new Map());
      assert.equal(wrong.length, made.bytes.length - made.free.size);
    }
  });
});

/** Turns a bit of each byte: how many `take` refused, and which it took that are not free. */
async function turnBits({ bytes, free }, take) {
  const next = random(5);
  const wrong = [];
  let refused = 0;
  for (let at = 0; at < bytes.length; ++at) {
    const turned = Buffer.from(bytes);
    turned[at] ^= 1 << Math.floor(8 * next());
    const error = await take(turned).then(
      () => undefined,
      (caught) => caught,
    );
    if (error !== undefined) {
      assertTyped(error, `byte ${at}`);
      ++refused;
    } else if (!free.has(at)) wrong.push(at);
  }
  return { refused, wrong };
}

describe('a file that promises too much', () => {
  const patched = (bytes, at, value) => {
    const copy = Buffer.from(bytes);
    copy.writeUInt32LE(value, at);
    return copy;
  };
  for (const [what, file, bytes, code, message] of [
    [
      'fvecs of 2^30 dimensions',
      'a.fvecs',
      patched(fvecs(rows).bytes, 0, 2 ** 30),
      'LIMIT_EXCEEDED',
      /at most 8192 dimensions, got 1073741824/,
    ],
    [
      'fvecs of other lengths',
      'a.fvecs',
      patched(fvecs(rows).bytes, 16, 2),
      'FORMAT_CHECKSUM',
      /row 1 \(byte 16\): expected 3 dimensions, got 2/,
    ],
    [
      'rbpx of 10^8 vectors',
      'a.rbpx',
      patched(rbpx(small).bytes, 28, 1e8),
      'FORMAT_CHECKSUM',
      /expected 1600000032 bytes .* got 96/,
    ],
    [
      'rbpx of version 0',
      'a.rbpx',
      rbpx(small, { version: 0 }).bytes,
      'FORMAT_VERSION',
      /expected version 1 .* got 0/,
    ],
    [
      'rbpx of a rerank factor of 2,000',
      'a.rbpx',
      rbpx(small, { rerank: 2000 }).bytes,
      'FORMAT_CHECKSUM',
      /at most 1024, got 2000/,
    ],
    [
      'rbpx with an id twice',
      'a.rbpx',
      rbpx([...small, small[0]]).bytes,
      'DUPLICATE_ID',
      /row 4 \(byte 96\).* got "7"/,
    ],
    [
      'ruvec1 of 2^32 vectors',
      'a.ruvec1',
      patched(ruvec1(large).bytes, 12, 1),
      'FORMAT_CHECKSUM',
      /expected \d+ bytes/,
    ],
    ['what is no ruvec1', 'a.ruvec1', rbpx(small).bytes, 'INVALID_ARGUMENT', /begins with "ruvec1/],
    [
      'npy in Fortran order',
      'a.npy',
      npy(rows, { header: "{'descr': '<f4', 'fortran_order': True, 'shape': (4, 3), }" }).bytes,
      'INVALID_ARGUMENT',
      /expected C order/,
    ],
    [
      'npy of big-endian floats',
      'a.npy',
      npy(rows, { header: "{'descr': '>f4', 'fortran_order': False, 'shape': (4, 3), }" }).bytes,
      'INVALID_ARGUMENT',
      /got >f4/,
    ],
    [
      'npy of one dimension',
      'a.npy',
      npy(rows, { header: "{'descr': '<f4', 'fortran_order': False, 'shape': (12,), }" }).bytes,
      'INVALID_ARGUMENT',
      /got shape \(12,\)/,
    ],
    [
      'npy of 2^60 rows',
      'a.npy',
      npy(rows, {
        header: `{'descr': '<f4', 'fortran_order': False, 'shape': (${2n ** 60n}, 3), }`,
      }).bytes,
      'FORMAT_CHECKSUM',
      /expected/,
    ],
    [
      'hnswlib with a row in more layers than there are',
      'a.bin',
      patched(patched(hnswlib(large).bytes, 48, 0), 52, 0),
      'FORMAT_CHECKSUM',
      /row 1 .*expected upper lists of 0 layers at most, got 12 bytes/,
    ],
    [
      'an infinite component',
      'a.fvecs',
      patched(fvecs(rows).bytes, 20, 0x7f800000),
      'INVALID_VECTOR',
      /row 1 \(byte 16\): vector: .* Infinity/,
    ],
  ])
    it(`is refused: ${what}`, async () => {
      await assert.rejects(read(file, bytes), { code, message });
    });

  it('is refused where an hnswlib file has other dimensions than the command says', () => {
    writeFileSync(work.path('d.bin'), hnswlib(large).bytes);
    const args = ['convert', 'd.bin', '-o', 'd.rv', ...L2];
    const other = work.run([...args, '--dimensions', '4']);
    assert.equal(other.code, 1);
    assert.match(
      other.stderr,
      /^ruvector: DIMENSION_MISMATCH: d\.bin: expected vectors of 4 dimensions/,
    );
    const silent = work.run(args);
    assert.equal(silent.code, 2);
    assert.match(silent.stderr, /--dimensions/);
  });
});
