/** The list of the visitor's texts, each with a button that removes it. */
import { element, make, plural } from '../common/elements.js';

const list = element('texts-list');

let shown;

/**
 * Shows them; a button that has the focus keeps it.
 * @param {readonly { file: string, passages: number }[]} documents
 */
export function showList(documents) {
  const now = JSON.stringify(documents);
  if (now === shown) return;
  shown = now;
  const focused = list.contains(document.activeElement)
    ? document.activeElement.dataset.file
    : undefined;
  list.replaceChildren(...documents.map(listItem));
  if (focused !== undefined) buttonOf(focused)?.focus({ preventScroll: true });
}

function listItem({ file, passages }) {
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
}

/** @param {(file: string) => Promise<void>} remove */
export function onRemove(remove) {
  list.addEventListener('click', async ({ target }) => {
    const button = target.closest('button');
    if (button === null || button.disabled) return;
    const place = [...list.children].indexOf(button.closest('li'));
    // It may have to wait: once is enough.
    button.disabled = true;
    await remove(button.dataset.file);
    button.disabled = false;
    const { activeElement } = document;
    if (activeElement !== document.body && activeElement?.checkVisibility()) return;
    // Not lost at the top of the page.
    const next = list.children[Math.min(place, list.children.length - 1)];
    (next?.querySelector('button') ?? element('texts-paste')).focus({ preventScroll: true });
  });
}

function buttonOf(file) {
  return [...list.querySelectorAll('button')].find((button) => button.dataset.file === file);
}
