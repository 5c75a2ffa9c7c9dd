/** Files that somebody drops on the page, as passages to search. */
import { passagesOfPdf } from './pdf.js';
import { TextReader } from './text-reader.js';
import { kindOf, TEXT_KINDS } from './texts.js';

const MOST_BYTES = 50_000_000;

/**
 * Reads .txt, .md, .csv, .json, .ndjson and .pdf, one after the other. A file that cannot be read is
 * a problem, which says what was expected and what came, and does not keep the others from being read.
 * @param {readonly File[]} files
 * @param {{ signal?: AbortSignal, onProgress?: (done: number, of: number) => void }} [options]
 *   `onProgress` counts files
 * @returns {Promise<{
 *   passages: { file: string, heading: string, text: string }[],
 *   problems: { file: string, message: string }[],
 *   notes: { file: string, message: string }[],
 * }>} `notes`: what was taken for granted; rejects with the signal's reason once it is aborted
 */
export async function readFiles(files, { signal, onProgress } = {}) {
  const passages = [];
  const problems = [];
  const notes = [];
  const texts = new TextReader();
  try {
    for (const [done, file] of files.entries()) {
      signal?.throwIfAborted();
      onProgress?.(done, files.length);
      try {
        const read = await readFile(file, texts, signal);
        for (const passage of read.passages) passages.push(passage);
        if (read.note !== undefined) notes.push({ file: file.name, message: read.note });
      } catch (error) {
        signal?.throwIfAborted();
        problems.push({ file: file.name, message: error.message });
      }
    }
  } finally {
    texts.end();
  }
  onProgress?.(files.length, files.length);
  return { passages, problems, notes };
}

async function readFile(file, texts, signal) {
  const kind = kindOf(file.name);
  if (kind !== 'pdf' && !TEXT_KINDS.includes(kind))
    throw new Error(`expected .txt, .md, .csv, .json or .pdf, got ${JSON.stringify(file.name)}`);
  if (file.size === 0) throw new Error('expected text, got an empty file');
  if (file.size > MOST_BYTES)
    throw new Error(
      `expected at most ${MOST_BYTES / 1e6} MB, got ${(file.size / 1e6).toFixed(1)} MB`,
    );
  const bytes = new Uint8Array(await file.arrayBuffer());
  signal?.throwIfAborted();
  const read =
    kind === 'pdf'
      ? await passagesOfPdf(file.name, bytes, signal)
      : await texts.read(file.name, bytes, signal);
  if (read.passages.length === 0) throw new Error('expected text, got none');
  return read;
}
