/** The page: loads the documents and the package, indexes without a stutter, searches as you type. */
import { wordsOf } from './embedder.js';
import { EXAMPLES, INDEX_OPTIONS, indexPassages, search } from './indexing.js';
import { splitDocuments } from './passages.js';

const PACKAGE = './package/dist/index.js';
const QUERY_OPTIONS = { topK: 10, minScore: 0.12 };

/** Milliseconds of indexing between two chances for the page to draw: half a frame. */
const SLICE = 8;

const element = (id) => document.getElementById(id);
const [query, summary, results] = ['query', 'summary', 'results'].map(element);

try {
  await start();
} catch (error) {
  showError(error);
}

async function start() {
  const began = performance.now();
  const [{ createIndex, capabilities }, documents] = await Promise.all([
    import(PACKAGE),
    loadDocuments(),
  ]);
  const index = await createIndex(INDEX_OPTIONS);
  element('version').textContent = (await capabilities()).version;
  const passages = splitDocuments(documents);
  const embed = await inSlices(indexPassages(index, passages), (done) => {
    element('progress').value = done;
    element('progress-text').textContent = `Indexing ${passages.length} passages`;
  });
  showFacts(index.stats(), documents.length, performance.now() - began);
  showExamples();
  listen(() => showResults(search(index, embed, query.value, QUERY_OPTIONS), index.count()));
  document.body.dataset.state = 'ready';
  // Not where it would open a keyboard over the page.
  if (matchMedia('(pointer: fine)').matches) query.focus({ preventScroll: true });
}

async function loadDocuments() {
  const response = await fetch('./documents.json');
  if (!response.ok) throw new Error(`expected documents.json, got HTTP ${response.status}`);
  return response.json();
}

/** Runs a generator to its end, a slice at a time; between slices the page draws and answers. */
async function inSlices(steps, onProgress) {
  for (;;) {
    const until = performance.now() + SLICE;
    let step;
    do step = steps.next();
    while (!step.done && performance.now() < until);
    if (step.done) return step.value;
    onProgress(step.value);
    await new Promise((resume) => setTimeout(resume));
  }
}

function listen(update) {
  query.addEventListener('input', update);
  element('examples').addEventListener('click', ({ target }) => {
    if (!(target instanceof HTMLButtonElement)) return;
    query.value = target.textContent;
    update();
  });
  document.addEventListener('keydown', (event) => {
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (event.key === '/' && plain && document.activeElement !== query) {
      event.preventDefault();
      query.focus();
      query.select();
    } else if (event.key === 'Escape' && query.value !== '') {
      query.value = '';
      query.focus();
      update();
    }
  });
  update();
}

function showResults({ matches, milliseconds }, count) {
  const empty = query.value.trim() === '';
  const [best] = matches;
  summary.textContent = empty
    ? ''
    : best === undefined
      ? 'No passage resembles this. Try other words.'
      : `Nearest ${matches.length} of ${count} passages, in ${duration(milliseconds)}`;
  const words = wordsOf(query.value);
  results.replaceChildren(...matches.map((match) => resultItem(match, words)));
}

function resultItem({ score, metadata: { file, heading, text } }, words) {
  const meter = make('span', { className: 'meter', ariaHidden: 'true' }, make('span'));
  meter.firstChild.style.width = `${Math.round(100 * Math.max(0, score))}%`;
  const number = make('span', { className: 'score' }, `Score ${score.toFixed(3)}`);
  return make(
    'li',
    {},
    make(
      'h2',
      {},
      make('span', { className: 'file' }, file),
      ` ${heading.replaceAll(' > ', ' › ')}`,
    ),
    make('p', {}, ...marked(text, words)),
    make('div', { className: 'measure' }, meter, number),
  );
}

/** The text with the words that the query has, or that begin alike, marked. */
function marked(text, words) {
  const stems = words
    .filter((word) => word.length > 3)
    .map((word) => word.slice(0, Math.max(5, word.length - 3)));
  return text.split(/([\p{L}\p{N}]+)/u).map((part) => {
    const word = part.toLowerCase();
    return stems.some((stem) => word.startsWith(stem)) ? make('mark', {}, part) : part;
  });
}

function showExamples() {
  element('examples').replaceChildren(
    ...EXAMPLES.map((text) => make('button', { type: 'button' }, text)),
  );
}

function showFacts(stats, files, milliseconds) {
  const facts = {
    Passages: `${stats.count}, from ${files} ${files === 1 ? 'document' : 'documents'}`,
    Vectors: `${stats.dimensions} dimensions, ${stats.metric}`,
    Memory: `${megabytes(stats.memoryBytes)} of ${megabytes(stats.wasmBytes)} wasm`,
    'Ready in': duration(milliseconds),
  };
  element('facts').replaceChildren(
    ...Object.entries(facts).map(([name, value]) =>
      make('div', {}, make('dt', {}, name), make('dd', {}, value)),
    ),
  );
}

function showError(error) {
  document.body.dataset.state = 'error';
  element('error').replaceChildren(
    make('h2', {}, 'The search could not start'),
    make('p', {}, error.message),
    ...(error.code === undefined ? [] : [make('p', {}, make('code', {}, error.code))]),
    make('p', {}, 'Reload the page to try again.'),
  );
}

function make(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

/** Browsers round their clock to 0.1 ms or more. */
function duration(milliseconds) {
  return milliseconds < 0.1
    ? 'less than 0.1 ms'
    : `${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms`;
}

function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
