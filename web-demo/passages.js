/**
 * Markdown documents to passages: prose of a few sentences, under the headings it stands under.
 * Code blocks are left out, tables and lists are read as sentences.
 */

/** Characters of a passage. Shorter ones occur where a section is short or a sentence is long. */
const MIN = 200;
const MAX = 700;

/**
 * @param {readonly { file: string, text: string }[]} documents
 * @returns {{ id: string, file: string, heading: string, text: string }[]} in reading order;
 *   `heading` is the path to the passage, as in `Install > Linux`
 */
export function splitDocuments(documents) {
  return documents
    .flatMap(({ file, text }) =>
      sectionsOf(text).flatMap(({ heading, blocks }) =>
        joinBlocks(blocks).map((passage) => ({ file, heading, text: passage })),
      ),
    )
    .map((passage, i) => ({ id: `${passage.file}#${i}`, ...passage }));
}

/** What an embedder is given: the headings say what a passage is about. */
export function embeddedText({ heading, text }) {
  return heading === '' ? text : `${heading}\n${text}`;
}

/** The text under each heading, as blocks: paragraphs, list items, table rows. */
function sectionsOf(markdown) {
  const path = [];
  let section = { heading: '', blocks: [] };
  const sections = [section];
  let block = '';
  const endBlock = () => {
    const text = plain(block);
    if (/[\p{L}\p{N}]/u.test(text)) section.blocks.push(text);
    block = '';
  };
  for (const line of linesOutsideCode(markdown.replace(/<!--.*?-->/gs, ''))) {
    const heading = /^(#{1,6})\s+(.+?)\s*#*$/.exec(line);
    if (heading !== null) {
      endBlock();
      path.length = Math.min(path.length, heading[1].length - 1);
      path[heading[1].length - 1] = plain(heading[2]);
      section = { heading: path.filter(Boolean).join(' > '), blocks: [] };
      sections.push(section);
    } else if (/^\s*\|/.test(line)) {
      endBlock();
      if (/^[\s|:-]+$/.test(line))
        section.blocks.pop(); // what is above it names the columns
      else section.blocks.push(tableRow(line));
    } else if (/^\s*([-*+]|\d+[.)])\s/.test(line)) {
      endBlock();
      block = line.replace(/^\s*([-*+]|\d+[.)])\s+/, '');
    } else if (line.trim() === '') {
      endBlock();
    } else {
      block += ` ${line.replace(/^\s*>\s?/, '')}`;
    }
  }
  endBlock();
  return sections;
}

function* linesOutsideCode(markdown) {
  let fence;
  for (const line of markdown.split(/\r?\n/)) {
    const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence === undefined && mark !== undefined) {
      fence = mark;
      yield '';
    } else if (fence === undefined) {
      yield line;
    } else if (mark?.startsWith(fence) && line.trim() === mark) {
      fence = undefined;
    }
  }
}

/** `| base/ | status | - |` as `base/: status` */
function tableRow(line) {
  const [first, ...others] = line
    .trim()
    .replace(/^\||\|$/g, '')
    .split(/(?<!\\)\|/)
    .map(plain)
    .filter((cell) => /[\p{L}\p{N}]/u.test(cell));
  return others.length === 0 ? (first ?? '') : `${first}: ${others.join(', ')}`;
}

/** Text without Markdown's marks. */
function plain(markdown) {
  return markdown
    .replace(/!\[[^\]]*\]\([^)]*\)/g, '')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/<\/?[a-z][^>]*>/gi, '')
    .replace(/\*\*|__|`/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/**
 * Joins blocks, which are plain texts on one line, until they make a passage, and cuts those that
 * are too long for one.
 */
export function joinBlocks(blocks) {
  const passages = [];
  let passage = '';
  for (const part of blocks.flatMap(cutBlock)) {
    if (passage.length >= MIN || passage.length + part.length >= MAX) {
      passages.push(passage);
      passage = '';
    }
    passage = joined(passage, part);
  }
  const last = passages.at(-1);
  if (passage.length < MIN && last !== undefined && last.length + passage.length < MAX)
    passages.splice(-1, 1, joined(last, passage));
  else passages.push(passage);
  return passages.filter((text) => text !== '');
}

/** List items and table rows often end without a full stop. */
function joined(before, after) {
  if (before === '' || after === '') return before + after;
  return /[.!?:;,]["')]*$/.test(before) ? `${before} ${after}` : `${before}; ${after}`;
}

/** A block as pieces of at most MAX characters, between sentences or else between words. */
function cutBlock(block) {
  const pieces = [''];
  for (const sentence of block.split(/(?<=[.!?;:])\s+/).flatMap(cutSentence)) {
    if (pieces.at(-1).length + sentence.length < MAX)
      pieces.push(`${pieces.pop()} ${sentence}`.trim());
    else pieces.push(sentence);
  }
  return pieces.filter((piece) => piece !== '');
}

function cutSentence(sentence) {
  const words = sentence.split(' ');
  const pieces = [''];
  for (const word of words) {
    if (pieces.at(-1).length + word.length < MAX) pieces.push(`${pieces.pop()} ${word}`.trim());
    else pieces.push(word);
  }
  return pieces;
}
