// The demo's built-in embedder: what it learns, what it makes of texts, and the linear algebra below.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createBuiltIn } from '../../web-demo/embedders/built-in.js';
import { createHashedEmbedder } from '../../web-demo/embedders/hashed.js';
import { learnWeights } from '../../web-demo/embedders/learn.js';
import { embedPlain } from '../../web-demo/embedders/plain.js';
import { rightSingularVectors } from '../../web-demo/embedders/svd.js';
import { packWeights, readWeights } from '../../web-demo/embedders/weights.js';
import { stemOf, tellingWords } from '../../web-demo/embedders/words.js';
import { random, shuffled } from '../support/random.mjs';

const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);

/**
 * Texts about two things, each of one group's words. `car` and `automobile` never meet, but go with
 * the same words; `apple` goes with others.
 */
function texts(seed) {
  const next = random(seed);
  const some = (words, count) => shuffled(words, Math.floor(2 ** 31 * next())).slice(0, count);
  const driving = 'engine wheel road driver brake fuel motor garage tyre clutch'.split(' ');
  const garden = 'orchard blossom branch harvest juice pip seedling fruit peel cider'.split(' ');
  const subjects = [
    ['car', driving],
    ['automobile', driving],
    ['apple', garden],
    ['pear', garden],
  ];
  return Array.from({ length: 160 }, (_, i) => {
    const [subject, words] = subjects[i % subjects.length];
    return `the ${subject} and ${some(words, 5).join(' ')}`;
  });
}

describe('singular vectors', () => {
  /** Power iteration with deflation on the full matrix: slow, and nothing like what it checks. */
  function slowly(rows, width, rank) {
    const square = Array.from({ length: width }, (_, i) =>
      Array.from({ length: width }, (_, j) => rows.reduce((sum, row) => sum + row[i] * row[j], 0)),
    );
    return Array.from({ length: rank }, () => {
      let vector = Array.from({ length: width }, (_, i) => 1 + i / 7);
      let value = 0;
      for (let round = 0; round < 3000; ++round) {
        const image = square.map((row) => dot(row, vector));
        value = Math.hypot(...image);
        vector = image.map((component) => component / value);
      }
      for (let i = 0; i < width; ++i)
        for (let j = 0; j < width; ++j) square[i][j] -= value * vector[i] * vector[j];
      return vector;
    });
  }

  const next = random(7);
  const full = Array.from({ length: 40 }, () =>
    Array.from({ length: 25 }, (_, i) => (next() < 0.4 ? next() * (1 + i) : 0)),
  );
  const sparse = full.map((row) => {
    const columns = row.flatMap((value, i) => (value === 0 ? [] : [i]));
    return { columns, values: columns.map((i) => row[i]) };
  });

  it('are those that power iteration finds', () => {
    const found = rightSingularVectors(sparse, 25, 5);
    for (const [i, expected] of slowly(full, 25, 5).entries())
      assert.ok(Math.abs(Math.abs(dot(found[i], expected)) - 1) < 1e-6, `vector ${i}`);
  });

  it('are as many as the matrix has', () => {
    const twice = [sparse[0], sparse[0], sparse[1]];
    assert.equal(rightSingularVectors(twice, 25, 5).length, 2);
  });
});

describe('words', () => {
  it('have one stem in their forms', () => {
    for (const forms of [
      ['vulnerability', 'vulnerabilities'],
      ['index', 'indexes', 'indexed', 'indexing'],
      ['bake', 'bakes', 'baked', 'baking'],
      ['stop', 'stops'],
      ['stopping', 'stopped'],
    ])
      assert.equal(new Set(forms.map(stemOf)).size, 1, forms.join());
    assert.notEqual(stemOf('sing'), stemOf('sin'));
  });

  it('that say nothing are left out, unless there are no others', () => {
    assert.deepEqual(tellingWords('How do I stop the Leak?'), ['stop', 'leak']);
    assert.deepEqual(tellingWords('to be or not to be').length, 6);
  });
});

