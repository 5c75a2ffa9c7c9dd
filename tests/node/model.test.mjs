// Random sequences of calls against a Map, which has the same rules: a known key keeps its place, a
// deleted one that comes again goes to the end. And what churn does to memory.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { METRICS, nearest } from '../support/distances.mjs';
import { newIndex } from '../support/indexes.mjs';
import { itemsOf, random, seededFor } from '../support/random.mjs';
import { rounds } from '../support/soak.mjs';

const DIMENSIONS = 8;

// Small integers: every sum is exact in f32, so that distances and their ties are the oracle's.
const numbers = fc.array(fc.integer({ min: -4, max: 4 }), {
  minLength: DIMENSIONS,
  maxLength: DIMENSIONS,
});
const vectors = {
  dot: numbers,
  euclidean: numbers,
  manhattan: numbers,
  hamming: fc.integer({ min: 0, max: 255 }).map((byte) => Uint8Array.of(byte)),
};
const ids = fc.integer({ min: 0, max: 19 }).map((n) => `id${n}`);
const metadata = fc.option(
  fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 2 }),
  { nil: undefined },
);
/** As JSON keeps it: -0 is 0 there. */
const asJson = (value) => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));

/** Every call that changes something, as [name, argument]. */
function calls(vector) {
  const item = fc.record({ id: ids, vector, metadata });
  return fc.array(
    fc.oneof(
      fc.tuple(fc.constant('upsert'), fc.array(item, { maxLength: 12 })),
      fc.tuple(fc.constant('steps'), fc.array(item, { maxLength: 12 })),
      fc.tuple(fc.constant('insert'), fc.array(item, { maxLength: 3 })),
      fc.tuple(fc.constant('update'), fc.record({ id: ids, vector: fc.option(vector), metadata })),
      fc.tuple(fc.constant('delete'), fc.array(ids, { maxLength: 8 })),
      fc.tuple(fc.constantFrom('compact', 'clear', 'reload'), fc.constant(undefined)),
    ),
    { maxLength: 25 },
  );
}

const record = ({ id, vector, metadata: given }) => [id, { id, vector, metadata: asJson(given) }];

/** Runs one call on the index and on the model, and compares what they say. */
function run(index, model, [call, argument]) {
  switch (call) {
    case 'upsert':
    case 'steps': {
      const known = model.size;
      for (const item of argument) model.set(...record(item));
      if (call === 'steps') for (const _ of index.upsertSteps(argument));
      else assert.equal(index.upsert(argument).inserted, model.size - known);
      break;
    }
    case 'insert': {
      const fresh = new Set(argument.map(({ id }) => id));
      if (fresh.size < argument.length || argument.some(({ id }) => model.has(id)))
        return assert.throws(() => index.insert(argument), { code: 'DUPLICATE_ID' });
      for (const item of argument) model.set(...record(item));
      index.insert(argument);
      break;
    }
    case 'update': {
      const { id, vector, metadata: more } = argument;
      const old = model.get(id);
      const patch = { ...(vector && { vector }), ...(more && { metadata: more }) };
      assert.equal(index.update(id, patch), old !== undefined);
      if (old === undefined) break;
      const merged = more === undefined ? old.metadata : { ...old.metadata, ...asJson(more) };
      model.set(id, { id, vector: vector ?? old.vector, metadata: merged });
      break;
    }
    case 'delete': {
      const known = model.size;
      for (const id of argument) model.delete(id);
      assert.equal(index.delete(argument), known - model.size);
      break;
    }
    case 'clear':
      model.clear();
      index.clear();
      break;
    case 'compact':
      index.compact();
      break;
    case 'reload': {
      const bytes = index.export();
      index.clear();
      assert.equal(index.import(bytes).inserted, model.size);
      assert.deepEqual(index.export(), bytes);
    }
  }
}

function compare(index, model, metric, query) {
  const records = [...model.values()];
  assert.equal(index.count(), records.length);
  assert.deepEqual(index.list().ids, [...model.keys()]);
  for (const { id, vector, metadata: given } of records)
    assert.deepEqual(index.get(id), {
      id,
      vector: Array.from(vector),
      ...(given !== undefined && { metadata: given }),
    });
  const matches = index.query(query, { topK: 7 }).matches;
  assert.deepEqual(
    matches.map(({ id, distance }) => ({ id, distance })),
    // -0 of the oracle's negated dot is 0.
    nearest(metric, records, query, 7).map(({ id, distance }) => ({
      id,
      distance: distance + 0,
    })),
  );
}

describe('random sequences of calls', () => {
  for (const [metric, vector] of Object.entries(vectors))
    it(`${metric}: an index behaves as a Map with a brute-force search`, async (t) => {
      const index = await newIndex(t, { dimensions: DIMENSIONS, metric });
      fc.assert(
        fc.property(calls(vector), vector, (sequence, query) => {
          index.clear();
          const model = new Map();
          for (const call of sequence) {
            run(index, model, call);
            compare(index, model, metric, query);
          }
        }),
        { seed: 42, numRuns: rounds(t, 150) },
      );
    });
});

describe('churn', () => {
  for (const metric of METRICS)
    for (const [dimensions, count] of [
      [8, 4000],
      [128, 4000],
      [1024, 1500],
    ])
      it(`${metric}, ${count} x ${dimensions}: ten cycles of half out, half in cost no memory`, async (t) => {
        const all = seededFor(metric, { seed: 1, count: 6 * count, dimensions });
        const options = { metric, dimensions, index: 'flat' };
        const index = await newIndex(t, options, itemsOf(all.slice(0, count)));
        const next = random(2);
        let last = count;
        for (let cycle = 0; cycle < 10; ++cycle) {
          const { ids: present } = index.list({ limit: 10_000 });
          index.delete(present.filter(() => next() < 0.5));
          const missing = count - index.count();
          index.upsert(
            Array.from({ length: missing }, () => ({
              id: `r${last}`,
              vector: all[last++ % all.length],
            })),
          );
        }
        index.compact();
        const records = index.getMany(index.list({ limit: 10_000 }).ids);
        const fresh = await newIndex(t, options);
        fresh.upsert(
          records.map(({ id, vector }) => ({
            id,
            vector: metric === 'hamming' ? Uint8Array.from(vector) : vector,
          })),
        );
        assert.equal(index.count(), count);
        assert.deepEqual(index.export(), fresh.export());
        const [churned, plain] = [index.stats().memoryBytes, fresh.stats().memoryBytes];
        assert.ok(churned <= 1.15 * plain, `${churned} bytes, a fresh index has ${plain}`);
      });
});
