// Exact search against a brute-force oracle, through the package as shipped.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { F32_METRICS, METRICS, nearest, scoreOf } from '../support/distances.mjs';
import { comparable, newIndex } from '../support/indexes.mjs';
import { assertNearest, laneDistance } from '../support/oracle.mjs';
import { itemsOf, seededFor, seededIntegers, seededVectors, shuffled } from '../support/random.mjs';
import { rounds } from '../support/soak.mjs';

const ids = (result) => result.matches.map((match) => match.id);

async function compareWithOracle(t, metric, { dimensions, count, queries = 4, topK = 10 }) {
  const records = itemsOf(seededFor(metric, { seed: dimensions, count, dimensions }));
  const index = await newIndex(t, { metric, dimensions, index: 'flat' }, records);
  for (const query of seededFor(metric, { seed: dimensions + 1e6, count: queries, dimensions }))
    assertNearest(index.query(query, { topK }).matches, metric, records, query, topK);
}

describe('query against the oracle', () => {
  for (const metric of F32_METRICS) {
    it(`${metric}: finds the nearest at every dimension from 1 to 70`, async (t) => {
      for (let dimensions = 1; dimensions <= 70; ++dimensions)
        await compareWithOracle(t, metric, { dimensions, count: 50 });
    });
    for (const [dimensions, count] of [
      [383, 400],
      [384, 400],
      [385, 400],
      [768, 200],
      [1024, 200],
      [8192, 60],
    ])
      it(`${metric}: finds the nearest at ${dimensions} dimensions`, (t) =>
        compareWithOracle(t, metric, { dimensions, count }));
    it(`${metric}: finds the nearest across many blocks of rows`, (t) =>
      compareWithOracle(t, metric, { dimensions: 33, count: 20_000, queries: 2, topK: 100 }));
  }
  it('hamming: finds the nearest at every byte length from 1 to 70', async (t) => {
    for (let bytes = 1; bytes <= 70; ++bytes)
      await compareWithOracle(t, 'hamming', { dimensions: 8 * bytes, count: 50 });
  });
  for (const dimensions of [384, 1000, 8192, 65_536])
    it(`hamming: finds the nearest at ${dimensions} bits`, (t) =>
      compareWithOracle(t, 'hamming', { dimensions, count: 100 }));

  for (const metric of ['dot', 'euclidean', 'manhattan'])
    it(`${metric}: adds in the documented order of lanes, to the last bit`, async (t) => {
      for (const dimensions of [1, 3, 15, 16, 17, 31, 63, 70, 384, 1001]) {
        const [query, ...vectors] = seededVectors({ seed: 40 + dimensions, count: 9, dimensions });
        const index = await newIndex(t, { metric, dimensions }, itemsOf(vectors));
        for (const { id, distance } of index.query(query).matches)
          assert.equal(distance, laneDistance(metric, query, vectors[Number(id.slice(1))]));
      }
    });
});

describe('topK', () => {
  it('gives no matches of an empty index', async (t) => {
    const index = await newIndex(t, { dimensions: 3 });
    const result = index.query([1, 2, 3]);
    assert.deepEqual(comparable(result), { matches: [], count: 0, complete: true, version: 0 });
    assert.deepEqual(index.queryMany([[1, 2, 3]])[0].matches, []);
  });

  it('gives every record where there are fewer than topK, and is complete', async (t) => {
    const records = itemsOf(seededVectors({ seed: 2, count: 5, dimensions: 3 }));
    const index = await newIndex(t, { dimensions: 3 }, records);
    const result = index.query([1, 0, 0], { topK: 10_000 });
    assert.equal(result.count, 5);
    assert.equal(result.matches.length, 5);
    assert.equal(result.complete, true);
    assert.equal('reason' in result, false);
  });

  it('is 10 unless given', async (t) => {
    const records = itemsOf(seededVectors({ seed: 2, count: 50, dimensions: 3 }));
    const index = await newIndex(t, { dimensions: 3 }, records);
    assert.equal(index.query([1, 0, 0]).count, 10);
  });

  it('of 1 gives the nearest', async (t) => {
    const index = await newIndex(t, { dimensions: 2, metric: 'euclidean' }, [
      { id: 'far', vector: [9, 9] },
      { id: 'near', vector: [1, 1] },
    ]);
    assert.deepEqual(ids(index.query([0, 0], { topK: 1 })), ['near']);
  });

  it('of 10,000 gives that many of 12,000, the nearest', async (t) => {
    const records = itemsOf(seededVectors({ seed: 3, count: 12_000, dimensions: 4 }));
    const index = await newIndex(t, { dimensions: 4, metric: 'manhattan' }, records);
    const query = [0.1, 0.2, 0.3, 0.4].map(Math.fround);
    const { matches } = index.query(query, { topK: 10_000 });
    assertNearest(matches, 'manhattan', records, query, 10_000);
  });
});

