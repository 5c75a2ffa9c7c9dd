// The program as users run it: a process, files, streams and exit codes.
import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { workplace } from '../support/cli.mjs';
import { assertNearest } from '../support/oracle.mjs';
import { capabilities, createIndex } from '../support/package.mjs';
import { random, seededIntegers, seededVectors } from '../support/random.mjs';
import { fvecs } from '../support/vector-files.mjs';

const DIMENSIONS = 16;
const vectors = seededVectors({ seed: 21, count: 1200, dimensions: DIMENSIONS });
const records = vectors.map((vector, i) => ({
  id: `doc ${i}`,
  vector,
  metadata: { lang: i % 3 === 0 ? 'de' : 'en', tags: ['ä', `t${i % 5}`] },
  ...(i % 4 === 3 && { namespace: 'drafts' }),
}));
const kept = records.filter(({ namespace }) => namespace === undefined);
const queries = seededVectors({ seed: 22, count: 8, dimensions: DIMENSIONS });

/** As people write it: either name, blank lines, both ends of lines, a byte order mark. */
function ndjson(list, seed = 1) {
  const next = random(seed);
  const lines = list.map(({ vector, ...rest }) => {
    const name = next() < 0.5 ? 'vector' : 'values';
    const line = JSON.stringify({ ...rest, [name]: [...vector] });
    return `${line}${next() < 0.2 ? '\r\n' : '\n'}${next() < 0.1 ? '\n' : ''}`;
  });
  return `\ufeff${lines.join('').trimEnd()}`;
}

let work;
before(() => {
  work = workplace();
  writeFileSync(work.path('data.ndjson'), ndjson(records));
});
after(() => work.remove());

/** What the program printed; it must have ended well. */
function output(args, options) {
  const { code, stdout, stderr } = work.run(args, options);
  assert.equal(code, 0, stderr);
  return stdout;
}

