/** The page: loads the package and the glossary, indexes without a stutter, and opens its panels. */
import { duration, element, grouped, make, megabytes, showFacts } from './common/elements.js';
import { turn } from './common/slices.js';
import { EMBEDDERS } from './embedders/index.js';
import { embedderPanel, nameOf } from './embedders/panel.js';
import { filtersPanel } from './filters/panel.js';
import { offline } from './offline/offline.js';
import { textsPanel } from './own-texts/panel.js';
import { Engine } from './search/engine.js';
import { searchPanel } from './search/panel.js';
import { speedPanel } from './speed/panel.js';
import { spikesPanel } from './spikes/panel.js';
import { storagePanel } from './storage/panel.js';

/** Milliseconds from the package's coming to the first search. */
let readyIn;

try {
  await start();
} catch (error) {
  showError(error);
}

async function start() {
  const began = performance.now();
  const [module, glossary] = await Promise.all([import('./package/dist/index.js'), loadGlossary()]);
  element('version').textContent = (await module.capabilities()).version;
  element('entries').textContent = `A glossary of ${grouped(glossary.entries.length)} entries`;
  const engine = new Engine(module, glossary.entries);
  await engine.use(EMBEDDERS[0], { onProgress: showProgress });
  showIndex(engine, performance.now() - began);

  await turn();
  searchPanel(engine, glossary.questions);
  const openTexts = textsPanel(engine, nameOf);
  await turn();
  speedPanel(module);
  filtersPanel(module);
  spikesPanel(module);
  await storagePanel(module);
  const settled = embedderPanel(engine, EMBEDDERS);
  document.body.dataset.state = 'ready';
  // Not where it would open a keyboard over the page.
  if (matchMedia('(pointer: fine)').matches) element('query').focus({ preventScroll: true });

  // The visitor's texts are in vectors of the embedder of the last visit.
  await settled;
  await openTexts();
  engine.addEventListener('change', () => showIndex(engine));
  await offline();
}

async function loadGlossary() {
  const response = await fetch('./glossary.json');
  if (!response.ok) throw new Error(`expected glossary.json, got HTTP ${response.status}`);
  return response.json();
}

function showProgress({ phase, done, total }) {
  const text = element('progress-text');
  if (text.textContent !== phase) text.textContent = phase;
  Object.assign(element('progress'), { max: total || 1, value: done });
}

function showIndex({ glossary }, milliseconds = readyIn) {
  readyIn = milliseconds;
  const stats = glossary.stats();
  showFacts(element('facts'), {
    Glossary: `${grouped(stats.count)} entries`,
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
