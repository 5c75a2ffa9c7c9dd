// Filters: what each operator says of each type of field, what is refused and how, and the verbs
// that take one.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { matches } from '../support/filter-oracle.mjs';
import { newIndex, refused, refusedUnchanged } from '../support/indexes.mjs';

/** A field of every type, by what it is. */
const FIELDS = {
  missing: undefined,
  null: null,
  true: true,
  false: false,
  zero: 0,
  'minus zero': -0,
  7: 7,
  'minus 2.5': -2.5,
  'empty text': '',
  b: 'b',
  abc: 'abc',
  'the text 7': '7',
  'an emoji': '\u{1f600}',
  'a private character': '\uffee',
  'half a pair': '\ud83d',
  'an empty list': [],
  'a list': ['a', 'b'],
  'a mixed list': [7, null, 'abc', true],
  'a list of lists': [['b'], []],
  'a list of objects': [{ b: 1 }, {}],
  'an object': { b: 'b', length: 7 },
};
const names = Object.keys(FIELDS);
const items = names.map((id) => ({
  id,
  vector: [1],
  metadata: id === 'missing' ? {} : { f: FIELDS[id] },
}));

async function listed(t, options = {}) {
  return await newIndex(t, { dimensions: 1, metric: 'dot', ...options }, [
    ...items,
    { id: 'no metadata', vector: [1] },
  ]);
}

const lists = ['a list', 'a mixed list'];
const all = [...names, 'no metadata'];
const without = (...left) => all.filter((name) => !left.includes(name));

/** [condition on f, names of the fields that match] */
const TABLE = [
  ['b', ['b', 'a list']],
  [null, ['null', 'a mixed list']],
  [true, ['true', 'a mixed list']],
  [0, ['zero', 'minus zero']],
  [-0, ['zero', 'minus zero']],
  [{ $eq: 7 }, ['7', 'a mixed list']],
  [{ $eq: '7' }, ['the text 7']],
  [{ $ne: 7 }, without('7', 'a mixed list')],
  [{ $ne: null }, without('null', 'a mixed list')],
  [{ $gt: 0 }, ['7', 'a mixed list']],
  [{ $gte: 0 }, ['zero', 'minus zero', '7', 'a mixed list']],
  [{ $lt: 0 }, ['minus 2.5']],
  [{ $lte: -0 }, ['zero', 'minus zero', 'minus 2.5']],
  [{ $lt: Number.POSITIVE_INFINITY }, ['zero', 'minus zero', '7', 'minus 2.5', 'a mixed list']],
  [{ $gt: 'abc' }, ['b', 'an emoji', 'a private character', 'half a pair', 'a list']],
  [{ $gte: 'abc' }, ['b', 'abc', 'an emoji', 'a private character', 'half a pair', ...lists]],
  [{ $lt: 'abc' }, ['empty text', 'the text 7', 'a list']],
  [{ $gt: '\uffee' }, ['an emoji']],
  [{ $lt: '\u{1f600}', $gt: 'zz' }, ['a private character', 'half a pair']],
  [{ $lt: '\uffee', $gt: 'zz' }, ['half a pair']],
  [{ $in: ['b', 7, null] }, ['null', '7', 'b', ...lists]],
  [{ $in: [] }, []],
  [{ $nin: ['b', 7, null] }, without('null', '7', 'b', ...lists)],
  [{ $nin: [] }, all],
  [{ $exists: true }, without('missing', 'no metadata')],
  [{ $exists: false }, ['missing', 'no metadata']],
  [{ $startsWith: 'a' }, ['abc', ...lists]],
  [{ $startsWith: '\ud83d' }, ['an emoji', 'half a pair']],
  [{ $contains: 'b' }, ['b', 'abc', 'a list']],
  [{ $contains: 7 }, ['a mixed list']],
  [{ $contains: null }, ['a mixed list']],
  [{ $any: ['x', 'b', true] }, lists],
  [{ $any: [] }, []],
  [{ $all: ['b', 'a'] }, ['a list']],
  [{ $all: [] }, names.filter((name) => Array.isArray(FIELDS[name]))],
  [{ $size: 0 }, ['an empty list']],
  [{ $size: 2 }, ['a list', 'a list of lists', 'a list of objects']],
  [{ $gt: 'a', $lt: 'b' }, ['abc', ...lists]],
];