const json = (args, options) =>
  output([...args, '--json'], options)
    .toString('utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

async function opened(file, options) {
  const index = await createIndex(options);
  index.import(readFileSync(work.path(file)));
  return index;
}

describe('build, info and query', () => {
  before(() => {
    output(['build', 'data.ndjson', '-o', 'a.rv', '--model', 'm1', '--index', 'flat']);
    writeFileSync(
      work.path('queries.ndjson'),
      queries.map((vector) => `${JSON.stringify([...vector])}\n`).join(''),
    );
    writeFileSync(work.path('queries.fvecs'), fvecs(queries.map((vector) => ({ vector }))).bytes);
  });

  it('find the nearest records, with a filter those that match', () => {
    const plain = json(['query', 'a.rv', '--file', 'queries.ndjson', '-k', '7']);
    const filter = ['--filter', '{"lang":"de"}'];
    const german = json(['query', 'a.rv', '--file', 'queries.fvecs', '-k', '7', ...filter]);
    assert.equal(plain.length, queries.length);
    for (const [i, query] of queries.entries()) {
      assertNearest(plain[i].matches, 'cosine', kept, query, 7);
      const all = kept.filter(({ metadata }) => metadata.lang === 'de');
      assertNearest(german[i].matches, 'cosine', all, query, 7);
      for (const { id, metadata } of plain[i].matches)
        assert.deepEqual(metadata, records[Number(id.slice(4))].metadata);
    }
    // The oracle can tell: another query's answer is refused.
    assert.throws(() => assertNearest(plain[0].matches, 'cosine', kept, queries[1], 7));
  });

  it('answer as the snapshot does in a program, and as an index made there', async () => {
    const index = await opened('a.rv', { dimensions: DIMENSIONS, model: 'm1' });
    const made = await createIndex({ dimensions: DIMENSIONS, model: 'm1', index: 'flat' });
    made.insert(records);
    assert.deepEqual(readFileSync(work.path('a.rv')), Buffer.from(made.export()));
    const told = json(['query', 'a.rv', '--file', 'queries.ndjson', '--namespace', 'drafts']);
    for (const [i, query] of queries.entries())
      assert.deepEqual(told[i].matches, index.namespace('drafts').query(query).matches);
    const [byId] = json(['query', 'a.rv', '--id', 'doc 5', '--vectors']);
    assert.deepEqual(byId.matches, index.queryById('doc 5', { includeVector: true }).matches);
    index.dispose();
    made.dispose();
  });

  it('take one vector, explain, and print tables', () => {
    const asked = ['query', 'a.rv', '--vector', JSON.stringify([...queries[0]]), '--top-k', '3'];
    const told = work.runAll([[...asked, '--json'], [...asked, '--json', '--explain'], asked]);
    const { matches } = JSON.parse(told[0].stdout);
    const explained = JSON.parse(told[1].stdout);
    assert.deepEqual(explained.result.matches, matches);
    assert.equal(explained.requested, 3);
    const lines = told[2].stdout.trimEnd().split('\n');
    assert.equal(lines.length, 5);
    for (const [i, { id, score }] of matches.entries()) {
      assert.ok(lines[2 + i].includes(id));
      assert.ok(lines[2 + i].includes(score.toFixed(6)));
    }
  });

  it('tell what is in a snapshot', async () => {
    const [asJson, { stdout: text }] = work.runAll([
      ['info', 'a.rv', '--json'],
      ['info', 'a.rv'],
    ]);
    const info = JSON.parse(asJson.stdout);
    const index = await opened('a.rv', { dimensions: DIMENSIONS });
    const { bytesPerVector } = index.stats();
    index.dispose();
    const { sections, memoryBytes, ...rest } = info;
    assert.deepEqual(rest, {
      file: 'a.rv',
      bytes: readFileSync(work.path('a.rv')).length,
      format: '1.0',
      records: 1200,
      dimensions: DIMENSIONS,
      metric: 'cosine',
      model: 'm1',
      index: null, // vectors alone
      graph: null,
      quantization: 'none',
      bits: null,
      vectors: true,
      namespaces: { '': 900, drafts: 300 },
      bytesPerVector: Math.round(bytesPerVector),
    });
    assert.deepEqual(
      sections.find(({ kind }) => kind === 'VECS').bytes,
      4 * DIMENSIONS * records.length,
    );
    assert.ok(memoryBytes > 4 * DIMENSIONS * records.length);
    for (const part of ['m1', 'cosine', '1200', 'drafts: 300', 'VECS'])
      assert.ok(text.includes(part));
  });

  it('hand every option to createIndex', async () => {
    const args = ['--metric', 'dot', '--index', 'hnsw', '--M', '8', '--ef-construction', '50'];
    args.push(
      '--quantization',
      'rabitq',
      '--bits',
      '4',
      '--keep',
      'false',
      '--target-recall',
      '0.9',
    );
    args.push(
      '--truncate-dim',
      '8',
      '--namespace',
      'n',
      '--dimensions',
      `${DIMENSIONS}`,
      '--maintain',
    );
    const plain = records.map(({ id, vector }) => ({ id, vector }));
    const input = ndjson(plain);
    output(['build', '-', '-o', 'options.rv', ...args], { input });
    const info = JSON.parse(output(['info', 'options.rv', '--json']));
    const { records: count, dimensions, metric, index, graph, quantization } = info;
    assert.deepEqual(
      { count, dimensions, metric, index, quantization, bits: info.bits, vectors: info.vectors },
      {
        count: 1200,
        dimensions: 8,
        metric: 'dot',
        index: 'hnsw',
        quantization: 'rabitq',
        bits: 4,
        vectors: false,
      },
    );
    assert.equal(graph.records, 1200);
    assert.deepEqual(info.namespaces, { n: 1200 });
    const same = await createIndex({
      dimensions: DIMENSIONS,
      metric: 'dot',
      index: { type: 'hnsw', M: 8, efConstruction: 50 },
      quantization: { type: 'rabitq', bits: 4, keep: false },
      targetRecall: 0.9,
      truncateDim: 8,
    });
    for (let i = 0; i < plain.length; i += 256) same.namespace('n').insert(plain.slice(i, i + 256));
    while (same.maintain({ budgetMs: 1000 }).pending > 0);
    assert.deepEqual(readFileSync(work.path('options.rv')), Buffer.from(same.export()));
    same.dispose();
  });

  it('build with --maintain the graph that auto leaves for later', () => {
    // Many are equal, which is one node: soon built.
    const many = seededIntegers({ seed: 23, count: 20_100, dimensions: 3, range: 2 });
    writeFileSync(work.path('many.fvecs'), fvecs(many.map((vector) => ({ vector }))).bytes);
    const make = ['build', 'many.fvecs', '-o'];
    const infos = work
      .runAll([
        [...make, 'now.rv', '--maintain'],
        [...make, 'later.rv'],
        ['info', 'now.rv', '--json'],
        ['info', 'later.rv', '--json'],
      ])
      .slice(2);
    const graphs = infos.map(({ stdout }) => JSON.parse(stdout).graph);
    assert.deepEqual([graphs[0]?.records, graphs[1]], [20_100, null]);
  });

  it('put records that name no namespace into --namespace', () => {
    output(['build', 'data.ndjson', '-o', 'n.rv', '--namespace', 'mine']);
    const { namespaces } = JSON.parse(output(['info', 'n.rv', '--json']));
    assert.deepEqual(namespaces, { mine: 900, drafts: 300 });
  });

  it('pass a snapshot on through pipes', () => {
    const bytes = output(['build', '-', '-o', '-', '--model', 'm1', '--index', 'flat'], {
      input: ndjson(records),
    });
    assert.deepEqual(bytes, readFileSync(work.path('a.rv')));
    const info = JSON.parse(output(['info', '-', '--json'], { input: bytes }));
    assert.equal(info.records, 1200);
  });
});

describe('a file that is there', () => {
  it('stays as it is unless --force replaces it, and when the work fails', () => {
    writeFileSync(work.path('there.rv'), 'mine');
    const args = ['build', 'data.ndjson', '-o', 'there.rv'];
    const { code, stderr } = work.run(args);
    assert.equal(code, 1);
    assert.match(stderr, /^ruvector: EEXIST: there\.rv: expected no file there, or --force/);
    const failed = work.run([...args, '--force', '--dimensions', '17']);
    assert.equal(failed.code, 1);
    assert.equal(readFileSync(work.path('there.rv'), 'utf8'), 'mine');
    output([...args, '--force']);
    assert.ok(readFileSync(work.path('there.rv')).length > 1e5);
    mkdirSync(work.path('folder.rv'));
    assert.equal(work.run(['build', 'data.ndjson', '-o', 'folder.rv', '--force']).code, 1);
    assert.deepEqual(
      readdirSync(work.folder).filter((name) => name.endsWith('.tmp')),
      [],
    );
  });
});

describe('where the output goes', () => {
  it('is looked at before the work', () => {
    writeFileSync(work.path('a file'), '');
    for (const [path, code] of [
      ['no folder/a.rv', 'ENOENT'],
      ['a file/a.rv', 'ENOTDIR'],
    ]) {
      const { code: exit, stderr } = work.run(['build', 'no data.ndjson', '-o', path]);
      assert.equal(exit, 1);
      assert.ok(stderr.startsWith(`ruvector: ${code}: `) && stderr.includes(path), stderr);
    }
    // Where that is right, what is wrong with the input is said.
    assert.match(work.run(['build', 'no data.ndjson', '-o', 'b.rv']).stderr, /no data\.ndjson/);
    assert.equal(existsSync(work.path('b.rv')), false);
  });

  it('may be a link, which stays one', () => {
    writeFileSync(work.path('real.rv'), 'mine');
    const links = { 'link.rv': 'real.rv', 'chain.rv': 'link.rv', 'new link.rv': 'new.rv' };
    for (const [link, target] of Object.entries(links)) symlinkSync(target, work.path(link));
    assert.equal(work.run(['build', 'data.ndjson', '-o', 'chain.rv']).code, 1);
    assert.equal(readFileSync(work.path('real.rv'), 'utf8'), 'mine');
    output(['build', 'data.ndjson', '-o', 'chain.rv', '--force']);
    output(['build', 'data.ndjson', '-o', 'new link.rv']);
    for (const [link, target] of Object.entries(links))
      assert.equal(readlinkSync(work.path(link)), target);
    const bytes = readFileSync(work.path('real.rv'));
    assert.ok(bytes.length > 1e5);
    assert.deepEqual(readFileSync(work.path('new.rv')), bytes);
  });
});

describe('what is wrong', () => {
  /** Lines that are right but for the fourth. */
  const input = (bad) =>
    Buffer.concat([Buffer.from(`{"id":"a","vector":[1,2]}\n\n{"id":"b","vector":[3,4]}\n`), bad]);
  /** Files by what is wrong with their fourth line, and what is said of it. */
  const LINES = {
    'no JSON': ['{"id":"c","vector":[1,2}', /INVALID_ARGUMENT: .*line 4: expected JSON/],
    'an array': ['[{"id":"c","vector":[1,2]}]', /line 4: expected an object, one a line/],
    'another length': [
      '{"id":"c","vector":[1,2,3]}',
      /DIMENSION_MISMATCH: .*line 4: vector: expected 2 dimensions, got 3/,
    ],
    'a zero vector': ['{"id":"c","vector":[0,0]}', /INVALID_VECTOR: .*line 4: vector: .*a zero v/],
    'a text in a vector': ['{"id":"c","vector":[1,"2"]}', /INVALID_VECTOR: .*line 4: vector: exp/],
    'no id': ['{"vector":[1,2]}', /INVALID_ARGUMENT: .*line 4: id: expected/],
    'an unknown key': ['{"id":"c","vector":[1,2],"metdata":{}}', /line 4: .*mean 'metadata'/],
    'an id twice': ['{"id":"a","vector":[1,2]}', /DUPLICATE_ID: .*line 4: .*got "a"/],
    'other bytes than UTF-8': [
      Buffer.from('{"id":"\xff","vector":[1,2]}', 'latin1'),
      /INVALID_ARGUMENT: .*line 4: expected UTF-8/,
    ],
    'no end of the line': [
      Buffer.alloc(5_000_000, ' '),
      /LIMIT_EXCEEDED: .*line 4: expected at most 4000000 bytes/,
    ],
  };

  it('in a line is said with its number, and nothing is written', () => {
    const names = Object.keys(LINES);
    for (const name of names)
      writeFileSync(work.path(`${name}.ndjson`), input(Buffer.from(LINES[name][0])));
    const told = work.runAll(names.map((name) => ['build', `${name}.ndjson`, '-o', 'bad.rv']));
    for (const [i, { code, stdout, stderr }] of told.entries()) {
      assert.match(stderr, /^ruvector: [A-Z_]+: [^\n]+\n$/, names[i]);
      assert.match(stderr, LINES[names[i]][1]);
      assert.ok(stderr.includes(`${names[i]}.ndjson, line 4: `), stderr);
      assert.deepEqual({ code, stdout }, { code: 1, stdout: '' });
    }
    assert.ok(!existsSync(work.path('bad.rv')));
  });

  it('with the data ends with 1 and one line that says what', () => {
    writeFileSync(work.path('no.rv'), 'not a snapshot');
    writeFileSync(work.path('empty.ndjson'), '\n');
    mkdirSync(work.path('database'));
    const search = ['query', 'a.rv'];
    const cases = [
      [['info', 'no.rv'], /^ruvector: INVALID_ARGUMENT: expected a snapshot made by export\(\)/],
      [['info', 'absent.rv'], /^ruvector: ENOENT: /],
      [['info', 'database'], /^ruvector: EISDIR: database: .* a database, open\(\)/],
      [['build', 'database', '--from', 'ndjson', '-o', 'b.rv'], /^ruvector: EISDIR: database: /],
      [[...search, '--id', 'nobody'], /^ruvector: NOT_FOUND: --id: .*"nobody"/],
      [[...search, '--vector', '[1]'], /^ruvector: DIMENSION_MISMATCH: --vector: /],
      [[...search, '--vector', '{}'], /^ruvector: INVALID_ARGUMENT: --vector: /],
      [[...search, '--id', 'doc 1', '--filter', '{"a":{"$no":1}}'], /^ruvector: INVALID_FILTER: /],
      [['build', 'empty.ndjson', '-o', 'b.rv'], /^ruvector: INVALID_ARGUMENT: expected a record/],
    ];
    const told = work.runAll(cases.map(([args]) => args));
    for (const [i, { code, stderr }] of told.entries()) {
      assert.match(stderr, cases[i][1]);
      assert.match(stderr, /^[^\n]+\n$/);
      assert.equal(code, 1);
    }
  });

  it('with the command ends with 2 and says where help is', () => {
    const make = ['build', 'data.ndjson', '-o', 'x.rv'];
    const cases = [
      [['bild'], /got 'bild'/],
      [['build', 'data.ndjson'], /expected -o FILE/],
      [['build', '-o', 'x.rv'], /expected INPUT, got nothing/],
      [['build', 'data.txt', '-o', 'x.rv'], /data\.txt: expected a name that ends in \.rv/],
      [[...make, '--metrik', 'dot'], /--metrik/],
      [[...make, '--metric', 'l2'], /--metric: expected one of cosine, .* got 'l2'/],
      [[...make, '--dimensions', '0'], /dimensions: expected an integer from 1/],
      [[...make, '--M', '8'], /expected --index hnsw/],
      [[...make, '--bits', '2'], /expected --quantization rabitq/],
      [['convert', 'a.rv', '-o', 'x.npy', '--metric', 'dot'], /--metric: expected a snapshot/],
      [['convert', 'many.fvecs', '-o', 'x.npy', '--bits', '2'], /--bits: expected a snapshot/],
      [['query', 'a.rv'], /expected one of --vector, --id and --file, got 0/],
      [['query', 'a.rv', '--vector', '[1,'], /--vector: expected JSON/],
      [['query', 'a.rv', '--id', 'x', '-k', 'many'], /--top-k: expected a number, got 'many'/],
    ];
    const told = work.runAll(cases.map(([args]) => args));
    for (const [i, { code, stderr }] of told.entries()) {
      assert.match(stderr, cases[i][1]);
      assert.match(stderr, /^ruvector: [^\n]+\ntry: npx @ruvector\/wasm .*--help\n$/);
      assert.equal(code, 2, cases[i][0].join(' '));
    }
    // Who says nothing wants to know what there is.
    const [nothing, help] = work.runAll([[], ['--help']]);
    assert.equal(nothing.stderr, `ruvector: expected a verb\n${help.stdout}`);
    assert.deepEqual([nothing.code, nothing.stdout], [2, '']);
    // As processes end: the one kind and the other.
    assert.equal(work.run(['bild']).code, 2);
    assert.equal(work.run(['info', 'absent.rv']).code, 1);
  });

  it('with a terminal is to send it a snapshot; it is sent progress', () => {
    const make = ['build', 'data.ndjson', '--index', 'hnsw', '--maintain', '-o'];
    const [refused, shown] = work.runAll(
      [
        [...make, '-'],
        [...make, 't.rv'],
      ],
      { terminal: true },
    );
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /expected stdout to be a file or a pipe, got a terminal/);
    assert.equal(shown.code, 0);
    assert.match(shown.stderr, /records: 256, \d+ s/);
    const [silent] = work.runAll([[...make, 't.rv', '--force']]);
    assert.match(silent.stderr, /^t\.rv: 1,200 records of 16 dimensions, cosine, [\d.]+ KB\n$/);
  });

  it('is nothing about --help and --version', async () => {
    const verbs = ['build', 'info', 'query', 'convert'];
    const asked = [['--version'], ['--help'], ...verbs.map((verb) => [verb, '--help'])];
    const [version, help, ...helps] = work.runAll(asked);
    assert.equal(version.stdout.trim(), (await capabilities()).version);
    for (const [i, verb] of verbs.entries()) {
      assert.match(help.stdout, new RegExp(`^  ${verb} `, 'm'));
      assert.match(helps[i].stdout, new RegExp(`^usage: npx @ruvector/wasm ${verb} `));
    }
    for (const { code, stderr } of [version, help, ...helps])
      assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  });
});
