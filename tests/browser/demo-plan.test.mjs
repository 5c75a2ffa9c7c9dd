// The plan of a search as the demo draws it, in Chromium: beside every search, and for filters as rare as
// one likes.
import assert from 'node:assert/strict';
import test from 'node:test';
import { placed, rowsOf } from '../../web-demo/plan/layout.js';
import { planSentence, stepSentences } from '../../web-demo/plan/words.js';
import { ask, hits, openDemo, visit } from './demo.mjs';
import { check } from './demo-check.mjs';
import { expectSmooth, MOST } from './demo-watch.mjs';

const BRANCHED = {
  steps: ['walk', 'filter', 'tail', 'union', 'rerank', 'limit'].map((id) => ({ id, kind: id })),
  edges: ['walk filter', 'filter union', 'tail union', 'union rerank', 'rerank limit'].map((edge) =>
    edge.split(' '),
  ),
};

const WIDENED = {
  plan: 'hnsw',
  filter: 'iterative',
  requested: 10,
  returned: 10,
  records: 20_000,
  selectivity: { actual: 0.05, estimated: 0.05 },
  dag: {
    asked: {
      width: 64,
      flow: 3.2,
      changes: [
        {
          step: 'walk',
          from: 64,
          to: 420,
          why: 'of 64 nodes 3.2 can be expected to match, and 20 are wanted',
        },
      ],
    },
  },
};

/** What the drawing says of each step, and the list for those who do not see it. */
async function drawn(place) {
  return {
    titles: await place.locator('svg .title').allTextContents(),
    boxes: await place.locator('svg .step').allTextContents(),
    items: await place.locator('ol > li').allTextContents(),
    sentence: await place.locator('.plan > p').first().textContent(),
  };
}

