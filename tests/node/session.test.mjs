// Sessions: what they do to a ranking, against a plain re-computation; what they never do; and their
// bounds. Whether they are worth it is in benefits.test.mjs.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { distance } from '../support/distances.mjs';
import { comparable, newIndex, refused, refusedUnchanged } from '../support/indexes.mjs';
import { itemsOf, random, seededFor, seededVectors } from '../support/random.mjs';

const DIMENSIONS = 16;
const METRICS = ['cosine', 'euclidean', 'manhattan', 'hamming'];
const idsOf = ({ matches }) => matches.map(({ id }) => id);

function records(metric, count = 200, seed = 1) {
  return itemsOf(seededFor(metric, { seed, count, dimensions: DIMENSIONS }));
}

function indexOf(t, metric, items) {
  return newIndex(t, { dimensions: DIMENSIONS, metric, index: 'flat' }, items);
}

/** The documented ranking in as few lines as can be checked by eye; `activations` by id. */
function ranked(metric, items, query, activations, { topK, weight = 0.5 }) {
  const apart = (a, b) => distance(metric, a, b) ** (metric === 'euclidean' ? 2 : 1);
  const near = items
    .map(({ id, vector }) => ({ id, vector, apart: apart(query, vector) }))
    .sort((a, b) => a.apart - b.apart);
  const chosen = near.filter(({ id }, i) => i < Math.max(50, 5 * topK) || activations.has(id));
  const reach = 1.5 * near[Math.max(50, 5 * topK) - 1].apart;
  const like = (far) => Math.max(0, 1 - far / reach);
  const drive = ({ vector, apart: far }) =>
    items
      .filter(({ id }) => activations.has(id))
      .reduce(
        (sum, it) =>
          sum +
          weight *
            activations.get(it.id) *
            like(apart(query, it.vector)) *
            like(apart(it.vector, vector)),
        like(far),
      );
  return chosen.map((it) => ({ id: it.id, drive: drive(it) })).sort((a, b) => b.drive - a.drive);
}