describe('ties', () => {
  const dimensions = 3;
  const query = Float32Array.of(1, 0, -1);
  const integers = () => itemsOf(seededIntegers({ seed: 5, count: 300, dimensions, range: 1 }));

  for (const metric of ['dot', 'euclidean', 'manhattan'])
    it(`${metric}: equal distances come in order of insertion`, async (t) => {
      const records = shuffled(integers(), 6);
      const index = await newIndex(t, { dimensions, metric }, records);
      for (const topK of [1, 7, 50, 300])
        assert.deepEqual(
          ids(index.query(query, { topK })),
          nearest(metric, records, query, topK).map(({ id }) => id),
        );
    });

  for (const metric of METRICS)
    it(`${metric}: copies of one vector come in order of insertion`, async (t) => {
      const [vector] = seededFor(metric, { seed: 7, count: 1, dimensions: 40 });
      const records = shuffled(itemsOf(Array(500).fill(vector)), 8);
      const index = await newIndex(t, { dimensions: 40, metric }, records);
      const matches = index.query(vector, { topK: 123 }).matches;
      assert.deepEqual(
        matches.map(({ id }) => id),
        records.slice(0, 123).map(({ id }) => id),
      );
      assert.equal(new Set(matches.map(({ distance }) => distance)).size, 1);
    });

  it('a deleted record that is inserted again comes last', async (t) => {
    const index = await newIndex(t, { dimensions, metric: 'dot' }, itemsOf(Array(4).fill(query)));
    index.delete('r1');
    index.upsert({ id: 'r1', vector: query });
    assert.deepEqual(ids(index.query(query)), ['r0', 'r2', 'r3', 'r1']);
  });

  it('a record that is updated or replaced keeps its place', async (t) => {
    const index = await newIndex(t, { dimensions, metric: 'dot' }, itemsOf(Array(4).fill(query)));
    index.update('r1', { vector: [0, 0, 1] });
    index.update('r1', { vector: query, metadata: { again: true } });
    index.upsert({ id: 'r2', vector: query });
    assert.deepEqual(ids(index.query(query)), ['r0', 'r1', 'r2', 'r3']);
  });

  it('compact() does not change the order', async (t) => {
    const records = integers();
    const index = await newIndex(t, { dimensions, metric: 'euclidean' }, records);
    index.delete(records.filter((_, i) => i % 3 === 0).map(({ id }) => id));
    const before = comparable(index.query(query, { topK: 300 }));
    assert.equal(index.compact().removed, 100);
    assert.deepEqual(comparable(index.query(query, { topK: 300 })), before);
    const left = records.filter((_, i) => i % 3 !== 0);
    assert.deepEqual(
      before.matches.map(({ id }) => id),
      nearest('euclidean', left, query, 300).map(({ id }) => id),
    );
  });
});

