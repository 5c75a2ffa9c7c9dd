// How well the demo's built-in embedder finds what is meant, and the yardstick that says so.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { makeWeights } from '../../scripts/embedder.mjs';
import { createHashedEmbedder } from '../../web-demo/embedders/hashed.js';
import { learnWeights } from '../../web-demo/embedders/learn.js';
import { cranfield, glossary } from '../bench/collections.mjs';
import { mean, ndcg, pairedBootstrap } from '../support/ndcg.mjs';
import { shuffled } from '../support/random.mjs';

const near = (got, expected) => assert.ok(Math.abs(got - expected) < 1e-12, `${got}`);

describe('nDCG', () => {
  // Gains 2^grade - 1 are a 7, b 3, c 1. The best order is worth 7/1 + 3/log2(3) + 1/2.
  const grades = new Map([
    ['a', 3],
    ['b', 2],
    ['c', 1],
  ]);
  const best = 7 + 3 / 1.584962500721156 + 0.5;

  it('is the discounted gain over that of the best order', () => {
    near(ndcg(['a', 'b', 'c'], grades), 1);
    // x 0, c 1/log2(3), a 7/2, then nothing.
    near(ndcg(['x', 'c', 'a'], grades), (1 / 1.584962500721156 + 3.5) / best);
    near(ndcg(['x', 'y'], grades), 0);
    near(ndcg([], grades), 0);
  });

  it('knows no more than the first k, of the best order either', () => {
    near(ndcg(['x', 'a'], grades, 1), 0);
    near(ndcg(['b', 'a'], grades, 1), 3 / 7);
    near(ndcg(['b', 'a'], grades, 2), (3 + 7 / 1.584962500721156) / (7 + 3 / 1.584962500721156));
  });
});

describe('the paired bootstrap', () => {
  it('gives the mean difference, and an interval as wide as theory says', () => {
    // 400 differences, half 0.3 and half -0.1: mean 0.1, deviation 0.2, of the mean 0.01.
    const a = Array.from({ length: 400 }, (_, i) => (i % 2 === 0 ? 0.3 : 0));
    const b = Array.from({ length: 400 }, (_, i) => (i % 2 === 0 ? 0 : 0.1));
    const { difference, low, high } = pairedBootstrap(a, b, 1);
    near(difference, 0.1);
    assert.ok(Math.abs(low - (0.1 - 0.0196)) < 0.002, `${low}`);
    assert.ok(Math.abs(high - (0.1 + 0.0196)) < 0.002, `${high}`);
  });

  it('does not see a difference where there is none', () => {
    assert.deepEqual(pairedBootstrap([0.5, 0.2], [0.5, 0.2], 1), {
      difference: 0,
      low: 0,
      high: 0,
      chance: 1,
    });
  });
});

describe('the built-in embedder', () => {
  /** Ranks the documents by their cosine to a text, without an index. */
  function ranking({ embed }, documents) {
    const vectors = documents.map(({ text }) => embed(text));
    return (text) => {
      const query = embed(text);
      const scores = vectors.map((vector) => {
        let sum = 0;
        for (let i = 0; i < vector.length; ++i) sum += vector[i] * query[i];
        return sum;
      });
      const order = [...scores.keys()].sort((a, b) => scores[b] - scores[a]);
      return order.slice(0, 10).map((i) => documents[i].id);
    };
  }

  it('finds an entry of the glossary by its term, and not by that of another', () => {
    const { documents } = glossary();
    const rank = ranking(createHashedEmbedder(makeWeights()), documents);
    const asked = documents.filter((_, i) => i % 20 === 0).map(({ id }) => id);
    const found = asked.map((id) => rank(id.split('/')[1]).slice(0, 3));
    const share = (ids) => mean(ids.map((id, i) => Number(found[i].includes(id))));
    assert.ok(share(asked) >= 0.95, `${share(asked)}`);
    assert.ok(share(shuffled(asked, 1)) <= 0.1);
  });

  it('finds an entry by its term as well in a question, whatever words questions are made of', () => {
    const { documents } = glossary();
    const rank = ranking(createHashedEmbedder(makeWeights()), documents);
    const asked = documents.filter((_, i) => i % 20 === 0).map(({ id }) => id);
    for (const question of [
      (term) => `how does ${term} work`,
      (term) => `what happens when you get ${term}`,
      (term) => `what is the best way to use ${term}`,
      (term) => `why do I keep getting ${term}`,
    ]) {
      const first = asked.map((id) => Number(rank(question(id.split('/')[1]))[0] === id));
      assert.ok(mean(first) >= 0.95, `${question('…')}: ${mean(first)}`);
    }
  });

  const { name, missing, documents, queries } = cranfield();
  it(`is better than BM25 on ${name}, learned from it${missing ? `: ${missing}` : ''}`, () => {
    if (missing) return;
    const rank = ranking(
      createHashedEmbedder(learnWeights(documents.map(({ text }) => text))),
      documents,
    );
    const found = mean(queries.map(({ text, grades }) => ndcg(rank(text), grades)));
    // The data set's own BM25 has 0.3447.
    assert.ok(found > 0.37 && found < 0.42, `${found}`);
  });
});
