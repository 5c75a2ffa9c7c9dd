/** Bytes of a text file to its text. */

/**
 * UTF-8, with or without a byte order mark, or UTF-16 with one.
 * @param {Uint8Array} bytes
 * @throws {Error} for bytes of any other kind
 */
export function decodeText(bytes) {
  let text;
  try {
    text = new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes);
  } catch {
    throw new Error('expected text in UTF-8, or in UTF-16 with a byte order mark, got other bytes');
  }
  if (text.includes('\0')) throw new Error('expected text, got a binary file');
  return text;
}

function encodingOf([first, second]) {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  return 'utf-8';
}