describe('distance and score', () => {
  for (const metric of METRICS)
    it(`${metric}: lie in their ranges, the score falling as the distance rises`, async (t) => {
      const dimensions = 24;
      const component =
        metric === 'hamming'
          ? fc.integer({ min: 0, max: 255 })
          : fc.float({ min: -1000, max: 1000, noNaN: true });
      const length = metric === 'hamming' ? 3 : dimensions;
      const vector = fc
        .array(component, { minLength: length, maxLength: length })
        .filter((v) => metric === 'hamming' || Math.hypot(...v) > 1e-10)
        .map((v) => (metric === 'hamming' ? Uint8Array.from(v) : v));
      const index = await newIndex(t, { dimensions, metric });
      fc.assert(
        fc.property(fc.array(vector, { minLength: 1, maxLength: 30 }), vector, (rows, query) => {
          index.clear();
          index.upsert(itemsOf(rows));
          const { matches } = index.query(query, { topK: 30 });
          for (const [i, { distance, score }] of matches.entries()) {
            assert.equal(score, scoreOf(metric, distance, dimensions));
            if (metric !== 'dot') assert.ok(distance >= 0 && score <= 1);
            if (metric === 'cosine') assert.ok(distance <= 2 && score >= -1);
            if (metric === 'euclidean' || metric === 'manhattan') assert.ok(score > 0);
            if (metric === 'hamming') assert.ok(distance <= dimensions && score >= 0);
            if (i === 0) continue;
            assert.ok(distance >= matches[i - 1].distance);
            assert.ok(score <= matches[i - 1].score);
          }
        }),
        { seed: 11, numRuns: rounds(t, 100) },
      );
    });

  it('are those of the table, by hand', async (t) => {
    const rows = [
      { id: 'a', vector: [3, 4] },
      { id: 'b', vector: [-3, -4] },
      { id: 'c', vector: [4, -3] },
    ];
    const byHand = {
      cosine: { a: [0, 1], c: [1, 0], b: [2, -1] },
      dot: { a: [-25, 25], c: [0, 0], b: [25, -25] },
      euclidean: { a: [0, 1], c: [Math.fround(Math.sqrt(50))], b: [10, 1 / 11] },
      manhattan: { a: [0, 1], c: [8, 1 / 9], b: [14, 1 / 15] },
    };
    for (const [metric, expected] of Object.entries(byHand)) {
      const index = await newIndex(t, { dimensions: 2, metric }, rows);
      const { matches } = index.query([3, 4]);
      assert.deepEqual(
        matches.map(({ id }) => id),
        ['a', 'c', 'b'],
      );
      for (const { id, distance, score } of matches) {
        assert.ok(Math.abs(distance - expected[id][0]) < 1e-6, `${metric} ${id}: ${distance}`);
        if (expected[id][1] !== undefined) assert.ok(Math.abs(score - expected[id][1]) < 1e-6);
      }
    }
    const bits = await newIndex(t, { dimensions: 16, metric: 'hamming' }, [
      { id: 'a', vector: Uint8Array.of(0xff, 0x0f) },
    ]);
    const [match] = bits.query(Uint8Array.of(0xff, 0xff)).matches;
    assert.deepEqual([match.distance, match.score], [4, 0.75]);
  });

  it('of a vector and itself are exactly 0 and 1 where the metric says so', async (t) => {
    for (const metric of ['euclidean', 'manhattan', 'hamming']) {
      const [vector] = seededFor(metric, { seed: 9, count: 1, dimensions: 104 });
      const index = await newIndex(t, { dimensions: 104, metric }, [{ id: 'a', vector }]);
      const [{ distance, score }] = index.query(vector).matches;
      assert.deepEqual([distance, score], [0, 1]);
    }
  });

  it('are never -0, whatever zeros come in', async (t) => {
    for (const metric of F32_METRICS) {
      const index = await newIndex(t, { dimensions: 3, metric }, [
        { id: 'a', vector: [-0, 1, 0] },
        { id: 'b', vector: [0, -0, -1] },
      ]);
      for (const query of [
        [1, -0, 0],
        [-1, 0, -0],
        [0, 1, -0],
      ])
        for (const { distance, score } of index.query(query).matches)
          assert.ok(!Object.is(distance, -0) && !Object.is(score, -0), metric);
    }
  });

  it('take 0 and -0 for the same number', async (t) => {
    for (const metric of ['dot', 'euclidean', 'manhattan']) {
      const index = await newIndex(t, { dimensions: 2, metric }, [
        { id: 'a', vector: [0, 1] },
        { id: 'b', vector: [-0, 1] },
      ]);
      const { matches } = index.query([-0, -0]);
      assert.equal(matches[0].distance, matches[1].distance);
      assert.deepEqual(
        matches.map(({ id }) => id),
        ['a', 'b'],
      );
    }
  });
});

