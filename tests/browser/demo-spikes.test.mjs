// The demo's panel of spikes in Chromium: spread beside plain neighbours, and a run of the network that
// plays, stops, and goes on by itself for nobody who does not want it to.
import assert from 'node:assert/strict';
import test from 'node:test';
import { pathToFileURL } from 'node:url';
import { ARMS, armAt, armPoints, places } from '../../web-demo/spikes/arms.js';
import { ask, TOP_K } from '../../web-demo/spikes/ask.js';
import { make } from '../../web-demo/spikes/making.js';
import { LENGTH, Recording } from '../../web-demo/spikes/recording.js';
import { createIndex, packageFile } from '../support/package.mjs';
import { openDemo } from './demo.mjs';
import { check } from './demo-check.mjs';
import { expectSmooth } from './demo-watch.mjs';

const snn = await import(pathToFileURL(packageFile('./snn')));

const SPREAD = { alpha: 0.8, epsilon: 2e-4 };
const PLACES = 100;

/** The arm of the nearest of many points on the spiral, whose radius grows by 2 a turn. */
function armByLooking({ x, y }) {
  let [best, nearest] = [0, Infinity];
  for (const arm of ARMS.keys())
    for (let radius = 1; radius < 13.5; radius += 0.005) {
      const angle = Math.PI * (radius + arm);
      const distance = Math.hypot(x - radius * Math.cos(angle), y - radius * Math.sin(angle));
      if (distance < nearest) [best, nearest] = [arm, distance];
    }
  return best;
}

const take = (count) => {
  const all = places();
  return Array.from({ length: count }, () => all.next().value);
};

const onArm = (hits, arm) => hits.filter((hit) => hit.arm === arm).length;

test('spikes over the arms of a spiral', async (t) => {
  const made = await make({ createIndex }, snn, {
    signal: new AbortController().signal,
    onProgress: () => {},
  });
  t.after(() => {
    made.network.dispose();
    made.index.dispose();
  });

  await t.test('points and places are by the arm that passes nearest', () => {
    const points = armPoints();
    assert.ok(points.every((point) => armAt(point) === point.arm));
    for (const point of [...points.filter((_, i) => i % 40 === 0), ...take(20)])
      assert.equal(armAt(point), armByLooking(point));
  });

  await t.test('spread finds more of the arm than the nearest are', (t) => {
    let [nearest, ranked, better, worse] = [0, 0, 0, 0];
    for (const place of take(PLACES)) {
      const answer = ask(made, place, SPREAD);
      const [plain, spread] = [answer.nearest, answer.ranked].map((hits) => {
        assert.equal(new Set(hits.map(({ point }) => point)).size, TOP_K);
        return onArm(hits, answer.arm);
      });
      nearest += plain / PLACES;
      ranked += spread / PLACES;
      better += spread > plain;
      worse += spread < plain;
    }
    t.diagnostic(
      `of ${TOP_K} on the arm: by distance ${nearest.toFixed(2)}, with spread ${ranked.toFixed(2)}; better at ${better} of ${PLACES} places, worse at ${worse}`,
    );
    assert.ok(ranked > nearest + 2.5);
    assert.ok(better >= 85 && worse <= 5);
  });

  await t.test('spikes run along the arm of the query', () => {
    let [own, other] = [0, 0];
    for (const place of take(20)) {
      const recording = new Recording(made, snn, place, false);
      recording.until(LENGTH);
      const { fired } = recording.at(LENGTH);
      own += fired[armAt(place)];
      other += fired[1 - armAt(place)];
    }
    assert.ok(own > 20 * 300, `${own / 20} neurons`);
    assert.ok(other < own / 50, `${other} of the other arm, ${own}`);
  });

  await t.test('a run is the same by frames as at once, and from any moment of it', () => {
    const [place] = take(1);
    const whole = new Recording(made, snn, place, true);
    whole.until(LENGTH);
    const byFrames = new Recording(made, snn, place, true);
    for (let timeMs = 0; timeMs < LENGTH + 1; timeMs += 0.37) byFrames.until(timeMs);
    assert.deepEqual(byFrames.at(LENGTH), whole.at(LENGTH));

    const { spikes } = whole.at(LENGTH);
    // The gate is open for a quarter of 25 ms before and after each cycle's beginning.
    for (const { timeMs } of spikes)
      assert.ok(Math.abs(timeMs - 25 * Math.round(timeMs / 25)) <= 6.25 + 1e-9, `${timeMs} ms`);
    const half = whole.at(50);
    assert.deepEqual(
      half.spikes,
      spikes.filter(({ timeMs }) => timeMs <= 50),
    );
    const seen = new Set(half.spikes.map(({ point }) => point));
    assert.equal(half.fired[0] + half.fired[1], seen.size);
    assert.ok(seen.size > 0 && half.spikes.length < spikes.length);
    for (const [point, last] of half.last.entries())
      assert.equal(last > -Infinity, seen.has(point));
  });
});

