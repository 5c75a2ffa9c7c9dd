// `npm run bench`: the goals of the design, each as a ratio of two sides that took turns on the same
// data. Absolute numbers are of this machine at this moment.
//
//   --quick          a few minutes, small sets: whether it works, not how fast
//   --full           100,000 vectors for graphs and 768 dimensions for scans too, every peer on every set
//   --only=G7,G8     these goals, and what they need; --only=databases: what keeping data costs;
//                    --only=cuts: minimum cuts of graphs;
//                    --only=embedder: how well the demo's built-in embedder finds what is meant;
//                    --only=benefits: whether sessions, feedback, diversify and novelty find more;
//                    --only=plans: what it takes to read a plan, what that buys, and how well a
//                    critical path ranks measured runtimes;
//                    --only=spikes: neurons, and queries that are ranked by activation
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { build, cmake } from './build.mjs';
import { commit, provision } from './setup.mjs';

const started = performance.now();
const env = provision('bench');
build(env);
const programs = ['flat_reference', 'hnsw_reference', 'native_core', 'native_lanes', 'truth'];

const { makePlan, PARTS } = await import('../tests/bench/plan.mjs');
const { printVerdicts, verdicts } = await import('../tests/bench/goals.mjs');
const plan = makePlan(process.argv.slice(2));
const parts = Object.entries(PARTS).filter(([, { goals }]) => goals.some(plan.wants));
if (parts.some(([, { isNative = true }]) => isNative)) cmake('native', env, ...programs);

const changed = spawnSync('git', ['status', '--porcelain'], { encoding: 'utf8' }).stdout !== '';
const about = {
  commit: commit() + (changed ? ' and changes' : ''),
  machine: `${cpus().length} x ${cpus()[0].model}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
  node: process.version,
  nodeOfRelaxed: plan.builds.relaxed.missing ?? plan.node24.version,
  load: loadavg()[0],
  ...plan.about,
};
console.log(
  Object.entries(about)
    .map(([name, value]) => `${name} ${value}`)
    .join(', '),
);
if (about.load > 0.5)
  console.log('the machine is not idle: ratios suffer less than absolute numbers, but suffer');

const results = { about, errors: [] };
for (const [title, { run }] of parts) {
  console.log(`\n== ${title}`);
  try {
    await run(plan, results);
  } catch (error) {
    // The other parts took as long: they are worth having.
    console.error(error);
    results.errors.push(`${title}: ${error.message}`);
    process.exitCode = 1;
  }
}
results.goals = verdicts(plan.wants);
console.log('\n== goals');
printVerdicts(results.goals);
for (const error of results.errors) console.log(`FAILED  ${error}`);
mkdirSync('build/bench', { recursive: true });
writeFileSync('build/bench/results.json', JSON.stringify(results, undefined, 1));
const minutes = (performance.now() - started) / 60_000;
console.log(`\n${minutes.toFixed(1)} minutes; curves and turns are in build/bench/results.json`);
