// The goals of the design (performance.md) and what a run has to say about each.
const GOALS = [
  ['G1', 'HNSW relaxed / native hnswlib, QPS at recall .95', 1.5, 2.5],
  ['G2', 'HNSW relaxed / native hnswlib, QPS at recall .99', 1.5, 2],
  ['G3', 'HNSW simd128 / native hnswlib, QPS at recall .95', 1.1, 1.5],
  ['G4.95', 'HNSW relaxed / native hnswlib, real sets, QPS at recall .95', 1.0, 1.5],
  ['G4.99', 'HNSW relaxed / native hnswlib, real sets, QPS at recall .99', 1.5, 2],
  ['G5', 'build, vectors/s, one thread / native hnswlib', 1.3, 2],
  ['G6.build', '2 workers / 1, vectors/s of a graph', 1.6, 1.9],
  ['G6.search', '2 workers / 1, QPS', 1.8, 1.95],
  ['G7', 'exact f32 scan, QPS / native scan', 0.85, 0.95],
  ['G8', '1-bit scan, recall >= .999, QPS / native exact f32 scan', 6, 10],
  ['G11', 'restore / rebuild, time', 1 / 50, 1 / 150, 'less'],
  ['G12', 'JavaScript per query / search, time', 0.01, 0.005, 'less'],
  ['G13', 'QPS at recall .95 / the best wasm peer', 5, 10],
  ['G14', 'download / hnswlib-wasm, gzip', 0.3, 0.2, 'less'],
  ['cuts', 'minimum cut of 1,000 regions / the target of 15 ms', 1, 0.2, 'less'],
  ['G15', 'HNSW relaxed / our own core, native, QPS at recall .95', 0.45, 0.65],
];

const findings = [];

/** What was measured for a goal; `ratio` is a number, ratioAt()'s answer, or undefined with a `note`. */
export function report(id, where, ratio, note = '') {
  const value = typeof ratio === 'object' ? ratio.median : ratio;
  const range =
    typeof ratio === 'object' && ratio.of > 1
      ? `${shown(ratio.least)} - ${shown(ratio.most)}, ${ratio.of} turns`
      : '';
  findings.push({ id, where, value, range, note });
}

/** Three digits; small ones as 1/x. */
function shown(value) {
  if (value >= 0.1 || value <= 0) return value.toPrecision(3);
  const inverse = 1 / value;
  return `1/${inverse < 100 ? inverse.toPrecision(3) : Math.round(inverse)}`;
}

/** Every finding beside its goal, for the table and the JSON. */
export function verdicts(wanted) {
  return GOALS.filter(([id]) => wanted(id.split('.')[0])).flatMap(
    ([id, what, must, goal, better]) => {
      const found = findings.filter((finding) => finding.id === id);
      if (found.length === 0)
        found.push({ id, where: '-', value: undefined, range: '', note: 'not run' });
      return found.map(({ where, value, range, note }) => {
        const reaches = (bound) => (better === 'less' ? value <= bound : value >= bound);
        const verdict =
          value === undefined ? 'n/a' : reaches(goal) ? 'goal' : reaches(must) ? 'must' : 'BELOW';
        return { id, what, where, value, range, must, goal, verdict, note };
      });
    },
  );
}

export function printVerdicts(list) {
  let last;
  for (const { id, what, where, value, range, must, goal, verdict, note } of list) {
    if (id !== last) console.log(`\n${id}  ${what}: must ${shown(must)}, goal ${shown(goal)}`);
    last = id;
    const measured = value === undefined ? 'n/a' : shown(value);
    const more = [range && `(${range})`, note].filter(Boolean).join('  ');
    console.log(
      `    ${where.padEnd(46)} ${measured.padStart(7)}  ${verdict.padEnd(5)}  ${more}`.trimEnd(),
    );
  }
}