describe('a session', () => {
  for (const metric of METRICS)
    it(`ranks by what was clicked in it, under ${metric}`, async (t) => {
      const items = records(metric);
      const index = await indexOf(t, metric, items);
      const queries = seededFor(metric, { seed: 2, count: 12, dimensions: DIMENSIONS });
      const next = random(3);
      let changed = 0;
      for (const [i, query] of queries.entries()) {
        const session = { id: `s${i}`, at: 0, next: 0 };
        const first = index.query(queries[(i + 1) % queries.length], { session });
        const activations = new Map(first.matches.map(({ id }) => [id, 0.1]));
        for (let click = 0; click < 3; ++click) {
          const { id } = items[Math.floor(next() * items.length)];
          const weight = 1 - 1.5 * next();
          index.feedback({ query: first.queryId, id, weight });
          const before = activations.get(id) ?? 0;
          activations.set(
            id,
            weight > 0 ? before + weight * (1 - before) : before + weight * (1 + before),
          );
        }
        // A time constant later each is at 1/e.
        session.at = 1_800_000;
        for (const [id, value] of activations) activations.set(id, value / Math.E);
        const { matches } = index.query(query, { session });
        const drives = new Map(
          ranked(metric, items, query, activations, { topK: 10 }).map((it) => [it.id, it.drive]),
        );
        const best = [...drives.values()].slice(0, 10);
        // Equal drives, as under hamming, in any order.
        for (const [place, { id }] of matches.entries())
          assert.ok(Math.abs(drives.get(id) - best[place]) < 1e-5, `${i}: ${id} at ${place}`);
        changed += Number(idsOf(index.query(query)).join() !== matches.map(({ id }) => id).join());
      }
      assert.ok(changed > queries.length / 2, `only ${changed} rankings are other than without`);
    });

  it('leaves scores and distances as they are, and its first query too', async (t) => {
    const items = records('cosine');
    const index = await indexOf(t, 'cosine', items);
    const [a, b] = seededVectors({ seed: 4, count: 2, dimensions: DIMENSIONS });
    const plain = index.query(a);
    const first = index.query(a, { session: 's' });
    assert.deepEqual(comparable(first), comparable(plain));
    index.feedback({ query: first.queryId, id: plain.matches[7].id });
    const all = new Map(index.query(b, { topK: 200 }).matches.map((match) => [match.id, match]));
    for (const match of index.query(b, { session: 's' }).matches)
      assert.deepEqual(match, all.get(match.id));
  });

  it('changes nothing for queries without it', async (t) => {
    const items = records('euclidean');
    const [index, other] = [
      await indexOf(t, 'euclidean', items),
      await indexOf(t, 'euclidean', items),
    ];
    const queries = seededVectors({ seed: 5, count: 20, dimensions: DIMENSIONS });
    for (const query of queries) {
      const { queryId, matches } = index.query(query, {
        session: 's',
        diversify: 0.3,
        novelty: true,
      });
      index.feedback({ query: queryId, id: matches[3].id });
    }
    for (const query of queries) {
      const options = { topK: 25, filter: undefined };
      assert.deepEqual(
        comparable(index.query(query, options)),
        comparable(other.query(query, options)),
      );
    }
    assert.deepEqual(index.export(), other.export());
    assert.equal(index.version, other.version);
  });

  it('fades: long after, the order is that of distance', async (t) => {
    const index = await indexOf(t, 'cosine', records('cosine'));
    const [a, b] = seededVectors({ seed: 6, count: 2, dimensions: DIMENSIONS });
    const at = (ms) => ({ session: { id: 's', tauMs: 1000, at: ms } });
    const { queryId, matches } = index.query(a, at(0));
    for (const { id } of matches) index.feedback({ query: queryId, id });
    assert.notDeepEqual(idsOf(index.query(b, at(10))), idsOf(index.query(b)));
    assert.deepEqual(idsOf(index.query(b, at(60_000))), idsOf(index.query(b)));
    // Time does not run back: a moment before is the same one.
    index.feedback({ query: queryId, id: matches[9].id });
    assert.notDeepEqual(idsOf(index.query(b, at(0))), idsOf(index.query(b)));
  });

  it('keeps to the filter, the namespace and the least score', async (t) => {
    const items = records('cosine').map((item, i) => ({
      ...item,
      namespace: i % 2 === 0 ? 'even' : 'odd',
      metadata: { third: i % 3 === 0 },
    }));
    const index = await indexOf(t, 'cosine', items);
    const [query] = seededVectors({ seed: 7, count: 1, dimensions: DIMENSIONS });
    const [even, odd] = ['even', 'odd'].map((name) => index.namespace(name));
    const session = { id: 's', weight: 100, next: 100, at: 0 };
    const { queryId } = even.query(query, { session });
    const farthest = even.query(query, { topK: 100 }).matches.at(-1).id;
    for (let i = 0; i < 3; ++i) {
      even.feedback({ query: queryId, id: farthest });
      odd.feedback({ query: queryId, id: 'r1' });
    }
    const found = even.query(query, { session, filter: { third: true }, topK: 20 }).matches;
    assert.equal(found.length, 20);
    for (const { id, namespace, metadata } of found) {
      assert.equal(Number(id.slice(1)) % 6, 0);
      assert.deepEqual([namespace, metadata], ['even', { third: true }]);
    }
    const minScore = even.query(query, { topK: 30 }).matches.at(-1).score;
    const good = even.query(query, { session, minScore, topK: 100 });
    assert.deepEqual(idsOf(good).sort(), idsOf(even.query(query, { minScore, topK: 100 })).sort());
  });

  it('brings in a record that was far off, and forgets it once it is deleted', async (t) => {
    const index = await indexOf(t, 'cosine', records('cosine', 400));
    const [query] = seededVectors({ seed: 8, count: 1, dimensions: DIMENSIONS });
    const ask = (options = {}) =>
      index.query(query, { session: { id: 's', weight: 0, next: 10, at: 0, ...options } });
    const order = idsOf(index.query(query, { topK: 400 }));
    const [last, before] = order.slice(-2).reverse();
    const { queryId } = ask();
    for (let i = 0; i < 5; ++i)
      for (const id of [before, last]) index.feedback({ query: queryId, id });
    index.feedback({ query: queryId, id: before });
    assert.equal(ask().matches[0].id, last);
    // Rows are numbered anew; what is remembered is of the records.
    index.delete(order.slice(100, 300));
    index.compact();
    assert.equal(ask().matches[0].id, last);
    const { vector } = index.get(last);
    index.delete(last);
    assert.ok(!idsOf(ask()).includes(last));
    // One of the same name is another record.
    index.upsert({ id: last, vector });
    assert.ok(!idsOf(ask()).includes(last));
  });

  it('is gone with the records', async (t) => {
    const index = await indexOf(t, 'cosine', records('cosine'));
    const [query] = seededVectors({ seed: 9, count: 1, dimensions: DIMENSIONS });
    const snapshot = index.export();
    for (const replace of [() => index.import(snapshot), () => index.clear()]) {
      const { queryId } = index.query(query, { session: 's' });
      replace();
      refused(() => index.feedback({ query: queryId, id: 'r1' }), 'NOT_FOUND');
    }
  });

  it('works where a graph is searched, and with more candidates than matches', async (t) => {
    const items = records('cosine', 1500);
    const options = { dimensions: DIMENSIONS, index: { type: 'hnsw', ef: 400 } };
    const index = await newIndex(t, options, items);
    const flat = await indexOf(t, 'cosine', items);
    const queries = seededVectors({ seed: 10, count: 10, dimensions: DIMENSIONS });
    let same = 0;
    for (const [i, query] of queries.entries()) {
      const [found, exact] = [index, flat].map((it) => {
        const session = { id: 's', at: i };
        const { queryId } = it.query(queries[(i + 1) % 10], { session });
        it.feedback({ query: queryId, id: `r${i}` });
        return idsOf(it.query(query, { session, topK: 20 }));
      });
      same += exact.filter((id) => found.includes(id)).length;
    }
    assert.ok(same >= 195, `${same} of 200 as in the flat index`);
  });
});

