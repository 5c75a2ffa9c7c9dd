/** Reads files of text in a worker, so that a large one does not keep the page waiting. */
import { passagesOfText } from './texts.js';

export class TextReader {
  #worker;

  /**
   * One file at a time.
   * @param {string} file its name
   * @param {Uint8Array<ArrayBuffer>} bytes are gone afterwards
   * @param {AbortSignal} [signal]
   * @returns what `passagesOfText` does
   */
  read(file, bytes, signal) {
    // Node has no such workers, and no page that waits.
    if (typeof Worker === 'undefined') return passagesOfText(file, bytes);
    this.#worker ??= new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
    return ask(this.#worker, { file, bytes }, signal);
  }

  end() {
    this.#worker?.terminate();
  }
}

function ask(worker, request, signal) {
  const passages = [];
  return new Promise((done, fail) => {
    worker.onmessage = ({ data }) => {
      if (data.problem !== undefined) fail(new Error(data.problem));
      else if (data.isOver) done({ passages, note: data.note });
      else passages.push(...data.passages);
    };
    worker.onerror = () => fail(new Error("expected the page's reader of texts, got none"));
    signal?.addEventListener('abort', () => fail(signal.reason), { once: true });
    worker.postMessage(request, [request.bytes.buffer]);
  });
}
