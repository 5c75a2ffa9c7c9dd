/** The panel of the visitor's texts: paste, drop, list, remove; export and import in transfer.js. */
import { duration, element, make, plural } from '../common/elements.js';
import { turn } from '../common/slices.js';
import { Work } from '../common/work.js';
import { splitDocuments } from '../passages.js';
import { acceptDrops } from './drop.js';
import { inWords } from './errors.js';
import { transfer } from './transfer.js';

const [panel, pasted, list, said, problems] = [
  'texts',
  'texts-paste',
  'texts-list',
  'texts-said',
  'texts-problems',
].map(element);

/**
 * @param {import('../search/engine.js').Engine} engine
 * @param {(model: string) => string | undefined} nameOf what an embedder is called by its model
 * @returns {() => Promise<void>} opens what there is
 */
export function textsPanel(engine, nameOf) {
  const work = new Work(panel, {
    bar: element('texts-bar'),
    phase: element('texts-phase'),
    count: element('texts-count'),
    cancel: element('texts-cancel'),
  });
  const run = (what) => {
    problems.replaceChildren();
    said.textContent = '';
    return work.run(what).catch((error) => say(inWords(error, engine.embedder, nameOf).text));
  };
  const addFiles = (files) => run((options) => readAndAdd(engine, files, options));

  acceptDrops(element('texts-drop'), addFiles);
  const chooser = element('texts-files');
  chooser.addEventListener('change', async () => {
    await addFiles([...chooser.files]);
    chooser.value = '';
  });
  element('texts-add').addEventListener('click', async () => {
    const text = pasted.value.trim();
    if (text === '') return say('Paste or write something first.');
    await run(async (options) => {
      const passages = splitDocuments([{ file: '', text }]);
      if (passages.length === 0) throw new Error('expected a text, got no sentence');
      await addAll(engine, [[titleOf(text), passages]], options);
      pasted.value = '';
    });
  });
  list.addEventListener('click', async ({ target }) => {
    const file = target.closest('button')?.dataset.file;
    if (file === undefined) return;
    await run(() => remove(engine, file));
    // Not lost at the top of the page.
    (list.querySelector('button') ?? pasted).focus();
  });
  element('texts-clear').addEventListener('click', async () => {
    if (!confirm('Remove all your texts?')) return;
    await run(async () => {
      await engine.texts.clear();
      engine.changed();
      say('All removed.');
    });
    pasted.focus();
  });
  transfer(engine, { run, say, nameOf });
  engine.addEventListener('change', () => show(engine.texts));
  show(engine.texts);
  return () =>
    run(({ signal, onProgress }) =>
      engine.openTexts({
        signal,
        onProgress: ({ phase, done, total }) => onProgress(phase, done, total),
      }),
    );
}

async function readAndAdd(engine, files, { signal, onProgress }) {
  if (files.length === 0) return;
  onProgress('Reading', 0, files.length);
  // Only now: readers of files are not needed to search.
  const { readFiles } = await import('../files/read-files.js');
  const read = await readFiles(files, {
    signal,
    onProgress: (done, total) => onProgress('Reading', done, total),
  });
  problems.append(
    ...read.problems.map(({ file, message }) =>
      make('li', {}, make('b', {}, file), `: ${message}`),
    ),
  );
  const byFile = new Map(read.passages.map(({ file }) => [file, []]));
  for (const passage of read.passages) byFile.get(passage.file).push(passage);
  await addAll(engine, byFile, { signal, onProgress });
}

/**
 * Adds all of the documents, or none.
 * @param {Iterable<[file: string, passages: object[]]>} documents
 */
async function addAll(engine, documents, { signal, onProgress }) {
  const began = performance.now();
  let [passages, steps, most] = [0, 0, 0];
  const files = [];
  try {
    for (const [name, parts] of documents) {
      const added = await engine.texts.add(name, parts, {
        signal,
        onProgress: (done, total) => onProgress(`Indexing ${name}`, done, total),
      });
      files.push(added.file);
      passages += added.passages;
      steps += added.steps;
      most = Math.max(most, added.passagesPerStep);
      engine.changed();
      await turn();
    }
  } catch (error) {
    await engine.texts.remove(...files);
    engine.changed();
    throw error;
  }
  if (files.length === 0) return;
  const what = `${plural(passages, 'passage')} of ${plural(files.length, 'text')}`;
  say(
    `Added ${what} in ${duration(performance.now() - began)}: ${plural(steps, 'step')}, ${most} passages at most in one.`,
  );
}

async function remove(engine, file) {
  await engine.texts.remove(file);
  engine.changed();
  say(`Removed ${file}.`);
}

function show(texts) {
  panel.dataset.texts =
    texts === undefined ? 'opening' : texts.documents.length === 0 ? 'none' : 'some';
  if (texts === undefined) return;
  if (texts.isGone) say('Your texts moved to another embedder, in another tab. Reload the page.');
  element('texts-kept').textContent = texts.isKept
    ? 'Kept in this browser: a reload finds them.'
    : 'This browser keeps nothing for the page (no IndexedDB), so they last until you leave.';
  list.replaceChildren(
    ...texts.documents.map(({ file, passages }) => {
      const button = make('button', { type: 'button', className: 'quiet' }, 'Remove');
      button.dataset.file = file;
      button.setAttribute('aria-label', `Remove ${file}`);
      return make(
        'li',
        {},
        make('span', { className: 'file' }, file),
        make('small', {}, plural(passages, 'passage')),
        button,
      );
    }),
  );
}

function say(text) {
  said.textContent = text;
}

/** The first words of a text. */
function titleOf(text) {
  const line = text
    .split('\n')[0]
    .replace(/^#+\s*/, '')
    .trim();
  if (line.length <= 48) return line;
  const space = line.lastIndexOf(' ', 48);
  return `${line.slice(0, space > 0 ? space : 48)}…`;
}
