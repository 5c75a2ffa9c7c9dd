/** Comma-separated values by RFC 4180; semicolons and tabs separate as well where the first line has more of them. */

/**
 * @param {string} text
 * @returns {string[][]} rows of cells, without the empty lines
 * @throws {Error} where a quote is not closed, or something follows one that is
 */
export function parseCsv(text) {
  const separator = separatorOf(text);
  const plain = new RegExp(`[^${separator}\\r\\n]*`, 'y');
  const rows = [];
  let row = [];
  for (let at = 0; at < text.length; ) {
    let cell;
    if (text[at] === '"') {
      [cell, at] = quotedCell(text, at, rows.length + 1);
    } else {
      plain.lastIndex = at;
      [cell] = plain.exec(text);
      at += cell.length;
    }
    row.push(cell);
    const after = text[at];
    if (after === separator) {
      ++at;
      if (at < text.length) continue;
      row.push('');
    } else if (after !== undefined && after !== '\r' && after !== '\n') {
      throw new Error(
        `expected ${JSON.stringify(separator)} after a closing quote in row ${rows.length + 1}, ` +
          `got ${JSON.stringify(after)}`,
      );
    }
    at += text.startsWith('\r\n', at) ? 2 : 1;
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  }
  return rows;
}

/** The cell whose opening quote is at `from`, and where it ends. Two quotes in it stand for one. */
function quotedCell(text, from, row) {
  for (let at = from + 1; ; at += 2) {
    at = text.indexOf('"', at);
    if (at < 0) throw new Error(`expected a closing quote in row ${row}, got the end of the file`);
    if (text[at + 1] !== '"') return [text.slice(from + 1, at).replaceAll('""', '"'), at + 1];
  }
}

function separatorOf(text) {
  const line = /^.*/.exec(text)[0].replace(/"[^"]*"/g, '');
  const count = (mark) => line.split(mark).length;
  return [',', ';', '\t'].reduce((best, mark) => (count(mark) > count(best) ? mark : best));
}

/**
 * Each row as a record: `column: value; column: value`.
 * @param {string} text
 * @returns {Generator<{ heading: string, text: string }>}
 */
export function* recordsOfCsv(text) {
  const rows = parseCsv(text);
  const names = rows.length > 1 && isHeader(rows[0]) ? rows[0] : [];
  for (const [i, row] of rows.entries()) {
    if (row === names) continue;
    const cells = row.flatMap((cell, column) => {
      const value = cell.trim();
      if (value === '') return [];
      return names[column] === undefined ? [value] : [`${names[column].trim()}: ${value}`];
    });
    yield { heading: `Row ${i + 1}`, text: cells.join('; ') };
  }
}

/** Names are neither empty nor numbers, nor there twice. */
function isHeader(row) {
  const names = row.map((cell) => cell.trim());
  return (
    new Set(names).size === names.length &&
    names.every((name) => name !== '' && Number.isNaN(Number(name)))
  );
}
