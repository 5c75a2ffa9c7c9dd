// A follow-up query in a session, against the same query alone and Rocchio's with the same information.
// Collections with judged queries: ordered pairs of queries that share at least three relevant documents. In the first one the
// visitor clicks up to three of the ten matches, those that are relevant to it; what is relevant to the
// second one is never told. Rocchio's weight is the best of one half of the pairs, ours the default; both
// are judged on the other half. Halves share no query. The form and its constants were found on Cranfield,
// both halves looked at; nothing was chosen by NPL.
import { readFileSync } from 'node:fs';
import { realLines, realSet, setFile } from '../../support/data.mjs';
import { mean, ndcg } from '../../support/ndcg.mjs';
import { createIndex } from '../../support/package.mjs';
import { random } from '../../support/random.mjs';
import { byKey, calibrated, gain, SEED } from './gain.mjs';

const SHARED = 3;
const CLICKS = 3;
const WEIGHTS = [0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5];
/** What a match counts of a click: that of js/context/sessions.ts, which Rocchio gets too. */
const MATCHED = 0.1;

/** @returns the arms' scores by pair, and the gains; undefined where the set is absent */
export async function sessions(t, name = 'ir-cranfield') {
  const set = realSet(t, name);
  if (set === undefined) return undefined;
  const { pairs, switches, grades } = read(t, name);
  const index = await createIndex({ dimensions: 256, index: 'flat' });
  index.upsert(set.base.map((vector, i) => ({ id: `${i}`, vector })));
  const ask = (vector, options) => index.query(vector, options);
  const ids = ({ matches }) => matches.map(({ id }) => id);
  const first = set.queries.map((vector) => ids(ask(vector)));
  const clicksOf = (a) => first[a].filter((id) => grades[a].has(id)).slice(0, CLICKS);

  let visitors = 0;
  const inSession = ([a, b], clicks = clicksOf(a)) => {
    // What others clicked is not what this is about.
    const session = { id: `visitor ${++visitors}`, next: 0 };
    const { queryId } = ask(set.queries[a], { session: { ...session, at: 0 } });
    for (const id of clicks) index.feedback({ query: queryId, id });
    return ids(ask(set.queries[b], { session: { ...session, at: 60_000 } }));
  };
  const rocchio = ([a, b], weight) => {
    const clicks = new Set(clicksOf(a));
    const known = first[a].map((id) => [id, clicks.has(id) ? 1 : MATCHED]);
    const total = known.reduce((sum, [, share]) => sum + share, 0);
    const vector = Float64Array.from(set.queries[b]);
    for (const [id, share] of known)
      set.base[id].forEach((x, i) => {
        vector[i] += (weight * share * x) / total;
      });
    return ids(ask(vector));
  };

  /** What anybody can do: what was clicked comes first where it is among the nearest twenty. */
  const clickedFirst = (clicks, b) => {
    const near = ids(ask(set.queries[b], { topK: 20 }));
    const own = near.filter((id) => clicks.includes(id));
    return [...own, ...near.filter((id) => !clicks.includes(id))].slice(0, 10);
  };

  const score = (ranking, b) => ndcg(ranking, grades[b]);
  /** Without what was clicked: is there more than what the visitor has? */
  const fresh = (ranking, [a, b]) => {
    const clicked = new Set(clicksOf(a));
    const left = new Map([...grades[b]].filter(([id]) => !clicked.has(id)));
    return ndcg(
      ranking.filter((id) => !clicked.has(id)),
      left,
    );
  };
  const [tuning, judged] = halves(pairs);
  const best = calibrated(WEIGHTS, (weight) =>
    mean(tuning.map((pair) => score(rocchio(pair, weight), pair[1]))),
  );
  const strangerTo = ([a, b], i) => {
    const isApart = (c) =>
      [...grades[c].keys()].every((id) => !grades[a].has(id) && !grades[b].has(id));
    const others = pairs.map(([c]) => c).filter((c) => isApart(c));
    return others[(31 * i) % others.length];
  };
  const arms = (list) => ({
    alone: list.map(([, b]) => first[b]),
    session: list.map((pair) => inSession(pair)),
    rocchio: list.map((pair) => rocchio(pair, best)),
    clickedFirst: list.map(([a, b]) => clickedFirst(clicksOf(a), b)),
    unclicked: list.map((pair) => inSession(pair, [])),
    // The negative control: clicks of somebody who looked for something else.
    strangers: list.map((pair, i) => inSession(pair, clicksOf(strangerTo(pair, i)))),
  });
  const on = arms(judged);
  const off = arms(switches);
  index.dispose();

  const table = (list, rankings, scoreOf, weigh = (row) => row) =>
    Object.fromEntries(
      Object.entries(rankings).map(([arm, all]) => [
        arm,
        byKey(
          weigh(list.map((pair, i) => ({ pair, ranking: all[i] }))),
          ({ pair }) => pair[1],
          ({ pair, ranking }) => scoreOf(ranking, pair),
        ),
      ]),
    );
  const hasFresh = ({ pair: [a, b] }) => {
    const clicked = new Set(clicksOf(a));
    return [...grades[b].keys()].some((id) => !clicked.has(id));
  };
  const follow = table(judged, on, (ranking, [, b]) => score(ranking, b));
  const unseen = table(judged, on, fresh, (rows) => rows.filter(hasFresh));
  const other = table(switches, off, (ranking, [, b]) => score(ranking, b));
  const over = (scores) => ({
    session: gain(scores.session, scores.alone),
    rocchio: gain(scores.rocchio, scores.alone),
    clickedFirst: gain(scores.clickedFirst, scores.alone),
    sessionOverClickedFirst: gain(scores.session, scores.clickedFirst),
    unclicked: gain(scores.unclicked, scores.alone),
    strangers: gain(scores.strangers, scores.alone),
    sessionOverRocchio: gain(scores.session, scores.rocchio),
  });
  return {
    pairs: judged.length,
    rocchioWeight: best,
    alone: mean(follow.alone),
    follow: over(follow),
    unseen: over(unseen),
    otherSubject: over(other),
  };
}

