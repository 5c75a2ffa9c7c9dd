// Whether sessions, feedback, diversify and novelty are worth being switched on: on real data, beside the
// same without and the classical competitor, with controls that must not gain. `npm run bench --
// --only=benefits` prints all of it; here some of it is smaller, and RV_SOAK=1 makes it whole.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { diversity } from '../bench/benefits/diversity.mjs';
import { shown } from '../bench/benefits/gain.mjs';
import { area, novelty } from '../bench/benefits/novelty.mjs';
import { sequences } from '../bench/benefits/sequences.mjs';
import { sessions } from '../bench/benefits/sessions.mjs';
import { random } from '../support/random.mjs';
import { soak } from '../support/soak.mjs';

it('a follow-up query finds at least 5 % more in its session, and no less than Rocchio does', async (t) => {
  const found = await sessions(t);
  if (found === undefined) return;
  const { follow, unseen, otherSubject } = found;
  for (const [what, arms] of Object.entries({ follow, unseen, otherSubject }))
    t.diagnostic(`${what}: session ${shown(arms.session)}, Rocchio ${shown(arms.rocchio)}`);
  assert.ok(follow.session.value >= 5 && follow.session.low > 0);
  assert.ok(follow.sessionOverRocchio.value >= 0);
  // A change of subject costs little, and far less than with Rocchio.
  assert.ok(otherSubject.session.value > -4 && otherSubject.sessionOverRocchio.low > 0);
  // The controls: without clicks, or with those of others, there is nothing to gain.
  for (const { low } of [follow.strangers, follow.unclicked]) assert.ok(low <= 0);
});

it('the next click is learnt: above a Markov chain, and at least twice popularity', async (t) => {
  const found = await sequences(soak ? undefined : { clicks: 16_000, judged: 3_000 });
  const { learnt, popular, first, second, entropy } = found;
  t.diagnostic(
    `of ${entropy.toFixed(2)} bits: hit@10 ${learnt.value.toFixed(1)} %, popularity ${popular.value.toFixed(1)} %, chains of first order ${first.value.toFixed(1)} %, of second ${second.value.toFixed(1)} %`,
  );
  assert.ok(learnt.value >= first.value - 1);
  assert.ok(learnt.value >= 2 * popular.value);
  // Nothing learns more than there is.
  assert.ok(found.best.value > learnt.high);
});

it('diverse matches are of more classes, by 10 %, at a loss of 2 % of nDCG at most', async (t) => {
  const found = await diversity(t, soak ? undefined : { queries: 80 });
  if (found === undefined) return;
  const { diverse, mmr, none } = found.all;
  for (const [name, arm] of Object.entries({ diverse, mmr }))
    t.diagnostic(`${name}: subtopic recall ${shown(arm.subtopics)}, nDCG ${shown(arm.ndcg)}`);
  assert.ok(diverse.subtopics.value >= 10 && diverse.ndcg.value >= -2);
  assert.ok(diverse.subtopics.value >= mmr.subtopics.value);
  assert.equal(none.subtopics.value, 0);
});

it('images of a class that is not there are novel, and told no worse than by distance', async (t) => {
  const size = { metric: 'cosine', rounds: 50 };
  const found = await novelty(t, soak ? size : { ...size, known: 2000, judged: 300 });
  if (found === undefined) return;
  const { novelty: own, nearest, 'ten nearest': ten } = found.areas;
  t.diagnostic(
    `novelty ${own.value.toFixed(3)}, nearest ${nearest.value.toFixed(3)}, ten ${ten.value.toFixed(3)}`,
  );
  // A class of fewer records is less like itself.
  assert.ok(own.value >= (soak ? 0.9 : 0.85));
  assert.ok(own.value >= Math.max(nearest.value, ten.value) - 0.01);
});

it('the area under the curve is the chance that it says', () => {
  const next = random(1);
  for (let round = 0; round < 20; ++round) {
    const values = Array.from({ length: 40 }, () => Math.floor(10 * next()));
    const isNew = values.map((value) => next() < value / 12);
    const pairs = values.flatMap((a, i) =>
      values.flatMap((b, j) => (isNew[i] && !isNew[j] ? [(Math.sign(a - b) + 1) / 2] : [])),
    );
    const chance = pairs.reduce((sum, it) => sum + it, 0) / pairs.length;
    assert.ok(Math.abs(area(values, isNew) - chance) < 1e-9);
  }
});
