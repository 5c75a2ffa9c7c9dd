/** What can make vectors of texts here, and what each can do. */
import { loadBuiltIn } from './built-in.js';
import { loadMiniLm } from './minilm.js';
import { areKept, remove } from './minilm-files.js';
import { KEPT, NEEDS } from './minilm-source.js';

/**
 * @typedef {object} Embedder
 * @property {string} model changes with anything that changes vectors
 * @property {number} dimensions
 * @property {(texts: readonly string[], options?: { signal?: AbortSignal,
 *   onProgress?: (done: number, of: number) => void }) => Promise<Float32Array[]>} embed unit vectors,
 *   or zero where a text has nothing in it
 * @property {() => void} dispose
 */

export const EMBEDDERS = [
  {
    id: 'built-in',
    name: 'Built-in',
    about:
      'Finds texts that have the same words, parts of words or, among those that the glossary uses, ' +
      'words that go together. It does not understand a question put in other words, and knows the forms ' +
      'of words in English only; in other languages it finds what is spelled alike.',
    load: loadBuiltIn,
  },
  {
    id: 'minilm',
    name: 'MiniLM',
    about: `A language model that finds the same meaning in other words, in English; it is slower. ${NEEDS}`,
    load: loadMiniLm,
    files: { size: KEPT, areKept, remove },
  },
];
