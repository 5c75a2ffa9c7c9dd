/** Reads files of text off the page: `{ file, bytes }` comes, passages in parts or a problem go. */
import { passagesOfText } from './texts.js';

/** Passages of a message: taking one in must not keep the page waiting either. */
const PART = 250;

addEventListener('message', ({ data: { file, bytes } }) => {
  try {
    const { passages, note } = passagesOfText(file, bytes);
    for (let from = 0; from < passages.length; from += PART)
      postMessage({ passages: passages.slice(from, from + PART) });
    postMessage({ isOver: true, note });
  } catch (error) {
    postMessage({ problem: error.message });
  }
});
