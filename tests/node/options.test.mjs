// Options and lists that must be refused, by every call, with what was expected and what came; the
// options of createIndex; and what errors are.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { newIndex, refused, refusedUnchanged, rejected } from '../support/indexes.mjs';
import { createIndex, DimensionMismatchError, RuVectorError } from '../support/package.mjs';

const ab = [
  { id: 'a', vector: [1, 2, 3], metadata: { n: 1 } },
  { id: 'b', vector: [4, 5, 6] },
];

describe('options that are refused', () => {
  const unknown = async (t) => {
    const index = await newIndex(t, { dimensions: 3 }, ab);
    const [vector, ids, flat] = [[1, 1, 1], ['x'], Float32Array.of(1, 1, 1)];
    const query = ['efs', 'signal', 'k', 'threshold', 'oversample', 'where'];
    return {
      index,
      calls: [
        [
          (o) => index.query(vector, o),
          query,
          { topk: 'topK', topKs: 'topK', minscore: 'minScore' },
        ],
        [(o) => index.queryById('a', o), query, { includeMetaData: 'includeMetadata' }],
        [
          (o) => index.queryMany([vector], o),
          query,
          { includeVectors: 'includeVector', includVector: 'includeVector', opK: 'topK' },
        ],
        [(o) => index.measureRecall(o), ['k', 'filter'], { sample: 'samples', topk: 'topK' }],
        [(o) => index.tune({ targetRecall: 0.9, ...o }), ['ef'], { targetrecall: 'targetRecall' }],
        [(o) => index.explain(vector, o), query, { exakt: 'exact', mniScore: 'minScore' }],
        [(o) => index.list(o), ['namespace', 'prefix'], { limits: 'limit', filters: 'filter' }],
        [(o) => index.upsertFlat(ids, flat, o), ['namespace', 'signal'], { metaData: 'metadata' }],
        [(o) => index.maintain({ budgetMs: 1, ...o }), ['signal'], { budgetMS: 'budgetMs' }],
        [(o) => index.update('a', o), ['id', 'namespace'], { vectors: 'vector', value: 'values' }],
        [
          (o) => index.upsert({ id: 'x', vector, ...o }),
          ['text', 'score', 'embedding'],
          { meta_data: 'metadata', metdata: 'metadata', Id: 'id' },
        ],
        [(o) => index.insert({ id: 'x', vector, ...o }), ['text'], { ids: 'id' }],
        [(o) => [...index.upsertSteps([{ id: 'x', vector, ...o }])], ['text'], {}],
      ],
    };
  };

  it('unknown and later keys, each with the name it is nearest to', async (t) => {
    const { index, calls } = await unknown(t);
    for (const [call, later, misspelt] of calls) {
      for (const key of later)
        refusedUnchanged(index, () => call({ [key]: 1 }), 'INVALID_ARGUMENT', `'${key}'`);
      for (const [key, near] of Object.entries(misspelt))
        refusedUnchanged(
          index,
          () => call({ [key]: 1 }),
          'INVALID_ARGUMENT',
          `'${key}'`,
          `did you mean '${near}'`,
        );
    }
  });

  it('anything but an object', async (t) => {
    const { index } = await unknown(t);
    const vector = [1, 1, 1];
    for (const options of [null, 5, 'topK', true])
      for (const call of [
        () => index.query(vector, options),
        () => index.queryById('a', options),
        () => index.queryMany([vector], options),
        () => index.explain(vector, options),
        () => index.list(options),
        () => index.upsertFlat(['x'], Float32Array.from(vector), options),
        () => index.maintain(options),
        () => index.measureRecall(options),
        () => index.tune(options),
        () => index.update('a', options),
      ])
        refusedUnchanged(index, call, 'INVALID_ARGUMENT', 'object', String(options));
    refused(() => index.maintain(), 'INVALID_ARGUMENT', 'undefined');
    refused(() => index.tune(), 'INVALID_ARGUMENT', 'undefined');
  });

  it('items that are neither a record nor a list of them', async (t) => {
    const { index } = await unknown(t);
    for (const items of [undefined, null, 'a', 7, [null], ['a'], [undefined], [7]])
      for (const call of [
        () => index.upsert(items),
        () => index.insert(items),
        () => [...index.upsertSteps(items)],
      ])
        refusedUnchanged(index, call, 'INVALID_ARGUMENT', 'items');
    for (const items of [{}, [{}], [[]], { id: 'x' }, new Map([['a', 1]])])
      refusedUnchanged(index, () => index.upsert(items), 'INVALID_ARGUMENT');
    const both = { id: 'x', vector: [1, 1, 1], values: [1, 1, 1] };
    refusedUnchanged(index, () => index.upsert(both), 'INVALID_ARGUMENT', 'vector or values');
  });

  it('values of a wrong type or range', async (t) => {
    const { index } = await unknown(t);
    const vector = [1, 1, 1];
    const calls = [
      (options) => index.query(vector, options),
      (options) => index.queryById('a', options),
      (options) => index.queryMany([vector, vector], options),
      (options) => index.explain(vector, options),
    ];
    for (const call of calls) {
      for (const topK of [0, -1, 1.5, '10', null, Number.NaN, Number.POSITIVE_INFINITY, 10n])
        refusedUnchanged(
          index,
          () => call({ topK }),
          'INVALID_ARGUMENT',
          'topK',
          'from 1 to 10000',
        );
      const error = refusedUnchanged(index, () => call({ topK: 10_001 }), 'LIMIT_EXCEEDED', 'topK');
      assert.deepEqual(error.details, { limit: 10_000, actual: 10_001 });
      for (const ef of [0, -1, 1.5, '64', null, Number.NaN])
        refusedUnchanged(index, () => call({ ef }), 'INVALID_ARGUMENT', 'ef', 'from 1 to 20000');
      refusedUnchanged(index, () => call({ ef: 20_001 }), 'LIMIT_EXCEEDED', 'ef', '20000');
      for (const minScore of ['0.5', null, Number.NaN, Number.POSITIVE_INFINITY])
        refusedUnchanged(index, () => call({ minScore }), 'INVALID_ARGUMENT', 'minScore');
      for (const name of ['exact', 'includeMetadata', 'includeVector'])
        for (const value of ['true', 1, null])
          refusedUnchanged(
            index,
            () => call({ [name]: value }),
            'INVALID_ARGUMENT',
            name,
            'boolean',
          );
    }
    for (const limit of [0, 1.5, '10', null])
      refusedUnchanged(index, () => index.list({ limit }), 'INVALID_ARGUMENT', 'limit');
    refusedUnchanged(
      index,
      () => index.list({ limit: 10_001 }),
      'LIMIT_EXCEEDED',
      '10000',
      '10001',
    );
    assert.equal(index.list({ limit: 10_000 }).ids.length, 2);
    for (const cursor of ['', 'abc', '-1', 5, null])
      refusedUnchanged(index, () => index.list({ cursor }), 'INVALID_ARGUMENT', 'cursor');
    for (const budgetMs of [-1, Number.NaN, '5', undefined])
      refusedUnchanged(index, () => index.maintain({ budgetMs }), 'INVALID_ARGUMENT', 'budgetMs');
    const measure = (options) => () => index.measureRecall(options);
    for (const wrong of [0, 1.5, '10', null]) {
      refusedUnchanged(index, measure({ samples: wrong }), 'INVALID_ARGUMENT', 'samples');
      refusedUnchanged(index, measure({ topK: wrong }), 'INVALID_ARGUMENT', 'topK');
      refusedUnchanged(index, measure({ ef: wrong }), 'INVALID_ARGUMENT', 'ef');
    }
    for (const seed of [-1, 0.5, '1', null])
      refusedUnchanged(index, measure({ seed }), 'INVALID_ARGUMENT', 'seed');
    for (const name of ['samples', 'topK'])
      refusedUnchanged(index, measure({ [name]: 10_001 }), 'LIMIT_EXCEEDED', name, '10000');
    refusedUnchanged(index, measure({ queries: [[1]] }), 'DIMENSION_MISMATCH', 'queries[0]');
    refusedUnchanged(index, measure({ queries: 'x' }), 'INVALID_ARGUMENT', 'queries');
    for (const targetRecall of [0, 1, -0.5, '0.9', null, undefined, Number.NaN])
      refusedUnchanged(
        index,
        () => index.tune({ targetRecall }),
        'INVALID_ARGUMENT',
        'targetRecall',
        'between 0 and 1',
      );
    for (const snapshot of [undefined, null, 'bytes', [1, 2], {}])
      refusedUnchanged(index, () => index.import(snapshot), 'INVALID_ARGUMENT', 'snapshot');
  });
});

