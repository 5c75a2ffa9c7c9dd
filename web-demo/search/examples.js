/** Questions to try, one of each subject, and others when asked. */
import { element, make } from '../common/elements.js';

/**
 * @param {readonly { question: string, subject: string }[]} questions
 * @param {(question: string) => void} ask
 */
export function examples(questions, ask) {
  const bySubject = new Map(questions.map(({ subject }) => [subject, []]));
  for (const { question, subject } of questions) bySubject.get(subject).push(question);
  const [list, other] = ['example-list', 'example-others'].map(element);
  let round = 0;
  const show = () =>
    list.replaceChildren(
      ...Array.from(bySubject, ([subject, some]) => {
        const question = some[round % some.length];
        const button = make('button', { type: 'button' }, make('small', {}, subject), question);
        button.addEventListener('click', () => ask(question));
        return make('li', {}, button);
      }),
    );
  other.addEventListener('click', () => {
    ++round;
    show();
  });
  show();
}
