/** The choice of an embedder: what each can do, how far it is loaded, and what went wrong. */
import { byteSize, element, make } from '../common/elements.js';
import { remember, remembered } from '../common/remember.js';
import { Work } from '../common/work.js';

const KEY = 'demo-embedder';

const [panel, list, said, problem] = [
  'embedder',
  'embedder-list',
  'embedder-said',
  'embedder-problem',
].map(element);

/**
 * @param {import('../search/engine.js').Engine} engine
 * @param {readonly object[]} embedders
 * @returns once that of the last visit is in use again, or could not be had
 */
export async function embedderPanel(engine, embedders) {
  const work = new Work(panel, {
    bar: element('embedder-bar'),
    phase: element('embedder-phase'),
    count: element('embedder-count'),
    cancel: element('embedder-cancel'),
  });
  const buttons = new Map();
  list.replaceChildren(
    ...embedders.map((choice) => {
      const button = make('button', { type: 'button' });
      button.setAttribute('aria-describedby', `embedder-${choice.id}`);
      button.addEventListener('click', () => choice !== engine.choice && use(choice));
      buttons.set(choice, button);
      return make(
        'li',
        {},
        make('h3', {}, choice.name),
        make('p', { id: `embedder-${choice.id}` }, choice.about),
        button,
        ...(choice.files ? [filesOf(choice, engine)] : []),
      );
    }),
  );
  const show = () => {
    for (const [choice, button] of buttons) {
      const isUsed = choice === engine.choice;
      button.textContent = isUsed ? 'In use' : `Use ${choice.name}`;
      button.ariaPressed = String(isUsed);
      button.parentElement.classList.toggle('used', isUsed);
    }
    element('embedder-used').textContent = engine.choice.name;
  };
  async function use(choice) {
    problem.textContent = '';
    said.textContent = '';
    try {
      await work.run(({ signal, onProgress }) =>
        engine.use(choice, { signal, onProgress: (step) => onProgress(...shown(step)) }),
      );
      remember(KEY, choice.id);
      said.textContent = `${choice.name} is in use.`;
    } catch (error) {
      problem.textContent = `${sentence(error.message)} ${engine.choice.name} stays in use.`;
    }
  }
  engine.addEventListener('change', show);
  show();
  const before = embedders.find(({ id }) => id === remembered(KEY));
  if (before !== undefined && before !== engine.choice) await use(before);
}

/** What the browser keeps of an embedder, and a button that removes it. */
function filesOf({ name, files }, engine) {
  const text = make('span');
  const button = make('button', { type: 'button', className: 'quiet' }, `Remove ${name}’s files`);
  const show = async () => {
    const areKept = await files.areKept();
    button.hidden = !areKept;
    text.textContent =
      areKept === undefined
        ? 'There is no place to keep its files here: they are fetched again once the browser has dropped them. '
        : areKept
          ? `Its files, ${files.size}, are kept in this browser’s storage for this site: no visit fetches them again. `
          : 'Its files will be kept in this browser’s storage for this site, until you remove them. ';
  };
  button.addEventListener('click', async () => {
    await files.remove();
    await show();
    said.textContent = `${name}’s files are removed; it fetches them when it is next loaded.`;
  });
  engine.addEventListener('change', show);
  show();
  return make('p', { className: 'files' }, text, button);
}

/** What an embedder is called whose vectors have this model. */
export function nameOf(model) {
  if (model.startsWith('hashed-')) return 'the built-in embedder';
  return model.includes('MiniLM') ? 'MiniLM' : undefined;
}

function shown({ phase, done, total, bytes }) {
  return bytes ? [phase, done, total, byteSize] : [phase, done, total];
}

function sentence(text) {
  const whole = /[.!?]$/.test(text) ? text : `${text}.`;
  return whole[0].toUpperCase() + whole.slice(1);
}
