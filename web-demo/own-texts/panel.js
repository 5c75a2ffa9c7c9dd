/** The panel of the visitor's texts: paste, drop, remove. list.js lists them, transfer.js exports and imports. */
import { element, make, plural } from '../common/elements.js';
import { turn } from '../common/slices.js';
import { Work } from '../common/work.js';
import { splitText } from '../passages.js';
import { ask } from './ask.js';
import { acceptDrops } from './drop.js';
import { inWords } from './errors.js';
import { onRemove, showList } from './list.js';
import { transfer } from './transfer.js';

const [panel, pasted, said, problems] = [
  'texts',
  'texts-paste',
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
  const attempt = (what, options) =>
    work
      .run((steps) => {
        say('');
        refuse();
        if (engine.texts === undefined && !engine.areTextsComing)
          throw new Error('your texts could not be opened; reload the page to try again');
        return what(steps);
      }, options)
      .catch((error) => {
        if (error.name === 'AbortError') say(error.message);
        else refuse(inWords(error, engine.embedder, nameOf).text);
      });
  let tellOpen;
  const opened = new Promise((resolve) => {
    tellOpen = resolve;
  });
  const run = async (what) => {
    await opened;
    return attempt(what);
  };
  const addFiles = (files) => {
    if (panel.dataset.texts === 'opening' || work.isBusy)
      say(sentence(`Added after that: ${files.map(({ name }) => name).join(', ')}`));
    return run((options) => readAndAdd(engine, files, options));
  };

  acceptDrops(element('texts-drop'), addFiles);
  const chooser = element('texts-files');
  chooser.addEventListener('change', async () => {
    await addFiles([...chooser.files]);
    chooser.value = '';
  });
  element('texts-add').addEventListener('click', () => {
    const text = pasted.value.trim();
    if (!/[\p{L}\p{N}]/u.test(text)) return refuse('Paste or write something first.');
    return run(async (options) => {
      const document = { name: titleOf(text), passages: splitText(text) };
      await addAll(engine, [document], options);
      pasted.value = '';
    });
  });
  pasted.addEventListener('input', () => refuse());
  onRemove((file) => run(() => remove(engine, file, run)));
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
  engine.addEventListener('change', () => show(engine));
  show(engine);
  return async () => {
    const opening = attempt(
      ({ signal, onProgress }) =>
        engine.openTexts({
          signal,
          onProgress: ({ phase, done, total }) => onProgress(phase, done, total),
        }),
      { phase: 'Opening your texts', isCancellable: false },
    );
    // What waits comes after that.
    tellOpen();
    await opening;
  };
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
      make('li', {}, make('b', {}, file), `: ${message}.`),
    ),
  );
  const byFile = new Map(read.passages.map(({ file }) => [file, []]));
  for (const passage of read.passages) byFile.get(passage.file).push(passage);
  const replaces = (file) =>
    ask(
      `There is another ${file}, with other words in it.`,
      { yes: 'Replace it', no: 'Keep both' },
      signal,
    ).then((answer) => answer === 'yes');
  await addAll(
    engine,
    Array.from(byFile, ([name, passages]) => ({ name, passages })),
    { signal, onProgress, replaces },
  );
  for (const { file, message } of read.notes) sayMore(`${file}: ${message}.`);
}

/**
 * Adds all of the documents, or none; what is here already is not added again.
 * @param {readonly { name: string, passages: object[] }[]} documents
 */
async function addAll(engine, documents, { signal, onProgress, replaces }) {
  const added = [];
  const known = [];
  try {
    for (const { name, passages } of documents) {
      const result = await engine.texts.add(name, passages, {
        signal,
        replaces,
        onProgress: (done, total) => onProgress(`Indexing ${name}`, done, total),
      });
      if (result.isKnown) known.push(result);
      else added.push(result);
      engine.changed();
      await turn();
    }
  } catch (error) {
    for (const { file, replaced } of added) await engine.texts.takeBack(file, replaced);
    engine.changed();
    throw error;
  }
  const passages = added.reduce((sum, result) => sum + result.passages, 0);
  if (added.length > 0) say(sentence(`Added ${plural(passages, 'passage')}: ${names(added)}`));
  for (const { file } of known) sayMore(sentence(`Here already, with the same words: ${file}`));
}

async function remove(engine, file, run) {
  const passages = await engine.texts.passagesOf(file);
  await engine.texts.remove(file);
  engine.changed();
  say(sentence(`Removed ${file}`));
  const undo = make('button', { type: 'button', className: 'quiet' }, 'Undo');
  undo.addEventListener('click', async () => {
    await run((options) => addAll(engine, [{ name: file, passages }], options));
    pasted.focus({ preventScroll: true });
  });
  said.append(' ', undo);
}

function show({ texts, areTextsComing }) {
  if (texts === undefined) {
    panel.dataset.texts = areTextsComing ? 'opening' : 'failed';
    return;
  }
  panel.dataset.texts = texts.documents.length === 0 ? 'none' : 'some';
  if (texts.isGone) say('Your texts moved to another embedder, in another tab. Reload the page.');
  element('texts-kept').textContent = texts.isKept
    ? 'Kept in this browser: a reload finds them.'
    : 'This browser keeps nothing for the page (no IndexedDB), so they last until you leave.';
  showList(texts.documents);
}

function say(text) {
  said.textContent = text;
}

function sayMore(text) {
  say(`${said.textContent} ${text}`.trim());
}

/** Of many only how many. */
function names(documents) {
  if (documents.length > 3) return plural(documents.length, 'text');
  return documents.map(({ file }) => file).join(', ');
}

/** A title may end one by itself. */
function sentence(text) {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

/** Says why not; without a text, that nothing is wrong any more. */
function refuse(text) {
  problems.replaceChildren(...(text === undefined ? [] : [make('li', {}, text)]));
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
