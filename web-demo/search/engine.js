/** What the page searches with: an embedder, the glossary in its vectors, and the visitor's texts. */
import { turn } from '../common/slices.js';
import { Texts } from '../own-texts/texts.js';
import { indexEntries, indexOptions } from './glossary-index.js';
import { fingerprint, forgetIndexes, keptIndex } from './kept-index.js';

/**
 * Says `change` whenever it would answer differently.
 *
 * @typedef {{ phase: string, done: number, total: number, bytes?: boolean }} Step how far it is
 */
export class Engine extends EventTarget {
  #module;
  #entries;
  #stamp;
  /** The one in use, and its entry in EMBEDDERS. */
  embedder;
  choice;
  glossary;
  /** Undefined until {@link openTexts}. */
  texts;
  /** Until they are open, or could not be. */
  areTextsComing = true;

  /** @param {object} module the package; `entries` the glossary's */
  constructor(module, entries) {
    super();
    this.#module = module;
    this.#entries = entries;
    this.#stamp = fingerprint(JSON.stringify(entries));
  }

  get entries() {
    return this.#entries;
  }

  /**
   * Takes another embedder: loads it, and makes its vectors of all texts. If it fails or is aborted,
   * all is as it was.
   * @param {{ signal?: AbortSignal, onProgress?: (step: Step) => void }} [options]
   */
  async use(choice, { signal, onProgress } = {}) {
    const embedder = await choice.load({
      signal,
      onProgress: ({ file, loaded, total }) =>
        onProgress?.({ phase: `Loading ${file}`, done: loaded, total, bytes: true }),
    });
    let [glossary, texts] = [];
    try {
      glossary = await this.#indexGlossary(embedder, { signal, onProgress });
      texts = this.texts && (await this.#openTexts(embedder, { signal, onProgress }));
    } catch (error) {
      glossary?.dispose();
      embedder.dispose();
      throw error;
    }
    const before = { embedder: this.embedder, glossary: this.glossary, texts: this.texts };
    Object.assign(this, { choice, embedder, glossary, texts });
    this.changed();
    before.embedder?.dispose();
    before.glossary?.dispose();
    await before.texts?.close();
  }

  /** Opens the visitor's texts, those of earlier visits too. */
  async openTexts({ signal, onProgress } = {}) {
    try {
      this.texts = await this.#openTexts(this.embedder, { signal, onProgress });
    } finally {
      this.areTextsComing = false;
      this.changed();
    }
  }

  changed() {
    this.dispatchEvent(new Event('change'));
  }

  async #indexGlossary(embedder, { signal, onProgress }) {
    const index = await this.#module.createIndex(indexOptions(embedder));
    try {
      const stamp = await this.#stamp;
      await keptIndex(index, `${embedder.model} ${stamp}`, () =>
        indexEntries(index, this.#entries, embedder, {
          signal,
          onProgress: (done, total) =>
            onProgress?.({ phase: 'Indexing the glossary', done, total }),
        }),
      );
      await forgetIndexes((key) => key.endsWith(stamp));
      // The first search measures what scans cost; the visitor's need not.
      await turn();
      index.queryById(this.#entries[0].id);
      await turn();
      return index;
    } catch (error) {
      index.dispose();
      throw error;
    }
  }

  #openTexts(embedder, { signal, onProgress }) {
    return Texts.open(this.#module, embedder, {
      before: this.texts,
      signal,
      onProgress: (done, total) => onProgress?.({ phase: 'Moving your texts', done, total }),
      onChange: () => this.changed(),
    });
  }
}