test('the panel of spikes', async (t) => {
  const { browser, inPage } = await openDemo(t);

  await inPage({ viewport: { width: 1280, height: 800 } }, async (page) => {
    const map = page.locator('#spikes-map');
    const said = page.locator('#spikes-said');
    const time = page.getByLabel('Time', { exact: true });

    await t.test('is made, and plays, without a long task', (t) =>
      expectSmooth(t, { browser, page }, 'making the network, and playing', async () => {
        await begin(page);
        await page.getByLabel('Slowed to').selectOption('50');
        await said.getByText('have fired').waitFor();
      }),
    );

    await t.test('shows the nearest beside what spread finds', async () => {
      const [place] = take(1);
      const arm = ARMS[armAt(place)];
      const nearest = await hitsIn(page, 'nearest');
      assert.deepEqual(nearest, nearestByHand(place));
      const ranked = await hitsIn(page, 'ranked');
      const [plain, spread] = [nearest, ranked].map(
        (hits) => hits.filter(([of]) => of === arm).length,
      );
      assert.ok(spread > plain);
      const sentence = `The query is on arm ${arm}. By distance ${plain} of 12 on arm ${arm}, with spread ${spread} of 12 on arm ${arm}. After 100 ms `;
      assert.ok((await said.textContent()).startsWith(sentence));

      const work = await workOf(page);
      await page.getByLabel('Alpha').fill('0.05');
      const nearer = await workOf(page);
      assert.ok(nearer.times < work.times && nearer.points <= work.points);
      assert.notDeepEqual(await hitsIn(page, 'ranked'), ranked);
      await page.getByLabel('Epsilon').fill('0');
      assert.ok((await workOf(page)).times < nearer.times);
      assert.deepEqual(await hitsIn(page, 'nearest'), nearest);
    });

    await t.test('plays and stops, and can be looked at from any moment', async () => {
      // Slow, so that the end is far.
      await page.getByLabel('Slowed to').selectOption('5');
      await time.fill('30');
      await page.getByRole('button', { name: 'Play' }).click();
      await page.waitForFunction(() => document.getElementById('spikes-time').value > 31);
      await page.getByRole('button', { name: 'Pause' }).click();
      const [before, after] = await overFrames(page);
      assert.deepEqual(after, before);
      assert.ok(before.time > 31 && before.time < LENGTH);
      await page.getByRole('button', { name: 'Play' }).click();
      const [first, later] = await overFrames(page);
      assert.ok(later.time > first.time);
      assert.notEqual(later.map, first.map);
      assert.notEqual(later.raster, first.raster);

      const phase = page.locator('#spikes-phase-now');
      const gate = page.getByRole('button', { name: 'Gate' });
      await time.fill('30');
      assert.match(await page.locator('#spikes-facts').textContent(), /30 ms of 100/);
      assert.equal(await phase.textContent(), 'phase 0.20, no gate');
      await gate.click();
      assert.equal(await gate.getAttribute('aria-pressed'), 'true');
      await time.fill('40');
      assert.equal(await phase.textContent(), 'phase 0.60, gate shut');
    });

    await t.test('asks where one clicks, and by keyboard', async () => {
      const { width, height } = await map.boundingBox();
      for (const [x, y] of [
        [0.3, 0.4],
        [0.71, 0.52],
        [0.5, 0.85],
      ]) {
        await map.click({ position: { x: x * width, y: y * height } });
        // The map is 27.6 wide, with the middle of the spiral in its own.
        const arm = ARMS[armByLooking({ x: (x - 0.5) * 27.6, y: (0.5 - y) * 27.6 })];
        assert.ok((await said.textContent()).startsWith(`The query is on arm ${arm}`));
      }
      const before = await hitsIn(page, 'nearest');
      await map.focus();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('Shift+ArrowUp');
      assert.match(
        await page.locator('#spikes-hint').textContent(),
        /^0\.2 right and 8\.7 down of the middle, by arm [AB]\. Enter asks there\.$/,
      );
      assert.deepEqual(await hitsIn(page, 'nearest'), before);
      await page.keyboard.press('Enter');
      assert.notDeepEqual(await hitsIn(page, 'nearest'), before);
    });

    await check(page, 'with a network that plays');
    await t.test('gives its memory back, and can be made anew', async () => {
      await page.getByRole('button', { name: 'Remove the network' }).click();
      await said.getByText('It is gone').waitFor();
      await begin(page);
      assert.ok(await map.evaluate((node) => node === document.activeElement));
    });
  });

  await t.test('is still for those who want it to be, on a phone, in the dark', () =>
    inPage(
      {
        viewport: { width: 360, height: 740 },
        media: { reducedMotion: 'reduce', colorScheme: 'dark' },
      },
      async (page) => {
        await begin(page);
        assert.match(
          await page.locator('#spikes-said').textContent(),
          /After 100 ms [\d,]+ of 2,000 neurons have fired/,
        );
        const [before, after] = await overFrames(page);
        assert.deepEqual(after, before);
        assert.equal(before.time, LENGTH);
        assert.equal(await page.locator('#spikes-play').isVisible(), false);
        await check(page, 'with a network');
        await page.getByLabel('Time', { exact: true }).fill('50');
        const [half, still] = await overFrames(page);
        assert.deepEqual(still, half);
        assert.notEqual(half.map, before.map);
        assert.notEqual(half.raster, before.raster);
      },
    ),
  );
});

