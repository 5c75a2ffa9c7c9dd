/** The page: loads the documents and the package, indexes without a stutter, searches as you type. */
import { duration, element, make, megabytes, showFacts } from './elements.js';
import { EMBEDDERS } from './embedders/index.js';
import { wordsOf } from './embedders/words.js';
import { EXAMPLES, indexOptions, indexPassages, search } from './indexing.js';
import { splitDocuments } from './passages.js';
import { speedPanel } from './speed.js';
import { storagePanel } from './storage.js';

const PACKAGE = './package/dist/index.js';
const QUERY_OPTIONS = { topK: 10, minScore: 0.12 };

const [query, within, summary, plan, results] = [
  'query',
  'within',
  'summary',
  'plan',
  'results',
].map(element);

try {
  await start();
} catch (error) {
  showError(error);
}

async function start() {
  const began = performance.now();
  const [module, documents, embedder] = await Promise.all([
    import(PACKAGE),
    loadDocuments(),
    EMBEDDERS[0].load(),
  ]);
  const index = await module.createIndex(indexOptions(embedder));
  element('version').textContent = (await module.capabilities()).version;
  const passages = splitDocuments(documents);
  element('progress-text').textContent = `Indexing ${passages.length} passages`;
  await indexPassages(index, passages, embedder, {
    onProgress: (done) => {
      element('progress').value = done;
    },
  });
  showIndex(index.stats(), documents.length, performance.now() - began);
  showExamples();
  showFiles([...new Set(passages.map(({ file }) => file))]);
  listen(async () => {
    const filter = within.value === '' ? undefined : { file: within.value };
    const options = { ...QUERY_OPTIONS, filter };
    const text = query.value;
    const found = await search(index, embedder, text, options);
    if (query.value === text) showResults(found, index.count(filter));
  });
  speedPanel(module);
  await storagePanel(module);
  document.body.dataset.state = 'ready';
  // Not where it would open a keyboard over the page.
  if (matchMedia('(pointer: fine)').matches) query.focus({ preventScroll: true });
}

async function loadDocuments() {
  const response = await fetch('./documents.json');
  if (!response.ok) throw new Error(`expected documents.json, got HTTP ${response.status}`);
  return response.json();
}

function listen(update) {
  query.addEventListener('input', update);
  within.addEventListener('change', update);
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

function showResults({ matches, milliseconds, plan: explained }, count) {
  const empty = query.value.trim() === '';
  const [best] = matches;
  summary.textContent = empty
    ? ''
    : best === undefined
      ? 'No passage resembles this. Try other words.'
      : `Nearest ${matches.length} of ${count} passages, in ${duration(milliseconds)}`;
  plan.textContent = explained === undefined ? '' : planText(explained);
  const words = wordsOf(query.value);
  results.replaceChildren(...matches.map((match) => resultItem(match, words)));
}

/** What the search did, in the words of `explain()`. */
function planText({ plan, filter, distanceEvaluations, records }) {
  const name = [plan, filter].filter(Boolean).join(', ');
  return `Plan: ${name}; ${distanceEvaluations} of ${records} vectors compared`;
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

function showFiles(files) {
  within.append(...files.map((file) => new Option(file)));
}

function showIndex(stats, files, milliseconds) {
  showFacts(element('facts'), {
    Passages: `${stats.count}, from ${files} ${files === 1 ? 'document' : 'documents'}`,
    Vectors: `${stats.dimensions} dimensions, ${stats.metric}`,
    Memory: `${megabytes(stats.memoryBytes)} of ${megabytes(stats.wasmBytes)} wasm`,
    'Ready in': duration(milliseconds),
  });
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
