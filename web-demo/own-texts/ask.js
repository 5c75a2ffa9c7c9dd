/** A question in the panel, while the work that needs the answer waits. */
import { element, make } from '../common/elements.js';

/**
 * @param {string} question
 * @param {Record<string, string>} answers what each button says, by what it stands for
 * @param {AbortSignal} signal
 * @returns {Promise<string>} rejects with the signal's reason once it is aborted
 */
export async function ask(question, answers, signal) {
  const [group, text, choice] = ['texts-ask', 'texts-question', 'texts-answers'].map(element);
  const before = document.activeElement;
  text.textContent = question;
  try {
    return await new Promise((answer, fail) => {
      signal.addEventListener('abort', () => fail(signal.reason), { once: true });
      choice.replaceChildren(
        ...Object.entries(answers).map(([value, label]) => {
          const button = make('button', { type: 'button' }, label);
          button.addEventListener('click', () => answer(value));
          return button;
        }),
      );
      group.hidden = false;
      choice.firstElementChild.focus();
    });
  } finally {
    group.hidden = true;
    choice.replaceChildren();
    before?.focus({ preventScroll: true });
  }
}