/** Makes the network, and waits for what the first query found. */
async function begin(page) {
  await page.getByRole('button', { name: 'Make the network' }).click();
  await page.locator('#spikes-said').getByText('The query is on arm').waitFor();
}

/** The arm and distance of each of the nearest points, as the page writes them. */
function nearestByHand({ x, y }) {
  return armPoints()
    .map((point) => ({ arm: ARMS[point.arm], distance: Math.hypot(point.x - x, point.y - y) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, TOP_K)
    .map(({ arm, distance }) => [arm, distance.toFixed(2)]);
}

/** The words of each hit: arm, distance, activation. */
function hitsIn(page, list) {
  return page
    .locator(`#spikes-${list} > li`)
    .evaluateAll((items) =>
      items.map((item) => Array.from(item.children, (part) => part.textContent)),
    );
}

/** What ranking took, as the page says it. */
async function workOf(page) {
  const said = await page.locator('#spikes-work').textContent();
  const [, times, points] = /fired (\d+) times?, and (\d+) points? got/.exec(said).map(Number);
  return { times, points };
}

/** What is seen now, and what is 20 frames later. */
function overFrames(page) {
  return page.evaluate(async () => {
    const element = (id) => document.getElementById(id);
    const now = () => ({
      time: element('spikes-time').valueAsNumber,
      map: element('spikes-map').toDataURL(),
      raster: element('spikes-raster').toDataURL(),
    });
    const before = now();
    for (let i = 0; i < 20; ++i) await new Promise(requestAnimationFrame);
    return [before, now()];
  });
}
