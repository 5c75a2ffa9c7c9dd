/** A sentence transformer, by transformers.js in a worker. */
import { DTYPE, MODEL, NEEDS } from './minilm-source.js';

/** Texts of a question to the worker: a search never waits for more than those. */
const BATCH = 8;

/**
 * Rejects with the signal's reason once it is aborted, which ends the worker and what it loads.
 * @param {{
 *   signal?: AbortSignal,
 *   onProgress?: (progress: { file: string, loaded: number, total: number }) => void,
 * }} [options] bytes of each file
 * @returns {Promise<import('./index.js').Embedder>}
 */
export async function loadMiniLm({ signal, onProgress } = {}) {
  signal?.throwIfAborted();
  const worker = new Worker(new URL('./minilm-worker.js', import.meta.url), { type: 'module' });
  try {
    const dimensions = await ready(worker, signal, onProgress);
    return new MiniLm(worker, dimensions);
  } catch (error) {
    worker.terminate();
    throw error;
  }
}

function ready(worker, signal, onProgress) {
  return new Promise((done, fail) => {
    signal?.addEventListener('abort', () => fail(signal.reason), { once: true });
    worker.onerror = () => fail(unreachable('its worker did not start'));
    worker.onmessage = ({ data: { progress, dimensions, trouble } }) => {
      if (progress !== undefined) onProgress?.(progress);
      else if (trouble !== undefined) fail(unreachable(trouble));
      else done(dimensions);
    };
  });
}

function unreachable(why) {
  return new Error(`MiniLM could not be loaded. ${NEEDS} They were not reachable: ${why}`);
}

/** @implements {import('./index.js').Embedder} */
class MiniLm {
  model = `${MODEL} ${DTYPE}`;
  #worker;
  /** What is asked and not answered: functions by number. */
  #asked = new Map();
  #last = 0;
  /** Why nothing can be asked any more. */
  #end;

  constructor(worker, dimensions) {
    this.dimensions = dimensions;
    this.#worker = worker;
    worker.onerror = ({ message }) => this.#stop(`MiniLM ended: ${message}`);
    worker.onmessage = ({ data: { id, vectors, trouble } }) => {
      const asked = this.#asked.get(id);
      this.#asked.delete(id);
      if (trouble === undefined) asked?.done(vectors);
      else asked?.fail(new Error(`MiniLM could not read the text: ${trouble}`));
    };
  }

  async embed(texts, { signal, onProgress } = {}) {
    const vectors = [];
    while (vectors.length < texts.length) {
      signal?.throwIfAborted();
      const batch = texts.slice(vectors.length, vectors.length + BATCH);
      const rows = await this.#ask(batch);
      for (const [i, text] of batch.entries())
        vectors.push(
          /[\p{L}\p{N}]/u.test(text)
            ? rows.slice(i * this.dimensions, (i + 1) * this.dimensions)
            : new Float32Array(this.dimensions),
        );
      onProgress?.(vectors.length, texts.length);
    }
    signal?.throwIfAborted();
    return vectors;
  }

  dispose() {
    this.#stop('MiniLM was put away');
  }

  #stop(why) {
    this.#end ??= new Error(why);
    this.#worker.terminate();
    for (const { fail } of this.#asked.values()) fail(this.#end);
    this.#asked.clear();
  }

  #ask(texts) {
    return new Promise((done, fail) => {
      if (this.#end !== undefined) return fail(this.#end);
      this.#asked.set(++this.#last, { done, fail });
      this.#worker.postMessage({ id: this.#last, texts });
    });
  }
}