function read(t, name) {
  const at = new Map(realLines(t, name, 'corpus.jsonl').map(({ id }, i) => [`${id}`, `${i}`]));
  const queries = realLines(t, name, 'queries.jsonl').map(({ id }) => `${id}`);
  const grades = queries.map(() => new Map());
  for (const line of readFileSync(setFile(name, 'qrels.tsv'), 'utf8').trim().split('\n').slice(1)) {
    const [query, document, grade] = line.split('\t');
    if (Number(grade) > 0) grades[queries.indexOf(query)].set(at.get(document), Number(grade));
  }
  const shared = (a, b) => [...grades[a].keys()].filter((id) => grades[b].has(id)).length;
  const all = queries.flatMap((_, a) => queries.map((_, b) => [a, b])).filter(([a, b]) => a !== b);
  const pairs = all.filter(([a, b]) => shared(a, b) >= SHARED);
  const next = random(SEED);
  const apart = all.filter(
    ([a, b]) => grades[a].size > 0 && grades[b].size > 0 && shared(a, b) === 0,
  );
  const switches = Array.from({ length: 300 }, () => apart[Math.floor(next() * apart.length)]);
  return { pairs, switches, grades };
}

/** Two halves of about the same size; queries that any pair joins are in the same one. */
function halves(pairs) {
  const group = new Map(pairs.flat().map((query) => [query, query]));
  const find = (query) => {
    let it = query;
    while (group.get(it) !== it) it = group.get(it);
    return it;
  };
  for (const [a, b] of pairs) group.set(find(a), find(b));
  const groups = new Map();
  for (const pair of pairs) groups.set(find(pair[0]), [...(groups.get(find(pair[0])) ?? []), pair]);
  const result = [[], []];
  for (const list of [...groups.values()].sort((a, b) => b.length - a.length))
    result[result[0].length <= result[1].length ? 0 : 1].push(...list);
  return result;
}
