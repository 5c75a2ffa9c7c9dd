// The next click, learnt from feedback: against popularity and Markov chains that count. Synthetic: a
// seeded second-order Markov source over 300 items, whose entropy is stated; 20 clicks a session. The
// vectors say nothing, and all queries are the same, so what is found was learnt.
import { mean } from '../../support/ndcg.mjs';
import { createIndex } from '../../support/package.mjs';
import { random, seededVectors, shuffled } from '../../support/random.mjs';
import { bootstrap } from '../../support/rank.mjs';
import { SEED } from './gain.mjs';

const ITEMS = 300;
const SESSION = 20;
const TOP = 10;
/** Chances of a click: anything, what two clicks lead to, else what the last one leads to. */
const NOISE = 0.1;
const PAIRED = 0.45;

export async function sequences({ clicks = 24_000, judged = 4_000, seed = SEED } = {}) {
  const source = makeSource(seed);
  const index = await createIndex({ dimensions: 8, index: 'flat' });
  const vectors = seededVectors({ seed, count: ITEMS + 1, dimensions: 8 });
  index.upsert(vectors.slice(0, ITEMS).map((vector, i) => ({ id: `${i}`, vector })));
  const query = vectors[ITEMS];

  const [popular, one, two] = [new Map(), new Map(), new Map()];
  const hits = { learnt: [], popular: [], first: [], second: [], best: [] };
  let entropy = 0;
  let trail = [];
  for (let i = 0; i < clicks; ++i) {
    if (i % SESSION === 0) trail = [source.any(), source.any()];
    const [earlier, last] = trail.slice(-2);
    const click = source.next(earlier, last);
    // All that is known of the session is the clicks that were made in it.
    const [known, before] = trail.slice(2).reverse();
    const session = { id: `${Math.floor(i / SESSION)}`, weight: 0, next: 1000, at: 1000 * i };
    const result = index.query(query, { topK: TOP, session });
    if (i >= clicks - judged && before !== undefined) {
      const found = {
        learnt: result.matches.map(({ id }) => Number(id)),
        popular: top(popular),
        first: top(one.get(known)),
        // Katz: what is not known of pairs is taken from single clicks.
        second: [...new Set([...top(two.get(`${before},${known}`)), ...top(one.get(known))])],
        best: source.best(earlier, last),
      };
      for (const [arm, items] of Object.entries(found))
        hits[arm].push(Number(items.slice(0, TOP).includes(click)));
      entropy += source.entropy(earlier, last);
    }
    index.feedback({ query: result.queryId, id: `${click}` });
    count(popular, click);
    if (known !== undefined) count(child(one, known), click);
    if (before !== undefined) count(child(two, `${before},${known}`), click);
    trail.push(click);
  }
  index.dispose();
  const n = hits.learnt.length;
  const rate = (arm) =>
    bootstrap(n, (rows) => 100 * mean(rows.map((row) => hits[arm][row])), SEED, 500);
  return {
    n,
    entropy: entropy / n,
    uniform: Math.log2(ITEMS),
    ...Object.fromEntries(Object.keys(hits).map((arm) => [arm, rate(arm)])),
  };
}

function makeSource(seed) {
  const next = random(seed);
  const harmonic = (count) => {
    const all = Array.from({ length: count }, (_, i) => 1 / (i + 1));
    const sum = all.reduce((a, b) => a + b);
    return all.map((it) => it / sum);
  };
  const draw = (shares, chance) => {
    let left = chance;
    let i = 0;
    while (i < shares.length - 1 && left > shares[i]) left -= shares[i++];
    return i;
  };
  const [wide, narrow, popularity] = [12, 4, ITEMS].map(harmonic);
  // Shuffled: the number of an item, by which ties are broken, does not say how popular it is.
  const items = shuffled([...Array(ITEMS).keys()], seed);
  const any = () => items[Math.floor(next() * ITEMS)];
  const some = () => (next() < 0.5 ? items[draw(popularity, next())] : any());
  const afterOne = Array.from({ length: ITEMS }, () => wide.map(some));
  const afterTwo = new Map();
  const successors = (earlier, last) => {
    const key = `${earlier},${last}`;
    if (!afterTwo.has(key)) {
      const own = random(seed * 7919 + earlier * ITEMS + last);
      afterTwo.set(
        key,
        narrow.map(() => items[Math.floor(own() * ITEMS)]),
      );
    }
    return afterTwo.get(key);
  };
  const chances = (earlier, last) => {
    const all = new Map(items.map((item) => [item, NOISE / ITEMS]));
    const add = (item, chance) => all.set(item, all.get(item) + chance);
    for (const [i, item] of successors(earlier, last).entries()) add(item, PAIRED * narrow[i]);
    for (const [i, item] of afterOne[last].entries()) add(item, (1 - NOISE - PAIRED) * wide[i]);
    return all;
  };
  return {
    any,
    next(earlier, last) {
      const kind = next();
      if (kind < NOISE) return any();
      if (kind < NOISE + PAIRED) return successors(earlier, last)[draw(narrow, next())];
      return afterOne[last][draw(wide, next())];
    },
    /** Of the next item, in bits. */
    entropy: (earlier, last) =>
      [...chances(earlier, last).values()].reduce((sum, p) => sum - p * Math.log2(p), 0),
    best: (earlier, last) => top(chances(earlier, last)),
  };
}

function child(map, key) {
  if (!map.has(key)) map.set(key, new Map());
  return map.get(key);
}

function count(map, item) {
  map.set(item, (map.get(item) ?? 0) + 1);
}

function top(counts = new Map()) {
  return [...counts]
    .sort((a, b) => b[1] - a[1] || a[0] - b[0])
    .slice(0, TOP)
    .map(([item]) => item);
}