describe('a condition', () => {
  for (const [condition, wanted] of TABLE)
    it(`${JSON.stringify(condition)} matches by the type of the field`, async (t) => {
      const filter = { f: condition };
      for (const options of [{}, { indexed: [] }]) {
        const index = await listed(t, options);
        assert.deepEqual(
          index.list({ filter }).ids.sort(),
          [...wanted].sort(),
          JSON.stringify(options),
        );
        const refuted = index.list({ filter: { $not: filter } }).ids;
        assert.deepEqual(refuted.sort(), without(...wanted).sort());
      }
      const byOracle = items.filter(({ metadata }) => matches(filter, metadata));
      const names = wanted.filter((name) => name !== 'no metadata');
      assert.deepEqual(byOracle.map(({ id }) => id).sort(), names.sort(), 'the oracle');
    });

  it('on a dotted path reaches into nested objects, by their own keys only', async (t) => {
    const index = await newIndex(t, { dimensions: 1, metric: 'dot' }, [
      { id: 'deep', vector: [1], metadata: { a: { b: { c: 1 } } } },
      { id: 'list', vector: [1], metadata: { a: [{ b: { c: 1 } }], length: 2 } },
      { id: 'text', vector: [1], metadata: { a: 'text' } },
      { id: 'proto', vector: [1], metadata: JSON.parse('{"__proto__":{"b":1},"":{"":2}}') },
    ]);
    const found = (filter) => index.list({ filter }).ids;
    assert.deepEqual(found({ 'a.b.c': 1 }), ['deep']);
    assert.deepEqual(found({ 'a.b': { $exists: true } }), ['deep']);
    assert.deepEqual(found(JSON.parse('{"__proto__.b":1}')), ['proto']);
    assert.deepEqual(found(JSON.parse('{"__proto__":{"$exists":true}}')), ['proto']);
    assert.deepEqual(found({ '.': 2 }), ['proto']);
    for (const path of ['a.length', 'a.0', 'a.b.d', 'constructor', 'a.constructor.name'])
      assert.deepEqual(found({ [path]: { $exists: true } }), [], path);
    assert.deepEqual(found({ toString: { $exists: false } }).length, 4);
  });

  it('of several keys asks all; $and, $or and $not nest; an empty one is all', async (t) => {
    const index = await newIndex(t, { dimensions: 1, metric: 'dot' });
    for (let n = 0; n < 100; ++n)
      index.upsert({ id: `${n}`, vector: [1], metadata: { n, even: n % 2 === 0 } });
    for (const [filter, wanted] of [
      [{}, 100],
      [{ even: true, n: { $lt: 10 } }, 5],
      [{ $and: [{ even: true }, { n: { $lt: 10 } }] }, 5],
      [{ $or: [{ even: true }, { n: { $lt: 10 } }] }, 55],
      [{ $not: { even: true, n: { $lt: 10 } } }, 95],
      [{ even: true, $not: { $or: [{ n: 0 }, { n: 2 }] } }, 48],
      [{ $not: {} }, 0],
      [{ $not: { $not: {} } }, 100],
    ])
      assert.equal(index.count(filter), wanted, JSON.stringify(filter));
  });
});

describe('a filter of an index without records', () => {
  it('finds nothing, also once all have gone', async (t) => {
    const index = await newIndex(t, { dimensions: 2 });
    const nothing = () => {
      const { matches, count } = index.query([1, 2], { filter: { a: 1 } });
      assert.deepEqual([matches, count, index.count({ a: 1 })], [[], 0, 0]);
      assert.equal(index.explain([1, 2], { filter: { a: 1 } }).returned, 0);
      assert.deepEqual(index.namespace('n').query([1, 2]).matches, []);
    };
    nothing();
    index.upsert({ id: 'x', vector: [1, 2], metadata: { a: 1 } });
    index.delete('x');
    nothing();
    index.compact();
    nothing();
  });
});