test('the plan of a search', async (t) => {
  const { server, browser, inPage } = await openDemo(t);

  await t.test('is laid out from the top down, branches side by side', () => {
    const rows = rowsOf(BRANCHED);
    assert.deepEqual(
      rows.map((row) => row.map(({ id }) => id)),
      [['walk'], ['filter', 'tail'], ['union'], ['rerank'], ['limit']],
    );
    const { boxes, height } = placed(rows, 300, () => 50);
    for (const [from, to] of BRANCHED.edges)
      assert.ok(boxes.get(from).y + boxes.get(from).height < boxes.get(to).y, `${from}, ${to}`);
    const [left, right] = ['filter', 'tail'].map((id) => boxes.get(id));
    assert.ok(left.x + left.width < right.x);
    for (const box of boxes.values())
      assert.ok(box.x >= 0 && box.x + box.width <= 300 && box.y + box.height <= height);
  });

  await t.test('is told in plain words', () => {
    assert.equal(
      planSentence(WIDENED),
      'Of 64 nodes 3.2 can be expected to match, and 20 are wanted: the walk was widened from 64 to 420.',
    );
    const steps = [
      { id: 'walk', kind: 'hnsw-scan', budget: 420, estimatedRows: 420, work: 930, attention: 0.9 },
      { id: 'limit', kind: 'limit', budget: 10, estimatedRows: 3.2, rows: 3, attention: 0.1 },
    ];
    assert.deepEqual(stepSentences({ steps, edges: [['walk', 'limit']], bottlenecks: ['walk'] }), [
      'Walk along the graph: 420 expected, at most 420, 930 compared, attention 90 %; a bottleneck: it limits the results; goes on to: The 10 nearest.',
      'The 10 nearest: 3.2 expected, 3 came, attention 10 %.',
    ]);
  });

  await t.test('is drawn as one types, where it is open, which is remembered', () =>
    inPage({}, async (page) => {
      const plan = page.locator('#plan');
      const field = page.getByRole('searchbox');
      await ask(page, 'why does bread rise');
      await hits(page).first().waitFor();
      assert.match(await page.locator('#plan-brief').textContent(), /^\d steps, tension 0\.00$/);
      assert.equal(await plan.locator('svg').count(), 0, 'closed, nothing is drawn');

      await page.getByText('How it was found').click();
      await plan.locator('svg').waitFor();
      const open = await drawn(plan);
      assert.equal(open.titles.at(-1), 'The 10 nearest');
      assert.equal(open.items.length, open.titles.length);
      for (const [i, item] of open.items.entries()) {
        assert.ok(item.startsWith(`${open.titles[i]}: `), item);
        const [compared] = /[\d,]+ compared/.exec(open.boxes[i]) ?? [''];
        assert.ok(item.includes(compared), item);
      }
      const shares = open.boxes.map((box) => Number(/attention (\d+) %/.exec(box)[1]));
      const sum = shares.reduce((a, b) => a + b);
      assert.ok(Math.abs(sum - 100) <= shares.length / 2, `${sum} %`);

      await page.getByLabel('In', { exact: true }).selectOption('Cooking');
      await plan.locator('svg .title').getByText('Filter').waitFor();
      assert.match((await drawn(plan)).sentence, /^\d+ of 1,600 match the filter\. /);
      await field.fill('');
      await plan.getByText('The plan of a search is drawn here').waitFor();

      await visit(page, server.url);
      await ask(page, 'why does bread rise');
      await plan.locator('svg').waitFor();
    }),
  );

  await t.test('is under the hits on a phone, a link away', () =>
    inPage({}, async (page) => {
      await page.setViewportSize({ width: 360, height: 740 });
      await ask(page, 'why does bread rise');
      await page.getByRole('link', { name: 'See how' }).click();
      const drawing = page.locator('#plan svg');
      await drawing.waitFor();
      const [above, below] = await Promise.all([
        hits(page).last().boundingBox(),
        drawing.boundingBox(),
      ]);
      assert.ok(above.y + above.height <= below.y);
    }),
  );

  await t.test('is two beside each other, of a filter with the planner and without', () =>
    inPage({}, async (page) => {
      await page.setViewportSize({ width: 360, height: 740 });
      await page.emulateMedia({ colorScheme: 'dark' });
      const make = page.getByRole('button', { name: 'Make the index' });
      const said = page.locator('#filters-said');
      await make.click();
      await page.locator('#filters-phase').getByText('Linking').waitFor();
      await page.locator('#filters-cancel').click();
      await said.getByText('Cancelled').waitFor();
      assert.equal(await page.locator('#filters-tried').isVisible(), false);

      // One step of `upsertSteps` is long: the one that begins the graph.
      await expectSmooth(t, { browser, page, most: 2 * MOST }, 'making an index', async () => {
        await make.click();
        await page.locator('#filters[data-state="made"]').waitFor({ timeout: 180_000 });
      });
      const share = page.getByLabel('The filter lets through');
      const last = Number(await share.getAttribute('max'));
      await expectSmooth(t, { browser, page }, 'as the filter changes', async () => {
        for (let step = 0; step <= last; ++step) await share.fill(String(step));
      });
      for (const place of ['anywhere', 'together']) {
        await page.getByLabel('Those that match lie').selectOption(place);
        for (const step of [0, 4, 8, last]) {
          await share.fill(String(step));
          const outcomes = await said.textContent();
          const [, on, off] =
            /^With the planner (\d+) of 10 found, .*; without it (\d+) of 10/.exec(outcomes);
          assert.equal(on, '10', `${place}, ${step}: ${outcomes}`);
          if (step === 0) assert.equal(off, '0');
          if (step === 4) assert.ok(Number(off) < 10, outcomes);
          if (step === last) assert.equal(off, '10');
          for (const [side, found] of Object.entries({ on, off })) {
            const { boxes, items } = await drawn(page.locator(`#filters-${side}`));
            assert.match(boxes.at(-1), new RegExp(`→ ${found} came`));
            assert.equal(items.length, boxes.length);
          }
        }
      }
      assert.equal(await page.locator('#filters-off .bottleneck').count(), 1);
      await check(page, 'with the plans of a filter');

      await page.getByRole('button', { name: 'Remove the index' }).click();
      await said.getByText('It is gone').waitFor();
      assert.equal(await make.evaluate((button) => button === document.activeElement), true);
    }),
  );
});
