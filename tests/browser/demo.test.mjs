// The demo's search in Chromium: the glossary, as one types.
import assert from 'node:assert/strict';
import test from 'node:test';
import { wordsOf } from '../../web-demo/embedders/words.js';
import { readGlossary } from '../../web-demo/glossary/read.mjs';
import { FIRST_QUESTIONS } from '../../web-demo/search/first-questions.js';
import { ask, expectFirst, hits, openDemo } from './demo.mjs';

/** The words of an entry that the fewest entries have: they say which one is meant. */
function rarestWords({ term, text }, entries, count) {
  const sets = entries.map((entry) => new Set(wordsOf(`${entry.term} ${entry.text}`)));
  const entriesWith = (word) => sets.filter((words) => words.has(word)).length;
  return [...new Set(wordsOf(`${term} ${text}`))]
    .sort((a, b) => entriesWith(a) - entriesWith(b))
    .slice(0, count)
    .join(' ');
}

test('the search of the demo page', async (t) => {
  const { server, browser, inPage } = await openDemo(t);
  const cases = [];
  /** All in one page, as it is loaded: none leaves anything but words in the field and a subject. */
  const inThatPage = (name, use) => cases.push([name, use]);
  const { entries, questions } = await readGlossary();
  const some = [entries[0], entries.at(-1), entries[entries.length >> 1]];

  await t.test('there is something to search', () => {
    assert.ok(entries.length >= 1000, `${entries.length} entries`);
    assert.equal(new Set(entries.map(({ id }) => id)).size, entries.length);
    const terms = new Set(entries.map(({ term }) => term));
    for (const { question, terms: answers } of questions)
      for (const answer of answers) assert.ok(terms.has(answer), `${question}: ${answer}`);
  });

  inThatPage(
    'ranks the entry that the words come from first, with score, time and why',
    async (page) => {
      for (const entry of some) {
        await ask(page, rarestWords(entry, entries, 6));
        await expectFirst(page, entry.term);
        const first = hits(page).first();
        assert.equal(await first.locator('.text').textContent(), entry.text);
        assert.equal(await first.locator('.place').textContent(), entry.subject);
        const scores = (await page.locator('.score').allTextContents()).map((text) =>
          Number(text.replace('Score ', '')),
        );
        assert.deepEqual(
          scores,
          scores.toSorted((a, b) => b - a),
        );
        assert.match(
          await page.locator('#summary').textContent(),
          /^\d+ nearest of [\d,]+, searched in (less than 0\.1|[\d.]+) ms$/,
        );
        assert.ok((await first.locator('mark').count()) >= 3);
        await first
          .locator('.reason')
          .getByText(/^carried by/)
          .waitFor();
        const carrying = await first.locator('.reason b').allTextContents();
        const own = new Set(wordsOf(`${entry.term} ${entry.text}`));
        for (const word of carrying) assert.ok(own.has(word), word);
        assert.ok(carrying.length > 0);
      }
    },
  );

  inThatPage('says which words carry a score, and not others', async (page) => {
    // Three from the entry, and one from another.
    const its = rarestWords(some[0], entries, 3).split(' ');
    const [other] = rarestWords(some[1], entries, 1).split(' ');
    await ask(page, [...its, other].join(' '));
    await expectFirst(page, some[0].term);
    const reasons = hits(page).first().locator('.reason b');
    await reasons.first().waitFor();
    assert.deepEqual((await reasons.allTextContents()).sort(), its.toSorted());
  });

  inThatPage('searches in one subject where told to, and shows the plan', async (page) => {
    const { subject } = entries.at(-1);
    const count = entries.filter((entry) => entry.subject === subject).length;
    await page.getByLabel('In', { exact: true }).selectOption(subject);
    await ask(page, rarestWords(entries.at(-1), entries, 6));
    await expectFirst(page, entries.at(-1).term);
    for (const place of await page.locator('.place').allTextContents())
      assert.equal(place, subject);
    await page.getByText('How it was found').click();
    await page.locator('#plan svg').waitFor();
    const facts = await page.locator('#plan-body').textContent();
    assert.match(facts, /Plan(flat|rabitq), prefilter/);
    const of = entries.length.toLocaleString('en');
    const [, compared] = new RegExp(`Vectors compared([\\d,]+) of ${of}`).exec(facts);
    assert.ok(Number(compared.replace(',', '')) <= count, facts);
  });

  inThatPage('shows questions to try, and others', async (page) => {
    const buttons = page.locator('#example-list button');
    const [first] = await buttons.allTextContents();
    const { subject, question, term } = FIRST_QUESTIONS[0];
    assert.equal(first, subject + question);
    await buttons.first().click();
    await hits(page).getByRole('heading', { name: term, exact: true }).waitFor();
    assert.equal(await page.getByRole('searchbox').inputValue(), question);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Other questions' }).click();
    assert.notEqual(await buttons.first().textContent(), first);
  });

  inThatPage('says so when nothing resembles the words, and Escape starts over', async (page) => {
    await page.locator('body').click({ position: { x: 5, y: 400 } });
    await page.keyboard.press('/');
    await page.keyboard.type('♜♞♝');
    await page.getByText('Nothing resembles this.').first().waitFor();
    // Once, after a pause, for those who cannot see it.
    await page.locator('#spoken').getByText('Nothing resembles this.').waitFor();
    await page.keyboard.press('Escape');
    assert.equal(await page.getByRole('searchbox').inputValue(), '');
    assert.equal(await page.locator('#summary').textContent(), '');
    assert.equal(await hits(page).count(), 0);
  });

  inThatPage('a search that is typed over is never shown', async (page) => {
    const [a, b] = some.map((entry) => rarestWords(entry, entries, 4));
    await page.getByRole('searchbox').pressSequentially(a);
    await page.getByRole('searchbox').fill(b);
    await expectFirst(page, some[1].term);
  });

  await inPage({}, async (page) => {
    for (const [name, use] of cases)
      await t.test(name, async () => {
        await page.getByLabel('In', { exact: true }).selectOption('Everything');
        await page.getByRole('searchbox').fill('');
        await page.locator('#search[data-state="empty"]').waitFor();
        await use(page);
      });
  });

  await t.test('says what is wrong when the glossary is missing', async () => {
    const page = await browser.newPage();
    await page.route('**/glossary.json', (route) => route.fulfill({ status: 500 }));
    await page.goto(server.url);
    const alert = page.getByRole('alert');
    await alert.getByText('HTTP 500').waitFor({ timeout: 20_000 });
    assert.equal(await page.getByRole('searchbox').isVisible(), false);
    await page.close();
  });
});