describe('query options', () => {
  const records = itemsOf(seededVectors({ seed: 12, count: 100, dimensions: 8 }));
  const [query] = seededVectors({ seed: 13, count: 1, dimensions: 8 });

  for (const metric of METRICS)
    it(`${metric}: minScore keeps exactly the matches of at least that score`, async (t) => {
      const vectors = seededFor(metric, { seed: 14, count: 101, dimensions: 32 });
      const index = await newIndex(t, { dimensions: 32, metric }, itemsOf(vectors.slice(1)));
      const all = index.query(vectors[0], { topK: 100 }).matches;
      for (const at of [0, 1, 50, 99]) {
        const minScore = all[at].score;
        const kept = index.query(vectors[0], { topK: 100, minScore });
        assert.deepEqual(
          kept.matches,
          all.filter(({ score }) => score >= minScore),
        );
        assert.equal(kept.count, kept.matches.length);
        assert.equal(kept.complete, true);
      }
      assert.equal(index.query(vectors[0], { minScore: all[0].score + 1 }).count, 0);
    });

  it('have no score threshold by default', async (t) => {
    const index = await newIndex(t, { dimensions: 2 }, [{ id: 'a', vector: [-1, 0] }]);
    assert.deepEqual(index.query([1, 0]).matches, [{ id: 'a', score: -1, distance: 2 }]);
  });

  it('includeMetadata is true by default and can be switched off', async (t) => {
    const index = await newIndex(t, { dimensions: 8 }, [
      { ...records[0], metadata: { title: 'one', tags: ['x'] } },
      records[1],
    ]);
    const byId = Object.fromEntries(index.query(query).matches.map((match) => [match.id, match]));
    assert.deepEqual(byId.r0.metadata, { title: 'one', tags: ['x'] });
    assert.equal('metadata' in byId.r1, false);
    for (const match of index.query(query, { includeMetadata: false }).matches)
      assert.equal('metadata' in match, false);
  });

  it('includeVector is false by default and gives the stored f32 values', async (t) => {
    const index = await newIndex(t, { dimensions: 8 }, records);
    for (const match of index.query(query).matches) assert.equal('vector' in match, false);
    for (const match of index.query(query, { includeVector: true }).matches)
      assert.deepEqual(match.vector, Array.from(records[Number(match.id.slice(1))].vector));
  });

  it('exact changes nothing in the flat index', async (t) => {
    const index = await newIndex(t, { dimensions: 8 }, records);
    const plain = comparable(index.query(query));
    assert.deepEqual(comparable(index.query(query, { exact: true })), plain);
    assert.deepEqual(comparable(index.query(query, { exact: false })), plain);
  });

  it('given as undefined count as absent', async (t) => {
    const index = await newIndex(t, { dimensions: 8 }, records);
    const options = { topK: undefined, minScore: undefined, filter: undefined };
    assert.deepEqual(comparable(index.query(query, options)), comparable(index.query(query)));
    assert.deepEqual(comparable(index.query(query, undefined)), comparable(index.query(query)));
  });
});

describe('results', () => {
  it('survive a round trip through JSON, from every query method', async (t) => {
    const metadata = { text: 'é😀"\\\n', list: [1, null, { deep: true }], zero: 0 };
    for (const metric of METRICS) {
      const vectors = seededFor(metric, { seed: 15, count: 30, dimensions: 16 });
      const items = itemsOf(vectors).map((item) => ({ ...item, metadata }));
      const index = await newIndex(t, { dimensions: 16, metric }, items);
      const options = { topK: 5, includeVector: true };
      for (const result of [
        index.query(vectors[0], options),
        index.queryById('r3', options),
        index.queryMany(vectors, options),
        index.explain(vectors[0], options),
        index.get('r3'),
        index.stats(),
        index.list({ limit: 3 }),
        index.upsert(items[0]),
        index.compact(),
      ])
        assert.deepEqual(JSON.parse(JSON.stringify(result)), result);
    }
  });

  it('say their version, a name of their own, and a time', async (t) => {
    const index = await newIndex(t, { dimensions: 1 }, [{ id: 'a', vector: [1] }]);
    const first = index.query([1]);
    const second = index.query([1]);
    assert.equal(first.version, index.version);
    assert.notEqual(first.queryId, second.queryId);
    assert.ok(first.tookMs >= 0 && Number.isFinite(first.tookMs));
  });

  it('explain() gives the same matches and counts the work', async (t) => {
    const records = itemsOf(seededVectors({ seed: 16, count: 100, dimensions: 8 }));
    const index = await newIndex(t, { dimensions: 8, index: 'flat' }, records);
    index.delete(['r1', 'r2']);
    const query = records[7].vector;
    const { result, dag, ...explanation } = index.explain(query, { topK: 5 });
    assert.deepEqual(comparable(result), comparable(index.query(query, { topK: 5 })));
    assert.deepEqual(explanation, {
      plan: 'flat',
      requested: 5,
      returned: 5,
      records: 98,
      selectivity: { actual: 1, estimated: 1 },
      ef: 64,
      candidates: 0,
      distanceEvaluations: 100,
      codesScanned: 0,
      hops: 0,
      bytesRead: 100 * 8 * 4,
      fallbacks: 0,
    });
    assert.match(index.explain(query, { topK: 200 }).reason, /fewer/);
    assert.match(index.explain(query, { minScore: 2 }).reason, /minScore/);
  });
});