describe('createIndex refuses', () => {
  const cases = [
    ['no options', [undefined], 'INVALID_ARGUMENT', 'options', 'undefined'],
    ['null for options', [null], 'INVALID_ARGUMENT', 'options', 'null'],
    ['a number for options', [384], 'INVALID_ARGUMENT', 'options', '384'],
    ['no dimensions', [{}], 'INVALID_ARGUMENT', 'dimensions', 'undefined'],
    ...[0, -1, 1.5, '384', null, Number.NaN].map((dimensions) => [
      `dimensions ${JSON.stringify(dimensions)}`,
      [{ dimensions }],
      'INVALID_ARGUMENT',
      'dimensions',
      'from 1 to 8192',
    ]),
    ['8,193 dimensions', [{ dimensions: 8193 }], 'LIMIT_EXCEEDED', '8192', '8193'],
    [
      '65,544 bits',
      [{ dimensions: 65_544, metric: 'hamming' }],
      'LIMIT_EXCEEDED',
      '65536',
      '65544',
    ],
    ['12 bits', [{ dimensions: 12, metric: 'hamming' }], 'INVALID_ARGUMENT', 'multiple', '12'],
    ...['cos', 'l2', 'Cosine', '', null, 0].map((metric) => [
      `metric ${JSON.stringify(metric)}`,
      [{ dimensions: 3, metric }],
      'INVALID_ARGUMENT',
      'metric',
      'cosine, dot, euclidean, manhattan, hamming',
    ]),
    ...[0, 1.5, '2', null].map((truncateDim) => [
      `truncateDim ${JSON.stringify(truncateDim)}`,
      [{ dimensions: 3, truncateDim }],
      'INVALID_ARGUMENT',
      'truncateDim',
      'from 1 to 3',
    ]),
    [
      'a truncateDim above dimensions',
      [{ dimensions: 3, truncateDim: 4 }],
      'LIMIT_EXCEEDED',
      '3',
      '4',
    ],
    [
      'a truncateDim of 12 bits',
      [{ dimensions: 16, truncateDim: 12, metric: 'hamming' }],
      'INVALID_ARGUMENT',
      'multiple',
      '12',
    ],
    ...['', 7, null, 'x'.repeat(1001)].map((model) => [
      `model ${JSON.stringify(model)?.slice(0, 10)}`,
      [{ dimensions: 3, model }],
      'INVALID_ARGUMENT',
      'model',
    ]),
    ...[0, -1, 1.5, '1mb', null].map((maxMemoryBytes) => [
      `maxMemoryBytes ${JSON.stringify(maxMemoryBytes)}`,
      [{ dimensions: 3, maxMemoryBytes }],
      'INVALID_ARGUMENT',
      'maxMemoryBytes',
    ]),
    [
      'more than 4 GiB',
      [{ dimensions: 3, maxMemoryBytes: 2 ** 32 + 1 }],
      'LIMIT_EXCEEDED',
      '4294967296',
    ],
    ...['ivf', '', null, 1, {}, [], { type: 'ivf' }, { M: 16 }].map((index) => [
      `index ${JSON.stringify(index)}`,
      [{ dimensions: 3, index }],
      'INVALID_ARGUMENT',
      'index',
      'flat, hnsw, auto',
    ]),
    ...['pq', '', null, 8, {}, { type: 'pq' }, { bits: 4 }].map((quantization) => [
      `quantization ${JSON.stringify(quantization)}`,
      [{ dimensions: 3, quantization }],
      'INVALID_ARGUMENT',
      'quantization',
      'none, int8, rabitq',
    ]),
    ...[
      [{ index: { type: 'flat', M: 16 } }, "'M'"],
      [{ index: { type: 'auto', ef: 100 } }, "'ef'"],
      [{ index: { type: 'hnsw', m: 16 } }, "did you mean 'M'"],
      [{ index: { type: 'hnsw', efconstruction: 1 } }, "did you mean 'efConstruction'"],
      [{ quantization: { type: 'none', keep: true } }, "'keep'"],
      [{ quantization: { type: 'int8', bits: 8 } }, "'bits'"],
      [{ quantization: { type: 'rabitq', bit: 4 } }, "did you mean 'bits'"],
    ].map(([more, word]) => [
      `the key ${word} in ${JSON.stringify(more)}`,
      [{ dimensions: 3, ...more }],
      'INVALID_ARGUMENT',
      word,
    ]),
    ...Object.entries({
      M: [2, 64],
      efConstruction: [1, 20_000],
      ef: [1, 20_000],
      seed: [0, 2 ** 32 - 1],
    }).flatMap(([name, [least, most]]) => [
      ...[least - 1, least + 0.5, `${least}`, null, Number.NaN].map((value) => [
        `${name} ${JSON.stringify(value)}`,
        [{ dimensions: 3, index: { type: 'hnsw', [name]: value } }],
        'INVALID_ARGUMENT',
        name,
        `from ${least} to ${most}`,
      ]),
      [
        `${name} ${most + 1}`,
        [{ dimensions: 3, index: { type: 'hnsw', [name]: most + 1 } }],
        'LIMIT_EXCEEDED',
        name,
        `${most}`,
      ],
    ]),
    ...[0, 1.5, '4', null].map((bits) => [
      `bits ${JSON.stringify(bits)}`,
      [{ dimensions: 3, quantization: { type: 'rabitq', bits } }],
      'INVALID_ARGUMENT',
      'bits',
      'from 1 to 8',
    ]),
    [
      '9 bits',
      [{ dimensions: 3, quantization: { type: 'rabitq', bits: 9 } }],
      'LIMIT_EXCEEDED',
      'bits',
      '8',
    ],
    ...['false', 0, null].map((keep) => [
      `keep ${JSON.stringify(keep)}`,
      [{ dimensions: 3, quantization: { type: 'int8', keep } }],
      'INVALID_ARGUMENT',
      'keep',
      'boolean',
    ]),
    ...['manhattan', 'hamming'].flatMap((metric) =>
      ['int8', 'rabitq'].map((quantization) => [
        `${quantization} under ${metric}`,
        [{ dimensions: 8, metric, quantization }],
        'INVALID_ARGUMENT',
        'quantization',
        metric,
        quantization,
      ]),
    ),
    ...[0, 1, 95, -0.1, '0.9', null, Number.NaN].map((targetRecall) => [
      `targetRecall ${JSON.stringify(targetRecall)}`,
      [{ dimensions: 3, targetRecall }],
      'INVALID_ARGUMENT',
      'targetRecall',
      'between 0 and 1',
    ]),
    ...['signal', 'storage', 'namespace', 'worker', 'ef'].map((key) => [
      `the later option ${key}`,
      [{ dimensions: 3, [key]: 'auto' }],
      'INVALID_ARGUMENT',
      `'${key}'`,
    ]),
    [
      'dimension',
      [{ dimension: 3 }],
      'INVALID_ARGUMENT',
      "'dimension'",
      "did you mean 'dimensions'",
    ],
    [
      'truncatedim',
      [{ dimensions: 3, truncatedim: 2 }],
      'INVALID_ARGUMENT',
      "did you mean 'truncateDim'",
    ],
    ...[null, 7, true, {}, []].map((wasm) => [
      `wasm ${JSON.stringify(wasm)}`,
      [{ dimensions: 3, wasm }],
      'INVALID_ARGUMENT',
      'wasm',
    ]),
  ];
  for (const [what, args, code, ...words] of cases)
    it(what, () => rejected(createIndex(...args), code, ...words));

  it('nothing at the limits', async (t) => {
    for (const options of [
      { dimensions: 1 },
      { dimensions: 8192 },
      { dimensions: 65_536, metric: 'hamming' },
      { dimensions: 8, metric: 'hamming' },
      { dimensions: 3, truncateDim: 3 },
      { dimensions: 3, model: 'x'.repeat(1000) },
      { dimensions: 3, maxMemoryBytes: 2 ** 32 },
      { dimensions: 3, maxMemoryBytes: 1 },
      { dimensions: 3, index: 'flat' },
      { dimensions: 3, index: 'auto' },
      { dimensions: 3, index: { type: 'flat' } },
      { dimensions: 3, index: { type: 'auto' } },
      { dimensions: 3, index: 'hnsw' },
      { dimensions: 3, index: { type: 'hnsw', M: 2, efConstruction: 1, ef: 1, seed: 0 } },
      {
        dimensions: 3,
        index: { type: 'hnsw', M: 64, efConstruction: 20_000, ef: 20_000, seed: 2 ** 32 - 1 },
      },
      { dimensions: 3, index: { type: 'hnsw', M: undefined, ef: undefined } },
      { dimensions: 3, quantization: 'none' },
      { dimensions: 3, quantization: { type: 'none' } },
      { dimensions: 3, quantization: 'int8' },
      { dimensions: 3, quantization: { type: 'int8', keep: false } },
      { dimensions: 3, quantization: { type: 'rabitq', bits: 1, keep: true } },
      { dimensions: 3, quantization: { type: 'rabitq', bits: 8, keep: false } },
      { dimensions: 8, metric: 'hamming', index: 'hnsw', quantization: 'none' },
      { dimensions: 3, targetRecall: 0.999 },
      { dimensions: 3, metric: undefined, quantization: undefined },
    ]) {
      const index = await newIndex(t, options);
      assert.equal(index.count(), 0);
      assert.equal(index.metric, options.metric ?? 'cosine');
      assert.equal(index.model, options.model);
    }
  });
});

