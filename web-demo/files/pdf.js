/** PDFs to passages, by pdf.js, which is loaded when the first one comes and works in its own worker. */
import { passagesOfSections } from './texts.js';

const LIBRARY = new URL('../vendor/pdfjs/legacy/build/pdf.min.mjs', import.meta.url).href;
const WORKER = new URL('../vendor/pdfjs/legacy/build/pdf.worker.min.mjs', import.meta.url).href;

/** Tables of characters, for PDFs in languages that need them. */
const CMAPS = new URL('../../cmaps/', LIBRARY).href;

/**
 * @param {string} file name
 * @param {Uint8Array} bytes
 * @param {AbortSignal} [signal]
 * @returns {Promise<{ passages: { file: string, heading: string, text: string }[] }>}
 * @throws {Error} what was expected, and what came
 */
export async function passagesOfPdf(file, bytes, signal) {
  const { getDocument, GlobalWorkerOptions } = await import(LIBRARY);
  GlobalWorkerOptions.workerSrc = WORKER;
  const loading = getDocument({
    data: bytes,
    cMapUrl: CMAPS,
    disableFontFace: true,
    useSystemFonts: false,
    verbosity: 0,
  });
  const stop = () => loading.destroy();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    return { passages: await passagesOf(file, await loading.promise) };
  } catch (error) {
    signal?.throwIfAborted();
    throw problemOf(error);
  } finally {
    signal?.removeEventListener('abort', stop);
    loading.destroy();
  }
}

/** Page by page, so that the page that waits for them is never kept waiting for long. */
async function passagesOf(file, pdf) {
  const passages = [];
  for (let number = 1; number <= pdf.numPages; ++number) {
    const page = await pdf.getPage(number);
    const { items } = await page.getTextContent();
    const section = { heading: `Page ${number}`, blocks: paragraphsOf(items) };
    passages.push(...passagesOfSections(file, [section]));
    page.cleanup();
  }
  if (passages.length === 0)
    throw new Error(`expected text, got a PDF without any (pages: ${pdf.numPages})`);
  return passages;
}

/** Lines that are further apart than lines of a paragraph are begin another one. */
const GAP = 1.8;

/** The text of a page, by where its pieces stand: a PDF knows no paragraphs. */
function paragraphsOf(items) {
  const paragraphs = [];
  let text = '';
  let above;
  for (const { str, hasEOL, height, transform } of items) {
    if (str !== undefined && str.trim() !== '') {
      const y = transform[5];
      if (above !== undefined && Math.abs(above - y) > GAP * height) {
        paragraphs.push(text);
        text = '';
      }
      above = y;
    }
    text += str ?? '';
    if (hasEOL) text = endLine(text);
  }
  return [...paragraphs, text].filter((paragraph) => paragraph.trim() !== '');
}

/** A word that was divided is one again, at its hyphen; one that has a hyphen anyway loses it. */
function endLine(text) {
  return /\p{Ll}-$/u.test(text) ? text.slice(0, -1) : `${text} `;
}

/** What pdf.js throws, in words of ours. */
function problemOf(error) {
  if (error.name === 'PasswordException')
    return new Error('expected a PDF without a password, got an encrypted one');
  if (error.name === 'InvalidPDFException' || error.name === 'FormatError')
    return new Error(`expected a PDF, got a damaged file: ${error.message}`);
  return error;
}