describe('a filter that is refused', () => {
  class Filter {
    lang = 'en';
  }
  const nested = (levels) => (levels === 1 ? {} : { $not: nested(levels - 1) });
  const cases = {
    null: [null, 'filter:', 'null'],
    'a list': [[{ a: 1 }], 'filter:', 'Array'],
    text: ['lang = en', 'filter:', 'lang = en'],
    'a Map': [new Map(), 'filter:', 'Map'],
    'an instance of a class': [new Filter(), 'filter:', 'Object'],
    'an operator for a field': [{ $gt: 5 }, 'filter.$gt:', '{ field: { $gt: ... } }'],
    'an unknown operator above fields': [{ $orr: [] }, "'$orr'", "did you mean '$or'?"],
    'an unknown operator': [{ a: { $gtt: 5 } }, 'filter.a:', "'$gtt'", "did you mean '$gt'?"],
    'a blank behind an operator': [{ a: { '$gte ': 5 } }, "'$gte '", "did you mean '$gte'?"],
    'an operator without its $': [{ a: { gte: 5 } }, "'gte'", "did you mean '$gte'?"],
    'capitals in an operator': [{ a: { $startswith: 'x' } }, "did you mean '$startsWith'?"],
    'a key of Object.prototype': [{ a: { constructor: 1 } }, "'constructor'"],
    'an object for a nested field': [{ a: { b: 1 } }, 'filter.a:', "the path 'a.b'"],
    'an empty object': [{ a: {} }, 'filter.a:'],
    '$not in a field': [{ a: { $not: { $gt: 1 } } }, 'filter.a.$not:', '{ $not: ... }'],
    'a list for a value': [{ a: ['x'] }, 'filter.a:', '$in', '$any', '$all'],
    undefined: [{ a: undefined }, 'filter.a:', 'undefined'],
    'undefined for an operand': [{ a: { $eq: undefined } }, 'filter.a.$eq:', 'undefined'],
    NaN: [{ a: Number.NaN }, 'filter.a:', 'NaN'],
    'a bigint': [{ a: 5n }, 'filter.a:'],
    'a date': [{ a: new Date(0) }, 'filter.a:', 'toISOString()'],
    'a date for an operand': [{ a: { $gt: new Date(0) } }, 'filter.a.$gt:', 'toISOString()'],
    'an object for $eq': [{ a: { $eq: {} } }, 'filter.a.$eq:', 'Object'],
    'a list for $ne': [{ a: { $ne: [1] } }, 'filter.a.$ne:', 'Array'],
    'a boolean for $gt': [{ a: { $gt: true } }, 'filter.a.$gt:', 'true'],
    'null for $lte': [{ a: { $lte: null } }, 'filter.a.$lte:', 'null'],
    'NaN for $lt': [{ a: { $lt: Number.NaN } }, 'filter.a.$lt:', 'NaN'],
    'a value for $in': [{ a: { $in: 5 } }, 'filter.a.$in:', '5'],
    'a Set for $in': [{ a: { $in: new Set([5]) } }, 'filter.a.$in:', 'Set'],
    'an object in $in': [{ a: { $in: [1, {}] } }, 'filter.a.$in[1]:', 'Object'],
    'NaN in $nin': [{ a: { $nin: [Number.NaN] } }, 'filter.a.$nin[0]:', 'NaN'],
    'a hole in $in': [{ a: { $in: new Array(1) } }, 'filter.a.$in[0]:', 'undefined'],
    'a value for $any': [{ a: { $any: 'x' } }, 'filter.a.$any:', '"x"'],
    'a list in $all': [{ a: { $all: [['x']] } }, 'filter.a.$all[0]:', 'Array'],
    'a number for $startsWith': [{ a: { $startsWith: 5 } }, 'filter.a.$startsWith:', '5'],
    'a list for $contains': [{ a: { $contains: ['x'] } }, 'filter.a.$contains:', 'Array'],
    'a number for $exists': [{ a: { $exists: 1 } }, 'filter.a.$exists:', 'true or false', '1'],
    'a fraction for $size': [{ a: { $size: 1.5 } }, 'filter.a.$size:', '1.5'],
    'a negative $size': [{ a: { $size: -1 } }, 'filter.a.$size:', '-1'],
    'an empty $and': [{ a: 1, $and: [] }, 'filter.$and:', 'at least one'],
    'an empty $or': [{ $or: [] }, 'filter.$or:', 'at least one'],
    'an object for $and': [{ $and: { a: 1 } }, 'filter.$and:', 'Object'],
    'a value in $or': [{ $or: [{}, 5] }, 'filter.$or[1]:', '5'],
    'a hole in $or': [{ $or: new Array(1) }, 'filter.$or[0]:', 'undefined'],
    'a list for $not': [{ $not: [] }, 'filter.$not:', 'Array'],
    'a fault deep inside': [
      { $or: [{ a: 1 }, { $not: { b: { $in: [1, 2, undefined] } } }] },
      'filter.$or[1].$not.b.$in[2]:',
    ],
  };
  for (const [what, [filter, ...words]] of Object.entries(cases))
    it(`${what}: says where and what, from every verb, and changes nothing`, async (t) => {
      const index = await newIndex(t, { dimensions: 1, metric: 'dot' }, items);
      for (const call of [
        () => index.count(filter),
        () => index.list({ filter }),
        () => index.deleteWhere(filter),
        () => index.query([1], { filter }),
        () => index.queryById('b', { filter }),
        () => index.queryMany([[1]], { filter }),
        () => index.explain([1], { filter }),
        () => index.namespace('n').count(filter),
      ])
        refusedUnchanged(index, call, 'INVALID_FILTER', 'expected', ...words);
    });

  it('deleteWhere() without one', async (t) => {
    const index = await newIndex(t, { dimensions: 1, metric: 'dot' }, items);
    refusedUnchanged(index, () => index.deleteWhere(), 'INVALID_FILTER', 'undefined');
  });

  it('more than 16 levels, or 10,000 conditions and values, is LIMIT_EXCEEDED', async (t) => {
    const index = await newIndex(t, { dimensions: 1, metric: 'dot' }, items);
    assert.equal(index.count(nested(16)), 0);
    const error = refused(() => index.count(nested(17)), 'LIMIT_EXCEEDED', '16 levels', '17');
    assert.deepEqual(error.details, { limit: 16, actual: 17 });
    const ring = {};
    ring.$and = [ring, ring];
    refused(() => index.count(ring), 'LIMIT_EXCEEDED');
    const values = Array.from({ length: 9999 }, (_, i) => i);
    assert.equal(index.count({ f: { $in: values } }), 4);
    refused(() => index.count({ f: { $in: [...values, 7] } }), 'LIMIT_EXCEEDED', '10000', '10001');
    refused(() => index.count({ f: { $in: new Array(2 ** 32 - 1) } }), 'LIMIT_EXCEEDED');
    const many = Object.fromEntries(values.map((i) => [`f${i}`, i]));
    refused(() => index.count({ $or: [many, many] }), 'LIMIT_EXCEEDED');
  });
});

