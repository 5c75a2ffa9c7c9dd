// Whether spread, sessions, feedback, diversify and novelty find more, on real data, each beside what one would
// do without and the classical competitor; and hubness, which no option corrects. What each is about is in
// its file of benefits/.
import { costs } from './benefits/costs.mjs';
import { diversity } from './benefits/diversity.mjs';
import { shown } from './benefits/gain.mjs';
import { hubness } from './benefits/hubness.mjs';
import { novelty } from './benefits/novelty.mjs';
import { sequences } from './benefits/sequences.mjs';
import { sessions } from './benefits/sessions.mjs';
import { spreadOverDigits, spreadOverTexts } from './benefits/spread.mjs';
import { SEED } from './data.mjs';

/** As a test, as far as the experiments know one. */
const bench = { skip: (why) => console.log(`  ${why}`) };

export async function benefits(_plan, results) {
  console.log(`bootstrap intervals of 95 %, seed ${SEED}`);
  const found = {
    spread: await printed(spreadOverDigits(bench), printSpread),
    spreadOverTexts: [],
    sessions: [],
    novelty: [],
  };
  for (const set of ['ir-cranfield', 'ir-npl']) {
    found.spreadOverTexts.push(await printed(spreadOverTexts(bench, set), printTexts));
    found.sessions.push(await printed(sessions(bench, set), (it) => printSessions(set, it)));
  }
  found.sequences = await printed(sequences(), printSequences);
  found.diversity = await printed(diversity(bench), printDiversity);
  for (const metric of ['cosine', 'euclidean'])
    found.novelty.push(await printed(novelty(bench, { metric }), (it) => printNovelty(metric, it)));
  found.costs = await printed(costs(), printCosts);
  found.hubness = await printed(hubness(bench), printHubness);
  results.benefits = found;
}

/** What an experiment found; undefined where its data are not there. */
async function printed(experiment, print) {
  const found = await experiment;
  if (found !== undefined) print(found);
  return found;
}

function row(name, ...cells) {
  console.log(`  ${name.padEnd(26)}${cells.map((cell) => cell.padStart(28)).join('')}`);
}

function printSpread({ n, found }) {
  console.log(`\nspread, mnist-784: mAP of as many as are wanted, n ${n}; gains in points`);
  row('', 'kNN', 'query expansion', 'spread', 'dense solve', 'spread over kNN', 'over expansion');
  for (const { topK, plain, expanded, spread, dense, points, overExpanded, work } of found)
    row(
      `${topK} wanted, bytes x ${work.toFixed(2)}`,
      ...[plain, expanded, spread, dense].map((it) => it.toFixed(4)),
      ...[points, overExpanded].map(shownPoints),
    );
}

function printTexts({ name, n, plain, points }) {
  console.log(
    `\nspread, ${name}: nDCG@10 over that of kNN (${plain.toFixed(4)}), n ${n}, in points: ${shownPoints(points)}`,
  );
}

function shownPoints(interval) {
  return shown(interval, 2).replace(' %', '');
}

function printSessions(set, { pairs, rocchioWeight, alone, follow, unseen, otherSubject }) {
  const n = [follow, unseen, otherSubject].map((it) => `n ${it.session.n}`);
  console.log(
    `\nsessions, ${set}: nDCG@10 of follow-up queries over the same alone (${alone.toFixed(4)}), ${pairs} pairs; Rocchio's weight ${rocchioWeight}`,
  );
  row('', 'the same subject', '... what was not clicked', 'another subject');
  row('', ...n);
  for (const [arm, name] of Object.entries({
    session: 'session, three clicks',
    rocchio: 'Rocchio, the same clicks',
    clickedFirst: 'clicked ones first',
    sessionOverClickedFirst: 'session over that',
    unclicked: 'session, no click',
    strangers: "session, others' clicks",
    sessionOverRocchio: 'session over Rocchio',
  }))
    row(name, ...[follow, unseen, otherSubject].map((it) => shown(it[arm])));
}

function printSequences({ n, entropy, uniform, ...arms }) {
  console.log(
    `\nsequences, synthetic (second-order Markov, ${entropy.toFixed(2)} bits a click of ${uniform.toFixed(2)}): hit@10 of the next click, in %, n ${n}`,
  );
  for (const [arm, name] of Object.entries({
    learnt: 'feedback (STDP)',
    popular: 'popularity',
    first: 'Markov chain, first order',
    second: 'second order, backing off',
    best: 'who knows the source',
  })) {
    const { value, low, high } = arms[arm];
    row(name, `${value.toFixed(1)} [${low.toFixed(1)}, ${high.toFixed(1)}]`);
  }
}

function printDiversity({ all, kinds, mmr }) {
  console.log(
    `\ndiversity, mnist-784: over the order of distance (subtopic recall@10 ${all.plain.toFixed(3)}); MMR with lambda ${mmr.lambda}${mmr.scaled ? ', relevance scaled' : ''}`,
  );
  row('', 'subtopic recall@10', 'nDCG@10');
  const line = (name, { subtopics, ndcg }) => row(name, shown(subtopics), shown(ndcg));
  line(`diversify 0.2, n ${all.diverse.subtopics.n}`, all.diverse);
  line('MMR', all.mmr);
  for (const { kind, diverse, mmr: other } of kinds) {
    line(`  ${kind}`, diverse);
    line('    MMR', other);
  }
}

function printNovelty(metric, { n, classes, areas, byClass }) {
  console.log(
    `\nnovelty, mnist-784 under ${metric}: AUROC of a class that is not there, mean of ${classes}, n ${n}`,
  );
  for (const [arm, { value, low, high }] of Object.entries(areas))
    row(
      arm,
      `${value.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`,
      `by class ${byClass.map((it) => it[arm].toFixed(2)).join(' ')}`,
    );
}

function printCosts({ count, found }) {
  console.log(`\na query of ${count} vectors by a graph, us, median`);
  for (const [name, us] of Object.entries(found)) row(name, us.toFixed(0));
}

function printHubness(sets) {
  for (const { set, n, known, arms } of sets) {
    console.log(
      `\nhubness, ${set}: ${known} records, ${n} held-out queries; skewness of how often one is found, and the quality over that of plain order (${arms.plain.quality.toFixed(4)}), in points`,
    );
    row('', 'skewness', 'quality');
    for (const [arm, { skewness, over }] of Object.entries(arms)) {
      const points = [over.difference, over.low, over.high].map((it) => (100 * it).toFixed(2));
      row(
        arm,
        `${skewness.value.toFixed(2)} [${skewness.low.toFixed(2)}, ${skewness.high.toFixed(2)}]`,
        `${points[0]} [${points[1]}, ${points[2]}]`,
      );
    }
  }
}