describe('feedback and sessions refuse, and change nothing,', () => {
  const twice = async (t) => {
    const index = await indexOf(t, 'cosine', records('cosine'));
    const [query] = seededVectors({ seed: 11, count: 1, dimensions: DIMENSIONS });
    return { index, query };
  };

  it('feedback to a query that had no session, expired or was never made', async (t) => {
    const { index, query } = await twice(t);
    const none = index.query(query).queryId;
    const words = ['query', 'with a session', 'one of the last 256'];
    for (const id of [none, 'q999', ''])
      refusedUnchanged(index, () => index.feedback({ query: id, id: 'r1' }), 'NOT_FOUND', ...words);
    const { queryId } = index.query(query, { session: 's' });
    for (let i = 0; i < 255; ++i) index.query(query, { session: 's' });
    index.feedback({ query: queryId, id: 'r1' });
    index.query(query, { session: 'other' });
    refused(() => index.feedback({ query: queryId, id: 'r1' }), 'NOT_FOUND', ...words);
  });

  it('feedback to a record that is not there, and what is no feedback', async (t) => {
    const { index, query } = await twice(t);
    const ask = (id) => index.query(query, { session: { id, at: 0 } });
    const [{ queryId }] = ['s', 'untouched'].map(ask);
    const wrong = [
      ['NOT_FOUND', { id: 'none' }, '"none"'],
      ['INVALID_ARGUMENT', { id: '' }, 'id'],
      ['INVALID_ARGUMENT', { weight: 1.01 }, 'weight', 'from -1 to 1'],
      ['INVALID_ARGUMENT', { weight: Number.NaN }, 'weight'],
      ['INVALID_ARGUMENT', { weight: '1' }, 'weight'],
      ['INVALID_ARGUMENT', { wieght: 1 }, "did you mean 'weight'?"],
    ];
    for (const [code, part, ...words] of wrong)
      refused(() => index.feedback({ query: queryId, id: 'r150', ...part }), code, ...words);
    refused(() => index.feedback(), 'INVALID_ARGUMENT', 'feedback');
    refused(() => index.namespace('n').feedback({ query: queryId, id: 'r150' }), 'NOT_FOUND');
    assert.deepEqual(idsOf(ask('s')), idsOf(ask('untouched')));
    index.feedback({ query: queryId, id: 'r150' });
    index.dispose();
    refused(() => index.feedback({ query: queryId, id: 'r150' }), 'CLOSED');
  });

  it('options that are none', async (t) => {
    const { index, query } = await twice(t);
    const wrong = [
      [{ session: '' }, 'session.id'],
      [{ session: 7 }, 'session'],
      [{ session: {} }, 'session.id'],
      [{ session: { id: 's', tau: 1 } }, "did you mean 'tauMs'?"],
      [{ session: { id: 's', at: Number.NaN } }, 'session.at'],
      [{ session: { id: 's', weight: -1 } }, 'session.weight'],
      [{ session: 's', spread: true }, 'hnsw'],
    ];
    for (const [options, ...words] of wrong)
      refusedUnchanged(index, () => index.query(query, options), 'INVALID_ARGUMENT', ...words);
    const many = () => index.queryMany([query], { session: 's' });
    refused(many, 'INVALID_ARGUMENT', 'session', 'queryMany()');
    refused(() => index.query(query, { session: 's', topK: 101 }), 'LIMIT_EXCEEDED', '100');
    refused(() => index.query([...query, 1], { session: 's' }), 'DIMENSION_MISMATCH');
    const graph = await newIndex(t, { dimensions: DIMENSIONS, index: 'hnsw' });
    const both = () => graph.query(query, { session: 's', spread: true });
    refused(both, 'INVALID_ARGUMENT', 'spread', 'without session and diversify');
    const dot = await newIndex(t, { dimensions: DIMENSIONS, metric: 'dot' });
    refused(() => dot.query(query, { session: 's' }), 'INVALID_ARGUMENT', 'session', 'dot');
  });
});