describe('a caller whose filter runs code', () => {
  it('cannot have a disposed or changed index searched', async (t) => {
    const index = await newIndex(t, { dimensions: 1, metric: 'dot' }, items);
    const deleting = {
      get f() {
        index.delete(['b', 'abc']);
        index.compact();
        return { $startsWith: '' };
      },
    };
    assert.equal(index.count(deleting), 7);
    for (const verb of ['count', 'deleteWhere']) {
      const gone = await newIndex(t, { dimensions: 1, metric: 'dot' }, items);
      const disposing = {
        get f() {
          gone.dispose();
          return 1;
        },
      };
      refused(() => gone[verb](disposing), 'CLOSED');
    }
  });
});

describe('the verbs', () => {
  const years = async (t, options = {}) =>
    newIndex(
      t,
      { dimensions: 2, metric: 'euclidean', ...options },
      Array.from({ length: 300 }, (_, i) => ({
        id: `r${i}`,
        vector: [i, 0],
        metadata: { year: 1900 + i, lang: i % 3 === 0 ? 'en' : 'de', tags: [`t${i % 7}`] },
      })),
    );
  const filter = { lang: 'en', year: { $gte: 2000 } };

  it('count() and list() are about the records that match, page by page', async (t) => {
    const index = await years(t);
    const wanted = Array.from({ length: 300 }, (_, i) => i).filter((i) => i >= 100 && i % 3 === 0);
    assert.equal(index.count(filter), wanted.length);
    const ids = [];
    let cursor;
    do {
      const page = index.list({ filter, limit: 9, ...(cursor && { cursor }) });
      assert.ok(page.ids.length <= 9);
      ids.push(...page.ids);
      cursor = page.cursor;
    } while (cursor !== undefined);
    assert.deepEqual(
      ids,
      wanted.map((i) => `r${i}`),
    );
    assert.equal(index.count(undefined), 300);
  });

  it('deleteWhere() deletes what matches and says how many', async (t) => {
    const index = await years(t);
    const { version } = index;
    assert.equal(index.deleteWhere(filter), 66);
    assert.equal(index.version, version + 1);
    assert.deepEqual([index.count(), index.count(filter), index.deleteWhere(filter)], [234, 0, 0]);
    assert.equal(index.version, version + 1);
    assert.equal(index.get('r102'), undefined);
    assert.equal(index.deleteWhere({}), 234);
    assert.deepEqual(index.list(), { ids: [] });
  });

  it('query() gives the nearest of those that match, min(k, matches) of them', async (t) => {
    const index = await years(t);
    const nearest = (options) => index.query([0, 0], options).matches.map(({ id }) => id);
    assert.deepEqual(nearest({ filter, topK: 3 }), ['r102', 'r105', 'r108']);
    assert.equal(nearest({ filter, topK: 100 }).length, 66);
    assert.deepEqual(nearest({ topK: 2 }), ['r0', 'r1'], 'the filter is for one search');
    assert.deepEqual(nearest({ filter: { year: 1950 } }), ['r50']);
    assert.deepEqual(
      index.queryById('r200', { filter, topK: 2 }).matches.map(({ id }) => id),
      ['r201', 'r198'],
    );
    const both = index.queryMany(
      [
        [0, 0],
        [299, 0],
      ],
      { filter, topK: 1 },
    );
    assert.deepEqual(
      both.map(({ matches: [match] }) => match.id),
      ['r102', 'r297'],
    );
  });

  it('query() with a filter that nothing matches is complete and empty', async (t) => {
    const index = await years(t);
    const { matches: found, count, complete } = index.query([0, 0], { filter: { lang: 'fr' } });
    assert.deepEqual([found, count, complete], [[], 0, true]);
    assert.equal(index.queryMany([[0, 0]], { filter: { lang: 'fr' } })[0].count, 0);
  });

  it('explain() says why fewer came', async (t) => {
    const index = await years(t);
    const explained = (options) => {
      const { reason, requested, returned } = index.explain([0, 0], options);
      return [requested, returned, reason];
    };
    assert.deepEqual(explained({ filter, topK: 66 }), [66, 66, undefined]);
    assert.deepEqual(explained({ filter, topK: 67 }), [67, 66, 'fewer records match the filter']);
    assert.deepEqual(explained({ filter: { no: 1 } }), [10, 0, 'no record matches the filter']);
    assert.deepEqual(explained({ filter, minScore: 0.5 }), [10, 0, 'minScore left the others out']);
    assert.equal(index.explain([0, 0], { filter: { no: 1 } }).distanceEvaluations, 0);
  });

  it('a filter of many thousand values is quick', async (t) => {
    const index = await years(t);
    const values = Array.from({ length: 9000 }, (_, i) => i);
    assert.equal(index.count({ year: { $in: values } }), 300);
    assert.equal(index.count({ tags: { $any: values.map((i) => `t${i}`) } }), 300);
  });
});

describe('the option indexed', () => {
  for (const indexed of ['all', '', null, 5, {}, [5], [undefined], new Array(1), new Set(['a'])])
    it(`refuses ${JSON.stringify(indexed)}`, async (t) => {
      await assert.rejects(newIndex(t, { dimensions: 1, indexed }), { code: 'INVALID_ARGUMENT' });
    });

  it('is copied', async (t) => {
    const indexed = ['f'];
    const index = await newIndex(t, { dimensions: 1, metric: 'dot', indexed });
    indexed.length = 0;
    index.upsert(items);
    assert.equal(index.count({ f: { $exists: true } }), names.length - 1);
  });
});
