/** Export and import of the visitor's texts: a snapshot of the package, `.rv`. */
import { byteSize, element, make, plural } from '../common/elements.js';
import { inWords } from './errors.js';

const NAME = 'my-texts.rv';

/**
 * @param {import('../search/engine.js').Engine} engine
 * @param {{ run: Function, say: (text: string) => void, nameOf: Function }} panel
 */
export function transfer(engine, { run, say, nameOf }) {
  const chooser = element('texts-import-file');
  element('texts-export').addEventListener('click', () =>
    run(async () => {
      const snapshot = await engine.texts.export();
      download(snapshot);
      say(`Exported ${byteSize(snapshot.size)} as ${NAME}.`);
    }),
  );
  element('texts-import').addEventListener('click', () => chooser.click());

  const take = (file, anew) =>
    run(async ({ signal, onProgress }) => {
      try {
        const { files, known, passages } = await engine.texts.import(file, {
          anew,
          signal,
          onProgress: (done, total) => onProgress('Importing', done, total),
        });
        engine.changed();
        const imported = `Imported ${plural(passages, 'passage')}: ${files.join(', ') || 'none'}.`;
        say(known.length === 0 ? imported : `${imported} Here already: ${known.join(', ')}.`);
      } catch (error) {
        if (signal.aborted) throw error;
        refuse(file, error);
      }
    });

  const refuse = (file, error) => {
    const { text, isOther } = inWords(error, engine.embedder, nameOf);
    const item = make('li', {}, make('b', {}, file.name), `: ${text} `);
    if (error.code !== undefined) item.append(make('code', {}, error.code));
    if (isOther) {
      const button = make('button', { type: 'button' }, 'Embed its texts anew');
      button.addEventListener('click', () => take(file, true));
      item.append(make('p', {}, button));
    }
    element('texts-problems').append(item);
  };

  chooser.addEventListener('change', async () => {
    const [file] = chooser.files;
    if (file !== undefined) await take(file, false);
    chooser.value = '';
  });
}

function download(blob) {
  const href = URL.createObjectURL(blob);
  make('a', { href, download: NAME }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}
