/** One piece of work on the page at a time, with a bar and a way to cancel it; what comes meanwhile waits. */
import { grouped } from './elements.js';

/** Of all panels, since what moves texts must not meet what adds some: fulfilled once all are done. */
let last = Promise.resolve();

export class Work {
  #panel;
  #parts;
  /** Of what goes on, and then of what waits. */
  #jobs = [];

  /**
   * @param {HTMLElement} panel whose `data-work` is `idle` or `busy`
   * @param {{ bar: HTMLProgressElement, phase: HTMLElement, count: HTMLElement,
   *   cancel: HTMLButtonElement }} parts `phase` may be read aloud, `count` should not be
   */
  constructor(panel, parts) {
    this.#panel = panel;
    this.#parts = parts;
    parts.cancel.addEventListener('click', () =>
      this.#jobs[0]?.controller.abort(
        new DOMException('Cancelled; all is as it was.', 'AbortError'),
      ),
    );
  }

  get isBusy() {
    return this.#jobs.length > 0;
  }

  /**
   * Does it once all that was asked for before is done.
   * @template T
   * @param {(options: { signal: AbortSignal, onProgress: (phase: string, done?: number,
   *   total?: number, format?: (number: number) => string) => void }) => Promise<T>} what
   * @param {{ phase?: string, isCancellable?: boolean }} [options] `phase`: the first one
   * @returns {Promise<T>}
   */
  async run(what, { phase = 'Working', isCancellable = true } = {}) {
    const before = document.activeElement;
    const controller = new AbortController();
    const { signal } = controller;
    const turn = last;
    let end;
    last = new Promise((resolve) => {
      end = resolve;
    });
    this.#jobs.push({ controller, isCancellable });
    if (this.#jobs.length === 1) this.#begin('Waiting for what is going on');
    try {
      await Promise.race([turn, aborted(signal)]);
      this.#begin(phase);
      return await what({ signal, onProgress: (...step) => this.#show(...step) });
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    } finally {
      turn.then(end);
      this.#jobs = this.#jobs.filter((job) => job.controller !== controller);
      if (!this.isBusy) this.#finish(before);
    }
  }

  #begin(phase) {
    const { cancel } = this.#parts;
    this.#panel.dataset.work = 'busy';
    cancel.hidden = !this.#jobs[0].isCancellable;
    this.#show(phase);
    // What had the focus may not be seen meanwhile.
    const { activeElement } = document;
    if (this.#panel.contains(activeElement) && !activeElement.checkVisibility())
      cancel.focus({ preventScroll: true });
  }

  #finish(before) {
    const isLosing = [this.#parts.cancel, document.body].includes(document.activeElement);
    this.#panel.dataset.work = 'idle';
    if (isLosing) before?.focus({ preventScroll: true });
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

function aborted(signal) {
  return new Promise((_, fail) => {
    signal.addEventListener('abort', () => fail(signal.reason), { once: true });
  });
}
