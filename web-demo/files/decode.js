/** Bytes of a text file to its text. */

/** The characters that files of text have beside those that are seen. */
const CONTROLS = '\t\n\f\r\x1a\x1b';

const GUESSED = 'it is not UTF-8 and was read as Windows-1252 (Western European)';

/**
 * UTF-8, with or without a byte order mark, UTF-16 with one, or else Windows-1252, in which all of
 * Latin-1 is.
 * @param {Uint8Array} bytes
 * @returns {{ text: string, note?: string }} `note`: that the encoding was guessed
 * @throws {Error} for bytes that are no text
 */
export function decodeText(bytes) {
  const encoding = encodingOf(bytes);
  const text = decoded(bytes, encoding);
  if (text === undefined && encoding !== 'utf-8')
    throw new Error('expected text in UTF-16, as its byte order mark says, got other bytes');
  const read = text ?? new TextDecoder('windows-1252').decode(bytes);
  if (read.includes('\0') || (text === undefined && hasControls(read)))
    throw new Error('expected text, got a binary file');
  return text === undefined ? { text: read, note: GUESSED } : { text };
}

function decoded(bytes, encoding) {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function encodingOf([first, second]) {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  return 'utf-8';
}

function hasControls(text) {
  for (const letter of text) if (letter < ' ' && !CONTROLS.includes(letter)) return true;
  return false;
}