describe('errors', () => {
  it('are Errors with a name, a code and plain details', async (t) => {
    const index = await newIndex(t, { dimensions: 3 });
    const error = refused(() => index.query([1]), 'DIMENSION_MISMATCH');
    assert.ok(error instanceof RuVectorError && error instanceof DimensionMismatchError);
    assert.equal(error.name, 'DimensionMismatchError');
    assert.deepEqual([error.expected, error.actual], [3, 1]);
    assert.deepEqual(JSON.parse(JSON.stringify(error.details)), { expected: 3, actual: 1 });
    assert.match(error.stack, /^DimensionMismatchError|DIMENSION_MISMATCH|expected 3/);
    const plain = refused(() => index.query('x'), 'INVALID_ARGUMENT');
    assert.equal(plain.name, 'RuVectorError');
    assert.ok(!(plain instanceof DimensionMismatchError));
  });

  it('can be made by programs, for stand-ins in their tests', () => {
    const cause = new Error('why');
    const error = new RuVectorError('NOT_FOUND', 'text', { details: { id: 'a' }, cause });
    assert.deepEqual(
      [error.code, error.message, error.details],
      ['NOT_FOUND', 'text', { id: 'a' }],
    );
    assert.equal(error.cause, cause);
    assert.equal('cause' in new RuVectorError('CLOSED', 'text'), false);
  });
});
