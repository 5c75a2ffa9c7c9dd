/** The panel: two tabs that share a database, and can be killed. */
import { byteSize, duration, element, grouped, make, showFacts } from '../common/elements.js';
import { NAME, STORAGE } from './notes.js';

const TABS = ['Left', 'Right'];

const [panel, said] = ['storage', 'storage-said'].map(element);

/** Ids of the notes that the tabs of this page added. */
const acknowledged = new Set();

/** The pane whose tab was killed as the writer, and since when nobody is known to write. */
let orphaned;

/** @param {{ open: Function, listDatabases: Function, deleteDatabase: Function }} module the package */
export async function storagePanel(module) {
  const { lack, exists } = await lookAround(module);
  if (lack !== undefined) {
    element('storage-lack').textContent = lack;
    panel.dataset.state = 'lacking';
    return;
  }
  const panes = TABS.map((tab) => new Pane(tab));
  element('storage-panes').append(...panes.map(({ node }) => node));
  const begin = () => {
    panel.dataset.state = 'open';
    for (const pane of panes) pane.open();
  };
  for (const pane of panes)
    pane.button.addEventListener('click', () =>
      pane.state === 'open' ? kill(pane, panes, module) : pane.open(),
    );
  element('storage-open').addEventListener('click', () => {
    begin();
    panes[0].button.focus({ preventScroll: true });
  });
  element('storage-persist').addEventListener('click', () => persist(panes));
  element('storage-delete').addEventListener('click', () => remove(panes, module));
  addEventListener('message', ({ source, data }) => {
    const pane = panes.find(({ frame }) => frame !== undefined && frame.contentWindow === source);
    if (pane !== undefined) hear(pane, data);
  });
  if (exists) begin();
}

/** What the tabs could not do without, and whether there are notes of an earlier visit. */
async function lookAround({ listDatabases }) {
  if (navigator.locks === undefined)
    return { lack: 'Not here: tabs share a database on localhost or over HTTPS only.' };
  try {
    if (typeof indexedDB !== 'undefined')
      return { exists: (await listDatabases()).some(({ name }) => name === NAME) };
  } catch {
    // Site data is blocked.
  }
  return {
    lack: 'Not here: this browser has no IndexedDB for the page, as in some private windows, or where site data is blocked.',
  };
}

/** Where a tab is, or was: `open`, `killed`, or `closed` by itself. */
class Pane {
  state = 'closed';
  frame;
  role;
  button = make('button', { type: 'button' });
  #story = make('div', { ariaLive: 'polite' });
  #stage = make('div', { className: 'stage' }, this.#story);

  constructor(tab) {
    this.tab = tab;
    const title = make('h3', { id: `storage-${tab}` }, `${tab} tab`);
    this.node = make(
      'section',
      { className: 'pane' },
      make('header', {}, title, this.button),
      this.#stage,
    );
    this.node.setAttribute('aria-labelledby', title.id);
    this.button.setAttribute('aria-describedby', title.id);
  }

  open() {
    this.frame?.remove();
    this.role = undefined;
    this.#story.textContent = '';
    this.frame = make('iframe', {
      src: `storage/tab.html?tab=${this.tab}`,
      title: `${this.tab} tab`,
    });
    this.#stage.append(this.frame);
    this.#show('open');
  }

  /** Its worker ends in the middle of whatever it does. */
  kill() {
    this.frame.remove();
    this.frame = undefined;
    this.#show('killed');
  }

  /** The tab says why. */
  close() {
    this.#show('closed');
  }

  tell(...sentences) {
    this.#story.append(...sentences.map((sentence) => make('p', {}, sentence)));
  }

  #show(state) {
    this.state = this.node.dataset.state = state;
    this.button.textContent = state === 'open' ? 'Kill this tab' : 'Reopen';
  }
}

async function kill(pane, panes, { open }) {
  const since = performance.now();
  pane.kill();
  pane.tell(pane.role === undefined ? 'Killed.' : `Killed. It was the ${pane.role}.`);
  if (pane.role === 'writer' && panes.some(({ state }) => state === 'open'))
    orphaned = { pane, since };
  try {
    pane.tell(...(await whatIsStored(open)));
  } catch (error) {
    pane.tell(error.message);
  }
}

/** Asks the storage itself, not one of the tabs. */
async function whatIsStored(open) {
  const ids = [...acknowledged];
  const reader = await open(NAME, { storage: STORAGE, tabs: 'readonly' });
  try {
    const missing = (await reader.has(ids)).filter((found) => !found).length;
    return [
      `Notes stored: ${grouped(await reader.count())}.`,
      `Acknowledged on this page: ${grouped(ids.length)}, of which ${missing || 'none'} missing.`,
    ];
  } finally {
    await reader.close();
  }
}

/** @param {import('./notes.js').Message} message */
function hear(pane, { acknowledged: id, role, report, closed }) {
  if (id !== undefined) acknowledged.add(id);
  if (closed) {
    pane.close();
    acknowledged.clear();
  }
  if (role !== undefined) pane.role = role;
  if (role === 'writer' && orphaned !== undefined) {
    const took = duration(performance.now() - orphaned.since);
    orphaned.pane.tell(`The ${pane.tab.toLowerCase()} tab took over after ${took}.`);
    orphaned = undefined;
  }
  if (report !== undefined) showReport(report);
}

function showReport(report) {
  const { backend, persisted, usage, quota, evictionRisk, snapshotBytes, journalBytes } = report;
  showFacts(element('storage-report'), {
    Backend: backend,
    Persisted: persisted ? 'yes' : 'no',
    'Eviction risk': evictionRisk,
    ...(quota !== undefined && { 'This site uses': `${byteSize(usage)} of ${byteSize(quota)}` }),
    Snapshot: byteSize(snapshotBytes),
    'Journal since': byteSize(journalBytes),
  });
}

/** Here, because workers, where the tabs have their databases, cannot ask. */
async function persist(panes) {
  said.textContent = (await navigator.storage.persist())
    ? 'The browser promised to keep it.'
    : 'The browser promised nothing; it goes by how much a site is used.';
  for (const { frame } of panes) frame?.contentWindow.postMessage('refresh', location.origin);
}

async function remove(panes, { deleteDatabase }) {
  if (!confirm('Delete all notes?')) return;
  try {
    await deleteDatabase(NAME);
  } catch (error) {
    said.textContent = error.message;
    return;
  }
  acknowledged.clear();
  // Not what there was, until the tabs tell.
  element('storage-report').replaceChildren();
  said.textContent = 'Deleted.';
  for (const pane of panes) if (pane.frame !== undefined) pane.open();
}
