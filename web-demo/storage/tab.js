/** A tab of the storage panel: it has the notes open, and tells the page around it, if there is one. */
import { element, grouped, make } from '../common/elements.js';
import { embedPlain } from '../embedders/plain.js';
import { open } from '../package/dist/index.js';
import { NAME, OPTIONS } from './notes.js';

const SHOWN = 10;
const BURST = 200;
const QUERY_OPTIONS = { topK: SHOWN, minScore: 0.12 };

const tab = new URLSearchParams(location.search).get('tab') ?? 'This';
const [field, burst, trouble, summary] = ['text', 'burst', 'trouble', 'summary'].map(element);

document.body.classList.toggle('within', parent !== window);
element('reopen').addEventListener('click', () => location.reload());

let db;
let stale = false;
let refreshing = false;

try {
  db = await open(NAME, OPTIONS);
  db.on('change', refresh);
  db.on('role', refresh);
  db.on('evicted', () => complain('The stored notes vanished; those in memory are stored anew.'));
  db.on('error', ({ error }) => complain(error.message));
  db.on('blocked', () => {
    end('The notes were deleted by a tab.');
    db.close();
  });
  listen();
  show('open');
  refresh();
} catch (error) {
  end(
    error.code === 'STORAGE_UNAVAILABLE'
      ? 'This browser keeps no notes here; private windows and blocked site data have no IndexedDB.'
      : error.message,
  );
}

function listen() {
  field.addEventListener('input', refresh);
  element('form').addEventListener('submit', async (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (text !== '' && (await add(text))) {
      field.value = '';
      refresh();
    }
  });
  burst.addEventListener('click', toggleBurst);
  // The page asks for news.
  addEventListener('message', ({ source }) => source === parent && refresh());
}

/** Adds a note. @returns whether it is stored; if not, why is on the page */
async function add(text) {
  const vector = embedPlain(text);
  if (isZero(vector)) return complain('A note needs letters or digits.');
  const id = crypto.randomUUID();
  try {
    await db.upsert({ id, vector, metadata: { text, tab } });
  } catch (error) {
    // Of one that was deleted it is known already.
    if (isOpen()) complain(error.message);
    return false;
  }
  tell({ acknowledged: id });
  trouble.textContent = '';
  refresh();
  return true;
}

async function toggleBurst() {
  const begins = burst.ariaPressed === 'false';
  burst.ariaPressed = String(begins);
  if (!begins) return;
  const progress = element('burst-count');
  for (let i = 1; i <= BURST && burst.ariaPressed === 'true'; ++i) {
    progress.textContent = `${i - 1} of ${BURST} stored; press again to stop`;
    if (!(await add(`Note ${i} of ${BURST}`))) break;
  }
  progress.textContent = '';
  burst.ariaPressed = 'false';
}

/** Shows what there is, and once more if that is asked for meanwhile. */
async function refresh() {
  stale = true;
  if (refreshing) return;
  refreshing = true;
  try {
    while (stale && isOpen()) {
      stale = false;
      await showNotes();
    }
  } catch (error) {
    if (isOpen()) complain(error.message);
  } finally {
    refreshing = false;
  }
}

async function showNotes() {
  const text = field.value.trim();
  const [notes, count, report] = await Promise.all([
    text === '' ? newest() : nearest(text),
    db.count(),
    db.storage(),
  ]);
  const { role, version, durableVersion } = db;
  element('role').textContent = element('role').dataset.role = role;
  element('version').textContent = grouped(version);
  element('durable').textContent = grouped(durableVersion);
  element('count').textContent = grouped(count);
  summary.textContent = summaryOf(text, notes.length, count);
  element('notes').replaceChildren(...notes.map(noteItem));
  tell({ role, report });
  // No event says that a change is stored.
  if (durableVersion < version) db.flush().then(refresh, () => {});
}

async function newest() {
  const { ids } = await db.list({ limit: 10_000 });
  return db.getMany(ids.slice(-SHOWN).reverse());
}

async function nearest(text) {
  const vector = embedPlain(text);
  return isZero(vector) ? [] : (await db.query(vector, QUERY_OPTIONS)).matches;
}

function isZero(vector) {
  return vector.every((component) => component === 0);
}

function summaryOf(text, shown, count) {
  if (count === 0) return 'No notes yet.';
  if (text !== '') return shown === 0 ? 'No note resembles this.' : 'Nearest first';
  return shown < count ? `The newest ${shown}` : 'Newest first';
}

function noteItem({ score, metadata: { text, tab } }) {
  const aside = score === undefined ? tab : score.toFixed(3);
  return make('li', {}, make('span', {}, text), make('small', {}, aside));
}

function complain(text) {
  trouble.textContent = text;
  return false;
}

/** There is no database any more, or there never was. */
function end(text) {
  show('closed');
  complain(text);
  element('role').textContent = 'closed';
  delete element('role').dataset.role;
  tell({ closed: true });
}

function show(state) {
  document.body.dataset.state = state;
}

function isOpen() {
  return document.body.dataset.state === 'open';
}

/** @param {import('./notes.js').Message} message */
function tell(message) {
  if (parent !== window) parent.postMessage(message, location.origin);
}
