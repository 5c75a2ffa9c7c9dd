/** The panel: how fast the package is in this very browser. */

import { duration, element, grouped, make, megabytes, showFacts } from '../common/elements.js';
import { inSlices } from '../common/slices.js';
import { curve, significant } from './curve.js';
import { DEFAULT_SIZE, DIMENSIONS, measure, SIZES } from './measure.js';

const [size, start, cancel, bar, phase, count] = [
  'speed-size',
  'speed-start',
  'speed-cancel',
  'speed-bar',
  'speed-phase',
  'speed-count',
].map(element);

/** What the browser calls a long task: 50 ms in which it could not answer. */
const LONG_TASK = 'longtask';

/** @param {{ createIndex: Function, capabilities: Function }} module the package */
export function speedPanel(module) {
  size.replaceChildren(
    ...SIZES.map((n) => new Option(grouped(n), n, n === DEFAULT_SIZE, n === DEFAULT_SIZE)),
  );
  let running;
  let report;
  start.addEventListener('click', async () => {
    running = new AbortController();
    report = undefined;
    show('running');
    cancel.focus({ preventScroll: true });
    try {
      report = await run(module, Number(size.value), running.signal);
      showReport(report);
      announce(`Measured ${grouped(report.data.count)} vectors.`);
      show('done');
    } catch (error) {
      announce(running.signal.aborted ? 'Cancelled.' : `It did not work: ${error.message}`);
      show('idle');
    }
  });
  cancel.addEventListener('click', () => running?.abort());
  element('speed-copy').addEventListener('click', () => copy(JSON.stringify(report, shortened, 2)));
  // Also when the figure comes to be seen.
  new ResizeObserver(() => report && showCurve(report)).observe(element('speed-curve'));
}

/** Measures in an index of its own, which is gone afterwards. */
async function run({ createIndex, capabilities }, vectors, signal) {
  const index = await createIndex({ dimensions: DIMENSIONS, metric: 'cosine', index: 'auto' });
  const longTasks = countLongTasks();
  try {
    const report = await inSlices(measure(index, vectors), { onProgress: showProgress, signal });
    return { ...report, longTasks: longTasks(), ...(await surroundings(capabilities)) };
  } finally {
    longTasks();
    index.dispose();
  }
}

async function surroundings(capabilities) {
  const host = await capabilities();
  return {
    module: host.loadedFrom === 'url' ? moduleFile() : undefined,
    capabilities: host,
    userAgent: navigator.userAgent,
    measuredAt: new Date().toISOString(),
  };
}

/** The last .wasm file that was asked for: after a failure another one is. */
function moduleFile() {
  const files = performance
    .getEntriesByType('resource')
    .map(({ name }) => new URL(name).pathname.split('/').at(-1));
  return files.findLast((file) => file.endsWith('.wasm'));
}

/** Counts until it is asked; where the browser does not tell of long tasks, undefined. */
function countLongTasks() {
  if (!PerformanceObserver.supportedEntryTypes.includes(LONG_TASK)) return () => undefined;
  let number = 0;
  const observer = new PerformanceObserver((list) => {
    number += list.getEntries().length;
  });
  observer.observe({ type: LONG_TASK });
  return () => {
    number += observer.takeRecords().length;
    observer.disconnect();
    return number;
  };
}

function show(state) {
  const hadFocus = document.activeElement === cancel;
  element('speed').dataset.state = state;
  size.disabled = state === 'running';
  if (state !== 'running' && hadFocus) start.focus({ preventScroll: true });
}

/** Aloud, so only when there is something new to say; the numbers beside it are silent. */
function announce(text) {
  if (phase.textContent !== text) phase.textContent = text;
}

function showProgress({ phase, done, total }) {
  announce(phase);
  count.textContent = `${grouped(done)} of ${grouped(total)}`;
  bar.max = total;
  bar.value = done;
}

function showReport(report) {
  const { load, graph, memory, ef, longTasks, capabilities, module } = report;
  showFacts(element('speed-facts'), {
    Loading: speed(load),
    'Building the graph': graph ? speed(graph) : 'none: it is for 20,000 vectors and more',
    Memory: `${megabytes(memory.memoryBytes)}; ${grouped(memory.bytesPerVector)} bytes for each further vector`,
    ...(ef && { 'Chosen ef': String(ef) }),
    Module: `${module ?? capabilities.loadedFrom}, ${capabilities.simd ? 'SIMD' : 'no SIMD'}`,
    ...(longTasks !== undefined && { 'Pauses of the page over 50 ms': String(longTasks) }),
  });
  element('speed-rows').replaceChildren(...report.searches.map(row));
  element('speed-note').textContent = noteOn(report);
  element('speed-copied').textContent = '';
  element('speed-json').hidden = true;
}

function speed({ milliseconds, elapsed, vectorsPerSecond }) {
  return `${duration(milliseconds)} of work, ${duration(elapsed)} by the clock; ${grouped(vectorsPerSecond)} vectors a second of work`;
}

function row({ name, plan, recall, milliseconds, perSecond }) {
  const cells = [plan, recall.toFixed(3), significant(milliseconds), grouped(perSecond)];
  return make(
    'tr',
    {},
    make('th', { scope: 'row' }, name),
    ...cells.map((cell) => make('td', {}, cell)),
  );
}

function noteOn({ data, graph, scansFromEf }) {
  const method = `Recall over ${data.queries} queries that are not in the index; the median time of one, results included.`;
  if (!graph || scansFromEf === undefined) return method;
  return `${method} From ef ${scansFromEf} on the index would scan, which it takes to be cheaper.`;
}

function showCurve({ searches, ef }) {
  const figure = element('speed-curve');
  const width = Math.floor(figure.clientWidth);
  if (width > 0) figure.replaceChildren(curve(searches, { width, chosen: ef }));
}

/** For JSON: no digits that were not measured. */
function shortened(_, value) {
  return typeof value === 'number' && !Number.isInteger(value)
    ? Number(value.toPrecision(4))
    : value;
}

async function copy(json) {
  const [said, text] = ['speed-copied', 'speed-json'].map(element);
  try {
    await navigator.clipboard.writeText(json);
    said.textContent = 'Copied.';
  } catch {
    said.textContent = 'Not allowed to copy; here it is.';
    text.hidden = false;
    text.value = json;
    text.select();
  }
}