it('explain() tells of the search, and answers as the session does', async (t) => {
  const index = await indexOf(t, 'cosine', records('cosine', 1000));
  const [query] = seededVectors({ seed: 12, count: 1, dimensions: DIMENSIONS });
  const session = { id: 's', at: 0 };
  const { queryId } = index.query(query, { session });
  index.feedback({ query: queryId, id: 'r7' });
  const { distanceEvaluations, result } = index.explain(query, { session, novelty: true });
  assert.equal(distanceEvaluations, 1000);
  const { novelty, ...answer } = comparable(result);
  assert.ok(novelty >= 0 && novelty <= 1);
  assert.notDeepEqual(answer, comparable(index.query(query)));
});

describe('a session that is used as people do', () => {
  const seeded = () => itemsOf(seededVectors({ seed: 31, count: 400, dimensions: 16 }));

  it('is little changed by the same query again and again', async (t) => {
    const items = seeded();
    const index = await newIndex(t, { dimensions: 16 }, items);
    const ids = ({ matches }) => matches.map(({ id }) => id);
    const ask = (id) => ids(index.query(items[5].vector, { session: { id, at: 0 } }));
    ask('once');
    const second = ask('once');
    for (let i = 0; i < 20; ++i) ask('often');
    assert.deepEqual(ask('often'), second);
  });

  it('a record that is clicked each time does not sink', async (t) => {
    const items = seeded();
    const index = await newIndex(t, { dimensions: 16 }, items);
    const session = { id: 'one', at: 0 };
    const place = ({ matches }, id) => matches.findIndex((match) => match.id === id);
    const first = index.query(items[5].vector, { session });
    const { id } = first.matches[8];
    let asked = first;
    for (let i = 0; i < 6; ++i) {
      index.feedback({ query: asked.queryId, id });
      asked = index.query(items[5].vector, { session });
      const at = place(asked, id);
      assert.ok(at >= 0 && at <= 8, `at ${at}`);
    }
  });

  it('feedback to the query of another index of the same name is NOT_FOUND', async (t) => {
    const items = seeded();
    const [before, after] = [
      await newIndex(t, { dimensions: 16 }, items),
      await newIndex(t, { dimensions: 16 }, items),
    ];
    const { queryId } = before.query(items[0].vector, { session: 'ada' });
    after.query(items[0].vector, { session: 'bob' });
    refused(() => after.feedback({ query: queryId, id: items[0].id }), 'NOT_FOUND', queryId);
  });

  it('explain() is no visit, and tells the search that the candidates came from', async (t) => {
    const items = seeded();
    const index = await newIndex(t, { dimensions: 16, index: 'flat' }, items);
    const { result } = index.explain(items[3].vector, { session: 'ada' });
    refused(() => index.feedback({ query: result.queryId, id: items[3].id }), 'NOT_FOUND');
    const told = index.explain(items[3].vector, { diversify: 0.2, topK: 20 });
    const { steps } = told.dag;
    assert.equal(steps.at(-1).budget, 100);
    assert.equal(told.requested, 20);
    assert.equal(told.returned, 20);
  });
});