describe('weights', () => {
  const terms = [
    { hash: 0xfffffff0, frequency: 3, direction: [0.5, -0.25] },
    { hash: 7, frequency: 70_000, direction: [0, 0] },
  ];
  const bytes = packWeights({ rank: 2, texts: 9, averageLength: 12.5, terms });

  it('come back as they were, in steps of a seventh', () => {
    const { name, rows, frequencies, scales, directions, ...rest } = readWeights(bytes);
    assert.deepEqual(rest, { rank: 2, texts: 9, averageLength: 12.5 });
    assert.deepEqual(
      [...rows],
      [
        [7, 0],
        [0xfffffff0, 1],
      ],
    );
    assert.deepEqual([...frequencies], [65535, 3]);
    assert.deepEqual([...directions], [0, 0, 7, -3]);
    assert.ok(Math.abs(scales[1] * 7 - 0.5) < 1e-4);
    assert.match(name, /^[0-9a-f]{8}$/);
  });

  it('have another name when a bit of them is another', () => {
    const other = bytes.slice();
    other[other.length - 1] ^= 1;
    assert.notEqual(readWeights(other).name, readWeights(bytes).name);
  });

  it('that are none are refused', () => {
    const message = /^Error: expected the built-in embedder's weights, got other bytes/;
    for (const wrong of [new Uint8Array(0), new Uint8Array(64), bytes.slice(0, -1)])
      assert.throws(() => readWeights(wrong), message);
  });

  it('are the same for the same texts, and no heavier than they must be', () => {
    const learned = learnWeights(texts(1));
    assert.deepEqual(learnWeights(texts(1)), learned);
    assert.notDeepEqual(learnWeights(texts(2)), learned);
    const { rank, rows } = readWeights(learned);
    assert.equal(rows.size, 24);
    assert.equal(learned.length, 20 + 24 * (8 + rank / 2));
  });
});

describe('the built-in embedder', () => {
  // Of as many components as there are subjects: with more, the words of one are told apart again.
  const weights = learnWeights(texts(1), { rank: 2 });
  const { model, dimensions, embed } = createHashedEmbedder(weights);
  const cosine = (a, b, make = embed) => dot(make(a), make(b));

  it('gives unit vectors, or zero where there are no words', () => {
    for (const text of ['car', 'never seen before', 'the', 'Ünïcödé 東京', 'x'.repeat(5000)]) {
      const vector = embed(text);
      assert.equal(vector.length, dimensions);
      assert.ok(Math.abs(dot(vector, vector) - 1) < 1e-5, text);
    }
    for (const text of ['', ' … ', '♜♞♝'])
      assert.ok(
        embed(text).every((component) => component === 0),
        text,
      );
  });

  it('brings words together that go with the same words, which the plain one does not', () => {
    assert.ok(cosine('car', 'automobile') > 0.25, `${cosine('car', 'automobile')}`);
    assert.ok(Math.abs(cosine('car', 'apple')) < 0.15, `${cosine('car', 'apple')}`);
    assert.ok(Math.abs(cosine('car', 'automobile', embedPlain)) < 0.2);
  });

  it('says the less by what it learned, the less of a text that is', () => {
    const foreign = cosine('car quixotic zephyr', 'automobile lagoon ember');
    assert.ok(foreign < 0.5 * cosine('car', 'automobile'), `${foreign}`);
  });

  it('counts the words of a heading more, which is a first line', () => {
    const inHeading = cosine('quixotic', 'quixotic\nzephyr lagoon ember');
    assert.ok(inHeading > 1.2 * cosine('quixotic', 'zephyr\nquixotic lagoon ember'));
    assert.deepEqual(embed('\ntyre road\n'), embed('tyre road'));
  });

  it('brings forms of a word together, and words that are misspelt', () => {
    for (const make of [embed, embedPlain]) {
      assert.ok(cosine('vulnerability', 'vulnerabilities', make) > 0.8);
      assert.ok(cosine('encryption', 'encyrption', make) > 0.15);
      assert.ok(Math.abs(cosine('encryption', 'harbour', make)) < 0.15);
    }
  });

  it('weighs a rare word more than a common one', () => {
    const mixed = 'wheel quixotic';
    assert.ok(cosine(mixed, 'quixotic') > cosine(mixed, 'wheel'));
  });

  it('is named by what it learned', () => {
    assert.equal(createHashedEmbedder(weights).model, model);
    assert.notEqual(createHashedEmbedder(learnWeights(texts(2), { rank: 2 })).model, model);
  });

  it('embeds many texts in their order, in slices that can be stopped between', async () => {
    const builtIn = createBuiltIn(weights);
    const many = Array.from({ length: 2000 }, (_, i) => `car number ${i}`);
    const progress = [];
    const vectors = await builtIn.embed(many, { onProgress: (...step) => progress.push(step) });
    assert.equal(vectors.length, many.length);
    for (const i of [0, 999, 1999]) assert.deepEqual(vectors[i], embed(many[i]));
    assert.ok(progress.every(([done, of], i) => of === 2000 && done > (progress[i - 1]?.[0] ?? 0)));

    const controller = new AbortController();
    const stopped = builtIn.embed(many, {
      signal: controller.signal,
      onProgress: () => controller.abort(new Error('enough')),
    });
    await assert.rejects(stopped, /^Error: enough$/);
  });
});
