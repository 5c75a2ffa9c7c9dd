/** Files of text to passages, by their kind. */
import { hasWords, joinBlocks, onOneLine, splitDocuments, splitText } from '../passages.js';
import { recordsOfCsv } from './csv.js';
import { decodeText } from './decode.js';
import { recordsOfJson } from './json.js';

/** What reads each kind of records: text to sections, of blocks that may be joined. */
const SECTIONS = {
  csv: (text) => sectionsOf(recordsOfCsv(text)),
  tsv: (text) => sectionsOf(recordsOfCsv(text)),
  json: (text) => sectionsOf(recordsOfJson(text)),
  ndjson: (text) => sectionsOf(recordsOfJson(text)),
  jsonl: (text) => sectionsOf(recordsOfJson(text)),
};

export const TEXT_KINDS = ['txt', 'md', 'markdown', ...Object.keys(SECTIONS)];

/** What follows the last dot of a file's name. */
export function kindOf(name) {
  return /\.([^.]+)$/.exec(name)?.[1].toLowerCase() ?? '';
}

/**
 * @param {string} file name of a file of TEXT_KINDS
 * @param {Uint8Array} bytes
 * @returns {{ passages: { file: string, heading: string, text: string }[], note?: string }} `note`: what
 *   was taken for granted
 * @throws {Error} what was expected, and what came
 */
export function passagesOfText(file, bytes) {
  const { text, note } = decodeText(bytes);
  return { passages: split(file, text), note };
}

function split(file, text) {
  const kind = kindOf(file);
  if (kind === 'txt') return splitText(text).map((passage) => ({ file, ...passage }));
  if (kind === 'md' || kind === 'markdown')
    return splitDocuments([{ file, text }]).map(({ id, ...passage }) => passage);
  return passagesOfSections(file, SECTIONS[kind](text));
}

/** Passages do not reach from one section into the next. */
export function passagesOfSections(file, sections) {
  const passages = [];
  for (const { heading, blocks } of sections)
    for (const text of joinBlocks(blocks.map(onOneLine).filter(hasWords)))
      passages.push({ file, heading, text });
  return passages;
}

/** A record is a passage, however short it is. */
function* sectionsOf(records) {
  for (const { heading, text } of records) yield { heading, blocks: [text] };
}
