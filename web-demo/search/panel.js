/** The search as one types: only the newest text is searched for, and reasons follow when there is time. */
import { duration, element, grouped } from '../common/elements.js';
import { planPanel } from '../plan/panel.js';
import { askedFor, keepInAddress } from './address.js';
import { examples } from './examples.js';
import { FIRST_QUESTIONS } from './first-questions.js';
import { showCarryingWords, showHits, showNearestSentences } from './results.js';
import { scope, showScopes } from './scope.js';
import { search } from './search.js';
import { nearestSentences, wordsThatCarry } from './why.js';

/** Milliseconds without a key before the outcome is read aloud, and before a model explains itself. */
const PAUSE = 400;

const [query, within, summary, spoken, list] = [
  'query',
  'within',
  'summary',
  'spoken',
  'results',
].map(element);

/**
 * @param {import('./engine.js').Engine} engine
 * @param {{ question: string }[]} questions
 */
export function searchPanel(engine, questions) {
  const subjects = [...new Set(engine.entries.map(({ subject }) => subject))];
  const plan = planPanel();
  const update = latest(() => answer(engine, plan));
  query.value = askedFor();
  const refresh = () => {
    showScopes(subjects, engine.texts?.documents.map(({ file }) => file) ?? []);
    update();
  };
  engine.addEventListener('change', refresh);
  query.addEventListener('input', update);
  within.addEventListener('change', update);
  examples([...FIRST_QUESTIONS, ...questions], (question) => {
    query.value = question;
    query.focus({ preventScroll: true });
    update();
  });
  listenToKeys(update);
  refresh();
}

/** Runs `work` again once it is done if it was asked for meanwhile: never twice at a time. */
function latest(work) {
  let [running, again] = [false, false];
  return async () => {
    again = true;
    if (running) return;
    running = true;
    while (again) {
      again = false;
      await work().catch(showFailure);
    }
    running = false;
  };
}

let reasoning = new AbortController();

async function answer(engine, plan) {
  reasoning.abort();
  const text = query.value.trim();
  if (text === '') return showNothing(plan);
  const where = scope();
  const found = await search(engine, text, where);
  if (query.value.trim() !== text) return;
  showHits(list, found.hits, text);
  summary.textContent = summaryOf(found, where);
  plan.show(found);
  element('search').dataset.state = found.hits.length === 0 ? 'none' : 'hits';
  reasoning = new AbortController();
  const { signal } = reasoning;
  // Neither is waited for: the next key is more important.
  pause(signal).then(
    () => {
      keepInAddress(text);
      spoken.textContent = summary.textContent;
    },
    () => {},
  );
  explain(engine, text, found.hits, signal).catch((error) => {
    if (!signal.aborted) showFailure(error);
  });
}

async function explain({ choice, embedder }, text, hits, signal) {
  if (hits.length === 0) return;
  if (choice.id === 'built-in') {
    showCarryingWords(list, hits, wordsThatCarry(embedder, text, hits));
  } else {
    await pause(signal);
    const sentences = await nearestSentences(embedder, text, hits, { signal });
    if (!signal.aborted) showNearestSentences(list, sentences);
  }
}

function pause(signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, PAUSE);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}

function summaryOf({ hits, searchMs, records, isPartial }, { name }) {
  const place = name === undefined ? '' : ` in ${name}`;
  const where = isPartial ? `${place}, without your texts, which are being opened` : place;
  if (hits.length === 0) return `Nothing${where} resembles this. Try other words.`;
  return `${hits.length} nearest of ${grouped(records)}${where}, searched in ${duration(searchMs)}`;
}

function showNothing(plan) {
  keepInAddress('');
  list.replaceChildren();
  summary.textContent = '';
  spoken.textContent = '';
  plan.show();
  element('search').dataset.state = 'empty';
}

function showFailure(error) {
  list.replaceChildren();
  summary.textContent = `The search failed: ${error.message}`;
}

/** `/` goes to the field, Escape empties it. */
function listenToKeys(update) {
  document.addEventListener('keydown', (event) => {
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
    const typing = document.activeElement?.matches('input, textarea, select') ?? false;
    if (event.key === '/' && plain && !typing) {
      event.preventDefault();
      query.focus();
      query.select();
    } else if (event.key === 'Escape' && query.value !== '' && document.activeElement === query) {
      event.preventDefault();
      query.value = '';
      update();
    }
  });
}
