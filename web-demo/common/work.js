/** One piece of work on the page at a time, with a bar and a way to cancel it. */
import { grouped } from './elements.js';

/** Of all panels: what moves texts must not meet what adds some. */
let running;

export class Work {
  #panel;
  #parts;

  /**
   * @param {HTMLElement} panel whose `data-work` is `idle` or `busy`
   * @param {{ bar: HTMLProgressElement, phase: HTMLElement, count: HTMLElement,
   *   cancel: HTMLButtonElement }} parts `phase` may be read aloud, `count` should not be
   */
  constructor(panel, parts) {
    this.#panel = panel;
    this.#parts = parts;
    parts.cancel.addEventListener('click', () =>
      running?.abort(new DOMException('Cancelled; all is as it was.', 'AbortError')),
    );
  }

  /**
   * @template T
   * @param {(options: { signal: AbortSignal, onProgress: (phase: string, done?: number,
   *   total?: number, format?: (number: number) => string) => void }) => Promise<T>} what
   * @returns {Promise<T>}
   */
  async run(what) {
    if (running !== undefined) throw new Error('wait until what is going on is done, or cancel it');
    const before = document.activeElement;
    running = new AbortController();
    const { signal } = running;
    this.#panel.dataset.work = 'busy';
    this.#show('Working');
    try {
      return await what({ signal, onProgress: (...step) => this.#show(...step) });
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    } finally {
      running = undefined;
      const { cancel } = this.#parts;
      const isLosing = [cancel, document.body].includes(document.activeElement);
      this.#panel.dataset.work = 'idle';
      if (isLosing) before?.focus({ preventScroll: true });
    }
  }

  #show(name, done, total, format = grouped) {
    const { bar, phase, count } = this.#parts;
    if (phase.textContent !== name) phase.textContent = name;
    count.textContent = total ? `${format(done)} of ${format(total)}` : '';
    if (!total) return bar.removeAttribute('value');
    bar.max = total;
    bar.value = done;
  }
}
